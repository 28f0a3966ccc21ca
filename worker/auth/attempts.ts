/**
 * Attempts that may be guesses (signing in, linking an account) are counted in the database before they are looked at, so
 * that a thousand at once are a thousand. Each counts against several limits; when one is full, none counts.
 */
import { createHmac } from "node:crypto";
import type { SqlPort, SqlValue, Statement } from "../../db/port.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Limit {
  readonly name: string;
  readonly max: number;
  readonly windowMs: number;
}

/** What is counted: a limit and whom or what it is about. A subject that is not known is not counted. */
export interface Counted {
  readonly limit: Limit;
  readonly subject: string | null;
}

export const LIMITS = {
  /** A person mistypes a few times; from one place more than this is a machine. */
  signInPair: { name: "sign-in:pair", max: 10, windowMs: 15 * MINUTE },
  /** Guessing at one person from many places. Wide, because it keeps the person out as well. */
  signInEmail: { name: "sign-in:email", max: 50, windowMs: HOUR },
  /** An office of customers behind one address still gets in. */
  signInAddress: { name: "sign-in:address", max: 100, windowMs: 15 * MINUTE },
  signUpAddress: { name: "sign-up:address", max: 20, windowMs: HOUR },
  /** An account number and an amount can be guessed: five tries, then the phone. */
  linkUser: { name: "link:user", max: 5, windowMs: HOUR },
  linkAccount: { name: "link:account", max: 10, windowMs: DAY },
  linkAddress: { name: "link:address", max: 20, windowMs: HOUR },
  /** Each one is an e-mail to somebody. */
  forgotEmail: { name: "forgot:email", max: 3, windowMs: HOUR },
  /** Each one is a text to a number that may be anybody's. */
  textNumberUser: { name: "text-number:user", max: 5, windowMs: DAY },
  forgotAddress: { name: "forgot:address", max: 20, windowMs: HOUR },
} as const satisfies Record<string, Limit>;

/** Longest window: rows older than this count for nothing. */
export const LONGEST_WINDOW_MS = Math.max(...Object.values(LIMITS).map((limit) => limit.windowMs));

export type Attempt =
  /** Counted. `giveBack` takes the count away again: who gets in was not guessing. */
  | { readonly ok: true; readonly giveBack: readonly Statement[] }
  /** Not counted: a limit is full until then (epoch milliseconds). */
  | { readonly ok: false; readonly until: number };

const TAKE = `INSERT INTO rate_limit (key, window_start, hits)
  SELECT k.value->>0, k.value->>1, 1 FROM json_each(?1) AS k
  WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) AS l JOIN rate_limit r ON r.key = l.value->>0 AND r.window_start = l.value->>1 WHERE r.hits >= l.value->>2)
  ON CONFLICT (key, window_start) DO UPDATE SET hits = hits + 1`;
const FULL_UNTIL = `SELECT max(l.value->>3) AS "until" FROM json_each(?) AS l JOIN rate_limit r ON r.key = l.value->>0 AND r.window_start = l.value->>1 WHERE r.hits >= l.value->>2`;
const DROP_PASSED = `DELETE FROM rate_limit WHERE (key, window_start) IN (SELECT r.key, r.window_start FROM json_each(?) AS k CROSS JOIN rate_limit r ON r.key = k.value->>0 AND r.window_start < k.value->>1)`;
const GIVE_BACK = `UPDATE rate_limit SET hits = hits - 1 WHERE hits > 0 AND (key, window_start) IN (SELECT k.value->>0, k.value->>1 FROM json_each(?) AS k)`;

/** Counts one attempt against every limit, unless one of them is full. `key` keeps addresses out of the table. */
export async function takeAttempt(port: SqlPort, key: string, counted: readonly Counted[], now: number): Promise<Attempt> {
  const rows = counted.flatMap(({ limit, subject }) => (subject === null ? [] : [rowOf(key, limit, subject, now)]));
  if (rows.length === 0) return { ok: true, giveBack: [] };
  const args: SqlValue[] = [JSON.stringify(rows)];
  const [taken, full] = await port.write([{ sql: TAKE, args }, { sql: FULL_UNTIL, args }, { sql: DROP_PASSED, args }]);
  if (taken!.rowsAffected > 0) return { ok: true, giveBack: [{ sql: GIVE_BACK, args }] };
  return { ok: false, until: full!.rows[0]!["until"] as number };
}

/** Key, window, limit, end of the window. */
function rowOf(key: string, { name, max, windowMs }: Limit, subject: string, now: number): [string, number, number, number] {
  const start = now - (now % windowMs);
  const who = createHmac("sha256", key).update(subject).digest("base64url").slice(0, 22);
  return [`${name}:${who}`, start, max, start + windowMs];
}

/**
 * Where a request comes from, as the platform says; null where nobody says (one machine without Cloudflare in front): a
 * header that anyone may write is not believed.
 */
export function addressOf(request: Request, env: { readonly CLIENT?: unknown }): string | null {
  return env.CLIENT === undefined ? request.headers.get("cf-connecting-ip") : null;
}
