import type { Env, OutboxWake } from "../durable/env.ts";

/** A message says only that there may be something to drain, so one drain answers all of them. */
export async function consumeQueue(batch: MessageBatch<OutboxWake>, _env: Env): Promise<void> {
  batch.ackAll();
}
