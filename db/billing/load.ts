/** Everything that bills are decided on, for many accounts in a few reads: accounts, rates, usage, and the stamps of what was used. */
import { addMonths, type LocalDate } from "../../domain/calendar/local-date.ts";
import type { DueSegment } from "../../domain/billing/cycle.ts";
import type { AccountFacts, PointFacts } from "../../domain/billing/facts.ts";
import { hasBank, hasRatchet, rateNeeds, restsOnShared, type SegmentToBill } from "../../domain/billing/price.ts";
import type { AccountState } from "../../domain/lifecycle/account/state.ts";
import type { Milli, RegisterRead } from "../../domain/metering/index.ts";
import { inputKey, type InputStamp } from "../commit.ts";
import type { ExceptionRecord } from "../metering/exceptions.ts";
import type { SqlPort } from "../port.ts";
import { deductPoints, loadAccountFacts, type AccountsAsked } from "./accounts.ts";
import { CORRECTION_MARK } from "../../domain/billing/true-up.ts";
import { loadEstimateNotes, loadSinceLastActual, type EstimatedChain } from "./estimated-before.ts";
import { loadRates } from "./rates.ts";
import { loadSharedData } from "./shared-data.ts";
import { loadUsages, type LoadedUsage, type UsageNeed } from "./usage.ts";

export interface AccountToBill {
  readonly facts: AccountFacts;
  /** Work items of billing that are open, or were decided on in the run. */
  readonly work: readonly ExceptionRecord[];
  readonly segments: readonly SegmentToBill[];
  /** What the segments asked of the meters, for those that ask anything. */
  readonly needs: readonly UsageNeed[];
  readonly inputs: readonly InputStamp[];
  /** Billed demand of earlier bills by agreement, the latest first; only where a rate has a ratchet. */
  readonly demandHistory: ReadonlyMap<string, readonly Milli[]>;
}

export interface ToBillAsked extends AccountsAsked {
  /** What of an account is due, and for which days. */
  readonly due: (state: AccountState) => readonly DueSegment[];
  readonly carried?: CarriedOver;
}

/** What corrected bills hand on to the next one, by agreement. */
export interface CarriedOver {
  /** The reads with which the bill before ended, by channel. */
  readonly opening: ReadonlyMap<string, ReadonlyMap<number, RegisterRead>>;
  /** Billed demand, the latest first. */
  readonly demand: ReadonlyMap<string, readonly Milli[]>;
  /** Periods that rest on estimates up to now, and the reads with which the first of them began. */
  readonly estimated: ReadonlyMap<string, EstimatedChain>;
  /** Net metering: what is in the bank. */
  readonly bank: ReadonlyMap<string, Readonly<Record<string, Milli>>>;
}

/** Ratchets look back two years at most. */
const DEMAND_MONTHS = 24;

/** Accounts in the order asked for; those that do not exist are left out. An account with nothing due has no segments. */
export async function loadToBill(port: SqlPort, accountIds: readonly string[], asked: ToBillAsked): Promise<AccountToBill[]> {
  const { accounts, work, rates: heads, hung } = await loadAccountFacts(port, accountIds, asked);
  const rates = await loadRates(port, heads);
  const dues = accounts.map((facts) => asked.due(facts.state).map((due) => ({ due, point: pointOf(facts, due), versions: rates.get(due.agreement.rateScheduleId) ?? [] })));
  const needs = dues.map((segments) => segments.flatMap((due) => needOf(due, asked.carried)));
  const usages = await loadUsages(port, needs.flat(), asked.zone, asked.without);
  const shared = await loadSharedData(port, asked.zone);
  const demand = await loadDemand(port, dues.flat(), asked);
  const banks = await loadBanks(port, dues.flat(), asked);
  const whole = dues.map((due, i) => due.map((segment): SegmentToBill => ({ ...segment, facts: accounts[i]!.state.facts, shared, ...bankOf(banks, segment), usage: usages.get(segment.due.agreement.agreementId)?.usage ?? null })));
  const [since, notes] = await Promise.all([loadSinceLastActual(port, whole.flat(), needs.flat(), asked), loadEstimateNotes(port, whole.flat())]);
  return accounts.map((facts, i): AccountToBill => {
    const segments = whole[i]!.map((segment): SegmentToBill => {
      const { agreementId } = segment.due.agreement;
      return { ...segment, sinceLastActual: since.get(agreementId)?.since ?? null, estimate: notes.get(agreementId) ?? null };
    });
    return { facts, work: work.get(facts.state.accountId) ?? [], segments, needs: needs[i]!, inputs: inputsOf(segments, [usages, since], shared.stamp, hungAt(facts, segments, hung)), demandHistory: demand };
  });
}

type Due = Omit<SegmentToBill, "usage">;

function pointOf(facts: AccountFacts, { agreement }: DueSegment): PointFacts {
  const { servicePointId } = agreement;
  return facts.points.get(servicePointId) ?? { servicePointId, measuredAt: servicePointId, dwellingUnits: 1, legs: [], meterSize: null };
}

