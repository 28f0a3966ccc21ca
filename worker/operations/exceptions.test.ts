import { describe, expect, test } from "vitest";
import { verifyLog } from "../../db/log.ts";
import { openMemory } from "../../db/memory.ts";
import type { SqlPort } from "../../db/port.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { clerk, customerOf, supervisor } from "../../test/support/utility.ts";
import { assignException, countExceptions, decideException, decideExceptions, exceptionGroups, exceptionPage, listExceptions, snoozeException, type Decide } from "./exceptions.ts";
import { takeHeldReads } from "./exceptions/held.ts";
import { addHouse, day, fillDays, household, interval, openStreet, read, register, type Street } from "./reads.testing.ts";

const NOW = "2026-06-10T15:00:00Z";
const DAY = "2026-06-09";
const SPIKE = `1:${DAY}:spike:1`;
const biller: UserActor = { kind: "user", userId: "biller", role: "billing", accountIds: [] };
const fielder: UserActor = { kind: "user", userId: "fielder", role: "field", accountIds: [] };
const spiky = household(DAY).with(40, 30);

/** Four good weeks, then a day with an interval of 30 kWh at ten in the morning. */
async function openSpike(port?: SqlPort): Promise<Street> {
  const street = await openStreet(NOW, port);
  await fillDays(street, DAY, 28);
  await street.post([day(DAY, spiky)]);
  return street;
}

const decide = (street: Street, decision: Decide["decision"], more: Partial<Decide> = {}, actor = biller) => decideException(street.world, actor, { commandId: `decide-${decision}`, exceptionId: SPIKE, decision, reason: "Checked.", ...more });
const rowOf = async ({ port }: Street, id = SPIKE) => (await port.query("SELECT status, decision, stage, owner FROM exception WHERE id = ?", [id]))[0];
const dayOf = async ({ port }: Street, date = DAY) => (await port.query("SELECT version, suspect, best_total AS total, missing, estimated FROM interval_day WHERE channel_id = 1 AND day = ?", [date]))[0];
const eventsOf = async ({ port }: Street, id = SPIKE) => (await port.query<{ type: string; data: string; actor: string }>("SELECT type, data, actor FROM event WHERE stream = ? ORDER BY seq", [`exception:${id}`])).map(({ type, data, actor }) => ({ type, actor, data: JSON.parse(data) as Record<string, never> }));
const milli = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.round(value * 1000), 0);

