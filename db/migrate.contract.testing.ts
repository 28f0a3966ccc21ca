/** Migrations on any door to the database. */
import { describe, expect, test } from "vitest";
import { migrate, migrationState, MigrationError, pendingMigrations, type Migration } from "./migrate.ts";
import { loadMigrations } from "./migrations-folder.ts";
import { UnavailableError, type SqlPort } from "./port.ts";
import type { OpenPort } from "./port.contract.testing.ts";

const ACCOUNTS: Migration = { idx: 0, tag: "0000_accounts", sql: "CREATE TABLE account (id TEXT PRIMARY KEY);\n--> statement-breakpoint\nCREATE INDEX account_id ON account (id);" };
const FROZEN: Migration = {
  idx: 1,
  tag: "0001_frozen",
  sql: "-- Accounts stay; for good.\nCREATE TRIGGER account_stays BEFORE DELETE ON account BEGIN\n  SELECT RAISE(ABORT, 'accounts; stay');\nEND;\n",
};
const METERS: Migration = { idx: 2, tag: "0002_meters", sql: "CREATE TABLE meter (id TEXT PRIMARY KEY);\n--> statement-breakpoint\nINSERT INTO meter VALUES ('M1')" };

export function describeMigrations(name: string, open: () => OpenPort | Promise<OpenPort>): void {
  describe(`${name}`, () => {
    async function withPort(story: (port: SqlPort) => Promise<void>): Promise<void> {
      const opened = await open();
      try {
        await story(opened.port);
      } finally {
        await opened.close();
      }
    }
    const refusalOf = async (attempt: Promise<unknown>) => {
      const error = await attempt.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(MigrationError);
      return (error as MigrationError).message;
    };

    test("an empty database gets the whole schema of the product, once", () =>
      withPort(async (port) => {
        const migrations = loadMigrations();
        const tags = migrations.map(({ tag }) => tag);
        const lines: string[] = [];
        expect(await migrate(port, { migrations, log: (line) => lines.push(line) })).toEqual({ from: 0, to: tags.length, applied: tags });
        expect(lines).toHaveLength(tags.length);
        expect(await migrate(port, { migrations })).toEqual({ from: tags.length, to: tags.length, applied: [] });
        expect(await port.query("SELECT count(*) AS n FROM event")).toEqual([{ n: 0 }]);
      }));

    test("an update applies only what is new, and records when", () =>
      withPort(async (port) => {
        await migrate(port, { migrations: [ACCOUNTS], now: () => 1000 });
        expect(await migrate(port, { migrations: [ACCOUNTS, FROZEN, METERS], now: () => 2000 })).toEqual({ from: 1, to: 3, applied: ["0001_frozen", "0002_meters"] });
        expect((await migrationState(port)).map(({ idx, tag, appliedAt }) => [idx, tag, appliedAt])).toEqual([
          [0, "0000_accounts", 1000],
          [1, "0001_frozen", 2000],
          [2, "0002_meters", 2000],
        ]);
        await port.write([{ sql: "INSERT INTO account VALUES ('A')" }]);
        await expect(port.write([{ sql: "DELETE FROM account" }])).rejects.toThrow("accounts; stay");
      }));

    test("a migration that fails leaves nothing behind, and the next start does it again", () =>
      withPort(async (port) => {
        const broken = { ...METERS, idx: 1, sql: `${METERS.sql};\n--> statement-breakpoint\nINSERT INTO meter VALUES ('M1')` };
        expect(await refusalOf(migrate(port, { migrations: [ACCOUNTS, broken] }))).toContain("migration 1 '0002_meters' failed and was undone: the database refused a row: meter.id");
        expect(await migrationState(port)).toHaveLength(1);
        await expect(port.query("SELECT * FROM meter")).rejects.toThrow("no such table: meter");
        expect((await migrate(port, { migrations: [ACCOUNTS, { ...METERS, idx: 1 }] })).applied).toEqual(["0002_meters"]);
      }));

    test("several servers that start at once apply each migration once", () =>
      withPort(async (port) => {
        const migrations = [ACCOUNTS, FROZEN, METERS];
        const results = await Promise.all([1, 2, 3, 4].map(() => migrate(port, { migrations })));
        expect(results.flatMap(({ applied }) => applied).sort()).toEqual(migrations.map(({ tag }) => tag));
        expect(results.every(({ to }) => to === 3)).toBe(true);
      }));

    test("a database written by a newer version is left alone", () =>
      withPort(async (port) => {
        await migrate(port, { migrations: [ACCOUNTS, FROZEN] });
        expect(await refusalOf(migrate(port, { migrations: [ACCOUNTS] }))).toContain(
          "this database was written by a newer Meterline: it has migration 1 '0001_frozen' that this version does not know",
        );
      }));

    test("a migration that was changed after it was applied is noticed; line ends do not count", () =>
      withPort(async (port) => {
        await migrate(port, { migrations: [ACCOUNTS, FROZEN] });
        const withCrLf = { ...FROZEN, sql: FROZEN.sql.replaceAll("\n", "\r\n") };
        expect((await migrate(port, { migrations: [ACCOUNTS, withCrLf] })).applied).toEqual([]);
        const changed = { ...ACCOUNTS, sql: ACCOUNTS.sql.replace("TEXT", "INTEGER") };
        expect(await refusalOf(migrate(port, { migrations: [changed, FROZEN] }))).toContain("migration 0 '0000_accounts' was changed after it was applied");
      }));

    test("a database of another branch is noticed by the name of the migration", () =>
      withPort(async (port) => {
        await migrate(port, { migrations: [ACCOUNTS, FROZEN] });
        expect(await refusalOf(migrate(port, { migrations: [ACCOUNTS, { ...METERS, idx: 1 }] }))).toContain("migration 1 of this database is '0001_frozen' and of this version '0002_meters'");
      }));

    test("a database with tables of somebody else, or restored in part, is not touched", () =>
      withPort(async (port) => {
        await port.write(["a", "b", "c", "d"].map((table) => ({ sql: `CREATE TABLE ${table} (x)` })));
        expect(await refusalOf(migrate(port, { migrations: [ACCOUNTS] }))).toContain("this database has tables (a, b, c and 1 more) but no record of a migration");
        await expect(port.query("SELECT * FROM account")).rejects.toThrow("no such table");
      }));

    test("a record with a missing row is noticed", () =>
      withPort(async (port) => {
        await migrate(port, { migrations: [ACCOUNTS, FROZEN] });
        await port.write([{ sql: "DELETE FROM migration WHERE idx = 0" }]);
        expect(await refusalOf(migrate(port, { migrations: [ACCOUNTS, FROZEN] }))).toContain("lacks number 0");
      }));

    test("while the database is away, that is what is said", () =>
      withPort(async (port) => {
        const away: SqlPort = { ...port, write: () => Promise.reject(new UnavailableError("none", "away")) };
        await expect(migrate(away, { migrations: [ACCOUNTS] })).rejects.toThrow(UnavailableError);
        expect((await migrate(port, { migrations: [ACCOUNTS] })).applied).toEqual(["0000_accounts"]);
      }));

    test("a list with a gap is refused before anything is done", () =>
      withPort(async (port) => {
        expect(await refusalOf(migrate(port, { migrations: [ACCOUNTS, METERS] }))).toContain("'0002_meters' has number 2, expected 1");
        expect(await refusalOf(migrate(port, { migrations: [{ ...ACCOUNTS, sql: "-- nothing\n" }] }))).toContain("has no statement");
        expect(pendingMigrations(await migrationState(port), [ACCOUNTS])).toEqual([ACCOUNTS]);
      }));
  });
}
