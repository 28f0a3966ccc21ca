import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startSqld, type Sqld } from "../scripts/runtime/sqld.ts";
import { describeCommitSet } from "./commit.contract.testing.ts";
import { openLibsql } from "./libsql.ts";
import { describeMigrations } from "./migrate.contract.testing.ts";
import { UnavailableError } from "./port.ts";
import { describePort, type OpenPort } from "./port.contract.testing.ts";

async function open(): Promise<OpenPort & { sqld: Sqld; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), "meterline-db-"));
  const sqld = await startSqld({ path: join(folder, "db") });
  return {
    sqld,
    folder,
    port: openLibsql({ url: sqld.url }),
    close: async () => {
      await sqld.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describePort("the book of record on a libSQL server", open);
describeMigrations("migrations on a libSQL server", open);
describeCommitSet("the bulk commit on a libSQL server", open);

const count = (to: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT`;

test("an answer over 10 MB is refused in words; a write that asks for one is undone", async () => {
  const { port, close } = await open();
  onTestFinished(async () => close());
  await expect(port.query(`${count(12)} hex(zeroblob(500000)) FROM n`)).rejects.toThrow("the answer is larger than the 10 MB that the database sends; read it in pages");
  await port.write([{ sql: "CREATE TABLE big (x)" }]);
  await expect(port.write([{ sql: `INSERT INTO big ${count(12)} hex(zeroblob(500000)) FROM n RETURNING x` }])).rejects.toThrow("larger than the 10 MB");
  expect(await port.query("SELECT count(*) AS n FROM big")).toEqual([{ n: 0 }]);
  await expect(port.write([{ sql: "INSERT INTO big SELECT zeroblob(5000001)" }])).rejects.toThrow("a value is larger than the 5 MB");
});

test("a hundred writers at once all get through", async () => {
  const { port, close } = await open();
  onTestFinished(async () => close());
  await port.write([{ sql: "CREATE TABLE payment (id TEXT PRIMARY KEY)" }]);
  await Promise.all(Array.from({ length: 100 }, (_, i) => port.write([{ sql: "INSERT INTO payment VALUES (?)", args: [`P${i}`] }, { sql: "SELECT count(*) FROM payment" }])));
  expect(await port.query("SELECT count(*) AS n FROM payment")).toEqual([{ n: 100 }]);
});

test("the server is started again: streams that were kept from before are no obstacle", async () => {
  const { sqld, folder, port } = await open();
  await port.write([{ sql: "CREATE TABLE payment (id TEXT)" }]);
  await Promise.all([1, 2, 3].map(() => port.query("SELECT 1")));
  await sqld.stop();
  const again = await startSqld({ path: join(folder, "db"), port: sqld.port });
  onTestFinished(async () => {
    await again.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await port.write([{ sql: "INSERT INTO payment VALUES ('P1')" }]);
  expect(await port.query("SELECT id FROM payment")).toEqual([{ id: "P1" }]);
});

test("the server is killed during a write: the outcome is unknown, the transaction is not half there, earlier ones are", async () => {
  const { sqld, folder, port } = await open();
  await port.write([{ sql: "CREATE TABLE payment (id TEXT)" }, { sql: "INSERT INTO payment VALUES ('before')" }]);
  const writing = port.write([{ sql: "INSERT INTO payment VALUES ('during')" }, { sql: `${count(1e9)} max(i) FROM n` }]).catch((caught: unknown) => caught);
  await port.query("SELECT 1"); // The server has had the write before this was answered.
  await sqld.kill();
  const error = await writing;
  expect(error).toBeInstanceOf(UnavailableError);
  expect((error as UnavailableError).outcome).toBe("unknown");

  const again = await startSqld({ path: join(folder, "db"), port: sqld.port });
  onTestFinished(async () => {
    await again.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  expect(await port.query("SELECT id FROM payment")).toEqual([{ id: "before" }]);
});
