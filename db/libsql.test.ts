import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { openLibsql } from "./libsql.ts";
import { ConstraintError, UnavailableError } from "./port.ts";

const WRITE = [{ sql: "INSERT INTO payment VALUES (?)", args: ["P1"] }];
const OK = { cols: [], rows: [], affected_row_count: 1 };
const json = (body: unknown, status = 200) => () => Response.json(body, { status });
const batch = (step_results: unknown[], step_errors: unknown[]) =>
  json({ results: [{ type: "ok", response: { type: "batch", result: { step_results, step_errors } } }, { type: "ok", response: { type: "close" } }] });
const committed = batch([OK, OK, OK, null], [null, null, null, null]);
const failed = (code: string, message: string) => batch([OK, null, null, OK], [null, { code, message }, null, null]);

/** A server that gives these answers one after the other, and what it was asked. */
function serverOf(...answers: (() => Response | Promise<Response>)[]) {
  const asked: { url: string; headers: Headers; body: { requests: { batch: { steps: { stmt: { sql: string } }[] } }[] } }[] = [];
  const port = openLibsql({
    url: "libsql://meterline-example.turso.io",
    authToken: "secret",
    fetch: async (url, init) => {
      asked.push({ url: String(url), headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)) });
      const answer = answers.shift();
      if (!answer) throw new Error("one request too many");
      return answer();
    },
  });
  return { port, asked };
}

const errorOf = async (attempt: Promise<unknown>) => {
  const error = await attempt.catch((caught: unknown) => caught);
  if (!(error instanceof Error)) throw new Error("an error was expected");
  return error;
};
const outcomeOf = async (attempt: Promise<unknown>) => {
  const error = await errorOf(attempt);
  return error instanceof UnavailableError ? error.outcome : error;
};

test("a write is one request: BEGIN IMMEDIATE, the statements, COMMIT or ROLLBACK", async () => {
  const { port, asked } = serverOf(committed);
  expect(await port.write(WRITE)).toEqual([{ rows: [], rowsAffected: 1 }]);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.url).toBe("https://meterline-example.turso.io/v2/pipeline");
  expect(asked[0]?.headers.get("authorization")).toBe("Bearer secret");
  expect(asked[0]?.headers.get("accept-encoding")).toBe("identity");
  expect(asked[0]?.body.requests[0]?.batch.steps.map((step) => step.stmt.sql)).toEqual(["BEGIN IMMEDIATE", WRITE[0]?.sql, "COMMIT", "ROLLBACK"]);
});

test("what was made ready ahead is sent as it would have been, also the second time", async () => {
  const busy = failed("SQLITE_BUSY", "database is locked");
  const { port, asked } = serverOf(committed, busy, committed);
  await port.write(WRITE);
  const ahead = [{ sql: WRITE[0]!.sql, args: ["P1"] }];
  port.makeReady!(ahead);
  expect(await port.write(ahead)).toEqual([{ rows: [], rowsAffected: 1 }]);
  expect(asked).toHaveLength(3);
  expect(asked[1]?.body).toEqual(asked[0]?.body);
  expect(asked[2]?.body).toEqual(asked[0]?.body);
  expect(() => port.makeReady!([{ sql: WRITE[0]!.sql, args: ["\ud800"] }])).toThrow("half a character");
});

test("an address that is no database's is refused at once", () => {
  expect(() => openLibsql({ url: "file:local.db" })).toThrow("begins with libsql:, https: or http:, not file:");
});

describe("somebody else is writing", () => {
  const busy = batch([null, null, null, null], [{ code: "SQLITE_BUSY", message: "SQLite error: database is locked" }, null, null, null]);

  test("the write is tried again until it gets through", async () => {
    const { port, asked } = serverOf(busy, busy, busy, committed);
    await port.write(WRITE);
    expect(asked).toHaveLength(4);
  });

  test("but not for ever, and then it is certain that nothing was stored", async () => {
    const { port, asked } = serverOf(...Array(9).fill(busy));
    expect(await outcomeOf(port.write(WRITE))).toBe("none");
    expect(asked).toHaveLength(9);
  });
});

