/** What bills before left open: periods that were billed on estimates with the usage since the last actual read, and how estimates came about. */
import { addMonths, type LocalDate } from "../../domain/calendar/local-date.ts";
import { thaw } from "../../domain/billing/freeze.ts";
import { isEstimated } from "../../domain/billing/hold-rules.ts";
import type { SegmentToBill } from "../../domain/billing/price.ts";
import type { EstimateNote, FrozenSegment } from "../../domain/billing/snapshot.ts";
import { CORRECTION_MARK, type EstimatedPeriod, type SinceLastActual } from "../../domain/billing/true-up.ts";
import { methodsNoted, type EstimateMethod, type RegisterRead } from "../../domain/metering/index.ts";
import type { InputStamp } from "../commit.ts";
import type { SqlPort } from "../port.ts";
import type { AccountsAsked } from "./accounts.ts";
import { versionsAsBilled } from "./replay.ts";
import { unpackSnapshot } from "./stored-snapshot.ts";
import { loadUsages, type UsageNeed } from "./usage.ts";

export interface LoadedSince {
  readonly since: SinceLastActual;
  readonly inputs: readonly InputStamp[];
}

/** Periods on estimates, one after the other, that are in no stored bill: of bills that are being made again. */
export interface EstimatedChain {
  readonly periods: readonly EstimatedPeriod[];
  /** The reads with which the first one began, by channel; those of the stored bill before it when left out. */
  readonly opening?: ReadonlyMap<number, RegisterRead>;
}

/** Nobody may estimate longer than a utility can set; a true-up looks back as far. */
const LOOK_BACK_MONTHS = 24;

const ESTIMATED = `SELECT s.service_agreement_id AS "agreementId", s.id AS "segmentId", b.id AS "billId", b.snapshot
  FROM json_each(?) AS w CROSS JOIN bill_segment AS s ON s.service_agreement_id = w.value->>0 AND s.period_to > w.value->>1 AND s.period_to <= w.value->>2 JOIN bill AS b ON b.id = s.bill_id AND b.status = 'complete' AND b.id NOT IN (SELECT value FROM json_each(?))
  WHERE instr(s.id, '${CORRECTION_MARK}') = 0 AND s.estimated = 1 ORDER BY s.period_to DESC`;

interface EstimatedRow {
  readonly agreementId: string;
  readonly segmentId: string;
  readonly billId: string;
  readonly snapshot: string;
}

/**
 * By agreement, the estimated periods right before the one in question and the usage since the last actual read. Only where
 * a read has come to true up by, and only for registers: intervals that come late are revisions of their own days, and
 * change the bills of those days.
 */
export async function loadSinceLastActual(port: SqlPort, segments: readonly SegmentToBill[], needs: readonly UsageNeed[], { zone, without = [], carried }: Pick<AccountsAsked, "zone" | "without"> & { readonly carried?: { readonly estimated: ReadonlyMap<string, EstimatedChain> } }): Promise<Map<string, LoadedSince>> {
  const found = new Map<string, LoadedSince>();
  const asking = segments.filter(endsWithRead);
  if (asking.length === 0) return found;
  const rows = await port.query<EstimatedRow>(ESTIMATED, [JSON.stringify(asking.map(({ due: { agreement: { agreementId }, period: { from } } }) => [agreementId, addMonths(from, -LOOK_BACK_MONTHS), from])), JSON.stringify(without)]);
  const frozen = rows.map(({ snapshot, ...row }) => ({ ...row, segment: thaw(unpackSnapshot(snapshot)).snapshot.segments.find(({ segmentId }) => segmentId === row.segmentId)! }));
  const versions = await versionsAsBilled(port, frozen.map(({ segment }) => segment));
  const periods = new Map(asking.map(({ due: { agreement: { agreementId }, period } }) => {
    const made = carried?.estimated.get(agreementId)?.periods ?? [];
    const own = unbroken(frozen.filter((row) => row.agreementId === agreementId), made[0]?.segment.periodFrom ?? period.from);
    return [agreementId, [...own.map(({ billId, segment }) => ({ billId, segment, versions: versions.get(segment.segmentId) ?? [] })), ...made]] as const;
  }));
  const spans = needs.flatMap((need): UsageNeed[] => {
    const first = periods.get(need.agreementId)?.[0];
    // It begins with the last actual read, not with the estimate that the bill before ended with.
    const { opening: _, ...asked } = need;
    const chain = carried?.estimated.get(need.agreementId);
    const opening = chain && chain.periods[0] === first ? chain.opening : undefined;
    return first ? [{ ...asked, period: { from: first.segment.periodFrom, to: need.period.to }, ...(opening ? { opening } : {}) }] : [];
  });
  const usages = await loadUsages(port, spans, zone, without);
  for (const [agreementId, { usage, inputs }] of usages) found.set(agreementId, { since: { usage, periods: periods.get(agreementId)! }, inputs });
  return found;
}

