/** The unbilled days of one account, each as it stood at its end: what prepaid prices. One read of usage for all of them. */
import { addDays, eachDay, type LocalDate } from "../../domain/calendar/local-date.ts";
import { rateNeeds, type SegmentToBill } from "../../domain/billing/price.ts";
import { dailyCharges, type EndOfDay, type PrepaidDay } from "../../domain/billing/prepaid.ts";
import type { OpenService } from "../../domain/billing/so-far.ts";
import type { AccountState } from "../../domain/lifecycle/account/state.ts";
import type { SqlPort } from "../port.ts";
import { timeZoneOf } from "../utility.ts";
import { loadUnbilled, type Unbilled } from "./so-far.ts";
import { loadUsages, type UsageNeed } from "./usage.ts";

export interface PrepaidDays {
  /** Oldest first; null where a service cannot be priced. */
  readonly days: readonly PrepaidDay[] | null;
  /** A metered service has no intervals: its days cannot be told apart. */
  readonly unmetered: boolean;
}

/** @throws UnavailableError */
export async function loadPrepaidDays(port: SqlPort, accountId: string, state: AccountState, now: number): Promise<PrepaidDays> {
  const [unbilled, zone] = await Promise.all([loadUnbilled(port, accountId, state, now), timeZoneOf(port, now)]);
  const spans = spansOf(unbilled);
  const unmetered = spans.some(({ segment }) => needOf(segment) !== null && !segment.point.legs.some(({ channel }) => channel.kind === "interval"));
  const last = lastDay(unbilled);
  const first = spans.map(({ segment }) => segment.due.period.from).sort()[0];
  if (first === undefined || last === null || last < first) return { days: [], unmetered };
  const ends = eachDay({ from: first, to: addDays(last, 1) }).map((day) => ({ day, parts: spans.flatMap((span) => partThrough(span, day)) }));
  const parts = new Map(ends.flatMap(({ parts: each }) => each.map((part) => [part.key, part] as const)));
  const usages = await loadUsages(port, [...parts.values()].flatMap(({ key, need }) => (need ? [{ ...need, agreementId: key }] : [])), zone);
  const services = new Map([...parts].map(([key, { segment, periodTo }]): [string, OpenService] => [key, { segment: { ...segment, usage: usages.get(key)?.usage ?? null }, throughDay: null, periodTo }]));
  const days = ends.map(({ day, parts: each }): EndOfDay => ({ day, services: each.map(({ key }) => services.get(key)!) }));
  return { days: dailyCharges({ days, customerClass: state.customerClass, zone }), unmetered };
}

/** An unbilled service and the first day that is not its own any more. */
interface Span {
  readonly segment: SegmentToBill;
  readonly periodTo: LocalDate;
}

function spansOf({ open, closed }: Unbilled): Span[] {
  return [...closed.map((segment) => ({ segment, periodTo: segment.due.period.to })), ...(open?.services ?? [])];
}

/** The last day that is over and of which every meter has been heard; null where nothing is unbilled. */
function lastDay({ open, closed }: Unbilled): LocalDate | null {
  if (!open) return closed.map(({ due }) => addDays(due.period.to, -1)).sort().at(-1) ?? null;
  const heard = open.services.filter(({ segment }) => segment.usage !== null).map(({ segment, throughDay, periodTo }) => {
    const through = throughDay ?? addDays(segment.due.period.from, -1);
    return through >= addDays(periodTo, -1) ? open.today : through;
  });
  return [addDays(open.today, -1), ...heard].sort()[0]!;
}

interface Part extends Span {
  /** The segment and where it ends: days after its end share it. */
  readonly key: string;
  readonly need: UsageNeed | null;
}

/** A service up to the end of a day; none before it begins. */
function partThrough({ segment, periodTo }: Span, day: LocalDate): Part[] {
  const { due } = segment;
  const to = day < periodTo ? addDays(day, 1) : periodTo;
  if (to <= due.period.from) return [];
  const part: SegmentToBill = { ...segment, due: { ...due, period: { from: due.period.from, to } }, usage: null };
  return [{ key: `${due.agreement.agreementId} ${due.period.from} ${to}`, segment: part, periodTo, need: needOf(part) }];
}

function needOf({ due: { agreement, period }, point, versions }: SegmentToBill): UsageNeed | null {
  const needs = rateNeeds(versions, period);
  return needs?.usage ? { agreementId: agreement.agreementId, period, unit: needs.unit, legs: point.legs, intervals: needs.intervals, validatedOnly: true } : null;
}
