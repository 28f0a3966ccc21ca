import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLibsql } from "../../db/libsql.ts";
import { type ConstraintError, UnavailableError } from "../../db/port.ts";
import { setNetwork } from "./database.ts";

const port = openLibsql({ url: env.DATABASE_URL });

beforeEach(() => port.write([{ sql: "CREATE TABLE libsql_test (id TEXT PRIMARY KEY, value)" }]));
afterEach(async () => {
  await setNetwork("up");
  await port.write([{ sql: "DROP TABLE libsql_test" }]);
});

const insert = (id: string, value: string | number | null | Uint8Array = null) => ({ sql: "INSERT INTO libsql_test VALUES (?, ?)", args: [id, value] });
const outcomeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "stored",
    (error: unknown) => (error instanceof UnavailableError ? error.outcome : error),
  );

test("values of every kind go to the database and back inside workerd", async () => {
  const values = { text: "José 水道局 💧", whole: Number.MAX_SAFE_INTEGER, fraction: 0.1, nothing: null, bytes: Uint8Array.of(0, 127, 255) };
  await port.write(Object.entries(values).map(([id, value]) => insert(id, value)));
  const rows = await port.query<{ id: string; value: unknown }>("SELECT id, value FROM libsql_test");
  expect(Object.fromEntries(rows.map(({ id, value }) => [id, value]))).toEqual(values);
});

test("a refused row is named, and the batch is undone", async () => {
  const error = await port.write([insert("a"), insert("b"), insert("a")]).catch((caught: unknown) => caught);
  expect((error as ConstraintError).constraint).toBe("libsql_test.id");
  expect(await port.query("SELECT count(*) AS n FROM libsql_test")).toEqual([{ n: 0 }]);
});

test("an answer that is lost leaves the write in doubt, and it was stored", async () => {
  await setNetwork("deaf", 1);
  expect(await outcomeOf(port.write([insert("a")]))).toBe("unknown");
  expect(await port.query("SELECT id FROM libsql_test")).toEqual([{ id: "a" }]);
});

test("workerd does not tell a connection that was refused from one that was lost: in doubt as well, and not stored", async () => {
  await setNetwork("down", 1);
  expect(await outcomeOf(port.write([insert("a")]))).toBe("unknown");
  expect(await port.query("SELECT id FROM libsql_test")).toEqual([]);
});

test("thirty requests at once share the Worker's port, and none hangs behind another", async () => {
  const statuses = await Promise.all(
    Array.from({ length: 30 }, async () => {
      const response = await exports.default.fetch("http://meterline.test/healthz");
      await response.body?.cancel();
      return response.status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
});
