/**
 * SQL over HTTP as libSQL servers speak it (Hrana 2, JSON: `POST /v2/pipeline`). One call is one request and carries
 * everything it does; nothing is kept between calls, so that requests of a Worker cannot get into each other's way.
 */
import { Buffer } from "node:buffer";
import type { Result, Row, SqlValue } from "./port.ts";
import type { BoundStatement, BoundValue } from "./statements.ts";

export interface HranaOptions {
  readonly url: string;
  readonly authToken?: string | undefined;
  readonly fetch: typeof fetch;
  /** From sending to the last byte of the answer. */
  readonly timeoutMs: number;
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
  /**
   * All statements in one transaction that begins with `begin`; any error rolls it back.
   * @throws HranaError, HttpStatusError, TimeoutError, RangeError (a whole number beyond 2^53 in the answer), and what fetch throws
   */
  transaction(begin: string, statements: readonly BoundStatement[]): Promise<Result[]>;
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
  readonly results: readonly ({ readonly type: "ok"; readonly response: { readonly result: unknown } } | { readonly type: "error"; readonly error: HranaFault })[];
}

export function openHrana({ url, authToken, fetch: fetcher, timeoutMs }: HranaOptions): Hrana {
  const address = pipelineAddress(url);
  const headers = {
    "content-type": "application/json",
    // Otherwise sqld spends seconds on compressing a large answer.
    "accept-encoding": "identity",
    ...(authToken === undefined ? {} : { authorization: `Bearer ${authToken}` }),
  };

  async function send(request: unknown): Promise<unknown> {
    const body = JSON.stringify({ requests: [request, { type: "close" }] });
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new TimeoutError(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    try {
      const response = await fetcher(address, { method: "POST", headers, body, signal: controller.signal });
      if (!response.ok) throw await refusal(response);
      const [answer] = ((await response.json()) as PipelineAnswer).results;
      if (answer?.type === "error") throw new HranaError(answer.error);
      return answer?.response.result;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    execute: async (statement) => resultOf((await send({ type: "execute", stmt: statementOf(statement) })) as HranaResult),
    transaction: async (begin, statements) => {
      const answer = (await send({ type: "batch", batch: { steps: stepsOf(begin, statements) } })) as HranaBatchResult;
      const fault = answer.step_errors.find((error) => error !== null);
      if (fault) throw new HranaError(fault);
      // Without an error every step has a result, the commit (after the statements) included.
      if (!answer.step_results[statements.length + 1]) throw new Error("the answer does not say that the transaction was committed");
      return answer.step_results.slice(1, statements.length + 1).map((result) => resultOf(result as HranaResult));
    },
  };
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
