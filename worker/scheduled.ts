import type { Env } from "../durable/env.ts";

/** Called every minute. Wakes the workers whose time has come; each of them finds in the database what is due. */
export async function runScheduled(_controller: ScheduledController, _env: Env, _ctx: ExecutionContext): Promise<void> {}
