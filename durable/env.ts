/**
 * What the Worker and its objects are given from outside, on Cloudflare by `wrangler.toml` and its secrets, on
 * one machine by the start script. Kept by hand; `test/workerd` fails when a binding named here is missing.
 */
import type { AccountObject } from "./account.ts";
import type { OperationsObject } from "./operations.ts";

export interface Env {
  /** Where libSQL answers: `libsql://…turso.io` on Cloudflare, `http://127.0.0.1:PORT` beside a local sqld. */
  readonly DATABASE_URL: string;
  /** Turso's token; absent for a local sqld, which listens on loopback only. */
  readonly DATABASE_TOKEN?: string;
  /** Secret. The bound master key, 32 bytes in base64. Every other key is derived from it, one for each use. */
  readonly SECRET_KEY: string;
  /** Where people reach this utility, without a slash at the end: the origin of links, cookies and callbacks. */
  readonly PUBLIC_URL: string;
  /** One object for each account: the single writer of that account's money. */
  readonly ACCOUNT: DurableObjectNamespace<AccountObject>;
  /** One object for the utility: the live board, and the list of accounts with commands still pending. */
  readonly OPERATIONS: DurableObjectNamespace<OperationsObject>;
  /** Documents: rendered bills, files received and sent. */
  readonly FILES: R2Bucket;
  /** Wakes the worker that drains the outbox. The outbox itself is rows in the database. */
  readonly OUTBOX: Queue<OutboxWake>;
  /** The built client on Cloudflare. */
  readonly ASSETS?: Fetcher;
  /** The built client on one machine: a disk service over `build/client`. */
  readonly CLIENT?: Fetcher;
  /** The product's version, as `package.json` says. */
  readonly VERSION: string;
  /** "1" where the demonstration utility is loaded: shows the demonstration sign-ins. Absent or "0" otherwise. */
  readonly DEMO?: string;
  /** "1" switches the built-in test payment provider on. Never on a real utility. */
  readonly TEST_PROVIDER?: string;
}

/** The queue carries no fact: only that there is something to drain, the outbox or a bill run. */
export type OutboxWake = { readonly wake: "outbox" } | { readonly wake: "run"; readonly runId: string } | { readonly wake: "replay"; readonly replayId: string };
