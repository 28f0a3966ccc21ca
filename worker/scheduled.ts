import type { Env } from "../durable/env.ts";
import { openPort } from "../db/open.ts";
import { billingByClock } from "./billing/cron.ts";
import { watchUnbilled } from "./billing/unbilled.ts";
import { forgetWhatIsOver } from "./auth/forget.ts";
import { worldOf } from "./operations/context.ts";
import { takeHeldReads } from "./operations/exceptions/held.ts";
import { expireCommands } from "./operations/meter-commands.ts";
import { filesByClock } from "./operations/files/inbox.ts";
import { watchPrepaid } from "./operations/prepaid-notices.ts";
import { takeTextReplies } from "./outbox/text-replies.ts";
import { drainOutbox } from "./outbox/drain.ts";
import { outboxDeps } from "./outbox/deliver.ts";
import { drainPendingAccounts } from "./pending.ts";
import { wakeReplays } from "./rates/replay.ts";

/** Called every minute. Wakes the workers whose time has come; each of them finds in the database what is due. */
export async function runScheduled(controller: ScheduledController, env: Env, ctx: ExecutionContext): Promise<void> {
  // One that fails must not keep the others from their turn.
  const results = await Promise.allSettled([
    drainOutbox(outboxDeps(env, worldOf({ env, ctx }))),
    drainPendingAccounts(env),
    billingByClock(worldOf({ env, ctx })),
    wakeReplays(worldOf({ env, ctx })),
    expireCommands(worldOf({ env, ctx })),
    filesByClock(worldOf({ env, ctx }), env.FILES),
    takeTextReplies(worldOf({ env, ctx }), env.FILES).then(() => undefined),
    hourly(controller, async () => void (await watchPrepaid(worldOf({ env, ctx })))),
    hourly(controller, async () => void (await takeHeldReads(worldOf({ env, ctx })))),
    hourly(controller, async () => void (await watchUnbilled(worldOf({ env, ctx })))),
    hourly(controller, () => forgetWhatIsOver(openPort(env), Date.now())),
  ]);
  for (const result of results) if (result.status === "rejected") console.error(`scheduled: ${String(result.reason)}`);
}

/** Work that no minute waits for. */
async function hourly({ scheduledTime }: ScheduledController, work: () => Promise<void>): Promise<void> {
  if (new Date(scheduledTime).getUTCMinutes() === 0) await work();
}
