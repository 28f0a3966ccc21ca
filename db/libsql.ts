/** The book of record on a libSQL server: Turso, or sqld on this machine. Works in workerd and in Node. */
import { createClient, type Config } from "@libsql/client/web";
import { explainLibsql, isBusy } from "./libsql-errors.ts";
import { UnavailableError, type Result, type Row, type SqlPort, type SqlValue, type Statement } from "./port.ts";
import { assertReads, bindAll } from "./statements.ts";

export interface LibsqlOptions {
  /** `http://127.0.0.1:8080`, `libsql://name.turso.io`, … */
  readonly url: string;
  readonly authToken?: string;
  /** Instead of the global fetch. */
  readonly fetch?: typeof fetch;
  /** How long one round trip may take, from sending to the last byte of the answer. */
  readonly timeoutMs?: number;
}

/** sqld cuts a batch after 5 s when others wait for the write lock; what takes longer than this will not be answered. */
const TIMEOUT_MS = 20_000;

/** Somebody else has the write lock: 4, 8, … 512 ms on average, then the caller is told. */
const BUSY_ATTEMPTS = 9;
const BUSY_FIRST_WAIT_MS = 4;

/**
 * Opens the port. No connection is made before the first statement.
 *
 * Errors of its methods: ConstraintError; UnavailableError (BUSY only after retries); Error for what is wrong with the
 * statement itself (syntax, arguments, a value over 5 MB, an answer over 10 MB).
 */
export function openLibsql(options: LibsqlOptions): SqlPort {
  const config: Config = {
    url: options.url,
    authToken: options.authToken,
    intMode: "number",
    fetch: timedFetch(options.fetch ?? globalThis.fetch, options.timeoutMs ?? TIMEOUT_MS),
  };

  async function send(kind: "read" | "write", statements: readonly Statement[]): Promise<Result[]> {
    const bound = bindAll(statements);
    // One client for each call: its waiting line for a free connection, shared by the requests of a Worker, would run one
    // request's work inside another, which workerd forbids, and a request that is cancelled would keep its place for ever.
    const client = createClient(config);
    for (let attempt = 1; ; attempt++) {
      try {
        return (await client.batch(bound, kind)).map(({ rows, rowsAffected }) => ({ rows: rows.map(plain), rowsAffected }));
      } catch (error) {
        if (!isBusy(error)) throw explainLibsql(error, kind);
        if (attempt === BUSY_ATTEMPTS) throw new UnavailableError("none", "the database was busy with other writes", { cause: error });
      }
      await sleep(BUSY_FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }

  async function read(statements: readonly Statement[]): Promise<Result[]> {
    assertReads(statements);
    return send("read", statements);
  }

  return {
    query: async <R extends object = Row>(sql: string, args: readonly SqlValue[] = []) => (await read([{ sql, args }]))[0]!.rows as R[],
    read,
    write: (statements) => send("write", statements),
  };
}

/** The client's rows carry positions beside names, and blobs as ArrayBuffer. */
function plain(row: object): Row {
  const result: Row = {};
  for (const [name, value] of Object.entries(row)) result[name] = value instanceof ArrayBuffer ? new Uint8Array(value) : (value as SqlValue);
  return result;
}

/** Ends a round trip that takes too long, the body of the answer included. */
function timedFetch(fetcher: typeof fetch, limitMs: number): (request: Request) => Promise<Response> {
  return async (request) => {
    // Otherwise sqld spends seconds on compressing a large answer.
    request.headers.set("accept-encoding", "identity");
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new UnavailableError("unknown", `the database did not answer within ${limitMs / 1000} s`)), limitMs);
    try {
      const response = await fetcher(request, { signal: controller.signal });
      return new Response(await response.arrayBuffer(), response);
    } finally {
      clearTimeout(timer);
    }
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
