import type { Env, OutboxWake } from "../durable/env.ts";
import { drainOutbox } from "./outbox/drain.ts";
import { outboxDeps } from "./outbox/deliver.ts";

/** A message says only that there may be something to drain, so one drain answers all of them. */
export async function consumeQueue(batch: MessageBatch<OutboxWake>, env: Env): Promise<void> {
  const { more } = await drainOutbox(outboxDeps(env));
  if (more) await env.OUTBOX.send({ wake: "outbox" });
  batch.ackAll();
}
