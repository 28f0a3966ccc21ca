/** The Worker without its pages: what the tests inside workerd run against. */
import type { Env, OutboxWake } from "../../durable/env.ts";
import { createApp } from "../../worker/app.ts";
import { consumeQueue } from "../../worker/queue.ts";
import { runScheduled } from "../../worker/scheduled.ts";

export { AccountObject } from "../../durable/account.ts";
export { OperationsObject } from "../../durable/operations.ts";

export default {
  fetch: createApp().fetch,
  scheduled: runScheduled,
  queue: consumeQueue,
} satisfies ExportedHandler<Env, OutboxWake>;
