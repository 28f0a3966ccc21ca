/**
 * Usage as a customer looks at it: day by day, hour by hour, or from reading to reading where a meter is read once a month.
 * Only what was measured while the service was the account's own is shown: a year ago somebody else may have lived there.
 */
import { loadDays, type Span } from "../../db/billing/usage.ts";
import type { SqlPort } from "../../db/port.ts";
import { timeZoneOf } from "../../db/utility.ts";
import { addDays, daysBetween, eachDay, isLocalDate, type LocalDate, type Period } from "../../domain/calendar/local-date.ts";
import { localDateOf, MINUTE_MS, startOfDay, wallClockOf, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { requireOnAccount, type UserActor } from "../../domain/lifecycle/permissions.ts";
import {
  bestOfDay, bestReads, convertMilli, dayStats, MISSING, QUALITY_ESTIMATED, quantityName, registerAdvance, slotStart, timesMultiplier,
  type Channel, type Milli, type RegisterRead, type Unit,
} from "../../domain/metering/index.ts";
import type { World } from "./context.ts";

/** A metered service of an account. Sewer that is billed on the water meter has no usage of its own and is not one. */
export interface MeteredService {
  readonly agreementId: string;
  readonly commodity: string;
  /** In which its usage is given. */
  readonly unit: Unit;
  /** `intervals`: single days and hours are known. `reads`: only what went through from one reading to the next. */
  readonly source: "intervals" | "reads";
  readonly startOn: LocalDate;
  /** First day on which it is no longer the account's; null while it goes on. */
  readonly stopOn: LocalDate | null;
}

export interface UsageDay {
  readonly day: LocalDate;
  /** Thousandths of the service's unit; null when nothing is known, or a person must look at it first. */
  readonly value: Milli | null;
  readonly estimated: boolean;
  /** Something about it is in doubt, and is being looked at. */
  readonly inDoubt: boolean;
  /** The same weekday 52 weeks before. */
  readonly lastYear: Milli | null;
}

export interface UsageHour {
  readonly at: Instant;
  /** On the wall clock; the hour that is repeated in autumn comes twice. */
  readonly hour: number;
  readonly value: Milli | null;
  readonly estimated: boolean;
}

/** What went through a meter from one reading to the next. */
export interface UsageSpan {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly value: Milli;
  readonly estimated: boolean;
}

/** 52 weeks: a Saturday is compared with a Saturday. */
const YEAR_DAYS = 364;
/** A month and its neighbours: nobody reads more bars than this. */
const DAYS_MAX = 62;

/** The account's metered services, those that go on first. @throws ForbiddenError */
export async function meteredServices(world: World, actor: UserActor, accountId: string): Promise<MeteredService[]> {
  requireOnAccount(actor, "read:usage", accountId);
  return (await loadServices(world.port, accountId)).map(({ legs: _, ...service }) => service);
}

/**
 * Each day of a period, for every service with intervals or the one that is named.
 * @throws ForbiddenError
 */
export async function dailyUsage(world: World, actor: UserActor, accountId: string, period: Period, agreementId?: string): Promise<{ readonly service: MeteredService; readonly days: readonly UsageDay[] }[]> {
  requireOnAccount(actor, "read:usage", accountId);
  const days = eachDay(period).slice(0, DAYS_MAX);
  const services = (await loadServices(world.port, accountId)).filter((each) => each.source === "intervals" && (agreementId === undefined || each.agreementId === agreementId));
  if (days.length === 0 || services.length === 0) return [];
  const asked = { from: days[0]!, to: addDays(days.at(-1)!, 1) };
  const before = { from: addDays(asked.from, -YEAR_DAYS), to: addDays(asked.to, -YEAR_DAYS) };
  const known = await loadDayTotals(world.port, services, [asked, before]);
  return services.map(({ legs, ...service }) => ({
    service,
    days: days.map((day): UsageDay => {
      const here = totalOf(legs, day, service.unit, known);
      const lastYear = totalOf(legs, addDays(day, -YEAR_DAYS), service.unit, known);
      return { day, value: here?.inDoubt ? null : (here?.value ?? null), estimated: here?.estimated ?? false, inDoubt: here?.inDoubt ?? false, lastYear: lastYear && !lastYear.inDoubt ? lastYear.value : null };
    }),
  }));
}

/** One day hour by hour; empty when nothing is known of it or the service has no intervals. @throws ForbiddenError */
export async function hourlyUsage(world: World, actor: UserActor, accountId: string, agreementId: string, day: LocalDate): Promise<UsageHour[]> {
  requireOnAccount(actor, "read:usage", accountId);
  if (!isLocalDate(day)) return [];
  const zone = await timeZoneOf(world.port, world.now());
  const service = (await loadServices(world.port, accountId)).find((each) => each.agreementId === agreementId);
  const legs = service?.legs.filter((leg) => leg.channel.kind === "interval" && covers(leg, day)) ?? [];
  if (!service || legs.length === 0) return [];
  const stored = await loadDays(world.port, legs.map(({ channel }): Span => [channel.channelId, day, addDays(day, 1)]), stepsOf(legs));
  const hours = hoursOf(day, zone);
  for (const { channel } of legs) {
    const [found] = stored.get(channel.channelId) ?? [];
    if (!found) continue;
    const best = bestOfDay(found);
    const step = channel.stepMinutes!;
    best.values.forEach((value, slot) => {
      if (value === MISSING) return;
      const hour = hours[Math.floor((slotStart(slot, day, zone, step) - hours[0]!.at) / (60 * MINUTE_MS))]!;
      hour.value = (hour.value ?? 0) + inUnit(value, channel, service.unit);
      hour.estimated ||= best.quality?.[slot] === QUALITY_ESTIMATED;
    });
  }
  return hours.every((hour) => hour.value === null) ? [] : hours;
}

/** From reading to reading, newest last, for a service that is read by its register. @throws ForbiddenError */
export async function usageByReads(world: World, actor: UserActor, accountId: string, agreementId: string, from: LocalDate): Promise<UsageSpan[]> {
  requireOnAccount(actor, "read:usage", accountId);
  const { port } = world;
  const zone = await timeZoneOf(port, world.now());
  const service = (await loadServices(port, accountId)).find((each) => each.agreementId === agreementId);
  const legs = service?.legs.filter(({ channel }) => channel.kind === "register") ?? [];
  if (!service || legs.length === 0) return [];
  const rows = await port.query<RegisterRead>(
    `SELECT r.channel_id AS "channelId", r.read_at AS "readAt", r.version, r.value, r.quality FROM json_each(?) AS w
     CROSS JOIN register_read AS r ON r.channel_id = w.value->>0 AND r.read_at >= w.value->>1 AND r.read_at < w.value->>2 WHERE r.suspect = 0`,
    [JSON.stringify(legs.map((leg) => [leg.channel.channelId, startOfDay(leg.from > from ? leg.from : from, zone), leg.to === null ? Number.MAX_SAFE_INTEGER : startOfDay(addDays(leg.to, 1), zone)]))],
  );
  const readsOf = Map.groupBy(rows, (row) => row.channelId);
  const spans = new Map<string, { -readonly [K in keyof UsageSpan]: UsageSpan[K] }>();
  for (const { channel } of legs) {
    const reads = bestReads(readsOf.get(channel.channelId) ?? []);
    for (const [i, end] of reads.entries()) {
      const start = reads[i - 1];
      const advance = start && registerAdvance(start.value, end.value, channel);
      if (!start || !advance || advance.kind === "negative") continue;
      const span = { from: localDateOf(start.readAt, zone), to: localDateOf(end.readAt, zone) };
      if (span.from === span.to) continue;
      const key = `${span.from} ${span.to}`;
      const sum = spans.get(key) ?? { ...span, value: 0, estimated: false };
      sum.value += convertMilli(advance.usage, channel.unit, service.unit);
      sum.estimated ||= end.quality === "estimated" || start.quality === "estimated";
      spans.set(key, sum);
    }
  }
  return [...spans.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** The first and last day of a service's intervals that are stored; null when there are none. @throws ForbiddenError */
export async function knownDays(world: World, actor: UserActor, accountId: string, agreementId: string): Promise<Period | null> {
  requireOnAccount(actor, "read:usage", accountId);
  const service = (await loadServices(world.port, accountId)).find((each) => each.agreementId === agreementId);
  const legs = service?.legs.filter(({ channel }) => channel.kind === "interval") ?? [];
  if (legs.length === 0) return null;
  const [row] = await world.port.query<{ first: LocalDate | null; last: LocalDate | null }>(
    `SELECT min((SELECT min(day) FROM interval_day WHERE channel_id = w.value->>0 AND day >= w.value->>1 AND day < w.value->>2)) AS "first",
       max((SELECT max(day) FROM interval_day WHERE channel_id = w.value->>0 AND day >= w.value->>1 AND day < w.value->>2)) AS "last" FROM json_each(?) AS w`,
    [JSON.stringify(legs.map(({ channel, from, to }) => [channel.channelId, from, to ?? FOREVER]))],
  );
  return row?.first && row.last ? { from: row.first, to: addDays(row.last, 1) } : null;
}

// ---- services and their channels ------------------------------------------------------------------------------

/** A channel on the days on which it measured this account's service. */
interface Leg {
  readonly channel: Channel;
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

type LoadedService = MeteredService & { readonly legs: readonly Leg[] };

/** Sorts after every day. */
const FOREVER: LocalDate = "9999-12-31";

const SERVICES = `SELECT a.id AS "agreementId", a.commodity, a.start_on AS "startOn", a.stop_on AS "stopOn", mi.installed_on AS "installedOn", CASE WHEN mi.removed_at IS NULL THEN mi.removed_on ELSE date(mi.removed_on, '+1 day') END AS "removedOn",
    c.id AS "channelId", c.meter_id AS "meterId", c.name, c.kind, c.unit, c.step_minutes AS "stepMinutes", c.multiplier, c.dials, c.direction
  FROM service_agreement AS a
  JOIN service_point AS sp ON sp.id = a.service_point_id AND sp.usage_from IS NULL
  JOIN meter_installation AS mi ON mi.service_point_id = sp.id
  JOIN channel AS c ON c.meter_id = mi.meter_id
  WHERE a.account_id = ? ORDER BY a.stop_on IS NOT NULL, a.start_on, a.id, mi.installed_on, c.id`;

type ServiceRow = Channel & { agreementId: string; startOn: LocalDate; stopOn: LocalDate | null; installedOn: LocalDate; removedOn: LocalDate | null };

async function loadServices(port: SqlPort, accountId: string): Promise<LoadedService[]> {
  const rows = await port.query<ServiceRow>(SERVICES, [accountId]);
  const byAgreement = Map.groupBy(rows.filter((row) => quantityName(row) === "usage"), (row) => row.agreementId);
  const services = [...byAgreement.values()].map((channels): LoadedService => {
    const [{ agreementId, commodity, startOn, stopOn }] = channels as [ServiceRow];
    const legs = channels.flatMap((row): Leg[] => {
      const from = row.installedOn > startOn ? row.installedOn : startOn;
      const to = earlier(row.removedOn, stopOn);
      return to !== null && to <= from ? [] : [{ channel: row, from, to }];
    });
    const source = legs.some(({ channel }) => channel.kind === "interval") ? "intervals" : "reads";
    return { agreementId, commodity, unit: shownUnitOf(channels.at(-1)!.unit), source, startOn, stopOn, legs };
  });
  return services.filter(({ legs }) => legs.length > 0).sort((a, b) => Number(a.stopOn !== null) - Number(b.stopOn !== null) || rank(a.commodity) - rank(b.commodity));
}

const earlier = (a: LocalDate | null, b: LocalDate | null): LocalDate | null => (a === null ? b : b === null || a < b ? a : b);

/** The order in which a bill names them. */
const ORDER = ["water", "electric", "gas"];
const rank = (commodity: string): number => (ORDER.includes(commodity) ? ORDER.indexOf(commodity) : ORDER.length);

/** Units that nobody reads off a bill, and the ones that people know. */
const SHOWN: Partial<Record<Unit, Unit>> = { kgal: "gal", L: "gal", Wh: "kWh", MWh: "kWh", mcf: "ccf", dth: "therm", MMBtu: "therm" };
/** The unit in which a customer is shown a quantity of this one. */
export const shownUnitOf = (unit: Unit): Unit => SHOWN[unit] ?? unit;

const covers = (leg: Leg, day: LocalDate): boolean => leg.from <= day && (leg.to === null || day < leg.to);

const inUnit = (value: Milli, channel: Channel, unit: Unit): Milli => convertMilli(timesMultiplier(value, channel.multiplier), channel.unit, unit);

const stepsOf = (legs: readonly Leg[]): Map<number, number> => new Map(legs.map(({ channel }) => [channel.channelId, channel.stepMinutes ?? 60]));

// ---- days -----------------------------------------------------------------------------------------------------

interface DayTotal {
  readonly value: Milli;
  readonly estimated: boolean;
  readonly inDoubt: boolean;
}

const dayKey = (channelId: number, day: LocalDate): string => `${channelId} ${day}`;

const TOTALS = `SELECT d.channel_id AS "channelId", d.day, d.best_total AS total, d.suspect, d.flags IS NOT NULL OR EXISTS (SELECT 1 FROM interval_revision AS r WHERE r.channel_id = d.channel_id AND r.day = d.day) AS marked
  FROM json_each(?) AS w CROSS JOIN interval_day AS d ON d.channel_id = w.value->>0 AND d.day >= w.value->>1 AND d.day < w.value->>2`;

/** Day totals of the services' channels, in the channel's own unit. Days that carry marks are opened to see what they are. */
async function loadDayTotals(port: SqlPort, services: readonly LoadedService[], periods: readonly Period[]): Promise<Map<string, DayTotal>> {
  const legs = services.flatMap((service) => service.legs).filter(({ channel }) => channel.kind === "interval");
  const spans = legs.flatMap((leg) => periods.flatMap(({ from, to }): Span[] => {
    const first = leg.from > from ? leg.from : from;
    const last = leg.to !== null && leg.to < to ? leg.to : to;
    return daysBetween(first, last) > 0 ? [[leg.channel.channelId, first, last]] : [];
  }));
  if (spans.length === 0) return new Map();
  const rows = await port.query<{ channelId: number; day: LocalDate; total: Milli; suspect: number; marked: number }>(TOTALS, [JSON.stringify(spans)]);
  const marked = rows.filter((row) => row.marked !== 0);
  const opened = marked.length === 0 ? null : await loadDays(port, marked.map(({ channelId, day }): Span => [channelId, day, addDays(day, 1)]), stepsOf(legs));
  const estimated = new Set([...(opened ?? [])].flatMap(([channelId, days]) => days.filter((stored) => dayStats(bestOfDay(stored)).estimated > 0).map(({ day }) => dayKey(channelId, day))));
  return new Map(rows.map(({ channelId, day, total, suspect }) => [dayKey(channelId, day), { value: total, estimated: estimated.has(dayKey(channelId, day)), inDoubt: suspect !== 0 }]));
}

/** What all channels of a service measured on a day; null when none has it. */
function totalOf(legs: readonly Leg[], day: LocalDate, unit: Unit, known: ReadonlyMap<string, DayTotal>): DayTotal | null {
  const parts = legs.filter((leg) => covers(leg, day)).flatMap(({ channel }) => {
    const total = known.get(dayKey(channel.channelId, day));
    return total ? [{ ...total, value: inUnit(total.value, channel, unit) }] : [];
  });
  if (parts.length === 0) return null;
  return { value: parts.reduce((sum, part) => sum + part.value, 0), estimated: parts.some((part) => part.estimated), inDoubt: parts.some((part) => part.inDoubt) };
}

/** The hours of a local day: 23, 24 or 25 of them. */
function hoursOf(day: LocalDate, zone: TimeZone): { at: Instant; hour: number; value: Milli | null; estimated: boolean }[] {
  const start = startOfDay(day, zone);
  const count = Math.ceil((startOfDay(addDays(day, 1), zone) - start) / (60 * MINUTE_MS));
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * 60 * MINUTE_MS;
    return { at, hour: Math.floor(wallClockOf(at, zone).minute / 60), value: null, estimated: false };
  });
}