/**
 * Billed on estimates before, and now a read has come, be it one that the estimates overshot, or one of a meter that was hung
 * inside an estimated period: that was not read when this period began, and needs not have been.
 */
function endsWithRead({ due: { agreement }, usage }: SegmentToBill): boolean {
  if (agreement.estimatesInRow === 0 || usage === null || usage.series.length > 0 || isEstimated(usage)) return false;
  return usage.problems.every(({ code }) => code === "negative" || code === "no-start-read");
}

/** Periods that follow each other without a gap up to the day, oldest first. */
function unbroken<Row extends { readonly segment: FrozenSegment }>(newestFirst: readonly Row[], upTo: LocalDate): Row[] {
  const rows: Row[] = [];
  let to = upTo;
  for (const row of newestFirst) {
    if (row.segment.periodTo !== to || row.segment.usage === null || row.segment.series.length > 0) break;
    rows.unshift(row);
    to = row.segment.periodFrom;
  }
  return rows;
}

// ---- how it was estimated -------------------------------------------------------------------------------------

const REASONS = `SELECT w.value->>0 AS "agreementId", g.reason FROM json_each(?) AS w CROSS JOIN register_read AS g ON g.channel_id = w.value->>1 AND g.read_at = w.value->>2 WHERE g.quality = 'estimated'
  UNION ALL SELECT w.value->>0, r.reason FROM json_each(?) AS w CROSS JOIN interval_revision AS r ON r.channel_id = w.value->>1 AND r.day >= w.value->>2 AND r.day < w.value->>3 WHERE r.rule = 'estimate'`;

/** By agreement, how the usage of an estimated bill was reckoned, as it was noted beside the values. */
export async function loadEstimateNotes(port: SqlPort, segments: readonly SegmentToBill[]): Promise<Map<string, EstimateNote>> {
  const estimated = segments.filter(({ usage }) => isEstimated(usage));
  if (estimated.length === 0) return new Map();
  const reads = estimated.flatMap(({ due: { agreement: { agreementId } }, usage }) => usage!.legs.flatMap(({ channelId, endRead }) => (endRead?.quality === "estimated" ? [[agreementId, channelId, endRead.readAt]] : [])));
  const days = estimated.flatMap(({ due: { agreement: { agreementId } }, usage }) => usage!.inputs.days.map(({ channelId, from, to }) => [agreementId, channelId, from, to]));
  const rows = await port.query<{ agreementId: string; reason: string | null }>(REASONS, [JSON.stringify(reads), JSON.stringify(days)]);
  return new Map([...Map.groupBy(rows, ({ agreementId }) => agreementId)].map(([agreementId, own]) => [agreementId, { methods: mostUsed(own.map(({ reason }) => methodsNoted(reason ?? ""))) }]));
}

function mostUsed(counts: readonly ReadonlyMap<EstimateMethod, number>[]): EstimateMethod[] {
  const sums = new Map<EstimateMethod, number>();
  for (const count of counts) for (const [method, slots] of count) sums.set(method, (sums.get(method) ?? 0) + slots);
  return [...sums].toSorted(([, a], [, b]) => b - a).map(([method]) => method);
}