describe("a spike in the queue", () => {
  test("is shown with the story of its meter", async () => {
    const street = await openSpike();
    const { items, next } = await listExceptions(street.world, clerk);
    expect(items).toMatchObject([{ id: SPIKE, rule: "spike", severity: "fail", stage: "new", badge: "E1", commodity: "electric", address: "1 Elm St, Cedar Falls", accountId: "A-1", accountName: "Ann Lee", day: DAY }]);
    expect(next).toBeNull();
    const page = (await exceptionPage(street.world, clerk, SPIKE))!;
    expect(page).toMatchObject({ subject: "day", decisions: ["accept", "edit", "estimate", "reread"], slot: 40, rule: { title: "Spike" }, numbers: { max: 30_000 }, others: [] });
    expect(page.meter).toMatchObject({ badge: "E1", unit: "kWh", kind: "interval", stepMinutes: 15, direction: "delivered" });
    expect(page.meter!.days).toHaveLength(29);
    expect(page.meter!.days.at(-1)).toEqual({ day: DAY, total: milli(spiky), missing: 0, estimated: 0, suspect: true });
    expect(page.meter!.slots[40]).toEqual({ slot: 40, at: Date.parse("2026-06-09T15:00:00Z"), value: 30_000, quality: "actual" });
    expect(page.meter!.weekBefore[40]!.value).toBe(Math.round(household("2026-06-02")[40]! * 1000));
    expect(page.suggestion!.slots).toEqual([{ slot: 40, value: expect.any(Number) }]);
    expect(page.steps).toMatchObject([{ type: "ExceptionOpened", actor: "gateway:gateway-north", reason: null }]);
    expect(await exceptionPage(street.world, clerk, "other")).toBeNull();
  });

  test("is shown though a year of days before it is in doubt on the same channel", async () => {
    const street = await openSpike();
    await street.port.write(Array.from({ length: 60 }, (_, i) => ({
      sql: "INSERT INTO exception (id, kind, rule, severity, status, meter_id, channel_id, day, sentence, numbers, opened_at) VALUES (?, 'reads', 'changed', 'warn', 'open', 'M-E1', 1, '2026-01-01', 'Sent again.', '{}', ?)",
      args: [`old-${i}`, i],
    })));
    const page = (await exceptionPage(street.world, clerk, SPIKE))!;
    expect(page.item.id).toBe(SPIKE);
    expect(page.others).toHaveLength(49);
  });

  test("accepted as it is: the day may be billed, and the same values are not doubted again", async () => {
    const street = await openSpike();
    expect(await dayOf(street)).toMatchObject({ version: 1, suspect: 1 });
    expect(await decide(street, "accept")).toEqual({ status: "done", replayed: false, result: { exceptionId: SPIKE, stage: "closed", owner: null } });
    expect(await dayOf(street)).toMatchObject({ version: 2, suspect: 0, total: milli(spiky) });
    expect(await rowOf(street)).toMatchObject({ status: "closed", decision: "accept" });
    expect((await eventsOf(street)).at(-1)).toMatchObject({ type: "ExceptionDecided", actor: "user:biller", data: { decision: "accept", before: { suspect: true, total: milli(spiky) }, after: { suspect: false, total: milli(spiky) } } });
    await street.post([day(DAY, spiky), read(DAY, 7)]);
    expect((await listExceptions(street.world, clerk)).items).toEqual([]);
  });

  test("edited: another value counts, the one that came stays, and both are in the log with who and why", async () => {
    const street = await openSpike();
    expect(await decide(street, "edit", { slots: [{ slot: 40, value: "0.31" }], reason: "Reader's note: relay test." })).toMatchObject({ status: "done" });
    expect(await dayOf(street)).toMatchObject({ version: 2, suspect: 0, total: milli(spiky.with(40, 0.31)) });
    const [raw] = await street.port.query<{ raw: Uint8Array }>("SELECT raw FROM interval_day WHERE channel_id = 1 AND day = ?", [DAY]);
    expect(new Int32Array(raw!.raw.slice().buffer)[40]).toBe(30_000);
    const [revision] = await street.port.query<{ actor: string; rule: string; flags: string; reason: string }>("SELECT actor, rule, flags, reason FROM interval_revision");
    expect(revision).toMatchObject({ actor: "user:biller", rule: "edit", flags: `${"A".repeat(40)}D${"A".repeat(55)}` });
    const page = (await exceptionPage(street.world, clerk, SPIKE))!;
    expect(page.steps.at(-1)).toMatchObject({
      type: "ExceptionDecided", reason: "Reader's note: relay test.",
      before: { suspect: true, slots: [{ slot: 40, value: 30_000 }] }, after: { suspect: false, slots: [{ slot: 40, value: 310 }], total: milli(spiky.with(40, 0.31)) },
    });
    expect(page.meter!.slots[40]).toMatchObject({ value: 310, quality: "edited" });
    expect(page).toMatchObject({ decisions: [], suggestion: null });
    // The words are personal data: the log only refers to them.
    expect(JSON.stringify(await eventsOf(street))).not.toContain("relay");
    expect(revision!.reason).not.toContain("relay");
  });

  test("estimated: as on like days, marked as a person's change", async () => {
    const street = await openSpike();
    const { suggestion } = (await exceptionPage(street.world, clerk, SPIKE))!;
    expect(await decide(street, "estimate", { reason: "" })).toMatchObject({ status: "done" });
    const { meter, steps } = (await exceptionPage(street.world, clerk, SPIKE))!;
    expect(meter!.slots[40]).toMatchObject({ value: suggestion!.slots[0]!.value, quality: "edited" });
    expect(meter!.slots[40]!.value).toBeGreaterThan(200);
    expect(meter!.slots[40]!.value).toBeLessThan(400);
    expect(await dayOf(street)).toMatchObject({ suspect: 0 });
    expect(steps.at(-1)).toMatchObject({ type: "ExceptionDecided", reason: null, summary: { decision: "estimate", method: "linear:1" } });
  });

  test("an edit that makes it no better is the person's word all the same; what it spoils opens anew", async () => {
    const street = await openSpike();
    await decide(street, "edit", { slots: [{ slot: 40, value: "29" }, { slot: 41, value: "-1" }] });
    expect(await rowOf(street)).toMatchObject({ status: "closed", decision: "edit" });
    expect((await listExceptions(street.world, clerk)).items).toMatchObject([{ rule: "negative", severity: "fail" }]);
    expect(await dayOf(street)).toMatchObject({ suspect: 1 });
  });

  test("twice with the same command is once; with other values it is a conflict; after the decision it is too late", async () => {
    const street = await openSpike();
    const input = { slots: [{ slot: 40, value: "0.31" }] };
    await decide(street, "edit", input);
    const events = (await eventsOf(street)).length;
    expect(await decide(street, "edit", input)).toMatchObject({ status: "done", replayed: true });
    expect(await decide(street, "edit", { slots: [{ slot: 40, value: "0.32" }] })).toEqual({ status: "conflict" });
    expect(await decide(street, "accept")).toMatchObject({ status: "refused", refusal: { message: "Somebody has decided on this already." } });
    expect(await eventsOf(street)).toHaveLength(events);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("what cannot be is refused in words", async () => {
    const street = await openSpike();
    expect(await decide(street, "edit", { reason: " " })).toMatchObject({ status: "refused", refusal: { field: "reason" } });
    expect(await decide(street, "edit", {})).toMatchObject({ status: "refused", refusal: { field: "slots" } });
    expect(await decide(street, "edit", { slots: [{ slot: 96, value: "1" }] })).toMatchObject({ status: "refused", refusal: { message: "The day has intervals 0 to 95." } });
    expect(await decide(street, "edit", { slots: [{ slot: 4, value: "a lot" }] })).toMatchObject({ status: "refused", refusal: { field: "slots[0].value" } });
    expect(await decide(street, "dismiss")).toMatchObject({ status: "refused", refusal: { message: "This can be decided by: accept, edit, estimate, reread." } });
    expect(await decide(street, "accept", { exceptionId: "none" })).toMatchObject({ status: "refused", refusal: { field: "exceptionId" } });
    await expect(decide(street, "accept", {}, clerk)).rejects.toThrow("Your role (csr) does not include this");
    await expect(decide(street, "accept", {}, { ...biller, accountIds: ["A-1"] })).rejects.toThrow("Staff cannot act on an account linked to themselves");
    await expect(listExceptions(street.world, customerOf("A-1"))).rejects.toThrow("There is nothing here");
  });

  test("whoever watches the account sees the decision", async () => {
    const street = await openSpike();
    await street.port.write([{ sql: "INSERT INTO watched (account_id, since) VALUES ('A-1', 0)" }]);
    await decide(street, "accept");
    expect(await street.port.query("SELECT key FROM outbox WHERE kind = 'usageChanged'")).toEqual([{ key: "A-1" }]);
  });
});

describe("a hole in a day", () => {
  const HOLE = `1:2026-06-08:missing:1`;
  const holed = household("2026-06-08").map((value, slot) => (slot >= 30 && slot < 60 ? null : value));

  test("is estimated, and the late values show through the estimate", async () => {
    const street = await openStreet(NOW);
    await fillDays(street, "2026-06-08", 28);
    await street.post([day("2026-06-08", holed)]);
    street.clock.now += 86_400_000;
    await street.post([{ ...day("2026-06-08", holed.with(0, 0.2)) }]);
    const [hole] = (await listExceptions(street.world, clerk, { rule: "missing" })).items;
    expect(hole).toMatchObject({ rule: "missing", severity: "fail" });
    expect(await decide(street, "estimate", { exceptionId: hole!.id })).toMatchObject({ status: "done" });
    expect(await dayOf(street, "2026-06-08")).toMatchObject({ missing: 0, estimated: 30, suspect: 0 });
    await street.post([day("2026-06-08", household("2026-06-08").with(0, 0.2))]);
    expect(await dayOf(street, "2026-06-08")).toMatchObject({ missing: 0, estimated: 0, total: milli(household("2026-06-08").with(0, 0.2)) });
  });

  test("cannot be estimated without anything to go by", async () => {
    const street = await openStreet(NOW);
    await street.post([day("2026-06-06", household("2026-06-06").map((value, slot) => (slot === 40 ? value : null)))]);
    const [hole] = (await listExceptions(street.world, clerk)).items;
    const answer = await decide(street, "estimate", { exceptionId: hole?.id ?? HOLE });
    expect(answer).toMatchObject({ status: "refused", refusal: { message: expect.stringContaining("nothing to estimate from") } });
  });
});

describe("a register read in doubt", () => {
  async function openHigh(): Promise<{ street: Street; id: string }> {
    const street = await openStreet(NOW);
    for (let month = 1; month <= 5; month += 1) await street.post([read(`2026-0${month}-01`, 100_000 + month * 4_000)]);
    const answer = await street.post([read("2026-06-01", 214_000)]);
    return { street, id: answer.outcomes[0]!.exceptionId! };
  }
  const best = async (street: Street) => street.port.query("SELECT version, value, quality, suspect, actor FROM register_read WHERE read_at > ? ORDER BY version", [Date.parse("2026-06-01T00:00:00Z")]);

  test("is shown with the reads around it and what would be usual", async () => {
    const { street, id } = await openHigh();
    const page = (await exceptionPage(street.world, clerk, id))!;
    expect(page).toMatchObject({ subject: "read", rule: { title: "High usage" }, suggestion: { value: expect.any(Number), method: "previous" } });
    expect(page.meter!.reads.map(({ value, suspect }) => [value, suspect])).toEqual([[104_000_000, false], [108_000_000, false], [112_000_000, false], [116_000_000, false], [120_000_000, false], [214_000_000, true]]);
    expect(page.suggestion!.value).toBe(124_133_000);
  });

  test("edited: a further version counts", async () => {
    const { street, id } = await openHigh();
    expect(await decide(street, "edit", { exceptionId: id, value: "124000", reason: "Two digits swapped." })).toMatchObject({ status: "done" });
    expect(await best(street)).toMatchObject([{ version: 1, value: 214_000_000, suspect: 1 }, { version: 2, value: 124_000_000, quality: "edited", suspect: 0, actor: "user:biller" }]);
    expect((await eventsOf(street, id)).at(-1)!.data).toMatchObject({ before: { value: 214_000_000, suspect: true }, after: { value: 124_000_000, suspect: false } });
    expect(await decide(street, "edit", { commandId: "later", exceptionId: id, value: "1" })).toMatchObject({ status: "refused" });
  });

  test("accepted: the same value, no longer in doubt", async () => {
    const { street, id } = await openHigh();
    await decide(street, "accept", { exceptionId: id });
    expect(await best(street)).toMatchObject([{ suspect: 1 }, { version: 2, value: 214_000_000, quality: "actual", suspect: 0 }]);
  });

  test("estimated by the usual usage", async () => {
    const { street, id } = await openHigh();
    await decide(street, "estimate", { exceptionId: id });
    expect((await best(street)).at(-1)).toMatchObject({ version: 2, value: 124_133_000, quality: "edited", suspect: 0 });
  });

  test("a value that no dial can show is refused", async () => {
    const { street, id } = await openHigh();
    expect(await decide(street, "edit", { exceptionId: id, value: "1234567" })).toMatchObject({ status: "refused", refusal: { field: "value", message: expect.stringContaining("dials") } });
    expect(await decide(street, "edit", { exceptionId: id })).toMatchObject({ status: "refused", refusal: { field: "value" } });
  });

  test("a field worker has it read again: it waits, and holds the bill, until somebody decides", async () => {
    const { street, id } = await openHigh();
    expect(await decide(street, "reread", { exceptionId: id, reason: "Dog." }, fielder)).toMatchObject({ status: "done", result: { stage: "waiting" } });
    expect(await rowOf(street, id)).toMatchObject({ status: "open", stage: "waiting" });
    expect((await listExceptions(street.world, clerk)).items).toEqual([]);
    expect((await listExceptions(street.world, fielder, { view: "waiting" })).items).toMatchObject([{ id, stage: "waiting" }]);
    expect((await eventsOf(street, id)).at(-1)).toMatchObject({ type: "RereadOrdered", actor: "user:fielder", data: { meterId: "M-W1", servicePointId: "SP-1-water" } });
    expect((await exceptionPage(street.world, clerk, id))!.decisions).toEqual(["accept", "edit", "estimate"]);
    expect(await decide(street, "reread", { commandId: "again", exceptionId: id }, fielder)).toMatchObject({ status: "refused", refusal: { message: "This cannot be done while it is waiting." } });
    await expect(decide(street, "edit", { exceptionId: id, value: "124000" }, fielder)).rejects.toThrow("Your role (field)");
    expect(await decide(street, "edit", { exceptionId: id, value: "124000" })).toMatchObject({ status: "done" });
  });

  test("which spoiled the one after it: both are good after the edit", async () => {
    const { street, id } = await openHigh();
    const next = await street.post([read("2026-06-08", 125_000)]);
    expect(next.outcomes[0]!.reason).toContain("went back");
    await decide(street, "edit", { exceptionId: id, value: "124000" });
    expect(await street.port.query("SELECT status, decision FROM exception ORDER BY opened_at, id")).toEqual([{ status: "closed", decision: "edit" }, { status: "closed", decision: "cured" }]);
    expect(await street.port.query("SELECT version, value, suspect FROM register_read WHERE read_at > ? ORDER BY version", [Date.parse("2026-06-08T00:00:00Z")])).toEqual([{ version: 1, value: 125_000_000, suspect: 1 }, { version: 2, value: 125_000_000, suspect: 0 }]);
  });
});

describe("a read of an unknown meter", () => {
  test("is taken in once the meter is registered", async () => {
    const street = await openStreet(NOW);
    const { outcomes } = await street.post([read(DAY, 500, "W2")]);
    const id = outcomes[0]!.exceptionId!;
    expect((await listExceptions(street.world, clerk)).items).toMatchObject([{ id, badge: "W2", meterId: null }]);
    const page = (await exceptionPage(street.world, clerk, id))!;
    expect(page).toMatchObject({ subject: "reading", decisions: ["accept", "dismiss"], reading: { meter: "W2", value: 500_000 }, meter: null, rule: { title: "Unknown meter" } });
    expect(await decide(street, "accept", { exceptionId: id })).toMatchObject({ status: "refused", refusal: { message: "It cannot be taken in yet: No meter has the number W2." } });
    await addHouse(street, 2, [{ commodity: "water", badge: "W2", channels: [register(7, "gal", 6)] }]);
    expect(await decide(street, "accept", { exceptionId: id })).toMatchObject({ status: "done", result: { stage: "closed" } });
    expect(await street.port.query("SELECT channel_id AS channel, value, actor FROM register_read")).toEqual([{ channel: 7, value: 500_000, actor: "user:biller" }]);
    expect((await eventsOf(street, id)).at(-1)!.data).toMatchObject({ decision: "accept", method: "accepted" });
  });

  test("a day of intervals is kept whole until then", async () => {
    const street = await openStreet(NOW);
    const { outcomes } = await street.post([{ ...day("2026-06-08"), unit: "Wh", values: household("2026-06-08").map((value) => value * 1000 + 0.0004), meter: "E2" }]);
    await addHouse(street, 2, [{ commodity: "electric", badge: "E2", channels: [{ id: 8, name: "1", kind: "interval", unit: "kWh", stepMinutes: 15, multiplier: "1", dials: null, direction: "delivered" }] }]);
    expect(await decide(street, "accept", { exceptionId: outcomes[0]!.exceptionId! })).toMatchObject({ status: "done" });
    expect(await street.port.query("SELECT channel_id AS channel, best_total AS total FROM interval_day")).toEqual([{ channel: 8, total: milli(household("2026-06-08")) }]);
  });

  test("or is dismissed, and stays so when it comes again", async () => {
    const street = await openStreet(NOW);
    const id = (await street.post([read(DAY, 500, "W2")])).outcomes[0]!.exceptionId!;
    expect(await decide(street, "dismiss", { exceptionId: id, reason: "The neighbour utility's meter." })).toMatchObject({ status: "done" });
    await street.post([read(DAY, 500, "W2"), read(DAY, 7)]);
    expect((await listExceptions(street.world, clerk)).items).toEqual([]);
  });
});

test("a head-end that has another multiplier than ours is asked about before anything is billed by either", async () => {
  const street = await openStreet(NOW);
  expect((await street.post([{ ...day("2026-06-08"), multiplier: "1.0" }])).counts).toMatchObject({ accepted: 1 });
  const { outcomes } = await street.post([{ ...day(DAY), multiplier: 40 }]);
  expect(outcomes).toMatchObject([{ outcome: "exception", reason: "Meter E1 is set up with the multiplier 1, the head-end has 40." }]);
  expect(await dayOf(street)).toBeUndefined();
  const exceptionId = outcomes[0]!.exceptionId!;
  expect((await exceptionPage(street.world, clerk, exceptionId))!).toMatchObject({ subject: "reading", rule: { title: "Wrong multiplier" } });
  expect(await decide(street, "accept", { exceptionId, reason: "The meter's plate says 1." })).toMatchObject({ status: "done" });
  expect(await dayOf(street)).toMatchObject({ total: milli(household(DAY)), suspect: 0 });
  // What is held beside a day says nothing against the day's own values.
  await street.post([day("2026-06-07"), { ...day("2026-06-07"), unit: "gal" }]);
  expect(await dayOf(street, "2026-06-07")).toMatchObject({ suspect: 0 });
  const wrong = await street.postRaw(JSON.stringify({ reads: [{ ...day(DAY), multiplier: "x" }, { ...day(DAY), multiplier: 0 }] }));
  expect([wrong.status, ((await wrong.json()) as { error: { issues: { path: string }[] } }).error.issues.map(({ path }) => path)]).toEqual([422, ["reads[0].multiplier", "reads[1].multiplier"]]);
});

describe("readings of a meter that nobody has entered yet", () => {
  const ofNew = (date: string, slots = 96) => day(date, household(date).map((value, slot) => (slot < slots ? value : null)), "E2");
  const openHeld = ({ port }: Street) => port.query<{ id: string }>("SELECT id FROM exception WHERE rule = 'unknown-meter' AND status = 'open' ORDER BY id");

  test("are all kept, also those that begin alike and say more; the same one again is one", async () => {
    const street = await openStreet(NOW);
    await street.post([ofNew(DAY, 4), ofNew(DAY, 8)]);
    await street.post([ofNew(DAY), ofNew(DAY, 8)]);
    expect(await openHeld(street)).toHaveLength(3);
  });

  test("are taken in by themselves once it is, in the name of who sent them, and the work about them is done; others wait on", async () => {
    const street = await openStreet(NOW);
    await street.post([ofNew("2026-06-08"), ofNew(DAY, 50)]);
    await street.post([ofNew(DAY), { ...ofNew(DAY), meter: "E3" }]);
    expect(await takeHeldReads(street.world)).toBe(0);
    await addHouse(street, 2, [{ commodity: "electric", badge: "E2", channels: [interval(7, 15)] }]);
    expect(await takeHeldReads(street.world)).toBe(3);
    expect(await street.port.query("SELECT day, missing, best_total AS total FROM interval_day WHERE channel_id = 7 ORDER BY day")).toEqual(
      ["2026-06-08", DAY].map((date) => ({ day: date, missing: 0, total: milli(household(date)) })));
    expect(await openHeld(street)).toMatchObject([{ id: expect.stringMatching(/^unknown-meter:E3:/) }]);
    expect(await street.port.query("SELECT DISTINCT decision FROM exception WHERE rule = 'unknown-meter' AND status = 'closed'")).toEqual([{ decision: "cured" }]);
    expect(await street.port.query("SELECT gateway_id AS gateway, reads FROM read_batch ORDER BY received_at DESC, reads DESC LIMIT 1")).toEqual([{ gateway: "gateway-north", reads: 3 }]);
    expect(await takeHeldReads(street.world)).toBe(0);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("that somebody dismissed stay out, also when they come again", async () => {
    const street = await openStreet(NOW);
    await street.post([ofNew(DAY)]);
    const [held] = await openHeld(street);
    expect(await decide(street, "dismiss", { exceptionId: held!.id })).toMatchObject({ status: "done" });
    await street.post([ofNew(DAY), ofNew("2026-06-07")]);
    await addHouse(street, 2, [{ commodity: "electric", badge: "E2", channels: [interval(7, 15)] }]);
    expect(await takeHeldReads(street.world)).toBe(1);
    expect(await street.port.query("SELECT day FROM interval_day WHERE channel_id = 7")).toEqual([{ day: "2026-06-07" }]);
  });
});

describe("a change under an issued bill", () => {
  async function bill(street: Street, from: string, to: string): Promise<void> {
    await street.port.write([
      { sql: "INSERT INTO bill (id, account_id, seq, number, period_from, period_to, issued_on, due_on, previous_balance, charges, balance, status, snapshot_hash, snapshot) VALUES ('b1', 'A-1', 9, '1001', ?, ?, ?, ?, 0, 0, 0, 'complete', '', '{}')", args: [from, to, to, to] },
      { sql: "INSERT INTO bill_segment (id, bill_id, service_agreement_id, commodity, period_from, period_to, registered_milli, billed_milli, unit, estimated, total) VALUES ('s1', 'b1', 'A-1-electric', 'electric', ?, ?, 0, 0, 'kWh', 0, 0)", args: [from, to] },
    ]);
  }

  test("by a person's decision becomes work: somebody looks whether to bill again", async () => {
    const street = await openSpike();
    await bill(street, "2026-05-10", "2026-06-10");
    await decide(street, "edit", { slots: [{ slot: 40, value: "0.31" }] });
    const [work] = (await listExceptions(street.world, clerk, { kind: "rebill" })).items;
    expect(work).toMatchObject({ id: "rebill:b1:1", accountId: "A-1", severity: "warn", sentence: expect.stringMatching(/^The usage of 2026-06-09 of meter E1 changed after bill 1001 \(2026-05-10 to 2026-06-10\) was issued: it was .* kWh and is now .* kWh\. Look whether to bill again\.$/) });
    expect(await decide(street, "dismiss", { exceptionId: work!.id })).toMatchObject({ status: "done" });
  });

  test("by late values of a gateway as well; a new day under no bill is not one", async () => {
    const street = await openStreet(NOW);
    await street.post([day("2026-06-08", household("2026-06-08").with(3, 0.4))]);
    await bill(street, "2026-05-09", "2026-06-09");
    await street.post([day("2026-06-08"), day(DAY)]);
    expect((await listExceptions(street.world, clerk, { kind: "rebill" })).items).toMatchObject([{ id: "rebill:b1:1", day: "2026-06-08" }]);
    await street.post([day("2026-06-08", household("2026-06-08").with(3, 0.5))]);
    expect((await eventsOf(street, "rebill:b1:1")).map(({ type }) => type)).toEqual(["ExceptionOpened", "ExceptionUpdated"]);
  });

  test("by values that only moved to other hours: the sum is the same, the price may not be", async () => {
    const street = await openStreet(NOW);
    const { values } = day("2026-06-08") as { values: number[] };
    await street.post([day("2026-06-08")]);
    await bill(street, "2026-05-09", "2026-06-09");
    await street.post([day("2026-06-08", values.with(40, values[90]!).with(90, values[40]!))]);
    const [work] = (await listExceptions(street.world, clerk, { kind: "rebill" })).items;
    expect(work).toMatchObject({ id: "rebill:b1:1", sentence: expect.stringMatching(/it is .* kWh as before, but used at other times\. Look whether to bill again\.$/) });
  });

  test("by a measurement that comes at last where a person had entered a value: the later word counts, and somebody is told", async () => {
    const street = await openStreet(NOW);
    const { values } = day("2026-06-09") as { values: number[] };
    await street.post([day("2026-06-09", [...values.slice(0, 40), null, ...values.slice(41)])]);
    const [gap] = (await listExceptions(street.world, clerk, { kind: "reads" })).items;
    expect(await decide(street, "edit", { exceptionId: gap!.id, slots: [{ slot: 40, value: "0.9" }] })).toMatchObject({ status: "done" });
    await bill(street, "2026-05-10", "2026-06-10");
    await street.post([day("2026-06-09")]);
    expect((await street.port.query<{ total: number }>("SELECT best_total AS total FROM interval_day WHERE day = '2026-06-09'"))[0]!.total).toBe(Math.round(values.reduce((sum, value) => sum + value, 0) * 1000));
    expect((await street.port.query<{ rule: string }>("SELECT rule FROM exception WHERE status = 'open' ORDER BY rule")).map(({ rule }) => rule)).toEqual(["billed-change", "changed"]);
  });
});

describe("races", () => {
  test("two people decide at once: one decision counts, the other is told", async () => {
    const street = await openSpike();
    const answers = await Promise.all([decide(street, "accept"), decide(street, "edit", { slots: [{ slot: 40, value: "0.31" }] })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["done", "refused"]);
    expect((await eventsOf(street)).filter(({ type }) => type === "ExceptionDecided")).toHaveLength(1);
  });

  test("a gateway that fills the day meanwhile: the decision is made again on what is there", async () => {
    const memory = openMemory();
    let meanwhile: (() => Promise<unknown>) | null = null;
    const street = await openStreet(NOW, {
      ...memory,
      write: async (statements) => {
        const go = statements.some(({ sql }) => sql.startsWith("UPDATE interval_day")) ? meanwhile : null;
        if (go) meanwhile = null;
        await go?.();
        return memory.write(statements);
      },
    });
    await street.post([day(DAY, spiky.map((value, slot) => (slot < 90 ? value : null)))]);
    const { id } = (await listExceptions(street.world, clerk, { rule: "spike" })).items[0]!;
    meanwhile = () => street.post([day(DAY, spiky.map((value, slot) => (slot < 90 ? null : value)))]);
    expect(await decide(street, "accept", { exceptionId: id })).toMatchObject({ status: "done" });
    expect(await dayOf(street)).toMatchObject({ version: 3, missing: 0, suspect: 0 });
  });
});

describe("the queue", () => {
  test("is taken, given back and put off", async () => {
    const street = await openSpike();
    const { world } = street;
    const at = { exceptionId: SPIKE };
    expect(await assignException(world, biller, { ...at, commandId: "take" })).toMatchObject({ status: "done", result: { stage: "assigned", owner: "biller" } });
    expect(await countExceptions(world, biller)).toMatchObject({ todo: 1, mine: 1, unowned: 0, holding: 1, byRule: [{ kind: "reads", rule: "spike", count: 1 }] });
    expect((await listExceptions(world, clerk, { owner: "none" })).items).toEqual([]);
    expect(await assignException(world, supervisor, { ...at, commandId: "give", owner: "nobody" })).toMatchObject({ status: "refused", refusal: { field: "owner" } });
    const until = street.clock.now + 2 * 86_400_000;
    expect(await snoozeException(world, biller, { ...at, commandId: "later", until, reason: "Waiting for the customer." })).toMatchObject({ status: "done", result: { stage: "snoozed" } });
    expect((await listExceptions(world, clerk)).items).toEqual([]);
    expect((await listExceptions(world, clerk, { view: "snoozed" })).items).toHaveLength(1);
    expect(await dayOf(street)).toMatchObject({ suspect: 1 });
    street.clock.now = until + 1;
    expect((await listExceptions(world, clerk)).items).toMatchObject([{ stage: "assigned" }]);
    expect(await assignException(world, biller, { ...at, commandId: "back", owner: null })).toMatchObject({ status: "done", result: { stage: "new", owner: null } });
    expect(await snoozeException(world, biller, { ...at, commandId: "past", until: 5, reason: "" })).toMatchObject({ status: "refused", refusal: { field: "until" } });
    expect((await eventsOf(street)).map(({ type }) => type)).toEqual(["ExceptionOpened", "ExceptionAssigned", "ExceptionSnoozed", "ExceptionReleased"]);
  });

  test("comes by the page, in order, nothing twice", async () => {
    const street = await openStreet(NOW);
    for (let i = 0; i < 7; i += 1) await street.post([read(DAY, i, `X${i}`), read(addDays(DAY, -1), i, `X${i}`)]);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listExceptions>> = await listExceptions(street.world, clerk, { limit: 4, after });
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== null);
    expect(seen).toHaveLength(14);
    expect(new Set(seen).size).toBe(14);
    expect((await listExceptions(street.world, clerk, { rule: "spike" })).items).toEqual([]);
    expect((await listExceptions(street.world, clerk, { olderThanDays: 1 })).items).toEqual([]);
  });
});

test("a work item that another part of the product opened without a log of its own can be dismissed", async () => {
  const street = await openStreet(NOW);
  await street.port.write([{
    sql: "INSERT INTO exception (id, kind, rule, severity, status, account_id, sentence, numbers, opened_at) VALUES ('suspense:p1', 'payment', 'suspense', 'fail', 'open', 'A-9', 'Money without an account.', '{}', 1), ('bill:r:A-1:missing', 'billing', 'missing', 'fail', 'open', 'A-1', 'Usage is missing.', '{}', 1)",
  }]);
  expect(await decide(street, "dismiss", { exceptionId: "suspense:p1", reason: "Transferred." })).toMatchObject({ status: "done" });
  expect((await exceptionPage(street.world, clerk, "bill:r:A-1:missing"))!).toMatchObject({ subject: "work", decisions: [], rule: { title: "Usage is missing" } });
  expect(await decide(street, "dismiss", { commandId: "b", exceptionId: "bill:r:A-1:missing" })).toMatchObject({ status: "refused", refusal: { message: "This closes by itself once its cause is mended." } });
});

describe("many of one cause", () => {
  /** Three houses whose meters jumped on the same day. */
  async function openMany(): Promise<{ street: Street; ids: string[] }> {
    const street = await openStreet(NOW);
    await addHouse(street, 2, [{ commodity: "electric", badge: "E2", channels: [interval(3, 15)] }]);
    await addHouse(street, 3, [{ commodity: "electric", badge: "E3", channels: [interval(4, 15)] }]);
    const meters = ["E1", "E2", "E3"];
    await street.post(meters.flatMap((meter) => Array.from({ length: 28 }, (_, i) => day(addDays(DAY, i - 28), undefined, meter))));
    await street.post(meters.map((meter) => day(DAY, spiky, meter)));
    return { street, ids: [1, 3, 4].map((channel) => `${channel}:${DAY}:spike:1`) };
  }

  test("are found by rule, cycle and gateway, and decided together: each its own event", async () => {
    const { street, ids } = await openMany();
    const groups = await exceptionGroups(street.world, clerk, "spike");
    expect(groups.gateways).toEqual([{ value: "gateway-north", name: "North head-end", count: 3 }]);
    expect(groups.cycles.reduce((sum, { count }) => sum + count, 0)).toBe(3);
    expect((await listExceptions(street.world, clerk, { rule: "spike", gateway: "gateway-north", cycle: groups.cycles[0]!.value })).items).toHaveLength(3);
    expect((await listExceptions(street.world, clerk, { gateway: "other" })).items).toEqual([]);
    const form = { commandId: "decide-many-000001", exceptionIds: ids, decision: "estimate", reason: "The head-end was restarted." } as const;
    expect(await decideExceptions(street.world, biller, form)).toEqual({ decided: 3, refused: [] });
    for (const id of ids) expect((await eventsOf(street, id)).at(-1)).toMatchObject({ type: "ExceptionDecided", actor: "user:biller", data: { decision: "estimate" } });
    expect((await listExceptions(street.world, clerk)).items).toEqual([]);
    expect(await decideExceptions(street.world, biller, form), "sent again").toEqual({ decided: 3, refused: [] });
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("what somebody decided meanwhile stays as it is, and nobody decides on their own account", async () => {
    const { street, ids } = await openMany();
    await decideException(street.world, biller, { commandId: "one", exceptionId: ids[0]!, decision: "accept", reason: "" });
    const neighbour: UserActor = { ...biller, userId: "biller-2", accountIds: ["A-2"] };
    const answer = await decideExceptions(street.world, neighbour, { commandId: "decide-many-000001", exceptionIds: ids, decision: "accept", reason: "" });
    expect(answer.decided).toBe(1);
    expect(answer.refused.map(({ exceptionId }) => exceptionId)).toEqual([ids[0], ids[1]]);
    expect(answer.refused.map(({ message }) => message)).toEqual(["Somebody has decided on this already.", expect.stringContaining("linked to you")]);
    await expect(decideExceptions(street.world, fielder, { commandId: "m2", exceptionIds: ids, decision: "accept", reason: "" })).rejects.toThrow(/role/i);
    await expect(decideExceptions(street.world, biller, { commandId: "m3", exceptionIds: Array.from({ length: 201 }, (_, i) => `x${i}`), decision: "accept", reason: "" })).rejects.toThrow("at most 200");
  });
});
