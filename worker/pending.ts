import type { Env } from "../durable/env.ts";

/** Accounts woken at once: each has few commands, and the database has just come back. */
const AT_ONCE = 5;

/** Wakes every account whose accepted commands wait for the database. Their alarms do the same; this catches a lost alarm. */
export async function drainPendingAccounts(env: Env): Promise<void> {
  const pending = await env.OPERATIONS.getByName("utility").pending();
  for (let i = 0; i < pending.length; i += AT_ONCE) {
    await Promise.allSettled(pending.slice(i, i + AT_ONCE).map((accountId) => env.ACCOUNT.getByName(accountId).drain()));
  }
}
