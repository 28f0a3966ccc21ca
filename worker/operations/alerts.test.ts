import { describe, expect, test } from "vitest";
import { verifyLog } from "../../db/log.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { clerk, supervisor, ZONE } from "../../test/support/utility.ts";
import { acknowledgeAlert, alertsOf, runningAlerts } from "./alerts.ts";
import { budgetsOf, setBudget } from "./budgets.ts";
import { decideException } from "./exceptions.ts";
import { addHouse, iso, openStreet, read, type Street } from "./reads.testing.ts";

const HOUR = 3_600_000;
const at = (day: string, hour = 0): number => startOfDay(day, ZONE) + hour * HOUR;

/** A street where house 2 has a water meter of hours (W2, channel 3, gallons). */
async function waterStreet(now: string): Promise<Street> {
  const street = await openStreet(now);
  await addHouse(street, 2, [{ commodity: "water", badge: "W2", channels: [{ id: 3, name: "gal", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", dials: null, direction: "delivered" }] }]);
  return street;
}

const water = (day: string, values: readonly (number | null)[], fromHour = 0, more: object = {}): object => ({ meter: "W2", kind: "interval", unit: "gal", start: iso(at(day, fromHour)), stepMinutes: 60, values, ...more });
const hours = (value: number, count = 24): number[] => Array.from({ length: count }, () => value);
const alerts = ({ port }: Street) => port.query<Record<string, unknown>>("SELECT id, kind, account_id AS account, started_at AS started, through_at AS through, ended_at AS ended, least, usage, cleared_at AS cleared FROM usage_alert ORDER BY started_at");
const events = ({ port }: Street) => port.query<{ stream: string; seq: number; type: string; actor: string }>("SELECT stream, seq, type, actor FROM event WHERE stream LIKE 'alert:%' ORDER BY position");

describe("a toilet runs", () => {
  test("and the customer's leak clock starts with the batch that shows a day without a pause, and stops with the first dry hour", async () => {
    const street = await waterStreet("2026-06-10T12:00:00Z");
    await street.post([water("2026-06-08", [...hours(0, 10), ...hours(5, 14)])]);
    expect(await alerts(street)).toEqual([]);
    await street.post([water("2026-06-09", hours(6, 12))]);
    const id = `leak:3:${at("2026-06-08", 10)}`;
    expect(await alerts(street)).toEqual([{ id, kind: "leak", account: "A-2", started: at("2026-06-08", 10), through: at("2026-06-09", 12), ended: null, least: 6_000, usage: 26 * 6_000, cleared: null }]);

    await street.post([water("2026-06-09", hours(5, 12), 12)]);
    expect(await alerts(street)).toMatchObject([{ id, through: at("2026-06-10"), least: 5_000, usage: 38 * 5_000, ended: null }]);
    expect(await events(street)).toEqual([{ stream: `alert:${id}`, seq: 1, type: "UsageAlertRaised", actor: "gateway:gateway-north" }]);

    street.clock.now += 4 * HOUR;
    await street.post([water("2026-06-10", [5, 5, 0, 4])]);
    expect(await alerts(street)).toMatchObject([{ id, through: at("2026-06-10", 2), ended: at("2026-06-10", 2), usage: 40 * 5_000, cleared: street.clock.now }]);
    expect((await events(street)).map(({ type }) => type)).toEqual(["UsageAlertRaised", "UsageAlertEnded"]);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("what the head-end guessed neither starts the clock nor stops it", async () => {
    const street = await waterStreet("2026-06-11T12:00:00Z");
    await street.post([water("2026-06-09", hours(5), 0, { quality: "estimated" })]);
    expect(await alerts(street)).toEqual([]);
    await street.post([water("2026-06-10", hours(5))]);
    expect(await alerts(street)).toHaveLength(1);
    await street.post([water("2026-06-11", hours(0, 6), 0, { quality: "estimated" })]);
    expect(await alerts(street)).toMatchObject([{ ended: null, through: at("2026-06-11") }]);
  });

  test("the same reads again change nothing, and history that is loaded later alarms nobody", async () => {
    const street = await waterStreet("2026-06-11T12:00:00Z");
    await street.post([water("2026-06-10", hours(5))]);
    const before = await alerts(street);
    await street.post([water("2026-06-10", hours(5)), water("2026-05-10", hours(5)), water("2026-05-11", hours(5))]);
    expect(await alerts(street)).toEqual(before);
  });

  test("goes on as the next customer's when the one before has left, who is shown nothing of theirs", async () => {
    const street = await waterStreet("2026-06-12T12:00:00Z");
    await street.post([water("2026-06-09", hours(5))]);
    await street.port.write([
      { sql: "UPDATE service_agreement SET stop_on = '2026-06-10' WHERE id = 'A-2-water'", args: [] },
      { sql: "UPDATE service_agreement SET service_point_id = 'SP-2-water', start_on = '2026-06-10' WHERE id = 'A-1-water'", args: [] },
    ]);
    await street.post([water("2026-06-10", hours(6, 12))]);
    const next = `leak:3:${at("2026-06-10")}:A-1`;
    expect(await alerts(street)).toMatchObject([
      { id: `leak:3:${at("2026-06-09")}`, account: "A-2", through: at("2026-06-10"), ended: at("2026-06-10"), usage: 24 * 5_000 },
      { id: next, account: "A-1", started: at("2026-06-10"), through: at("2026-06-10", 12), ended: null, least: 5_000, usage: 12 * 5_000 },
    ]);
    await street.post([water("2026-06-10", [7, 7, 0], 12)]);
    expect((await alerts(street))[1]).toMatchObject({ id: next, ended: at("2026-06-10", 14), usage: 14 * 5_000 });
    expect((await events(street)).map(({ type }) => type).toSorted()).toEqual(["UsageAlertEnded", "UsageAlertEnded", "UsageAlertRaised", "UsageAlertRaised"]);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("what it lost stays as evidence", async () => {
    const street = await waterStreet("2026-06-11T12:00:00Z");
    await street.post([water("2026-06-09", hours(5)), water("2026-06-10", [0])]);
    expect(await alerts(street)).toMatchObject([{ ended: at("2026-06-10"), usage: 120_000 }]);
    await expect(street.port.write([{ sql: "UPDATE usage_alert SET usage = 1", args: [] }])).rejects.toThrow("evidence");
    await expect(street.port.write([{ sql: "DELETE FROM usage_alert", args: [] }])).rejects.toThrow("evidence");
  });
});

const customer = { kind: "user", userId: "U-2", role: "customer", accountIds: ["A-2"] } as const;

describe("the customer looks at it", () => {
  test("what runs, since when and how much; says that they know; a neighbour learns nothing", async () => {
    const street = await waterStreet("2026-06-11T12:00:00Z");
    await street.post([water("2026-06-10", hours(5)), water("2026-06-11", [5, 5])]);
    const [alert] = await alertsOf(street.world, customer, "A-2");
    expect(alert).toMatchObject({ kind: "leak", commodity: "water", unit: "gal", startedAt: at("2026-06-10"), perHour: 5_000, usage: 130_000, endedAt: null, acknowledgedAt: null });

    const neighbour = { ...customer, userId: "U-1", accountIds: ["A-1"] } as const;
    await expect(alertsOf(street.world, neighbour, "A-2")).rejects.toThrow("not yours");
    await expect(acknowledgeAlert(street.world, neighbour, { commandId: "k0", accountId: "A-2", alertId: alert!.id })).rejects.toThrow("not yours");
    expect(await acknowledgeAlert(street.world, neighbour, { commandId: "k1", accountId: "A-1", alertId: alert!.id })).toMatchObject({ status: "refused", refusal: { code: "no-alert" } });

    expect(await acknowledgeAlert(street.world, customer, { commandId: "k2", accountId: "A-2", alertId: alert!.id })).toMatchObject({ status: "done", replayed: false });
    expect(await acknowledgeAlert(street.world, customer, { commandId: "k2", accountId: "A-2", alertId: alert!.id })).toMatchObject({ status: "done", replayed: true });
    expect(await alertsOf(street.world, customer, "A-2")).toMatchObject([{ acknowledgedAt: street.clock.now }]);

    await street.post([water("2026-06-11", [5, 0], 2)]);
    expect(await alertsOf(street.world, customer, "A-2")).toMatchObject([{ acknowledgedAt: street.clock.now, endedAt: at("2026-06-11", 3) }]);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("staff see it on the list of what runs until it is over", async () => {
    const street = await waterStreet("2026-06-11T12:00:00Z");
    await street.post([water("2026-06-10", hours(5))]);
    expect(await runningAlerts(street.world, clerk, null, null)).toMatchObject({ counts: { leak: 1, burst: 0 }, next: null, items: [{ accountId: "A-2", address: "2 Elm St, Cedar Falls", badge: "W2", usage: 120_000 }] });
    expect((await runningAlerts(street.world, clerk, "burst", null)).items).toEqual([]);
    await street.post([water("2026-06-11", [0])]);
    expect(await runningAlerts(street.world, clerk, null, null)).toMatchObject({ counts: { leak: 0 }, items: [] });
    await expect(runningAlerts(street.world, customer, null, null)).rejects.toThrow("not yours");
  });
});

describe("a budget for the month", () => {
  const ask = { accountId: "A-2", agreementId: "A-2-water" } as const;
  const dry = (gallons: number): number[] => Array.from({ length: 24 }, (_, hour) => (hour === 12 ? gallons : 0));
  const running = ({ port }: Street) => port.query<{ usage: number; least: number; ended: number | null }>("SELECT usage, least, ended_at AS ended FROM usage_alert WHERE kind = 'budget' ORDER BY raised_at");

  test("is passed by the reads that pass it, told of once, and over when the customer allows more", async () => {
    const street = await waterStreet("2026-06-12T12:00:00Z");
    expect(await setBudget(street.world, customer, { commandId: "b1", ...ask, quantity: "1,000" })).toMatchObject({ status: "done", result: { quantity: 1_000_000 } });
    expect(await budgetsOf(street.world, customer, "A-2")).toEqual([{ agreementId: "A-2-water", quantity: 1_000_000, unit: "gal" }]);
    await street.post([water("2026-05-31", dry(900)), water("2026-06-09", dry(600))]);
    expect(await running(street)).toEqual([]);
    await street.post([water("2026-06-10", dry(500)), water("2026-06-11", dry(10))]);
    expect(await running(street)).toEqual([{ usage: 1_110_000, least: 1_000_000, ended: null }]);
    expect(await alertsOf(street.world, customer, "A-2")).toMatchObject([{ kind: "budget", usage: 1_110_000, usual: 1_000_000, cost: null }]);
    expect(await setBudget(street.world, customer, { commandId: "b2", ...ask, quantity: "1500" })).toMatchObject({ status: "done" });
    expect(await running(street)).toMatchObject([{ ended: street.clock.now }]);
    await street.post([water("2026-06-12", [0, 0])]);
    expect(await running(street)).toHaveLength(1);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("ends with its month, and with the budget itself", async () => {
    const street = await waterStreet("2026-06-30T12:00:00Z");
    await setBudget(street.world, customer, { commandId: "b1", ...ask, quantity: "100" });
    await street.post([water("2026-06-29", dry(150))]);
    expect(await running(street)).toMatchObject([{ ended: null }]);
    street.clock.now = at("2026-07-02", 9);
    await street.post([water("2026-07-01", dry(10))]);
    expect(await running(street)).toMatchObject([{ ended: at("2026-07-01") }]);
    expect(await setBudget(street.world, customer, { commandId: "b2", ...ask, quantity: "" })).toMatchObject({ status: "done", result: { quantity: 0 } });
    await street.post([water("2026-07-02", dry(500).slice(0, 9)), water("2026-07-01", [...dry(10)])]);
    expect(await budgetsOf(street.world, customer, "A-2")).toEqual([]);
    expect(await running(street)).toHaveLength(1);
  });

  test("counts the day of an exchange once and whole: what each meter measured of it", async () => {
    const street = await waterStreet("2026-06-12T12:00:00Z");
    await addHouse(street, 3, [{ commodity: "water", badge: "W3", channels: [{ id: 4, name: "gal", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", dials: null, direction: "delivered" }] }]);
    await street.port.write([
      { sql: "DELETE FROM meter_installation WHERE meter_id = 'M-W3'", args: [] },
      { sql: "UPDATE meter_installation SET removed_on = '2026-06-10', removed_at = ?1 WHERE meter_id = 'M-W2'", args: [at("2026-06-10", 12)] },
      { sql: "INSERT INTO meter_installation (meter_id, service_point_id, installed_on, installed_at) VALUES ('M-W3', 'SP-2-water', '2026-06-10', ?1)", args: [at("2026-06-10", 12)] },
    ]);
    await setBudget(street.world, customer, { commandId: "b1", ...ask, quantity: "500" });
    const half = [0, 0, 0, 0, 300, 0, 0, 0, 0, 0, 0, 0];
    await street.post([water("2026-06-10", half)]);
    await street.post([{ ...water("2026-06-10", half, 12), meter: "W3" }]);
    expect(await running(street)).toMatchObject([{ usage: 600_000, least: 500_000 }]);
  });

  test("is nobody else's to set, and what is no amount is said", async () => {
    const street = await waterStreet("2026-06-12T12:00:00Z");
    await expect(setBudget(street.world, { ...customer, accountIds: ["A-1"] }, { commandId: "b1", ...ask, quantity: "5" })).rejects.toThrow("not yours");
    expect(await setBudget(street.world, customer, { commandId: "b2", ...ask, quantity: "much" })).toMatchObject({ status: "refused", refusal: { field: "quantity" } });
    expect(await setBudget(street.world, customer, { commandId: "b3", accountId: "A-2", agreementId: "A-1-electric", quantity: "5" })).toMatchObject({ status: "refused", refusal: { code: "no-service" } });
  });
});

describe("a hard frost", () => {
  /** Four weeks of a house that is lived in. */
  const lived = (to: string) => Array.from({ length: 28 }, (_, i) => water(addDays(to, i - 28), Array.from({ length: 24 }, (_, hour) => (hour > 5 && hour < 22 ? 9 + ((hour + i) % 4) : 0))));

  test("stops the water of a house that is lived in: its customer is told, and told no more once the meter turns again", async () => {
    const street = await waterStreet("2026-01-21T12:00:00Z");
    await street.post(lived("2026-01-19"));
    await street.post([water("2026-01-19", [...hours(0, 6), 8, ...hours(0, 17)])]);
    await street.post([water("2026-01-20", hours(0, 6))]);
    expect(await alerts(street)).toEqual([]);
    await street.post([water("2026-01-20", hours(0, 2), 6)]);
    expect(await alerts(street)).toMatchObject([{ kind: "freeze", account: "A-2", started: at("2026-01-19", 7), through: at("2026-01-20", 8), ended: null, usage: 0 }]);
    await street.post([water("2026-01-20", hours(0, 16), 8)]);
    expect(await alerts(street)).toMatchObject([{ through: at("2026-01-21"), ended: null }]);
    await street.post([water("2026-01-21", [0, 0, 3])]);
    expect(await alerts(street)).toMatchObject([{ kind: "freeze", ended: at("2026-01-21", 2) }]);
    expect((await events(street)).map(({ type }) => type)).toEqual(["UsageAlertRaised", "UsageAlertEnded"]);
  });

  test("is not thought of in June", async () => {
    const street = await waterStreet("2026-06-21T12:00:00Z");
    await street.post(lived("2026-06-19"));
    await street.post([water("2026-06-19", hours(0)), water("2026-06-20", hours(0))]);
    expect(await alerts(street)).toEqual([]);
  });
});

describe("a meter that is read once a month", () => {
  const months = ["2026-01-05", "2026-02-04", "2026-03-06", "2026-04-05", "2026-05-05"];

  test("tells of use far above the usual with its read, and that it is over with the next one", async () => {
    const street = await openStreet("2026-05-05T22:00:00Z");
    await street.post(months.map((day, i) => read(day, 10_000 + i * 5_000)));
    street.clock.now = at("2026-06-04", 20);
    await street.post([read("2026-06-04", 30_000 + 21_000)]);
    expect(await alerts(street)).toMatchObject([{ kind: "high", account: "A-1", started: at("2026-05-05", 12), through: at("2026-06-04", 12), usage: 700_000, least: 166_667, ended: null }]);
    const own = { kind: "user", userId: "U-1", role: "customer", accountIds: ["A-1"] } as const;
    expect(await alertsOf(street.world, own, "A-1")).toMatchObject([{ kind: "high", unit: "gal", usage: 700_000, usual: 166_667, perHour: 0, cost: null }]);
    expect((await runningAlerts(street.world, clerk, "high", null)).items).toHaveLength(1);

    street.clock.now = at("2026-07-04", 20);
    await street.post([read("2026-07-04", 51_000 + 5_000)]);
    expect(await alerts(street)).toMatchObject([{ kind: "high", ended: at("2026-06-04", 12) }]);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("a misread that staff put right takes its alert with it", async () => {
    const street = await openStreet("2026-05-05T22:00:00Z");
    await street.post(months.map((day, i) => read(day, 10_000 + i * 5_000)));
    street.clock.now = at("2026-06-04", 20);
    await street.post([read("2026-06-04", 30_000 + 21_000)]);
    const [high] = await street.port.query<{ id: string }>("SELECT id FROM exception WHERE rule = 'high'");
    street.clock.now += HOUR;
    expect(await decideException(street.world, supervisor, { commandId: "right-again-00001", exceptionId: high!.id, decision: "edit", value: "35100", reason: "The dial shows 35,100." })).toMatchObject({ status: "done" });
    expect(await alerts(street)).toMatchObject([{ kind: "high", ended: at("2026-06-04", 12), cleared: street.clock.now }]);
    expect((await events(street)).map(({ type, actor }) => [type, actor])).toEqual([["UsageAlertRaised", "gateway:gateway-north"], ["UsageAlertEnded", "user:supervisor"]]);
    expect((await verifyLog(street.port)).broken).toBeNull();
  });

  test("what was estimated, and what comes weeks late, tells nobody anything", async () => {
    const street = await openStreet("2026-06-04T22:00:00Z");
    await street.post(months.map((day, i) => read(day, 10_000 + i * 5_000)));
    await street.post([read("2026-06-03", 30_000 + 21_000, "W1", { quality: "estimated" })]);
    expect(await alerts(street)).toEqual([]);
    street.clock.now = at("2026-06-20", 20);
    await street.post([read("2026-06-04", 30_000 + 21_500)]);
    expect(await alerts(street)).toEqual([]);
  });
});
