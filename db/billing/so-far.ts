/** The bill so far of one account, from what is stored now. Runs with every read that arrives while somebody watches: few reads, small answers. */
import { addDays, dayNumber, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { dueSegments, lastClose, nextClose, type DueSegment } from "../../domain/billing/cycle.ts";
import type { PointFacts } from "../../domain/billing/facts.ts";
import { rateNeeds, type PricedVersion, type SegmentToBill } from "../../domain/billing/price.ts";
import { billSoFar, type OpenService } from "../../domain/billing/so-far.ts";
import type { AccountState } from "../../domain/lifecycle/account/state.ts";
import type { SoFar } from "../../domain/live/messages.ts";
import { usageForPeriod } from "../../domain/metering/index.ts";
import type { SqlPort } from "../port.ts";
import { timeZoneOf } from "../utility.ts";
import { loadAccountFacts } from "./accounts.ts";
import { bankOf, loadBanks } from "./load.ts";
import { loadRates } from "./rates.ts";
import { loadSharedData } from "./shared-data.ts";
import { loadUsages, type UsageNeed } from "./usage.ts";

/** Versions that one open period can count, so that a later state of the account always has the greater number. */
const PERIOD_STAMP_MAX = 10_000_000;
/** A period that closes begins the reads anew, so the day of the close counts most; events of an account stay far below 10,000 and all of it below 2^53. */
const CLOSE_STAMP = PERIOD_STAMP_MAX * 10_000;

const LAST_DAYS = `SELECT w.value AS "channelId", (SELECT max(d.day) FROM interval_day AS d WHERE d.channel_id = w.value AND d.suspect = 0) AS day,
    (SELECT max(g.read_at) FROM register_read AS g WHERE g.channel_id = w.value AND g.suspect = 0 AND g.read_at <= ?2) AS "readAt"
  FROM json_each(?1) AS w`;

interface LastData {
  readonly channelId: number;
  readonly day: LocalDate | null;
  readonly readAt: Instant | null;
}

/**
 * @returns the bill so far (null: no service, or no price), and a number that grows with every read and every bill
 * @throws UnavailableError
 */
export async function loadSoFar(port: SqlPort, accountId: string, state: AccountState, now: number): Promise<{ soFar: SoFar | null; version: number }> {
  const { open, waiting, version } = await loadOpen(port, accountId, state, now);
  if (open === null) return { soFar: null, version };
  const { services, customerClass, zone, today } = open;
  return {
    soFar: billSoFar({
      services, customerClass, zone, asOf: today,
      closed: waiting.length > 0 ? { from: waiting.map(({ period }) => period.from).sort()[0]!, to: waiting.map(({ period }) => period.to).sort().at(-1)! } : null,
    }),
    version,
  };
}

/** The services of an account in their open period, as they are priced. */
export interface OpenPeriod {
  readonly services: readonly OpenService[];
  readonly customerClass: string;
  readonly zone: TimeZone;
  readonly today: LocalDate;
}

/** What is not billed yet of an account: its open period, and what has closed and waits for its bill (without its usage). */
export interface Unbilled {
  readonly open: OpenPeriod | null;
  readonly closed: readonly SegmentToBill[];
}

/** @throws UnavailableError */
export async function loadUnbilled(port: SqlPort, accountId: string, state: AccountState, now: number): Promise<Unbilled> {
  return loadOpen(port, accountId, state, now);
}

/** The open period alone, for what else is priced in it; null where nothing is open. @throws UnavailableError */
export async function loadOpenPeriod(port: SqlPort, accountId: string, state: AccountState, now: number): Promise<OpenPeriod | null> {
  return (await loadOpen(port, accountId, state, now)).open;
}

interface Opened extends Unbilled {
  /** What closed and waits for its bill. */
  readonly waiting: readonly DueSegment[];
  readonly version: number;
}

async function loadOpen(port: SqlPort, accountId: string, state: AccountState, now: number): Promise<Opened> {
  const zone = await timeZoneOf(port, now);
  const today = localDateOf(now, zone);
  const [{ accounts, rates: heads }, [cycle]] = await Promise.all([
    loadAccountFacts(port, [accountId], { zone, historyFrom: today, runId: null }),
    port.query<{ closeDay: number }>(`SELECT close_day AS "closeDay" FROM bill_cycle WHERE id = ?`, [state.billCycle]),
  ]);
  const [facts] = accounts;
  const closedOn = lastClose(cycle?.closeDay ?? 1, today);
  // What closed and is not billed yet is a bill of its own: it is being made, and the next one has begun.
  const waiting = facts ? dueSegments(facts.state.agreements, closedOn) : [];
  const open = facts ? dueSegments(facts.state.agreements, addDays(today, 1)).flatMap((due) => sinceClose(due, closedOn)) : [];
  const version = (stamp: number) => dayNumber(closedOn) * CLOSE_STAMP + (facts?.head.seq ?? 0) * PERIOD_STAMP_MAX + Math.min(stamp, PERIOD_STAMP_MAX - 1);
  if (!facts || (open.length === 0 && waiting.length === 0)) return { open: null, closed: [], waiting, version: version(0) };
  const periodTo = nextClose(closedOn);
  const rates = await loadRates(port, heads);
  const placed = (due: DueSegment) => ({ due, point: facts.points.get(due.agreement.servicePointId) ?? unmeasured(due), versions: rates.get(due.agreement.rateScheduleId) ?? [] });
  const services = open.map(placed);
  const last = await lastData(port, services.flatMap(({ point }) => point.legs.map(({ channel }) => channel.channelId)), now);
  const shared = await loadSharedData(port, zone);
  const known = { facts: facts.state.facts, shared };
  const unbilled = waiting.map(placed);
  const banks = await loadBanks(port, [...services, ...unbilled]);
  const closed = unbilled.map((segment): SegmentToBill => ({ ...segment, ...known, ...bankOf(banks, segment), usage: null }));
  if (open.length === 0) return { open: null, closed, waiting, version: version(0) };
  const sofar = services.map(({ due, point, versions }) => openService(due, point, versions, last, today, periodTo, zone));
  const usages = await loadUsages(port, sofar.flatMap(({ need }) => (need ? [need] : [])), zone);
  const found = sofar.map(({ service, need }): OpenService => ({ ...service, segment: { ...service.segment, ...known, ...bankOf(banks, service.segment), ...(need ? { usage: usages.get(need.agreementId)!.usage } : {}) } }));
  const stamp = [...usages.values()].flatMap(({ inputs }) => inputs).reduce((sum, input) => sum + input.stamp, 0);
  return { open: { services: found, customerClass: facts.state.customerClass, zone, today }, closed, waiting, version: version(stamp) };
}

/** A point at which nothing is measured. */
const unmeasured = ({ agreement: { servicePointId } }: DueSegment): PointFacts => ({ servicePointId, measuredAt: servicePointId, dwellingUnits: 1, legs: [], meterSize: null });

/** The part of what is due that lies in the period that is open now. */
function sinceClose(due: DueSegment, closedOn: LocalDate): DueSegment[] {
  if (due.period.from >= closedOn) return [due];
  return due.period.to > closedOn ? [{ ...due, first: false, period: { from: closedOn, to: due.period.to } }] : [];
}

async function lastData(port: SqlPort, channels: readonly number[], now: Instant): Promise<Map<number, LastData>> {
  if (channels.length === 0) return new Map();
  const rows = await port.query<LastData>(LAST_DAYS, [JSON.stringify([...new Set(channels)]), now]);
  return new Map(rows.map((row) => [row.channelId, row]));
}

/** A service up to the last day of which anything is known; without any usage yet, up to today. */
function openService(due: DueSegment, place: PointFacts, versions: readonly PricedVersion[], last: ReadonlyMap<number, LastData>, today: LocalDate, periodTo: LocalDate, zone: TimeZone): { service: OpenService; need: UsageNeed | null } {
  const { from } = due.period;
  const end = due.agreement.stopOn !== null && due.agreement.stopOn < periodTo ? due.agreement.stopOn : periodTo;
  const through = throughDay(place, last, from, today, zone);
  const period = { from, to: addDays(through ?? today, 1) };
  const needs = rateNeeds(versions, period);
  const segment: SegmentToBill = { due: { ...due, period }, point: place, versions, usage: null };
  const need = needs?.usage && through !== null
    ? { agreementId: due.agreement.agreementId, period, unit: needs.unit, legs: place.legs, intervals: needs.intervals, validatedOnly: true }
    : null;
  const empty = needs?.usage && through === null
    ? { ...segment, usage: usageForPeriod({ period, zone, unit: needs.unit, legs: place.legs, days: [], registerReads: [], openExceptions: [] }) }
    : segment;
  return { service: { segment: empty, throughDay: needs?.usage ? through : null, periodTo: end }, need };
}

/** The last day of intervals; for meters without any, the day before the last read. */
function throughDay({ legs }: PointFacts, last: ReadonlyMap<number, LastData>, from: LocalDate, today: LocalDate, zone: TimeZone): LocalDate | null {
  const data = legs.map(({ channel }) => last.get(channel.channelId));
  const days = data.flatMap((each) => (each?.day ? [each.day < today ? each.day : today] : []));
  const reads = data.flatMap((each) => (each?.readAt ? [addDays(localDateOf(each.readAt, zone), -1)] : []));
  const latest = (days.length > 0 ? days : reads).sort().at(-1);
  return latest !== undefined && latest >= from ? latest : null;
}
