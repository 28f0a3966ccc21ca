import { describe, expect, test } from "vitest";
import { verifyLog } from "../../db/log.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { ZONE } from "../../test/support/utility.ts";
import { addHouse, iso, openStreet, type Street } from "./reads.testing.ts";

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

  test("what it lost stays as evidence", async () => {
    const street = await waterStreet("2026-06-11T12:00:00Z");
    await street.post([water("2026-06-09", hours(5)), water("2026-06-10", [0])]);
    expect(await alerts(street)).toMatchObject([{ ended: at("2026-06-10"), usage: 120_000 }]);
    await expect(street.port.write([{ sql: "UPDATE usage_alert SET usage = 1", args: [] }])).rejects.toThrow("evidence");
    await expect(street.port.write([{ sql: "DELETE FROM usage_alert", args: [] }])).rejects.toThrow("evidence");
  });
});