describe("what is known of a write when something else went wrong", () => {
  for (const [what, answer, outcome, sentence] of [
    ["the token is refused", json({ error: "Unauthorized" }, 401), "none", "the database refused the token (HTTP 401: Unauthorized)"],
    ["too many requests", json({}, 429), "none", "takes no more requests"],
    ["the provider blocks", failed("BLOCKED", "quota"), "none", "blocked by its provider (quota)"],
    ["cut while others waited", failed("TRANSACTION_TIMEOUT", "Transaction timed out"), "none", "more than 5 s"],
    ["a proxy's bad gateway", () => new Response("upstream gone", { status: 502 }), "unknown", "HTTP 502: upstream gone"],
    ["the disk fails", failed("SQLITE_IOERR", "SQLite error: disk I/O error"), "unknown", "disk I/O error"],
    ["half an answer", () => new Response('{"results":[{"ty'), "unknown", "did not answer"],
    ["an answer without the commit", batch([OK, OK, null, null], [null, null, null, null]), "unknown", "does not say that the transaction was committed"],
    ["the connection is lost", () => Promise.reject(new TypeError("fetch failed")), "unknown", "fetch failed"],
  ] as const) {
    test(`${what}: ${outcome}`, async () => {
      const error = await errorOf(serverOf(answer).port.write(WRITE));
      expect(error).toBeInstanceOf(UnavailableError);
      expect((error as UnavailableError).outcome).toBe(outcome);
      expect(error.message).toContain(sentence);
    });
  }

  test("all steps after a cut report it; one error reaches the caller", async () => {
    const cut = { code: "TRANSACTION_TIMEOUT", message: "Transaction timed out" };
    expect(await outcomeOf(serverOf(batch([OK, null, null, null], [null, cut, cut, cut])).port.write(WRITE))).toBe("none");
  });

  test("a read leaves nothing to be unsure of", async () => {
    expect(await outcomeOf(serverOf(() => new Response("", { status: 503 })).port.query("SELECT 1"))).toBe("none");
  });
});

test("constraints are named whether the server gives the short or the extended code", async () => {
  for (const code of ["SQLITE_CONSTRAINT", "SQLITE_CONSTRAINT_PRIMARYKEY"]) {
    const error = await errorOf(serverOf(failed(code, "SQLite error: UNIQUE constraint failed: event.stream, event.seq")).port.write(WRITE));
    expect(error).toBeInstanceOf(ConstraintError);
    expect((error as ConstraintError).constraint).toBe("event.stream, event.seq");
  }
});

describe("over a real connection", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  async function listen(answer: RequestListener): Promise<string> {
    const listening = createServer(answer);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }

  test("nobody listens: nothing was sent", async () => {
    const url = await listen(() => {});
    await new Promise((resolve) => server?.close(resolve));
    expect(await outcomeOf(openLibsql({ url }).write(WRITE))).toBe("none");
  });

  test("the server dies with the request in its hands: unknown", async () => {
    const url = await listen((request) => request.socket.destroy());
    expect(await outcomeOf(openLibsql({ url }).write(WRITE))).toBe("unknown");
  });

  test("the server never answers: unknown, after the time that was given", async () => {
    const url = await listen(() => {});
    const error = await errorOf(openLibsql({ url, timeoutMs: 30 }).write(WRITE));
    expect((error as UnavailableError).outcome).toBe("unknown");
    expect(error.message).toContain("no answer within 0.03 s");
  });

  test("the server stops in the middle of its answer: unknown, after the time that was given", async () => {
    const url = await listen((_, response) => void response.write('{"results":['));
    expect(await outcomeOf(openLibsql({ url, timeoutMs: 30 }).write(WRITE))).toBe("unknown");
  });
});
