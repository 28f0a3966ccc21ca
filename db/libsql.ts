/** The book of record on a libSQL server: Turso, or sqld on this machine. Works in workerd and in Node. */
import { openHrana, type EncodedTransaction } from "./hrana.ts";
import { explainLibsql, isBusy } from "./libsql-errors.ts";
import { UnavailableError, type Row, type SqlPort, type SqlValue, type Statement } from "./port.ts";
import { assertReads, bindAll } from "./statements.ts";

export interface LibsqlOptions {
  /** `http://127.0.0.1:8080`, `libsql://name.turso.io`, … */
  readonly url: string;
  readonly authToken?: string;
  /** Instead of the global fetch. */
  readonly fetch?: typeof fetch;
  /** How long one round trip may take, from sending to the last byte of the answer. */
  readonly timeoutMs?: number;
  /** False: each call opens a stream of its own on the server and closes it, as a client does that keeps nothing. */
  readonly keepStreams?: boolean;
}

/** sqld cuts a batch after 5 s when others wait for the write lock; what takes longer than this will not be answered. */
const TIMEOUT_MS = 20_000;

/** Somebody else has the write lock: 4, 8, … 512 ms on average, then the caller is told. */
const BUSY_ATTEMPTS = 9;
const BUSY_FIRST_WAIT_MS = 4;

/**
 * Opens the port. No connection is made before the first statement, and none is kept but the server's own (see
 * `hrana-streams.ts`): a port may be shared by all requests of a Worker.
 *
 * Errors of its methods: ConstraintError; UnavailableError (BUSY only after retries); Error for what is wrong with the
 * statement itself (syntax, arguments, a value over 5 MB, an answer over 10 MB).
 */
export function openLibsql({ url, authToken, fetch: fetcher, timeoutMs = TIMEOUT_MS, keepStreams = true }: LibsqlOptions): SqlPort {
  const hrana = openHrana({ url, authToken, timeoutMs, keepStreams, fetch: fetcher ?? ((...request) => globalThis.fetch(...request)) });
  const made = new WeakMap<readonly Statement[], EncodedTransaction>();
  const writing = (statements: readonly Statement[]) => hrana.encode("BEGIN IMMEDIATE", bindAll(statements));
  return {
    query: async <R extends object = Row>(sql: string, args: readonly SqlValue[] = []) => {
      const [statement] = bindAll([{ sql, args }]);
      assertReads([{ sql }]);
      return (await attempt("read", () => hrana.execute(statement!))).rows as R[];
    },
    read: async (statements) => {
      const bound = bindAll(statements);
      assertReads(statements);
      const encoded = hrana.encode("BEGIN TRANSACTION READONLY", bound);
      return attempt("read", () => hrana.transaction(encoded));
    },
    write: async (statements) => {
      const encoded = made.get(statements) ?? writing(statements);
      return attempt("write", () => hrana.transaction(encoded));
    },
    makeReady: (statements) => void made.set(statements, writing(statements)),
  };
}

async function attempt<T>(kind: "read" | "write", send: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await send();
    } catch (error) {
      if (!isBusy(error)) throw explainLibsql(error, kind);
      if (n === BUSY_ATTEMPTS) throw new UnavailableError("none", "the database was busy with other writes", { cause: error });
    }
    // With jitter, or those who met once would meet again.
    await sleep(BUSY_FIRST_WAIT_MS * 2 ** (n - 1) * (0.5 + Math.random()));
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
