/**
 * SQL over HTTP as libSQL servers speak it (Hrana 2, JSON: `POST /v2/pipeline`). One call is one request and carries
 * everything it does: no transaction is left open in between.
 */
import { Buffer } from "node:buffer";
import { streamsOf, type Stream } from "./hrana-streams.ts";
import type { Result, Row, SqlValue } from "./port.ts";
import type { BoundStatement, BoundValue } from "./statements.ts";

export interface HranaOptions {
  readonly url: string;
  readonly authToken?: string | undefined;
  readonly fetch: typeof fetch;
  /** From sending to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Whether streams are used again; otherwise each call opens one of its own and closes it. */
  readonly keepStreams: boolean;
}

/** The server executed what it was sent up to here, rolled it back, and says why. */
export class HranaError extends Error {
  override readonly name = "HranaError";
  /** `SQLITE_CONSTRAINT`, `SQLITE_BUSY`, `SQL_PARSE_ERROR`, `RESPONSE_TOO_LARGE`, … */
  readonly code: string;
  constructor({ code, message }: HranaFault) {
    super(message);
    this.code = code ?? "";
  }
}

/** The server, or something before it, answered without executing a statement of Hrana. */
export class HttpStatusError extends Error {
  override readonly name = "HttpStatusError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No whole answer within the time given. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

export interface Hrana {
  /** One statement, outside of a transaction. */
  execute(statement: BoundStatement): Promise<Result>;
  /** The text of a transaction's request, so that it can be made before its turn comes. */
  encode(begin: string, statements: readonly BoundStatement[]): EncodedTransaction;
  /**
   * All statements in one transaction; any error rolls it back.
   * @throws HranaError, HttpStatusError, TimeoutError, RangeError (a whole number beyond 2^53 in the answer), and what fetch throws
   */
  transaction(encoded: EncodedTransaction): Promise<Result[]>;
}

export interface EncodedTransaction {
  readonly request: string;
  /** How many statements it has, without its own BEGIN and COMMIT. */
  readonly statements: number;
}

interface HranaFault {
  readonly message: string;
  readonly code?: string | null;
}

type HranaValue =
  | { readonly type: "null" }
  | { readonly type: "integer"; readonly value: string }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "blob"; readonly base64: string };

interface HranaResult {
  readonly cols: readonly { readonly name: string | null }[];
  readonly rows: readonly (readonly HranaValue[])[];
  readonly affected_row_count: number;
}

interface HranaBatchResult {
  readonly step_results: readonly (HranaResult | null)[];
  readonly step_errors: readonly (HranaFault | null)[];
}

interface PipelineAnswer {
  readonly baton?: string | null;
  /** Where the stream goes on, when not at the same address. */
  readonly base_url?: string | null;
  readonly results: readonly ({ readonly type: "ok"; readonly response: { readonly result: unknown } } | { readonly type: "error"; readonly error: HranaFault })[];
}

