/** Many accounts at once, with everything but their usage: state, service points and meters, past bills, open work. Seen at one moment. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
import type { AccountFacts, PastBill, PointFacts } from "../../domain/billing/facts.ts";
import { UNBILLED_KIND } from "../../domain/billing/unbilled.ts";
import { BILLING_KIND } from "../../domain/billing/work.ts";
import type { ServiceFact } from "../../domain/lifecycle/service-fact.ts";
import { storedState } from "../../domain/lifecycle/account/state.ts";
import type { Channel, ChannelLeg } from "../../domain/metering/index.ts";
import { loadExceptions, type ExceptionRecord } from "../metering/exceptions.ts";
import { hungBetween, type HungOn } from "../metering/meters.ts";
import { HUNG_STAMP } from "../commit.ts";
import type { SqlPort } from "../port.ts";

/** A published version of a rate schedule, without its document. */
export interface RateHead {
  readonly scheduleId: string;
  readonly version: number;
  readonly effectiveOn: LocalDate;
  readonly documentHash: string;
}

export interface LoadedAccounts {
  /** In the order asked for; ids that have no account are left out. */
  readonly accounts: readonly AccountFacts[];
  /** By account: work items of billing that are open, or were decided on in the run. */
  readonly work: ReadonlyMap<string, readonly ExceptionRecord[]>;
  /** By schedule, from the oldest to the newest day on which they begin to count. */
  readonly rates: ReadonlyMap<string, readonly RateHead[]>;
  /** By measuring point, deduct meters' too: the stamp of what hung there, for the fence of a bill. */
  readonly hung: ReadonlyMap<string, number>;
}

const IDS = "json_each(?) AS i";

const STATES = `SELECT s.account_id AS "accountId", s.seq, s.hash, s.state FROM ${IDS} CROSS JOIN account_state AS s ON s.account_id = i.value`;

const POINTS = `SELECT DISTINCT sp.id AS "servicePointId", coalesce(sp.usage_from, sp.id) AS "measuredAt", p.dwelling_units AS "dwellingUnits", sp.status <> 'connected' AS disconnected
  FROM ${IDS} CROSS JOIN service_agreement AS a ON a.account_id = i.value JOIN service_point AS sp ON sp.id = a.service_point_id JOIN premise AS p ON p.id = sp.premise_id`;

/** Each measuring point once: sewer asks for the meter of the water, and takes off what its deduct meters count. */
const MEASURING = `(SELECT DISTINCT coalesce(sp.usage_from, sp.id) AS id FROM ${IDS} CROSS JOIN service_agreement AS a ON a.account_id = i.value JOIN service_point AS sp ON sp.id = a.service_point_id
    UNION SELECT f.value->>'text' FROM ${IDS} CROSS JOIN account_state AS s ON s.account_id = i.value CROSS JOIN json_each(s.state, '$.facts') AS f WHERE f.value->>'kind' = 'deduct-meter')`;

/** A row for each channel, with the stamp of its point; a point at which nothing hangs has one row with nothing else in it. */
const METERS = `SELECT p.id AS "servicePointId", (SELECT ${HUNG_STAMP} FROM meter_installation AS mi WHERE mi.service_point_id = p.id) AS stamp, mi.installed_on AS "installedOn", mi.removed_on AS "removedOn", mi.installed_at AS "installedAt", mi.removed_at AS "removedAt", m.id AS "meterId", m.badge, m.size, m.commodity,
    c.id AS "channelId", c.name, c.kind, c.unit, c.step_minutes AS "stepMinutes", c.multiplier, c.dials, c.direction
  FROM ${MEASURING} AS p
  LEFT JOIN meter_installation AS mi ON mi.service_point_id = p.id LEFT JOIN meter AS m ON m.id = mi.meter_id LEFT JOIN channel AS c ON c.meter_id = m.id
  ORDER BY mi.installed_on, c.id`;

const RATES = `SELECT v.schedule_id AS "scheduleId", v.version, v.effective_on AS "effectiveOn", v.document_hash AS "documentHash"
  FROM (SELECT DISTINCT a.rate_schedule_id AS id FROM ${IDS} CROSS JOIN service_agreement AS a ON a.account_id = i.value UNION SELECT value FROM json_each(?)) AS used
  CROSS JOIN rate_version AS v ON v.schedule_id = used.id WHERE v.status = 'published' ORDER BY v.effective_on, v.version`;

const HISTORY = `SELECT b.account_id AS "accountId", b.period_from AS "periodFrom", b.period_to AS "periodTo", b.charges
  FROM ${IDS} CROSS JOIN bill AS b ON b.account_id = i.value AND b.issued_on >= ? WHERE b.status = 'complete' AND b.id NOT IN (SELECT value FROM json_each(?)) ORDER BY b.period_to DESC`;

/** Few accounts have any; their items are fetched by id. */
const WORK = `SELECT x.account_id AS "accountId", x.id FROM ${IDS} CROSS JOIN exception AS x ON x.account_id = i.value WHERE x.kind IN ('${BILLING_KIND}', '${UNBILLED_KIND}') AND (x.status = 'open' OR x.run_id = ?)`;

