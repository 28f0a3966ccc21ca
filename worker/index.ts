/** The Worker's entry: what Cloudflare, or Miniflare on one machine, calls. */
import { createRequestHandler, RouterContextProvider } from "react-router";
import * as router from "virtual:react-router/server-build";
import { requestContext } from "../app/context.ts";
import type { Env, OutboxWake } from "../durable/env.ts";
import { createApp } from "./app.ts";
import { compressed } from "./compress.ts";
import { consumeQueue } from "./queue.ts";
import { runScheduled } from "./scheduled.ts";

export { AccountObject } from "../durable/account.ts";
export { OperationsObject } from "../durable/operations.ts";

const renderPage = createRequestHandler(router, import.meta.env.MODE);

const app = createApp();
// Every method: forms of pages are POSTs to the same addresses.
app.all("*", async (c) => {
  const context = new RouterContextProvider();
  context.set(requestContext, { env: c.env, ctx: c.executionCtx });
  return compressed(c.req.raw, await renderPage(c.req.raw, context), c.env);
});

export default {
  fetch: app.fetch,
  scheduled: runScheduled,
  queue: consumeQueue,
} satisfies ExportedHandler<Env, OutboxWake>;
