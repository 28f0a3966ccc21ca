/**
 * Usage that is missing, estimated and stored: revisions of days for interval channels, an estimated read for registers.
 * What is stored is what every later bill, chart and check sees; the next actual read trues it up by itself.
 */
import { addDays, addMonths, type LocalDate, type Period } from "../../domain/calendar/local-date.ts";
import { startOfDay, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { inputHash, seal, type EventDraft } from "../../domain/compliance/chain.ts";
import {
  bestOf, bestReads, BOUNDARY_TOLERANCE_DAYS, convertMilli, dayBytes, dayStats, emptyDay, estimateIntervals, estimateRead, estimateWindows, ESTIMATE_METHODS, flagsText, historyWindows, quantityName, sameDimension, slotCount, tellsOfNobody, windowOfReads,
  type Channel, type EstimateInput, type ChannelHistory, type ChannelLeg, type HistoryWindow, type Milli, type ReadEstimate, type RegisterRead, type StoredDay, type Unit, type UsageOfPeriod,
} from "../../domain/metering/index.ts";
import { CORRECTION_MARK } from "../../domain/billing/true-up.ts";
import { classShape } from "./class-shape.ts";
import { loadHead } from "../command.ts";
import { commitUnits, type CommitUnit, type InputStamp } from "../commit.ts";
import { cureWork, exceptionUnit, loadExceptions, type ExceptionRecord } from "../metering/exceptions.ts";
import type { InsertRow, Writes } from "../rows.ts";
import type { SqlPort } from "../port.ts";
import { loadDays, type UsageNeed } from "./usage.ts";

export interface EstimateBy {
  readonly actor: string;
  readonly source: string;
  readonly now: Instant;
  /** Names the estimate, once and for all: the same id never estimates twice. */
  readonly commandId: string;
}

export interface EstimateOf {
  readonly need: UsageNeed;
  readonly usage: UsageOfPeriod;
}

/** By which rules a utility estimates. */
export interface EstimateRules {
  readonly zone: TimeZone;
  readonly holidays: ReadonlySet<LocalDate>;
  readonly order: readonly ReadEstimate[];
}

const REASON = "Nothing had come by the day of estimates.";

/**
 * Estimates what the usages lack, as far as there is anything to go by, in one commit. `hung`: which meters hung as it was decided.
 * @returns how many channels were completed; 0 when nothing could be done
 * @throws FenceLostError when reads arrived or a meter was exchanged meanwhile: look again; CommandRepeatedError
 */
export async function storeEstimates(port: SqlPort, asked: readonly EstimateOf[], rules: EstimateRules, by: EstimateBy, hung: readonly InputStamp[]): Promise<number> {
  const made = new Map<number, Made>();
  for (const { need, usage } of asked) {
    for (const leg of lackingLegs(need, usage)) {
      if (made.has(leg.channel.channelId)) continue;
      const estimate = leg.channel.kind === "interval" ? await intervalEstimate(port, leg, need, usage, rules, by) : await readEstimate(port, leg, need, rules, by);
      if (estimate) made.set(leg.channel.channelId, estimate);
    }
  }
  if (made.size === 0) return 0;
  const units: CommitUnit[] = [];
  for (const [meterId, ofMeter] of Map.groupBy(made.values(), (each) => each.meterId)) {
    const unit = await unitOf(port, meterId, ofMeter, by, hung);
    const provenance = { commandId: unit.command.id, batchId: "", actor: by.actor, source: by.source, recordedAt: by.now };
    units.push(unit, ...ofMeter.flatMap(({ cured }) => cured.map((record) => exceptionUnit(cureWork(record, by.now), provenance, unit.command))));
  }
  await commitUnits(port, units);
  return made.size;
}

function lackingLegs({ legs, intervals }: UsageNeed, usage: UsageOfPeriod): ChannelLeg[] {
  const lacking = new Set(usage.problems.filter(({ code }) => code === "missing-intervals" || code === "no-end-read").map(({ channelId }) => channelId));
  return legs.filter(({ channel }) => lacking.has(channel.channelId) || (intervals && channel.kind === "interval" && usage.slots.missing > 0));
}

/** The estimate of one channel. */
interface Made {
  readonly meterId: string;
  readonly event: EventDraft;
  readonly writes: Pick<Writes, "intervalDay" | "intervalRevision" | "registerRead">;
  /** Work items about what was missing and is not any more. */
  readonly cured: readonly ExceptionRecord[];
}

/** All estimates of one meter: they are events of its stream. */
async function unitOf(port: SqlPort, meterId: string, made: readonly Made[], by: EstimateBy, hung: readonly InputStamp[]): Promise<CommitUnit> {
  const stream = `meter:${meterId}`;
  const head = await loadHead(port, stream);
  const id = `${by.commandId}:${meterId}`;
  const drafts = made.map(({ event }) => event);
  return {
    stream, baseSeq: head.seq, baseHash: head.hash, inputs: hung,
    events: seal(stream, head, drafts, { commandId: id, batchId: "", actor: by.actor, source: by.source, recordedAt: by.now }),
    writes: {
      intervalDay: made.flatMap(({ writes }) => writes.intervalDay ?? []),
      intervalRevision: made.flatMap(({ writes }) => writes.intervalRevision ?? []),
      registerRead: made.flatMap(({ writes }) => writes.registerRead ?? []),
    },
    command: { id, inputHash: inputHash(drafts.map(({ data }) => data)), result: "{}" },
  };
}

// ---- intervals ------------------------------------------------------------------------------------------------

async function intervalEstimate(port: SqlPort, leg: ChannelLeg, need: UsageNeed, usage: UsageOfPeriod, { zone, holidays, order }: EstimateRules, by: EstimateBy): Promise<Made | null> {
  const { channel } = leg;
  const { period, disconnected = false } = need;
  const { around, lastYear } = estimateWindows(period);
  const step = new Map([[channel.channelId, channel.stepMinutes!]]);
  const days = (await loadDays(port, [[channel.channelId, lastYear.from, lastYear.to], [channel.channelId, around.from, around.to]], step)).get(channel.channelId) ?? [];
  const asked: EstimateInput = {
    channel, zone, period, installedFrom: leg.from, installedTo: leg.to, until: Math.min(by.now, startOfDay(period.to, zone)), days, holidays,
    history: await intervalHistory(port, channel, period.from, zone), classDaily: null, isVacant: () => disconnected, registerUsage: registerUsage(leg, usage), order,
  };
  const alone = estimateIntervals(asked);
  // The class is asked last: only where the meter's own past fills nothing.
  const estimate = alone.unfilled > 0 && order.includes("classAverage") ? estimateIntervals({ ...asked, classShape: await classShape(port, need, channel) }) : alone;
  if (estimate.filled === 0) return null;
  const stored = new Map(days.map((day) => [day.day, day]));
  const open = await openExceptions(port, channel.channelId, period);
  const cured: ExceptionRecord[] = [];
  const dayRows: InsertRow<"intervalDay">[] = [];
  const revisionRows: InsertRow<"intervalRevision">[] = [];
  for (const { day, layer, methods } of estimate.days) {
    const before: StoredDay = stored.get(day) ?? { channelId: channel.channelId, day, version: 0, raw: emptyDay(slotCount(day, zone, channel.stepMinutes!)), revisions: [] };
    const revision = (before.revisions.at(-1)?.revision ?? 0) + 1;
    const best = dayStats(bestOf(before.raw, [...before.revisions, { layer }]));
    const ofDay = open.filter(({ row }) => row.day === day);
    const mended = best.present === best.slots ? ofDay.filter(({ row }) => row.rule === MISSING_RULE) : [];
    cured.push(...mended);
    dayRows.push({
      channelId: channel.channelId, day, version: before.version + 1, raw: Buffer.from(dayBytes(before.raw.values)), flags: flagsText(before.raw.quality),
      bestTotal: best.sum, bestPeak: best.max, missing: best.slots - best.present, suspect: ofDay.length > mended.length ? 1 : 0, estimated: best.estimated, batchId: by.commandId, recordedAt: by.now,
    });
    revisionRows.push({
      channelId: channel.channelId, day, revision, values: Buffer.from(dayBytes(layer.values)), flags: flagsText(layer.quality) ?? "", rule: "estimate", actor: by.actor, reason: `${REASON} ${methods}`, recordedAt: by.now,
    });
  }
  const { filled, unfilled, counts, scaled } = estimate;
  return {
    meterId: channel.meterId,
    event: { type: "IntervalsEstimated", version: 1, data: { channelId: channel.channelId, from: period.from, to: period.to, filled, unfilled, counts, scaled, reason: REASON } },
    writes: { intervalDay: dayRows, intervalRevision: revisionRows }, cured,
  };
}

/** What went through in the leg where its registers stand in for its intervals, after the multiplier, in the channel's unit; null where they do not. Then an estimate adds up to it. */
function registerUsage({ channel, from, to }: ChannelLeg, { legs, unit }: UsageOfPeriod): Milli | null {
  const own = legs.filter((used) => used.meterId === channel.meterId && used.quantity === quantityName(channel) && used.from >= from && used.to <= (to ?? Infinity));
  if (!own.some(({ source }) => source === "registers")) return null;
  const sum = own.reduce((total, used) => total + used.usage, 0);
  return convertMilli(channel.use === "subtract" ? -sum : sum, sameDimension(channel.unit, unit) ? unit : channel.unit, channel.unit);
}

/** The rule of validation whose cause an estimate takes away; whatever else is in doubt about a day stays so. */
const MISSING_RULE = "missing";

async function openExceptions(port: SqlPort, channelId: number, { from, to }: Period): Promise<ExceptionRecord[]> {
  const rows = await port.query<{ id: string }>("SELECT id FROM exception WHERE channel_id = ? AND day >= ? AND day < ? AND read_at IS NULL AND status = 'open' AND severity = 'fail'", [channelId, from, to]);
  return [...(await loadExceptions(port, rows.map(({ id }) => id))).values()];
}

async function intervalHistory(port: SqlPort, channel: Channel, day: LocalDate, zone: TimeZone): Promise<ChannelHistory> {
  const { previous, lastYear } = historyWindows(day);
  const [before, season] = await Promise.all([previous, lastYear].map((window) => windowOf(port, channel, window, zone)));
  return { previous: before!, lastYear: season!, zeroDaysBefore: 0, flowSlotsBefore: 0 };
}

async function windowOf(port: SqlPort, channel: Channel, { from, to }: Period, zone: TimeZone): Promise<HistoryWindow | null> {
  const [row] = await port.query<{ days: number; usage: number; missing: number; peak: number }>(
    "SELECT count(*) AS days, coalesce(sum(best_total), 0) AS usage, coalesce(sum(missing), 0) AS missing, coalesce(max(best_peak), 0) AS peak FROM interval_day WHERE channel_id = ? AND day >= ? AND day < ? AND suspect = 0",
    [channel.channelId, from, to],
  );
  if (!row || row.days === 0) return null;
  const slots = row.days * slotCount(from, zone, channel.stepMinutes!);
  return { days: row.days, usage: row.usage, slots, present: slots - row.missing, estimated: 0, maxSlot: row.peak };
}

// ---- registers ------------------------------------------------------------------------------------------------

/** How far back reads are looked for: the same season of last year with the month before it. */
const READS_BACK_MONTHS = 15;
const YEAR_DAYS = 364;
const AVERAGE_MONTHS = 3;
const TOLERANCE_MS = BOUNDARY_TOLERANCE_DAYS * 86_400_000;

async function readEstimate(port: SqlPort, leg: ChannelLeg, need: UsageNeed, { zone, order }: EstimateRules, by: EstimateBy): Promise<Made | null> {
  const { channel } = leg;
  const { period, disconnected = false } = need;
  const at = Math.min(startOfDay(period.to, zone), leg.to ?? Infinity);
  const rows = await port.query<RegisterRead>(
    `SELECT channel_id AS "channelId", read_at AS "readAt", version, value, quality FROM register_read WHERE channel_id = ? AND read_at >= ? AND read_at <= ?`,
    // Only of the time at this place: what the meter counted before it came here, or another meter here, says nothing.
    [channel.channelId, Math.max(leg.from, startOfDay(addMonths(period.from, -READS_BACK_MONTHS), zone)), at],
  );
  const reads = bestReads(rows);
  const previous = reads.findLast((read) => read.readAt < at);
  if (!previous) return null;
  const near = (day: LocalDate): RegisterRead | null => nearest(startOfDay(day, zone), reads);
  const monthBefore = addMonths(period.from, -1);
  const window = (from: LocalDate, to: LocalDate) => windowOfReads(near(from), near(to), channel);
  const own = { channel, previous, at, order, isVacant: disconnected };
  const past = {
    history: { previous: window(monthBefore, period.from), lastYear: window(addDays(period.from, -YEAR_DAYS), addDays(period.to, -YEAR_DAYS)), zeroDaysBefore: 0, flowSlotsBefore: 0 },
    beforeLastYear: window(addDays(monthBefore, -YEAR_DAYS), addDays(period.from, -YEAR_DAYS)), lastThree: window(addMonths(period.from, -AVERAGE_MONTHS), period.from),
  };
  const alone = estimateRead({ ...own, ...past, classDaily: null });
  // The class is asked only where it comes first of what there is: it means looking at many bills.
  const before = order.slice(0, order.includes("classAverage") ? order.indexOf("classAverage") : order.length);
  const known = disconnected || before.some((method) => method === alone?.method) || !order.includes("classAverage");
  const estimated = known ? alone : estimateRead({ ...own, ...past, classDaily: await classDaily(port, need, channel) });
  if (!estimated) return null;
  const version = Math.max(0, ...rows.filter((row) => row.readAt === at).map((row) => row.version)) + 1;
  const { read, method, daily } = estimated;
  return {
    meterId: channel.meterId,
    event: { type: "ReadEstimated", version: 1, data: { channelId: channel.channelId, readAt: at, value: read.value, method, daily, reason: REASON } },
    writes: { registerRead: [{ channelId: channel.channelId, readAt: at, version, value: read.value, quality: "estimated", suspect: 0, source: by.source, actor: by.actor, reason: `${REASON} ${ESTIMATE_METHODS[method].letter}`, batchId: by.commandId, recordedAt: by.now }] }, cured: [],
  };
}

/** Customers of the same rate that are asked for their average: enough to be one, few enough to be asked at once. */
const CLASS_SAMPLE = 2_000;

/**
 * What customers on the same rate (so of the same class and service) used a day in the periods that ended last, in the
 * channel's unit; null when too few of them have a bill that rests on reads, or one of them could be told from the average.
 */
async function classDaily(port: SqlPort, { agreementId, period }: UsageNeed, channel: Channel): Promise<Milli | null> {
  const [row] = await port.query<{ used: Milli; days: number; unit: Unit; customers: number; largest: Milli }>(
    `SELECT sum(used) AS used, sum(days) AS days, unit, count(*) AS customers, max(used) AS largest FROM (
       SELECT s.unit, peer.account_id, sum(s.registered_milli) AS used, sum(julianday(s.period_to) - julianday(s.period_from)) AS days
       FROM (SELECT a.id, a.account_id FROM service_agreement AS me JOIN service_agreement AS a ON a.rate_schedule_id = me.rate_schedule_id AND a.account_id <> me.account_id WHERE me.id = ?1 LIMIT ${CLASS_SAMPLE}) AS peer
       CROSS JOIN bill_segment AS s ON s.service_agreement_id = peer.id AND s.period_to > ?2 AND s.period_to <= ?3 JOIN bill AS b ON b.id = s.bill_id AND b.status = 'complete'
       WHERE s.estimated = 0 AND instr(s.id, '${CORRECTION_MARK}') = 0 GROUP BY s.unit, peer.account_id) GROUP BY unit ORDER BY days DESC LIMIT 1`,
    [agreementId, addMonths(period.from, -1), period.to],
  );
  if (!row || row.days <= 0 || !sameDimension(row.unit, channel.unit) || !tellsOfNobody({ ...row, total: row.used })) return null;
  return convertMilli(Math.round(row.used / row.days), row.unit, channel.unit);
}

function nearest(at: Instant, reads: readonly RegisterRead[]): RegisterRead | null {
  let found: RegisterRead | null = null;
  for (const read of reads) {
    const distance = Math.abs(read.readAt - at);
    if (distance <= TOLERANCE_MS && (found === null || distance < Math.abs(found.readAt - at))) found = read;
  }
  return found;
}