function needOf({ due: { agreement, period }, point: { legs, disconnected }, versions }: Due, carried: CarriedOver | undefined): UsageNeed[] {
  const needs = rateNeeds(versions, period);
  if (!needs?.usage) return [];
  const { agreementId } = agreement;
  const opening = carried?.opening.get(agreementId);
  return [{ agreementId, period, unit: needs.unit, legs, intervals: needs.intervals, disconnected: disconnected ?? false, ...(opening ? { opening } : {}) }];
}

/** Each stamp once: sewer rests on the same days as water. */
function inputsOf(segments: readonly SegmentToBill[], used: readonly ReadonlyMap<string, Pick<LoadedUsage, "inputs">>[], sharedStamp: number, hung: readonly InputStamp[]): InputStamp[] {
  const stamps = new Map<string, InputStamp>();
  const add = (stamp: InputStamp) => stamps.set(inputKey(stamp), stamp);
  for (const { due: { agreement: { agreementId, rateScheduleId } }, versions } of segments) {
    add({ kind: "rate", scheduleId: rateScheduleId, stamp: versions.length });
    if (restsOnShared(versions)) add({ kind: "shared", stamp: sharedStamp });
    for (const each of used) for (const stamp of each.get(agreementId)?.inputs ?? []) add(stamp);
  }
  hung.forEach(add);
  return [...stamps.values()];
}

/** What hung where the segments are measured: an exchange since then gives the bill other legs, or a meter of another size. */
function hungAt({ state }: AccountFacts, segments: readonly SegmentToBill[], hung: ReadonlyMap<string, number>): InputStamp[] {
  const measuring = segments.flatMap(({ due: { agreement: { agreementId } }, point }) => [point.measuredAt, ...deductPoints(state.facts, agreementId)]);
  return [...new Set(measuring)].map((servicePointId) => ({ kind: "hung", servicePointId, stamp: hung.get(servicePointId) ?? 0 }));
}

export const bankOf = (banks: ReadonlyMap<string, Readonly<Record<string, Milli>>>, { due: { agreement } }: Due): Pick<SegmentToBill, "bank"> => {
  const bank = banks.get(agreement.agreementId);
  return bank === undefined ? {} : { bank };
};

/** What the bill before left in the bank of each agreement that has one: state derived from bills, so a canceled bill takes its share back. */
export async function loadBanks(port: SqlPort, segments: readonly Due[], { carried, without = [] }: Pick<ToBillAsked, "carried" | "without"> = {}): Promise<Map<string, Readonly<Record<string, Milli>>>> {
  const asking = segments.filter(({ versions }) => versions.some(hasBank)).map(({ due: { agreement, period } }) => [agreement.agreementId, period.from]);
  if (asking.length === 0) return new Map();
  const rows = await port.query<{ agreementId: string; bank: string | null }>(
    `SELECT s.service_agreement_id AS "agreementId", (SELECT d.value FROM json_each(b.snapshot, '$.bank') AS d WHERE d.key = s.service_agreement_id) AS bank
     FROM json_each(?) AS w CROSS JOIN bill_segment AS s ON s.service_agreement_id = w.value->>0 AND s.period_to = w.value->>1
       JOIN bill AS b ON b.id = s.bill_id AND b.status = 'complete' AND b.id NOT IN (SELECT value FROM json_each(?))
     WHERE instr(s.id, '${CORRECTION_MARK}') = 0`,
    [JSON.stringify(asking), JSON.stringify(without)],
  );
  const stored = rows.flatMap(({ agreementId, bank }) => (bank === null ? [] : [[agreementId, JSON.parse(bank) as Record<string, Milli>] as const]));
  return new Map([...stored, ...(carried?.bank ?? [])]);
}

async function loadDemand(port: SqlPort, segments: readonly Due[], { carried, without = [] }: ToBillAsked): Promise<Map<string, readonly Milli[]>> {
  const asking = segments.filter(({ versions }) => versions.some(hasRatchet)).map(({ due: { agreement, period } }) => [agreement.agreementId, addMonths(period.from, -DEMAND_MONTHS), period.from]);
  if (asking.length === 0) return new Map();
  const rows = await port.query<{ agreementId: string; periodTo: LocalDate; demand: Milli | null }>(
    `SELECT s.service_agreement_id AS "agreementId", s.period_to AS "periodTo", (SELECT d.value FROM json_each(b.snapshot, '$.demand') AS d WHERE d.key = s.service_agreement_id) AS demand
     FROM json_each(?) AS w CROSS JOIN bill_segment AS s ON s.service_agreement_id = w.value->>0 AND s.period_to > w.value->>1 AND s.period_to <= w.value->>2
       JOIN bill AS b ON b.id = s.bill_id AND b.status = 'complete' AND b.id NOT IN (SELECT value FROM json_each(?))
     WHERE instr(s.id, '${CORRECTION_MARK}') = 0 ORDER BY s.period_to DESC`,
    [JSON.stringify(asking), JSON.stringify(without)],
  );
  const stored = Map.groupBy(rows, (row) => row.agreementId);
  return new Map(asking.map(([id]) => [id!, [...(carried?.demand.get(id!) ?? []), ...(stored.get(id!) ?? []).map(({ demand }) => demand ?? 0)]]));
}
