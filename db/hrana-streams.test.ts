import { describe, expect, test } from "vitest";
import { Streams } from "./hrana-streams.ts";
import { openLibsql } from "./libsql.ts";

interface Asked {
  readonly url: string;
  readonly body: { readonly baton?: string | null; readonly requests: readonly { readonly type: string }[] };
}

const ONE = { type: "ok", response: { type: "execute", result: { cols: [{ name: "a" }], rows: [[{ type: "integer", value: "1" }]], affected_row_count: 0 } } };
let servers = 0;

/** A port to a server of its own that gives these answers one after the other, and what it was asked. */
function serverOf(...answers: (() => Response | Promise<Response>)[]) {
  const asked: Asked[] = [];
  servers += 1;
  const port = openLibsql({
    url: `http://server-${servers}.example`,
    fetch: async (url, init) => {
      asked.push({ url: String(url), body: JSON.parse(String(init?.body)) as Asked["body"] });
      return answers.shift()!();
    },
  });
  return { port, asked };
}

const goesOn = (baton: string | null, base_url: string | null = null) => () => Response.json({ baton, base_url, results: [ONE] });
const unknownBaton = () => new Response("Received an invalid baton", { status: 400 });

describe("a stream of the server is used again", () => {
  test("with the ticket of its last answer, at the address that it names", async () => {
    const { port, asked } = serverOf(goesOn("first", "https://near.example"), goesOn("second"));
    await port.query("SELECT 1 AS a");
    await port.query("SELECT 1 AS a");
    expect(asked.map(({ url, body }) => [new URL(url).host, body.baton, body.requests.length])).toEqual([[`server-${servers}.example`, null, 1], ["near.example", "first", 1]]);
  });

  test("one that the server has forgotten is no error: the question goes out again on a new one", async () => {
    const { port, asked } = serverOf(goesOn("old"), unknownBaton, goesOn("new"));
    await port.query("SELECT 1 AS a");
    expect(await port.query("SELECT 1 AS a")).toEqual([{ a: 1 }]);
    expect(asked.map(({ body }) => body.baton)).toEqual([null, "old", null]);
  });

  test("a refusal on a new stream is one", async () => {
    await expect(serverOf(unknownBaton).port.query("SELECT 1 AS a")).rejects.toThrow("invalid baton");
  });

  test("after an answer that got lost its stream is not used again", async () => {
    const { port, asked } = serverOf(goesOn("kept"), () => Promise.reject(new TypeError("fetch failed")), goesOn("fresh"));
    await port.query("SELECT 1 AS a");
    await expect(port.query("SELECT 1 AS a")).rejects.toThrow("fetch failed");
    await port.query("SELECT 1 AS a");
    expect(asked.map(({ body }) => body.baton)).toEqual([null, "kept", null]);
  });

  test("of many requests at once eight keep theirs, the others close the one they open", async () => {
    const { port, asked } = serverOf(...Array.from({ length: 10 }, (_, n) => goesOn(`b${n}`)));
    await Promise.all(Array.from({ length: 10 }, () => port.query("SELECT 1 AS a")));
    expect(asked.map(({ body }) => body.requests.at(-1)!.type)).toEqual([...Array(8).fill("execute"), "close", "close"]);
  });
});

test("a stream that was idle for long is left to the server, and makes room for another", () => {
  const streams = new Streams();
  expect(streams.take(0)).toBe("new");
  streams.keep({ baton: "b", url: "http://a.example" }, 0);
  expect(streams.take(6_000)).toBe("new");
  streams.lose();
});
