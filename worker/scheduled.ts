import type { Env } from "../durable/env.ts";
import { drainOutbox } from "./outbox/drain.ts";
import { outboxDeps } from "./outbox/deliver.ts";
import { drainPendingAccounts } from "./pending.ts";

/** Called every minute. Wakes the workers whose time has come; each of them finds in the database what is due. */
export async function runScheduled(_controller: ScheduledController, env: Env, ctx: ExecutionContext): Promise<void> {
  // One that fails must not keep the others from their turn.
  const results = await Promise.allSettled([drainOutbox(outboxDeps(env)), drainPendingAccounts(env)]);
  void ctx;
  for (const result of results) if (result.status === "rejected") console.error(`scheduled: ${String(result.reason)}`);
}
