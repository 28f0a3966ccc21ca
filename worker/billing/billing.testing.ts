/** A small utility with meters and reads, for stories about bills. */
import { expect } from "vitest";
import { commitUnits, writeRows } from "../../db/commit.ts";
import { unitOf } from "../../db/command.ts";
import { dayBytes, dayStats, MISSING, slotCount } from "../../domain/metering/index.ts";
import { addDays, eachDay, type LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import type { InsertRow } from "../../db/rows.ts";
import type { SqlPort } from "../../db/port.ts";
import { openMemory } from "../../db/memory.ts";
import { LOG_KEY, openAccount, premiseOf, startService } from "../operations/registry.ts";
import { publicationOf } from "../operations/rates.ts";
import { clerk, newAccount, openUtility, supervisor, ZONE, type TestUtility } from "../../test/support/utility.ts";
import { drainRun, type DrainOptions, type DrainResult } from "./drain.ts";
import { startBillRun } from "./start.ts";

export const WATER_RATE = {
  format: 1, commodity: "water", name: { en: "Water, homes" }, unit: "kgal",
  charges: [
    { id: "service", kind: "fixed", name: { en: "Water service charge" }, glKey: "water.fixed", rates: [{ amount: "12.00" }] },
    { id: "use", kind: "tiered", name: { en: "Water use" }, glKey: "water.use", rates: [{ tiers: [{ upTo: "4", price: "3.10" }, { upTo: null, price: "5.20" }] }] },
  ],
} as const;

export const SEWER_RATE = {
  format: 1, commodity: "sewer", name: { en: "Sewer, homes" }, unit: "kgal",
  charges: [{ id: "sewer-use", kind: "flat", name: { en: "Sewer, by water used" }, glKey: "sewer", rates: [{ price: "4.00" }] }],
} as const;

export const ELECTRIC_RATE = {
  format: 1, commodity: "electric", name: { en: "Electricity by time of day" }, unit: "kWh",
  schedules: [{
    id: "tod", periods: [{ id: "peak", name: { en: "Peak hours" } }, { id: "off", name: { en: "Other hours" } }],
    rules: [{ days: ["every-day"], hours: [{ from: "00:00", to: "16:00", period: "off" }, { from: "16:00", to: "21:00", period: "peak" }, { from: "21:00", to: "24:00", period: "off" }] }],
  }],
  charges: [
    { id: "delivery", kind: "fixed", per: "day", name: { en: "Delivery" }, glKey: "electric.fixed", rates: [{ amount: "0.30" }] },
    { id: "energy", kind: "time-of-use", name: { en: "Energy" }, glKey: "electric.use", schedule: "tod", rates: [{ prices: { peak: "0.40", off: "0.20" } }] },
    { id: "tax", kind: "percentage", name: { en: "City tax" }, glKey: "tax.city", of: ["delivery", "energy"], rates: [{ percent: "5" }] },
  ],
} as const;

/** Publishes a version of a schedule, as the rate page does. */
export async function publish({ world }: TestUtility, scheduleId: string, commodity: string, document: unknown, effectiveOn: LocalDate = "2025-01-01", version = 1): Promise<void> {
  const recordedAt = world.now();
  const decision = publicationOf({ scheduleId, name: scheduleId, commodity, customerClass: "residential", version, effectiveOn, document }, recordedAt);
  if (!decision.ok) throw new Error(decision.refusal.message);
  const [head] = await world.port.query<{ seq: number; hash: string }>("SELECT seq, hash FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1", [`rate:${scheduleId}`]);
  const command = { commandId: `publish-${scheduleId}-${version}`, stream: `rate:${scheduleId}`, input: {}, provenance: { actor: "user:admin", source: "staff", recordedAt } };
  await commitUnits(world.port, [unitOf(command, "hash", head ?? { seq: 0, hash: "" }, decision)]);
}

export type ServiceKind = "water" | "sewer" | "electric" | "dial";

/** Channels of an account's meters, by what they measure. Numbers are made of the account's. */
export const channelOf = (accountId: string, kind: "water" | "electric" | "dial"): number => Number(accountId) * 10 + ["water", "electric", "dial"].indexOf(kind);

/** An account with services from the day on, each with its meter: water by hourly intervals (or by a dial read monthly), sewer on the water, electricity by hourly intervals. */
export async function customer(utility: TestUtility, accountId: string, kinds: readonly ServiceKind[] = ["water"], startOn: LocalDate = "2026-03-01"): Promise<void> {
  const { world } = utility;
  const meter = (kind: "water" | "electric" | "dial") => ({
    meterId: `${kind}-${accountId}`, badge: `${kind.toUpperCase()}${accountId}`, commodity: kind === "electric" ? "electric" : "water", size: '5/8"', manufacturer: null, installedOn: "2020-01-01",
    channels: [{
      id: channelOf(accountId, kind), name: "1", kind: kind === "dial" ? ("register" as const) : ("interval" as const), unit: kind === "electric" ? "kWh" : "gal", stepMinutes: kind === "dial" ? null : 60,
      multiplier: "1", dials: kind === "dial" ? 7 : null, direction: "delivered" as const,
    }],
  });
  const wet = kinds.includes("dial") ? "dial" : "water";
  const point = (kind: ServiceKind) => `${kind}-point-${accountId}`;
  const decision = premiseOf({
    premiseId: `premise-${accountId}`, address: { line: `${accountId} Elm St`, city: "Cedar Falls", state: "IA", zip: "50613" }, premiseClass: "home", dwellingUnits: 1,
    servicePoints: kinds.map((kind) => ({ servicePointId: point(kind), commodity: kind === "dial" ? "water" : kind, usageFrom: kind === "sewer" ? point(wet) : null, meter: kind === "sewer" ? null : meter(kind) })),
  }, world.key(LOG_KEY), world.now());
  const stream = `premise:premise-${accountId}`;
  await commitUnits(world.port, [unitOf({ commandId: `premise-${accountId}`, stream, input: {}, provenance: { actor: "user:admin", source: "staff", recordedAt: world.now() } }, "hash", { seq: 0, hash: "" }, decision)]);
  await openAccount(world, clerk, `open-${accountId}`, newAccount(accountId));
  for (const kind of kinds) {
    const commodity = kind === "dial" ? "water" : kind;
    await startService(world, clerk, `start-${accountId}-${kind}`, accountId, { agreementId: `${accountId}-${kind}`, premiseId: `premise-${accountId}`, servicePointId: point(kind), commodity, rateScheduleId: `${commodity}-res`, startOn });
  }
}

/** Stores whole days of hourly values, `perHour` in thousandths, as ingest does. */
export async function meterDays(port: SqlPort, channelId: number, from: LocalDate, to: LocalDate, perHour: number | ((slot: number, day: LocalDate) => number)): Promise<void> {
  const rows = eachDay({ from, to }).map((day): InsertRow<"intervalDay"> => {
    const values = Int32Array.from({ length: slotCount(day, ZONE, 60) }, (_, slot) => (typeof perHour === "number" ? perHour : perHour(slot, day)));
    const stats = dayStats({ values, quality: null });
    return {
      channelId, day, version: 1, raw: Buffer.from(dayBytes(values)), flags: null, bestTotal: stats.sum, bestPeak: stats.max, missing: stats.slots - stats.present, suspect: 0, batchId: "b", recordedAt: startOfDay(addDays(day, 1), ZONE),
    };
  });
  await writeRows(port, { intervalDay: rows });
}

/** A day that has come in up to this hour. */
export const missingHours = (from: number, perHour: number) => (slot: number): number => (slot < from ? perHour : MISSING);

export async function dialRead(port: SqlPort, channelId: number, on: LocalDate, gallons: number, version = 1): Promise<void> {
  await writeRows(port, {
    registerRead: [{ channelId, readAt: startOfDay(on, ZONE), version, value: gallons * 1000, quality: "actual", suspect: 0, source: "handheld", actor: "gateway:g", reason: null, batchId: "b", recordedAt: startOfDay(on, ZONE) }],
  });
}

/** A utility on the day, with its rates, cycle 01 closing on the first of the month. */
export async function billingUtility(at = "2026-04-01T14:00:00Z", port: SqlPort = openMemory()): Promise<TestUtility> {
  const utility = await openUtility("2026-01-01T15:00:00Z", port);
  await publish(utility, "water-res", "water", WATER_RATE);
  await publish(utility, "sewer-res", "sewer", SEWER_RATE);
  await publish(utility, "electric-res", "electric", ELECTRIC_RATE);
  utility.clock.now = Date.parse(at);
  return utility;
}

/** What must hold of any book: bills equal lines equal postings, nothing sums to anything, balances are their entries. */
export async function checkBook({ port }: TestUtility): Promise<void> {
  const [book] = await port.query<{ trial: number; lines: number; segments: number; bills: number; posted: number; receivable: number; balances: number }>(
    `SELECT (SELECT coalesce(sum(amount), 0) FROM ledger_entry) AS trial, (SELECT coalesce(sum(amount), 0) FROM bill_line) AS lines, (SELECT coalesce(sum(total), 0) FROM bill_segment) AS segments,
       (SELECT coalesce(sum(charges), 0) FROM bill) AS bills, (SELECT coalesce(-sum(amount), 0) FROM ledger_entry WHERE gl_account LIKE '4%' OR gl_account = '2200') AS posted,
       (SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE gl_account = '1200') AS receivable, (SELECT coalesce(sum(balance), 0) FROM account_state) AS balances`,
  );
  expect(book).toEqual({ trial: 0, lines: book!.bills, segments: book!.bills, bills: book!.bills, posted: book!.bills, receivable: book!.balances, balances: book!.balances });
}

let forms = 0;

/** Starts the run of cycle 01 as a supervisor does (or tries its held accounts again), and drains it. */
export async function runBills(utility: TestUtility, periodTo: LocalDate, options: DrainOptions = {}): Promise<DrainResult> {
  const answer = await startBillRun(utility.world, supervisor, { commandId: `form-${(forms += 1)}-${periodTo}`, cycleId: "01", periodTo });
  if (answer.status !== "done") throw new Error(answer.status === "refused" ? answer.refusal.message : answer.status);
  return drainRun(utility.world, answer.result.runId, options);
}

/** A port through which something else happens just before the first write of a kind: the moment between reading and committing. */
export function beforeFirst(write: string, port: SqlPort, happens: () => Promise<unknown>): SqlPort {
  let happened = false;
  return {
    ...port,
    write: async (statements) => {
      if (!happened && statements.some(({ sql }) => sql.includes(write))) {
        happened = true;
        await happens();
      }
      return port.write(statements);
    },
  };
}
