/** What every door to the book of record has to do. Each adapter's test calls this. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConstraintError, UnavailableError, type SqlPort, type Statement } from "./port.ts";

export interface OpenPort {
  readonly port: SqlPort;
  /** Takes the database away for good. */
  close(): void | Promise<void>;
}

const TABLES = [
  "CREATE TABLE event (stream TEXT NOT NULL, seq INTEGER NOT NULL, batch TEXT, PRIMARY KEY (stream, seq)) WITHOUT ROWID",
  "CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount <> 0))",
  "CREATE TABLE thing (id TEXT PRIMARY KEY, value, note TEXT UNIQUE)",
  "CREATE TABLE part (id TEXT PRIMARY KEY, thing_id TEXT NOT NULL REFERENCES thing (id))",
  "CREATE TABLE journal (what TEXT)",
  "CREATE TRIGGER entry_frozen BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never changed; reverse them'); END",
  "CREATE TRIGGER entry_journal AFTER INSERT ON entry BEGIN INSERT INTO journal VALUES ('entry ' || NEW.id); END",
];

export function describePort(name: string, open: () => OpenPort | Promise<OpenPort>): void {
  describe(`${name}`, () => {
    let opened: OpenPort;
    let port: SqlPort;

    beforeAll(async () => {
      opened = await open();
      port = opened.port;
      await port.write(TABLES.map((sql) => ({ sql })));
    });
    beforeEach(async () => {
      await port.write(["event", "entry", "part", "thing", "journal"].map((table) => ({ sql: `DELETE FROM ${table}` })));
    });
    afterAll(() => opened.close());

    const insertEvent = (stream: string, seq: number, batch: string | null = null) => ({
      sql: "INSERT INTO event (stream, seq, batch) VALUES (?, ?, ?)",
      args: [stream, seq, batch],
    });
    const insertThing = (id: string, value: string | number | null | Uint8Array = null, note: string | null = null) => ({
      sql: "INSERT INTO thing (id, value, note) VALUES (?, ?, ?)",
      args: [id, value, note],
    });
    const count = async (table: string) => (await port.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n;
    const refusal = async (...statements: Statement[]) => {
      const error = await port.write(statements).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConstraintError);
      return (error as ConstraintError).constraint;
    };

    describe("a write is all or nothing", () => {
      test("what was written is read back", async () => {
        await port.write([insertEvent("account:1", 1), insertEvent("account:1", 2)]);
        expect(await port.query("SELECT stream, seq, batch FROM event ORDER BY seq")).toEqual([
          { stream: "account:1", seq: 1, batch: null },
          { stream: "account:1", seq: 2, batch: null },
        ]);
      });

      test("a step that fails takes with it what went before, and what would have come after is not executed", async () => {
        await port.write([insertEvent("account:1", 1)]);
        await expect(port.write([insertEvent("account:2", 1), insertEvent("account:1", 1), insertEvent("account:3", 1)])).rejects.toThrow(ConstraintError);
        expect(await count("event")).toBe(1);
      });

      test("a statement that does not exist in SQL fails the batch as a plain error", async () => {
        const error = await port.write([insertEvent("account:1", 1), { sql: "INSERT INTO nowhere VALUES (1)" }]).catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(ConstraintError);
        expect(error).not.toBeInstanceOf(UnavailableError);
        expect((error as Error).message).toContain("no such table: nowhere");
        expect(await count("event")).toBe(0);
      });

      test("the port goes on after a failed write", async () => {
        await expect(port.write([{ sql: "nonsense" }])).rejects.toThrow(/syntax error/);
        await port.write([insertEvent("account:1", 1)]);
        expect(await count("event")).toBe(1);
      });

      test("tables and triggers are made in a batch as well, and undone with it", async () => {
        await expect(port.write([{ sql: "CREATE TABLE half (a)" }, { sql: "INSERT INTO half VALUES (1)" }, { sql: "INSERT INTO nowhere VALUES (1)" }])).rejects.toThrow("no such table: nowhere");
        await expect(port.query("SELECT * FROM half")).rejects.toThrow("no such table: half");
      });

      test("nothing to write is no error", async () => {
        expect(await port.write([])).toEqual([]);
      });

      test("many writers at once: every write is stored or its caller is told, and one of two rivals wins", async () => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) => port.write([insertEvent(`account:${i >> 1}`, 1), { sql: "SELECT count(*) FROM event" }])),
        );
        const lost = outcomes.filter((outcome) => outcome.status === "rejected");
        expect(lost.map((outcome) => (outcome.reason as ConstraintError).constraint)).toEqual(Array(10).fill("event.stream, event.seq"));
        expect(await count("event")).toBe(10);
      });
    });

    describe("what the database refuses, it names", () => {
      test("a primary key that is taken", async () => {
        await port.write([insertEvent("account:1", 1)]);
        expect(await refusal(insertEvent("account:1", 1))).toBe("event.stream, event.seq");
      });
      test("a unique value", async () => {
        expect(await refusal(insertThing("a", 1, "same"), insertThing("b", 2, "same"))).toBe("thing.note");
      });
      test("a missing value", async () => {
        expect(await refusal({ sql: "INSERT INTO entry (stream, amount) VALUES (NULL, 1)" })).toBe("NOT NULL entry.stream");
      });
      test("a check", async () => {
        expect(await refusal({ sql: "INSERT INTO entry (stream, amount) VALUES ('account:1', 0)" })).toBe("CHECK amount <> 0");
      });
      test("a foreign key: they are enforced without being asked for", async () => {
        expect(await refusal({ sql: "INSERT INTO part VALUES ('p', 'absent')" })).toBe("FOREIGN KEY");
      });
      test("a trigger's veto, word for word", async () => {
        const entry = { sql: "INSERT INTO entry (stream, amount) VALUES ('account:1', 5)" };
        expect(await refusal(entry, { sql: "UPDATE entry SET amount = 6" })).toBe("entries are never changed; reverse them");
        expect(await count("entry")).toBe(0);
      });
    });

    describe("sets", () => {
      test("rows come in as one JSON argument, guarded by what must hold", async () => {
        await port.write([insertEvent("account:1", 1), insertEvent("account:2", 1), insertEvent("account:2", 2)]);
        const rows = JSON.stringify([["account:1", 2], ["account:2", 2], ["account:3", 1]]);
        const [events, entries, winners] = await port.write([
          {
            sql: `INSERT INTO event (stream, seq, batch) SELECT r.value->>0, r.value->>1, ? FROM json_each(?) AS r
              WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.stream = r.value->>0 AND e.seq = r.value->>1)`,
            args: ["b1", rows],
          },
          {
            sql: `INSERT INTO entry (stream, amount) SELECT e.stream, 100 FROM json_each(?) AS r
              CROSS JOIN event AS e ON e.stream = r.value->>0 AND e.seq = r.value->>1 AND e.batch = ?`,
            args: [rows, "b1"],
          },
          { sql: "SELECT stream FROM event WHERE batch = ? ORDER BY stream", args: ["b1"] },
        ]);
        expect(events?.rowsAffected).toBe(2);
        expect(entries?.rowsAffected).toBe(2);
        expect(winners?.rows).toEqual([{ stream: "account:1" }, { stream: "account:3" }]);
        expect(await port.query("SELECT stream, amount FROM entry ORDER BY stream")).toEqual([
          { stream: "account:1", amount: 100 },
          { stream: "account:3", amount: 100 },
        ]);
      });

      test("ten thousand rows in one argument", async () => {
        const rows = JSON.stringify(Array.from({ length: 10_000 }, (_, i) => [`account:${i}`, 1]));
        const [inserted] = await port.write([{ sql: "INSERT INTO event (stream, seq) SELECT value->>0, value->>1 FROM json_each(?)", args: [rows] }]);
        expect(inserted?.rowsAffected).toBe(10_000);
        expect(await port.query("SELECT stream FROM event ORDER BY seq, length(stream), stream LIMIT 2")).toEqual([{ stream: "account:0" }, { stream: "account:1" }]);
      });
    });

    describe("values come back as they were", () => {
      const BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);
      for (const [what, value] of [
        ["nothing", null],
        ["an empty text", ""],
        ["names of all scripts, and emoji", "José Ñandú — 水道局 Łódź 💧🔌"],
        ["quotes and line breaks", `O'Brien "Bob"\r\n\t\\`],
        ["zero", 0],
        ["a negative whole number", -123456],
        ["the largest whole number", Number.MAX_SAFE_INTEGER],
        ["the smallest whole number", Number.MIN_SAFE_INTEGER],
        ["a fraction", 0.1],
        ["bytes", BYTES],
        ["no bytes", new Uint8Array(0)],
      ] as const) {
        test(`${what}`, async () => {
          await port.write([insertThing("a", value)]);
          expect(await port.query("SELECT value FROM thing")).toEqual([{ value }]);
        });
      }

      test("bytes come back as Uint8Array of their own length", async () => {
        await port.write([insertThing("a", new Uint8Array(BYTES.buffer, 10, 4))]);
        const [row] = await port.query<{ value: Uint8Array }>("SELECT value FROM thing");
        expect(row?.value).toBeInstanceOf(Uint8Array);
        expect([...(row?.value ?? [])]).toEqual([10, 11, 12, 13]);
      });

      test("whole numbers are stored as INTEGER, so that 5 never turns into 5.0", async () => {
        const [row] = await port.query("SELECT typeof(?) AS whole, typeof(?) AS fraction, ? || '' AS text, json_array(?) AS json", [5, 5.5, 5, 5]);
        expect(row).toEqual({ whole: "integer", fraction: "real", text: "5", json: "[5]" });
      });

      test("a number too large to be exact is refused on the way in and on the way out", async () => {
        await expect(port.write([insertThing("a", 2 ** 53)])).rejects.toThrow("within 2^53");
        await expect(port.query("SELECT 9007199254740993 AS n")).rejects.toThrow(RangeError);
      });

      test("NaN, undefined, half a character: refused by the place where they stand", async () => {
        await expect(port.write([insertThing("a", Number.NaN)])).rejects.toThrow("argument 2 of statement 1 (INSERT INTO thing");
        await expect(port.write([{ sql: "INSERT INTO thing (id, value) VALUES (?, ?)", args: ["a", undefined as never] }])).rejects.toThrow("argument 2 of statement 1 (INSERT INTO thing");
        await expect(port.write([insertThing("a", "\ud83d")])).rejects.toThrow("argument 2 of statement 1 (INSERT INTO thing");
      });

      test("a value over 5 MB is refused with its size", async () => {
        await expect(port.write([insertThing("a", "x".repeat(5_000_001))])).rejects.toThrow("5000001 bytes; the database takes 5000000");
        await expect(port.write([insertThing("a", "水".repeat(1_700_000))])).rejects.toThrow("5100000 bytes; the database takes 5000000");
        await port.write([insertThing("a", "x".repeat(4_000_000))]);
      });
    });

    describe("answers", () => {
      test("rows affected: those of the statement itself, not of its triggers; none for a SELECT after it", async () => {
        const results = await port.write([
          insertThing("a"),
          { sql: "INSERT INTO entry (stream, amount) VALUES ('account:1', 1), ('account:2', 2)" },
          { sql: "UPDATE thing SET value = 1 WHERE id = 'absent'" },
          { sql: "SELECT id FROM thing" },
          { sql: "UPDATE thing SET value = 1" },
          { sql: "DELETE FROM journal" },
        ]);
        expect(results.map((result) => result.rowsAffected)).toEqual([1, 2, 0, 0, 1, 2]);
        expect(results[3]?.rows).toEqual([{ id: "a" }]);
      });

      test("RETURNING gives rows within a batch, and the next statement sees them", async () => {
        const [inserted, seen] = await port.write([
          { sql: "INSERT INTO thing (id, value) VALUES ('a', 1), ('b', 2) RETURNING id, value * 10 AS tenfold" },
          { sql: "SELECT count(*) AS n FROM thing" },
        ]);
        expect(inserted).toEqual({ rows: [{ id: "a", tenfold: 10 }, { id: "b", tenfold: 20 }], rowsAffected: 2 });
        expect(seen?.rows).toEqual([{ n: 2 }]);
      });

      test("rows are plain objects", async () => {
        const [row] = await port.query("SELECT 1 AS one, 'two' AS two");
        expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
        expect(Reflect.ownKeys(row ?? {})).toEqual(["one", "two"]);
      });

      test("several reads see one state, whatever is written meanwhile", async () => {
        const sums = "SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM thing) AS things";
        const writing = Promise.all(Array.from({ length: 10 }, (_, i) => port.write([insertEvent("account:1", i + 1), insertThing(`t${i}`)])));
        for (let i = 0; i < 10; i++) {
          const [first, , last] = await port.read([{ sql: "SELECT count(*) AS n FROM event" }, { sql: sums }, { sql: "SELECT count(*) AS n FROM thing" }]);
          expect(last?.rows).toEqual(first?.rows);
        }
        await writing;
        expect(await port.query(sums)).toEqual([{ events: 10, things: 10 }]);
      });
    });

    describe("statements that are wrong", () => {
      test("a write does not pass as a read", async () => {
        await expect(port.query("INSERT INTO thing (id) VALUES ('a')")).rejects.toThrow("not a read: INSERT INTO thing");
        await expect(port.read([{ sql: "SELECT 1" }, { sql: "DELETE FROM thing" }])).rejects.toThrow("not a read: DELETE FROM thing");
      });
      test("an argument too few or too many", async () => {
        await expect(port.query("SELECT ? AS a, '?' AS b, ? AS c", [1])).rejects.toThrow(/parameter/);
        await expect(port.query("SELECT ? AS a, '?' AS b, ? AS c", [1, 2, 3])).rejects.toThrow(/parameter/);
        expect(await port.query("SELECT ?1 AS a, '?' AS b, ?1 AS c -- ?", [1])).toEqual([{ a: 1, b: "?", c: 1 }]);
      });
      test("two statements in one text", async () => {
        await expect(port.write([{ sql: "DELETE FROM thing; DELETE FROM event" }])).rejects.toThrow(/more than one statement/);
      });
    });

    test("a database that is gone: nothing was stored, and that is what is said", async () => {
      const other = await open();
      await other.close();
      for (const attempt of [() => other.port.query("SELECT 1 AS a"), () => other.port.read([{ sql: "SELECT 1" }]), () => other.port.write([{ sql: "CREATE TABLE a (b)" }])]) {
        const error = await attempt().catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(UnavailableError);
        expect((error as UnavailableError).outcome).toBe("none");
      }
    });
  });
}