export function openHrana({ url, authToken, fetch: fetcher, timeoutMs, keepStreams }: HranaOptions): Hrana {
  const address = pipelineAddress(url);
  const streams = streamsOf(address, authToken);
  const headers = {
    "content-type": "application/json",
    // Otherwise sqld spends seconds on compressing a large answer.
    "accept-encoding": "identity",
    ...(authToken === undefined ? {} : { authorization: `Bearer ${authToken}` }),
  };

  async function send(request: string): Promise<unknown> {
    for (;;) {
      const stream = keepStreams ? streams.take(Date.now()) : "single";
      if (stream === "single") return resultIn(await post(address, null, `${request},${CLOSE}`));
      let next: Stream | null = null;
      try {
        const answer = await post(stream === "new" ? address : stream.url, stream === "new" ? null : stream.baton, request);
        const further = answer.baton ? { baton: answer.baton, url: answer.base_url ? pipelineAddress(answer.base_url) : address } : null;
        // Cut off in the middle (an answer too large) a transaction may still be open: it goes with its stream.
        if (answer.results[0]?.type === "error") await close(further);
        else next = further;
        return resultIn(answer);
      } catch (error) {
        // The server no longer knows the stream (it was idle too long, or the server is another one) and has done nothing.
        if (stream === "new" || !(error instanceof UnknownStreamError)) throw error;
      } finally {
        if (next) streams.keep(next, Date.now());
        else streams.lose();
      }
    }
  }

  /** The server ends a stream by itself some seconds later when this does not reach it. */
  async function close(stream: Stream | null): Promise<void> {
    if (stream) await post(stream.url, stream.baton, CLOSE).catch(() => undefined);
  }

  /** `requests` is their text, with commas in between. */
  async function post(to: string, baton: string | null, requests: string): Promise<PipelineAnswer> {
    const body = `{"baton":${JSON.stringify(baton)},"requests":[${requests}]}`;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new TimeoutError(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    try {
      const response = await fetcher(to, { method: "POST", headers, body, signal: controller.signal });
      if (response.status === STREAM_REFUSED && baton) throw new UnknownStreamError(await response.text());
      if (!response.ok) throw await refusal(response);
      return (await response.json()) as PipelineAnswer;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    execute: async (statement) => resultOf((await send(JSON.stringify({ type: "execute", stmt: statementOf(statement) }))) as HranaResult),
    encode: (begin, statements) => ({ request: JSON.stringify({ type: "batch", batch: { steps: stepsOf(begin, statements) } }), statements: statements.length }),
    transaction: async ({ request, statements }) => {
      const answer = (await send(request)) as HranaBatchResult;
      const fault = answer.step_errors.find((error) => error !== null);
      if (fault) throw new HranaError(fault);
      // Without an error every step has a result, the commit (after the statements) included.
      if (!answer.step_results[statements + 1]) throw new Error("the answer does not say that the transaction was committed");
      return answer.step_results.slice(1, statements + 1).map((result) => resultOf(result as HranaResult));
    },
  };
}

const CLOSE = JSON.stringify({ type: "close" });

/** What a server answers to a ticket that it does not know. It executes nothing of such a request. */
const STREAM_REFUSED = 400;

class UnknownStreamError extends Error {}

function resultIn({ results: [answer] }: PipelineAnswer): unknown {
  if (answer?.type === "error") throw new HranaError(answer.error);
  return answer?.response.result;
}

/** BEGIN, the statements, COMMIT, each only if the one before it went well; ROLLBACK unless the COMMIT did. */
function stepsOf(begin: string, statements: readonly BoundStatement[]): unknown[] {
  const all = [{ sql: begin, args: [] }, ...statements, { sql: "COMMIT", args: [] }].map((statement, step) => ({
    stmt: statementOf(statement),
    ...(step === 0 ? {} : { condition: { type: "ok", step: step - 1 } }),
  }));
  return [...all, { stmt: { sql: "ROLLBACK" }, condition: { type: "not", cond: { type: "ok", step: all.length - 1 } } }];
}

function statementOf({ sql, args }: BoundStatement): unknown {
  return { sql, args: args.map(encode) };
}

function encode(value: BoundValue): HranaValue {
  switch (typeof value) {
    case "string":
      return { type: "text", value };
    case "bigint":
      return { type: "integer", value: String(value) };
    case "number":
      return { type: "float", value };
    default:
      return value === null ? { type: "null" } : { type: "blob", base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  }
}

function resultOf({ cols, rows, affected_row_count: rowsAffected }: HranaResult): Result {
  const names = cols.map(({ name }) => name ?? "");
  return {
    rowsAffected,
    rows: rows.map((values) => {
      const row: Row = {};
      for (let i = 0; i < names.length; i++) row[names[i]!] = decode(values[i]!);
      return row;
    }),
  };
}

function decode(value: HranaValue): SqlValue {
  switch (value.type) {
    case "null":
      return null;
    case "integer": {
      const number = Number(value.value);
      if (!Number.isSafeInteger(number)) throw new RangeError(`the answer holds ${value.value}, which is beyond 2^53`);
      return number;
    }
    case "blob":
      return new Uint8Array(Buffer.from(value.base64, "base64"));
    default:
      return value.value;
  }
}

/** Errors come as JSON from sqld, as text from what stands before it. */
async function refusal(response: Response): Promise<Error> {
  const text = (await response.text()).trim();
  const said = response.headers.get("content-type")?.startsWith("application/json") ? jsonFault(text) : undefined;
  if (said?.code && response.status < 500) return new HranaError(said);
  return new HttpStatusError(response.status, `HTTP ${response.status}${text === "" ? "" : `: ${(said?.message ?? text).slice(0, 300)}`}`);
}

function jsonFault(text: string): HranaFault | undefined {
  try {
    const fault = JSON.parse(text) as { message?: string; error?: string; code?: string };
    return { message: fault.message ?? fault.error ?? text, code: fault.code };
  } catch {
    return undefined;
  }
}

function pipelineAddress(url: string): string {
  const base = new URL(url.replace(/^libsql:/, "https:"));
  if (base.protocol !== "http:" && base.protocol !== "https:") throw new Error(`a database's address begins with libsql:, https: or http:, not ${base.protocol}`);
  return new URL("v2/pipeline", `${base.origin}${base.pathname.replace(/\/?$/, "/")}`).href;
}
