/** What sources say, from the post to the pages: kept as each meter's last word, judged again when a threshold is tried, and told by the file that said it. */
import { beforeEach, expect, test } from "vitest";
import { admin, clerk, supervisor } from "../../test/support/utility.ts";
import { arrivalsPage } from "./arrivals.ts";
import { decideException } from "./exceptions.ts";
import { meterPage } from "./meters.ts";
import { addHouse, day, household, openStreet, register, type Street } from "./reads.testing.ts";
import { previewThresholds } from "./threshold-preview.ts";

const NOW = "2026-03-10T15:00:00Z";
/** Clocks go forward. */
const SPRING = "2026-03-08";

let street: Street;
beforeEach(async () => {
  street = await openStreet(NOW);
  await addHouse(street, 2, [{ commodity: "water", badge: "W2", channels: [register(3, "gal", 6)] }]);
});

const dial = (meter: string, at: string, value: number, conditions: object[]) => ({ meter, kind: "register", unit: "gal", at, value, conditions });
const LOW = { kind: "low-battery", says: "low" };
const GOOD = { kind: "low-battery", on: false, says: "good" };

const said = async (kind: string | null = null, gateway: string | null = null) => (await arrivalsPage(street.world, clerk, gateway, kind)).said;
const time = (at: number) => new Date(at).toISOString().slice(0, 16);
const words = async (meterId: string) => (await meterPage(street.world, clerk, meterId))!.said.map(({ kind, isOn, since, toldAt, says }) => `${kind} ${isOn} ${says} since ${time(since)}, last ${time(toldAt)}`);

test("a battery that is low stands on the list since it was first said, until it is said to be good; what comes late changes nothing", async () => {
  await street.post([dial("W1", "2026-03-07T12:00:00Z", 100, [GOOD]), dial("W2", "2026-03-07T12:00:00Z", 100, [LOW])]);
  await street.post([dial("W1", "2026-03-08T12:00:00Z", 110, [LOW])]);
  await street.post([dial("W1", "2026-03-09T12:00:00Z", 120, [LOW, { kind: "weak-signal", says: "poor" }])]);
  await street.post([dial("W1", "2026-03-08T18:00:00Z", 115, [GOOD])]);
  expect(await words("M-W1")).toEqual(["weak-signal 1 poor since 2026-03-09T12:00, last 2026-03-09T12:00", "low-battery 1 low since 2026-03-08T12:00, last 2026-03-09T12:00"]);
  expect(await said()).toMatchObject({ counts: [{ kind: "low-battery", meters: 2 }, { kind: "weak-signal", meters: 1 }], kind: "low-battery", rows: [{ badge: "W2" }, { badge: "W1" }] });
  expect(await said("weak-signal")).toMatchObject({ kind: "weak-signal", rows: [{ badge: "W1", says: "poor" }] });
  await street.post([dial("W1", "2026-03-10T12:00:00Z", 130, [GOOD])]);
  expect(await said()).toMatchObject({ counts: [{ kind: "low-battery", meters: 1 }, { kind: "weak-signal", meters: 1 }], rows: [{ badge: "W2" }] });
  expect(await words("M-W1")).toContain("low-battery 0 good since 2026-03-10T12:00, last 2026-03-10T12:00");
});

test("a new module begins without what was said of the old one, and the page narrows to a gateway", async () => {
  await street.post([dial("W1", "2026-03-07T12:00:00Z", 100, [LOW, { kind: "leak" }])]);
  const pair = (fromOn: string) => street.port.write([{ sql: "INSERT INTO meter_endpoint (meter_id, from_on, endpoint_id, gateway_id, recorded_at) VALUES ('M-W1', ?, 'MTU-1', ?, 0)", args: [fromOn, street.gateway.gatewayId] }]);
  await pair("2026-03-01");
  expect(await said("low-battery", street.gateway.gatewayId)).toMatchObject({ rows: [{ badge: "W1", endpoint: "MTU-1" }] });
  expect((await said(null, "another")).counts).toEqual([]);
  await street.port.write([{ sql: "UPDATE meter_endpoint SET to_on = '2026-03-09' WHERE meter_id = 'M-W1'" }]);
  await pair("2026-03-09");
  expect((await said()).counts).toEqual([{ kind: "leak", meters: 1 }]);
});

test("tamper and a clock that is off are exceptions; accepted they stay decided, and a threshold is tried on them", async () => {
  const answer = await street.post([{ ...day(SPRING, household(SPRING, 92)), conditions: [{ kind: "tamper", says: "cut wire" }, { kind: "clock", seconds: 150 }] }]);
  expect(answer.outcomes).toMatchObject([{ outcome: "exception", exceptionIds: ["1:2026-03-08:clock:1", "1:2026-03-08:tamper:1"] }]);
  expect(await street.port.query("SELECT rule, severity FROM exception ORDER BY rule")).toEqual([{ rule: "clock", severity: "warn" }, { rule: "tamper", severity: "fail" }]);
  expect((await street.port.query<{ suspect: number }>("SELECT suspect FROM interval_day"))[0]).toEqual({ suspect: 1 });
  const accepted = await decideException(street.world, supervisor, { commandId: "accept-tamper-01", exceptionId: "1:2026-03-08:tamper:1", decision: "accept", reason: "Seen by the crew: the seal is whole." });
  expect(accepted).toMatchObject({ status: "done" });
  await street.post([{ ...day(SPRING, household(SPRING, 92)), conditions: [{ kind: "tamper", says: "cut wire" }] }]);
  expect(await street.port.query("SELECT rule, status FROM exception ORDER BY rule")).toEqual([{ rule: "clock", status: "open" }, { rule: "tamper", status: "closed" }]);
  expect((await street.port.query<{ suspect: number }>("SELECT suspect FROM interval_day"))[0]).toEqual({ suspect: 0 });
  const tried = await previewThresholds(street.world, admin, [{ commodity: "electric", customerClass: null, overrides: { clock: { warnSeconds: 60, failSeconds: 120 }, tamper: { flags: 0 } } }]);
  expect(tried.rules.map(({ rule, before, after, holdBefore, holdAfter }) => [rule, before, after, holdBefore, holdAfter])).toEqual(expect.arrayContaining([["tamper", 1, 0, 1, 0], ["clock", 1, 1, 0, 1]]));
});

test("an event without a read holds a day that was fine, and a batch of events alone is answered", async () => {
  await street.post([day(SPRING, household(SPRING, 92))]);
  const response = await street.postRaw(JSON.stringify({ events: [{ meter: "E1", at: "2026-03-08T02:11:00-06:00", conditions: [{ kind: "tamper", says: "cover" }] }, { meter: "NOPE", at: "2026-03-08T02:11:00-06:00", conditions: [{ kind: "tamper" }] }] }));
  expect([response.status, await response.json()]).toMatchObject([200, {
    counts: { accepted: 0, duplicate: 0, exception: 0, rejected: 0 },
    passedOver: [{ path: "events[1].meter", meter: "NOPE", reason: "No meter has this number; what is said of it is passed over." }],
  }]);
  expect(await street.port.query("SELECT rule, severity, day FROM exception")).toEqual([{ rule: "tamper", severity: "warn", day: "2026-03-08" }]);
  expect((await said()).rows).toMatchObject([{ badge: "E1", kind: "tamper", says: "cover" }]);
});
