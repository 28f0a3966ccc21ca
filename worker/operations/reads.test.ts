import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { verifyLog } from "../../db/log.ts";
import { openMemory } from "../../db/memory.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { ConstraintError, UnavailableError, type SqlPort, type Statement } from "../../db/port.ts";
import { admin, clerk, ZONE } from "../../test/support/utility.ts";
import { enterReads } from "./reads.ts";
import { addHouse, day, fillDays, household, interval, iso, openStreet, read, register, type Street } from "./reads.testing.ts";

const count = async ({ port }: Street, table: string, where = "true"): Promise<number> => (await port.query<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`))[0]!.n;
const dayRow = async ({ port }: Street, date: string, channel = 1) =>
  (await port.query<Record<string, number | string>>("SELECT version, best_total, best_peak, missing, suspect, estimated, flow_at_end FROM interval_day WHERE channel_id = ? AND day = ?", [channel, date]))[0];

describe("a gateway posts a day", () => {
  test("and it is stored, packed, counted, logged and answered", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const answer = await street.post([day("2026-06-09"), read("2026-06-09", 120_345)]);
    expect(answer).toMatchObject({ replayed: false, counts: { accepted: 2, duplicate: 0, exception: 0, rejected: 0 }, outcomes: [{ index: 0, outcome: "accepted" }, { index: 1, outcome: "accepted" }] });
    const values = household("2026-06-09").map((value) => Math.round(value * 1000));
    expect(await dayRow(street, "2026-06-09")).toMatchObject({ version: 1, best_total: values.reduce((a, b) => a + b), best_peak: Math.max(...values), missing: 0, suspect: 0, estimated: 0 });
    const [stored] = await street.port.query<{ raw: Uint8Array }>("SELECT raw FROM interval_day");
    expect([...new Int32Array(stored!.raw.slice().buffer)]).toEqual(values);
    expect(await street.port.query("SELECT value, version, quality, suspect, source, actor FROM register_read")).toEqual([{ value: 120_345_000, version: 1, quality: "actual", suspect: 0, source: "ami", actor: "gateway:gateway-north" }]);
    const [event] = await street.port.query<{ data: string; actor: string }>("SELECT data, actor FROM event WHERE stream = ?", [`reads:${answer.batchId}`]);
    expect(JSON.parse(event!.data)).toMatchObject({ gateway: "gateway-north", reads: 2, accepted: 2, exceptions: 0, meters: 2 });
    expect(await street.port.query("SELECT last_seen_at AS seen FROM gateway")).toEqual([{ seen: street.clock.now }]);
  });

  test("again, byte for byte: the stored answer, and nothing happens twice", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const first = await street.post([day("2026-06-09"), { ...read("2026-06-09", 5), meter: "W9" }]);
    const events = await count(street, "event");
    street.clock.now += 120_000;
    const second = await street.post([day("2026-06-09"), { ...read("2026-06-09", 5), meter: "W9" }]);
    expect(second).toEqual({ ...first, replayed: true });
    expect(await count(street, "event")).toBe(events);
    expect(await street.port.query("SELECT last_seen_at AS seen FROM gateway")).toEqual([{ seen: street.clock.now }]);
  });

  test("again, once the clock has come to what lay in the future: it is taken, and then the answer stands", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const early = { ...day("2026-06-10"), start: "2026-06-10T15:00:00Z", values: [0.2, 0.3] };
    expect((await street.post([early, read("2026-06-09", 500)])).counts).toMatchObject({ accepted: 1, rejected: 1 });
    // The morning before it has not come, which is work for a person.
    expect(await street.post([early, read("2026-06-09", 500)])).toMatchObject({ replayed: true, counts: { accepted: 1, rejected: 1 } });
    street.clock.now += 30 * 60_000;
    expect(await street.post([early, read("2026-06-09", 500)])).toMatchObject({ replayed: false, counts: { exception: 1, duplicate: 1, rejected: 0 } });
    expect(await street.post([early, read("2026-06-09", 500)])).toMatchObject({ replayed: true, counts: { exception: 1, duplicate: 1, rejected: 0 } });
    expect(await street.port.query("SELECT best_total AS total FROM interval_day")).toEqual([{ total: 500 }]);
  });

  test("in another batch: each read is a duplicate", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    await street.post([day("2026-06-09"), read("2026-06-09", 120_345)]);
    const answer = await street.post([day("2026-06-09"), read("2026-06-09", 120_345), read("2026-06-08", 120_300)]);
    expect(answer.outcomes.map(({ outcome }) => outcome)).toEqual(["duplicate", "duplicate", "accepted"]);
    expect(await dayRow(street, "2026-06-09")).toMatchObject({ version: 1 });
    expect(await count(street, "register_read")).toBe(2);
  });

  test("in parts, the late part first: the day is filled", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const values = household("2026-06-09");
    await street.post([day("2026-06-09", values.map((value, slot) => (slot < 48 ? null : value)))]);
    expect(await dayRow(street, "2026-06-09")).toMatchObject({ version: 1, missing: 48 });
    await street.post([day("2026-06-09", values.map((value, slot) => (slot < 48 ? value : null)))]);
    expect(await dayRow(street, "2026-06-09")).toMatchObject({ version: 2, missing: 0, best_total: values.reduce((sum, value) => sum + Math.round(value * 1000), 0) });
    expect(await count(street, "interval_revision")).toBe(0);
  });

  test("with a corrected value: the later one counts, the first stays, and somebody is told", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    await street.post([day("2026-06-09")]);
    const corrected = household("2026-06-09").with(10, 0.5);
    const answer = await street.post([day("2026-06-09", corrected)]);
    expect(answer.outcomes[0]).toMatchObject({ outcome: "exception", exceptionId: "1:2026-06-09:changed:2", reason: expect.stringContaining("the later ones count") });
    expect(await dayRow(street, "2026-06-09")).toMatchObject({ version: 2, suspect: 0, best_total: corrected.reduce((sum, value) => sum + Math.round(value * 1000), 0) });
    expect(await street.port.query("SELECT revision, rule, length(flags) AS flags, actor FROM interval_revision")).toEqual([{ revision: 1, rule: "gateway", flags: 96, actor: "gateway:gateway-north" }]);
    expect((await street.post([day("2026-06-09", corrected), read("2026-06-09", 1)])).outcomes[0]).toEqual({ index: 0, outcome: "duplicate" });
    expect((await street.post([day("2026-06-09"), read("2026-06-09", 1)])).outcomes[0]).toEqual({ index: 0, outcome: "duplicate" });
  });

  test("of the spring and the autumn on which clocks change", async () => {
    const street = await openStreet("2026-11-05T15:00:00Z");
    const spring = await street.post([day("2026-03-08", household("2026-03-08", 92)), day("2026-11-01", household("2026-11-01", 100))]);
    expect(spring.counts).toMatchObject({ accepted: 2, exception: 0 });
    expect(await street.port.query("SELECT day, length(raw) / 4 AS slots, missing FROM interval_day ORDER BY day")).toEqual([{ day: "2026-03-08", slots: 92, missing: 0 }, { day: "2026-11-01", slots: 100, missing: 0 }]);
  });

  test("that runs over midnights: each local day is its own", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    await street.post([{ ...day("2026-06-07"), values: [...household("2026-06-07"), ...household("2026-06-08"), ...household("2026-06-09").slice(0, 40)] }]);
    expect(await street.port.query("SELECT day, missing FROM interval_day ORDER BY day")).toEqual([{ day: "2026-06-07", missing: 0 }, { day: "2026-06-08", missing: 0 }, { day: "2026-06-09", missing: 56 }]);
  });
});

describe("what is wrong with a read is said in words", () => {
  test("an unknown meter, a wrong unit and a wrong step are kept for a person; posting them again keeps one each", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const wrong = [{ ...read("2026-06-09", 5), meter: "W9" }, { ...read("2026-06-09", 5), unit: "kWh" }, { ...day("2026-06-08"), stepMinutes: 30 }];
    const first = await street.post(wrong);
    expect(first.outcomes.map(({ outcome }) => outcome)).toEqual(["exception", "exception", "exception"]);
    expect(first.outcomes[0]!.reason).toBe("No meter has the number W9.");
    expect(await count(street, "exception", "status = 'open'")).toBe(3);
    const second = await street.post([...wrong, read("2026-06-09", 7)]);
    expect(second.outcomes.slice(0, 3)).toEqual(first.outcomes);
    expect(await count(street, "exception")).toBe(3);
    expect(await count(street, "event", "type = 'ExceptionOpened'")).toBe(3);
  });

  test("a value from the future or off the dials is rejected with its field", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const answer = await street.post([read("2026-06-11", 5), read("2026-06-09", 1_000_000), read("2024-06-09", 5)]);
    expect(answer.outcomes).toMatchObject([{ outcome: "rejected", field: "at" }, { outcome: "rejected", field: "value" }, { outcome: "rejected", field: "at" }]);
    expect(await count(street, "register_read")).toBe(0);
  });

  test("a rollover of the dials is no exception; a register that went back is", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    expect((await street.post([read("2026-05-09", 999_000), read("2026-06-09", 3_500)])).counts).toMatchObject({ accepted: 2 });
    const back = await street.post([read("2026-06-10", 1_000, "W1", { at: iso(street.clock.now - 60_000) })]);
    expect(back.outcomes[0]).toMatchObject({ outcome: "exception", reason: expect.stringContaining("went back") });
    expect(await street.port.query("SELECT value, suspect FROM register_read ORDER BY read_at")).toEqual([{ value: 999_000_000, suspect: 0 }, { value: 3_500_000, suspect: 0 }, { value: 1_000_000, suspect: 1 }]);
  });

  test("a spike goes to the queue, marks its day and belongs to the account", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    await fillDays(street, "2026-06-09", 30);
    const answer = await street.post([day("2026-06-09", household("2026-06-09").with(40, 90))]);
    expect(answer.outcomes[0]).toMatchObject({ outcome: "exception", exceptionId: "1:2026-06-09:spike:1" });
    expect(await dayRow(street, "2026-06-09")).toMatchObject({ suspect: 1 });
    const [row] = await street.port.query("SELECT kind, rule, severity, status, account_id AS account, service_point_id AS point, detail FROM exception WHERE rule = 'spike'");
    expect(row).toEqual({ kind: "reads", rule: "spike", severity: "fail", status: "open", account: "A-1", point: "SP-1-electric", detail: '{"slot":40}' });
  });

  test("a spike that the head-end corrects by itself is cured, and the day is good again", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    await street.post([day("2026-06-09", household("2026-06-09").with(40, 90))]);
    await street.post([day("2026-06-09")]);
    expect(await dayRow(street, "2026-06-09")).toMatchObject({ version: 2, suspect: 0 });
    expect(await street.port.query("SELECT rule, status, decision FROM exception ORDER BY rule")).toEqual([{ rule: "changed", status: "open", decision: null }, { rule: "spike", status: "closed", decision: "cured" }]);
  });

  test("a late read that explains the one after it takes the doubt off that one too", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    for (let month = 1; month <= 5; month += 1) await street.post([read(`2026-0${month}-01`, 100_000 + month * 4_000)]);
    const high = await street.post([read("2026-06-09", 160_000)]);
    expect(high.outcomes[0]).toMatchObject({ outcome: "exception", reason: expect.stringContaining("high") });
    await street.post([read("2026-06-08", 159_900)]);
    const reads = await street.port.query("SELECT read_at AS at, version, suspect FROM register_read WHERE read_at > ? ORDER BY read_at, version", [startOfDay("2026-06-01", ZONE)]);
    expect(reads).toMatchObject([{ version: 1, suspect: 1 }, { version: 1, suspect: 1 }, { version: 2, suspect: 0 }]);
    expect(await street.port.query("SELECT day, status FROM exception ORDER BY day")).toEqual([{ day: "2026-06-08", status: "open" }, { day: "2026-06-09", status: "closed" }]);
  });

  test("intervals that do not add up to the register beside them", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    await addHouse(street, 2, [{ commodity: "electric", badge: "E2", channels: [interval(3, 15), register(4, "kWh", 5)] }]);
    const at = (date: string) => iso(startOfDay(date, ZONE));
    const sum = household("2026-06-09").reduce((a, b) => a + b);
    const registers = [{ meter: "E2", kind: "register", unit: "kWh", at: at("2026-06-09"), value: 1_000 }, { meter: "E2", kind: "register", unit: "kWh", at: at("2026-06-10"), value: Math.round(1_000 + sum + 20) }];
    const answer = await street.post([...registers, day("2026-06-09", household("2026-06-09"), "E2")]);
    expect(answer.outcomes[2]).toMatchObject({ outcome: "exception", reason: expect.stringContaining("The intervals add up to") });
  });

  test("a leak runs over midnight from one batch to the next", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    await addHouse(street, 3, [{ commodity: "water", badge: "W3", channels: [{ ...interval(5, 60), unit: "gal" }] }]);
    const hours = (date: string, values: number[]) => ({ meter: "W3", kind: "interval", unit: "gal", start: iso(startOfDay(date, ZONE)), stepMinutes: 60, values });
    await street.post([hours("2026-06-07", Array.from({ length: 24 }, (_, hour) => (hour < 12 ? 0 : 5 + (hour % 3))))]);
    expect(await dayRow(street, "2026-06-07", 5)).toMatchObject({ flow_at_end: 12 });
    await street.post([hours("2026-06-08", Array.from({ length: 24 }, (_, hour) => 5 + (hour % 3)))]);
    expect(await dayRow(street, "2026-06-08", 5)).toMatchObject({ flow_at_end: 36 });
  });
});

describe("who watches is told", () => {
  test("only accounts that are being looked at, once a batch", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    await street.post([day("2026-06-08")]);
    expect(await count(street, "outbox", "kind = 'usageChanged'")).toBe(0);
    await street.port.write([{ sql: "INSERT INTO watched (account_id, since) VALUES ('A-1', 0)" }]);
    await street.post([day("2026-06-09"), read("2026-06-09", 120_345)]);
    expect(await street.port.query("SELECT kind, key, payload FROM outbox WHERE kind = 'usageChanged'")).toEqual([{ kind: "usageChanged", key: "A-1", payload: '{"accountId":"A-1"}' }]);
    await street.post([day("2026-06-09"), read("2026-06-09", 1, "W9")]);
    expect(await count(street, "outbox", "kind = 'usageChanged'")).toBe(1);
  });
});

describe("races", () => {
  /** A port that lets somebody else in right before a write. */
  const racing = (port: SqlPort, before: () => Promise<void>): SqlPort => {
    let armed = true;
    return {
      ...port,
      write: async (statements) => {
        if (armed && statements.some(({ sql }) => sql.includes("INSERT INTO interval_day ("))) {
          armed = false;
          await before();
        }
        return port.write(statements);
      },
    };
  };

  test("another batch that wrote the same day meanwhile: it is read again and nothing is lost", async () => {
    const memory = openMemory();
    let meanwhile = async (): Promise<void> => {};
    const street = await openStreet("2026-06-10T15:00:00Z", racing(memory, () => meanwhile()));
    const values = household("2026-06-09");
    meanwhile = async () => void (await street.post([day("2026-06-09", values.map((value, slot) => (slot < 48 ? value : null)))]));
    const answer = await street.post([day("2026-06-09", values.map((value, slot) => (slot < 48 ? null : value)))]);
    expect(answer.counts).toMatchObject({ accepted: 1 });
    expect(await dayRow(street, "2026-06-09")).toMatchObject({ version: 2, missing: 0 });
  });

  test("the same batch twice at once: one is taken, both get the answer", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const [a, b] = await Promise.all([street.post([day("2026-06-09")]), street.post([day("2026-06-09")])]);
    expect([a!.replayed, b!.replayed].toSorted()).toEqual([false, true]);
    expect(a!.outcomes).toEqual(b!.outcomes);
    expect(await count(street, "event", "type = 'ReadsIngested'")).toBe(1);
  });

  test("the answer of the commit is lost: posting again finds it taken", async () => {
    const memory = openMemory();
    let lose = false;
    const street = await openStreet("2026-06-10T15:00:00Z", {
      ...memory,
      write: async (statements) => {
        const results = await memory.write(statements);
        if (!lose || !statements.some(({ sql }) => sql.startsWith("INSERT INTO event"))) return results;
        lose = false;
        throw new UnavailableError("unknown", "no answer came");
      },
    });
    lose = true;
    await expect(street.post([day("2026-06-09")])).rejects.toBeInstanceOf(UnavailableError);
    expect(await street.post([day("2026-06-09")])).toMatchObject({ replayed: true, counts: { accepted: 1 } });
    expect(await count(street, "event", "type = 'ReadsIngested'")).toBe(1);
  });

  test("a rule of the database that is broken is not a race: the batch fails as a whole", async () => {
    const memory = openMemory();
    const street = await openStreet("2026-06-10T15:00:00Z", {
      ...memory,
      write: (statements: readonly Statement[]) => memory.write(statements.some(({ sql }) => sql.includes("INSERT INTO interval_day (")) ? [...statements, { sql: "INSERT INTO batch (id, recorded_at) VALUES (NULL, NULL)" }] : statements),
    });
    await expect(street.post([day("2026-06-09")])).rejects.toBeInstanceOf(ConstraintError);
    expect(await count(street, "interval_day")).toBe(0);
    expect(await count(street, "event", "type = 'ReadsIngested'")).toBe(0);
  });
});

describe("a large batch", () => {
  test("of thousands of meters is one commit, in arguments that the server takes", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const meters = Array.from({ length: 1_500 }, (_, i) => ({ commodity: "electric", badge: `X${i}`, channels: [interval(1_000 + i, 15)] }));
    await addHouse(street, 9, meters.slice(0, 1));
    await street.port.write([
      { sql: "INSERT INTO meter (id, badge, commodity, status) SELECT 'M-' || r.value, r.value, 'electric', 'installed' FROM json_each(?) AS r", args: [JSON.stringify(meters.slice(1).map(({ badge }) => badge))] },
      { sql: "INSERT INTO meter_installation (meter_id, service_point_id, installed_on) SELECT 'M-' || r.value, 'SP-9-electric', '2024-01-01' FROM json_each(?) AS r", args: [JSON.stringify(meters.slice(1).map(({ badge }) => badge))] },
      { sql: "INSERT INTO channel (id, meter_id, name, kind, unit, step_minutes, multiplier, direction) SELECT r.value->>0, 'M-' || (r.value->>1), 'kWh', 'interval', 'kWh', 15, '1', 'delivered' FROM json_each(?) AS r", args: [JSON.stringify(meters.slice(1).map(({ badge, channels }) => [channels[0]!.id, badge]))] },
    ]);
    const sizes: number[] = [];
    const { port } = street;
    const write = port.write.bind(port);
    port.write = (statements) => {
      for (const { args = [] } of statements) sizes.push(...args.map((arg) => (arg instanceof Uint8Array ? (arg.byteLength * 4) / 3 : String(arg).length)));
      return write(statements);
    };
    // Half of them spike, so that there are many exceptions as well.
    const answer = await street.post(meters.map(({ badge }, i) => day("2026-06-09", i % 2 === 0 ? household("2026-06-09") : household("2026-06-09").with(7, 90), badge)));
    expect(answer.counts).toMatchObject({ accepted: 750, exception: 750 });
    expect(Math.max(...sizes)).toBeLessThan(4_500_000);
    expect(await count(street, "interval_day")).toBe(1_500);
    expect(await count(street, "event", "type = 'ExceptionOpened'")).toBe(750);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });
});

describe("reads that a person enters", () => {
  test("go the same way under the person's name; the same command twice is one", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const input = { commandId: "enter-1", reads: [read("2026-06-09", 120_345)] };
    expect(await enterReads(street.world, admin, input)).toMatchObject({ status: "done", answer: { replayed: false, counts: { accepted: 1 } } });
    expect(await enterReads(street.world, admin, input)).toMatchObject({ status: "done", answer: { replayed: true, counts: { accepted: 1 } } });
    expect(await street.port.query("SELECT source, actor FROM register_read")).toEqual([{ source: "staff", actor: "user:admin" }]);
    expect(await enterReads(street.world, admin, { commandId: "enter-2", reads: [{ meter: "W1" }] })).toMatchObject({ status: "invalid", errors: expect.arrayContaining([expect.objectContaining({ path: "reads[0].unit" })]) });
    await expect(enterReads(street.world, clerk, input)).rejects.toThrow("Your role (csr) does not include this");
  });
});

describe("a batch that is not one", () => {
  const problem = async (street: Street, body: string | Uint8Array, headers?: Record<string, string>) => {
    const response = await street.postRaw(body, headers);
    return { status: response.status, error: ((await response.json()) as { error: { code: string; message: string; issues?: { path: string }[] } }).error };
  };

  test("is refused whole with the paths of what is wrong", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const { status, error } = await problem(street, JSON.stringify({ reads: [day("2026-06-09"), { meter: "E1", kind: "interval", unit: "parsec", start: "yesterday", stepMinutes: 15, values: [1, "x"] }] }));
    expect(status).toBe(422);
    expect(error.issues!.map(({ path }) => path)).toEqual(["reads[1].unit", "reads[1].start", "reads[1].values[1]"]);
    expect(await count(street, "interval_day")).toBe(0);
    expect((await problem(street, "{}")).error.issues).toMatchObject([{ path: "reads" }]);
    expect(await problem(street, "{nonsense")).toMatchObject({ status: 400, error: { code: "not_json" } });
    expect(await problem(street, Uint8Array.of(0xff, 0xfe))).toMatchObject({ status: 400, error: { code: "not_text" } });
  });

  test("too many or too large: 413 with a sentence", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const many = JSON.stringify({ reads: Array.from({ length: 10_001 }, () => ({ meter: "W1" })) });
    expect(await problem(street, many)).toMatchObject({ status: 413, error: { message: "The batch has 10001 reads; post at most 10000 in one request." } });
    expect(await problem(street, " ".repeat(5 * 1024 * 1024 + 1))).toMatchObject({ status: 413, error: { message: "The body is larger than 5 MB; post it in several requests." } });
    const headers = { authorization: `Bearer ${street.gateway.keyId}.${street.gateway.secret}`, "content-encoding": "gzip" };
    expect(await problem(street, gzipSync(" ".repeat(50_000_000)), headers)).toMatchObject({ status: 413 });
    expect(await problem(street, "not gzip", headers)).toMatchObject({ status: 400, error: { code: "broken" } });
    expect(await problem(street, "x", { ...headers, "content-encoding": "br" })).toMatchObject({ status: 415 });
  });

  test("packed with gzip it is the same batch", async () => {
    const street = await openStreet("2026-06-10T15:00:00Z");
    const body = JSON.stringify({ reads: [day("2026-06-09")] });
    const first = (await (await street.postRaw(gzipSync(body), { authorization: `Bearer ${street.gateway.keyId}.${street.gateway.secret}`, "content-encoding": "gzip" })).json()) as { batchId: string; replayed: boolean };
    const second = (await (await street.postRaw(body)).json()) as { batchId: string; replayed: boolean };
    expect(first.replayed).toBe(false);
    expect(second).toEqual({ ...first, replayed: true });
  });
});

test("what a meter did a year ago and last month judges what it does today", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  await fillDays(street, addDays("2026-06-09", -350), 28);
  await fillDays(street, "2026-06-09", 28);
  const tenfold = household("2026-06-09").map((value) => value * 10);
  const answer = await street.post([day("2026-06-09", tenfold)]);
  expect(answer.outcomes[0]!.reason).toMatch(/Usage is high: .* a day against .* in the same season last year and .* in the weeks before/);
});