type MeterRow = Channel & HungOn & { servicePointId: string; badge: string; size: string | null };
type PlaceRow = (MeterRow | { readonly channelId: null; readonly servicePointId: string }) & { readonly stamp: number };
type PointRow = Pick<PointFacts, "servicePointId" | "measuredAt" | "dwellingUnits"> & { readonly disconnected: number };

export interface AccountsAsked {
  readonly zone: TimeZone;
  /** Bills issued from this day on are wanted as history. */
  readonly historyFrom: LocalDate;
  /** The run whose decided work items are wanted beside the open ones. */
  readonly runId: string | null;
  /** Schedules beside those of the agreements: a service is tried under another rate. */
  readonly schedules?: readonly string[];
  /** Bills that are left out as if they had never been: they are to be made again. */
  readonly without?: readonly string[];
}

export async function loadAccountFacts(port: SqlPort, accountIds: readonly string[], { zone, historyFrom, runId, schedules = [], without = [] }: AccountsAsked): Promise<LoadedAccounts> {
  const ids = JSON.stringify(accountIds);
  const [states, points, meters, rates, history, work] = await port.read([
    { sql: STATES, args: [ids] },
    { sql: POINTS, args: [ids] },
    { sql: METERS, args: [ids, ids] },
    { sql: RATES, args: [ids, JSON.stringify(schedules)] },
    { sql: HISTORY, args: [ids, historyFrom, JSON.stringify(without)] },
    { sql: WORK, args: [ids, runId] },
  ]);
  const places = meters!.rows as unknown as PlaceRow[];
  const legsAt = Map.groupBy(places.filter((row): row is MeterRow & PlaceRow => row.channelId !== null), (row) => row.servicePointId);
  const pointOf = new Map((points!.rows as unknown as PointRow[]).map((row) => [row.servicePointId, pointFacts(row, legsAt.get(row.measuredAt) ?? [], zone)]));
  const historyOf = Map.groupBy(history!.rows as unknown as (PastBill & { accountId: string })[], (row) => row.accountId);
  const items = work!.rows as unknown as { accountId: string; id: string }[];
  const records = await loadExceptions(port, items.map(({ id }) => id));
  const accounts = (states!.rows as unknown as { accountId: string; seq: number; hash: string; state: string }[]).map((row): AccountFacts => {
    const state = storedState(row.accountId, row.state);
    return {
      state,
      head: { seq: row.seq, hash: row.hash },
      points: new Map(state.agreements.flatMap(({ agreementId, servicePointId }) => {
        const point = pointOf.get(servicePointId);
        return point ? [[servicePointId, withDeductions(point, agreementId, state.facts, (id) => legsOf(legsAt.get(id) ?? [], zone), zone)] as const] : [];
      })),
      history: (historyOf.get(row.accountId) ?? []).map(({ periodFrom, periodTo, charges }) => ({ periodFrom, periodTo, charges })),
    };
  });
  const workOf = new Map([...Map.groupBy(items, ({ accountId }) => accountId)].map(([accountId, own]) => [accountId, own.flatMap(({ id }) => records.get(id) ?? [])]));
  return {
    accounts, work: workOf, rates: Map.groupBy(rates!.rows as unknown as RateHead[], (head) => head.scheduleId),
    hung: new Map(places.map(({ servicePointId, stamp }) => [servicePointId, stamp])),
  };
}

const deductsOf = (facts: readonly ServiceFact[], agreementId: string): ServiceFact[] => facts.filter((fact) => fact.kind === "deduct-meter" && fact.agreementId === agreementId);

/** Where the meters hang that are taken off an agreement's usage. */
export const deductPoints = (facts: readonly ServiceFact[], agreementId: string): string[] => deductsOf(facts, agreementId).map(({ text }) => text!);

/** The point with the legs of its deduct meters, each for the days on which it counts. */
function withDeductions(point: PointFacts, agreementId: string, facts: readonly ServiceFact[], legsAt: (servicePointId: string) => readonly ChannelLeg[], zone: TimeZone): PointFacts {
  const deducting = deductsOf(facts, agreementId);
  if (deducting.length === 0) return point;
  const legs = deducting.flatMap(({ text, from, to }) => legsAt(text!).map((leg): ChannelLeg => ({
    ...leg, channel: { ...leg.channel, use: "subtract" }, from: Math.max(leg.from, startOfDay(from, zone)), to: to === null ? leg.to : Math.min(leg.to ?? Infinity, startOfDay(to, zone)),
  })));
  return { ...point, legs: [...point.legs, ...legs.filter(({ from, to }) => to === null || to > from)] };
}

function pointFacts(row: PointRow, meters: readonly MeterRow[], zone: TimeZone): PointFacts {
  return { ...row, disconnected: row.disconnected !== 0, legs: legsOf(meters, zone), meterSize: meters.at(-1)?.size ?? null };
}

function legsOf(meters: readonly MeterRow[], zone: TimeZone): ChannelLeg[] {
  return meters.map(({ badge, installedOn, removedOn, installedAt, removedAt, channelId, meterId, commodity, kind, name, unit, stepMinutes, multiplier, dials, direction }): ChannelLeg => ({
    channel: { channelId, meterId, commodity, kind, name: name ?? null, unit, stepMinutes: stepMinutes ?? null, multiplier, dials: dials ?? null, direction },
    badge,
    ...hungBetween({ installedOn, removedOn, installedAt, removedAt }, zone),
  }));
}
