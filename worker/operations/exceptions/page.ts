/** One exception with the story of its meter: enough on one page to decide on. */
import type { SqlPort } from "../../../db/port.ts";
import { loadExceptions, type ExceptionDetail, type ExceptionRow, type HeldReadingText } from "../../../db/metering/exceptions.ts";
import type { ReadsSetting } from "../../../db/metering/ingest.ts";
import { sourceOfHeld, type ReadSource } from "../../../db/metering/sources.ts";
import { loadDaySpan } from "../../../db/metering/stored.ts";
import { addDays, addMonths, type LocalDate } from "../../../domain/calendar/local-date.ts";
import { startOfDay, type TimeZone } from "../../../domain/calendar/zone.ts";
import { holdRule } from "../../../domain/billing/hold-rules.ts";
import { unbilledRule } from "../../../domain/billing/unbilled.ts";
import { summaryOf, type EventSummary } from "../../../domain/lifecycle/account/summary.ts";
import { decisionsFor, EXCEPTION_MOVES, exceptionStream, type ChangeNoted, type ExceptionAction, type ExceptionDecision, type ExceptionSubject } from "../../../domain/lifecycle/exception.ts";
import { requirePermission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import {
  bestOfDay, bestReads, dayKey, emptyDay, INTERVAL_RULES, MISSING, QUALITIES, REGISTER_RULES, slotCount, slotStart, timesMultiplier, type Direction, type Milli, type PackedDay, type Quality, type RegisterRead, type Unit,
} from "../../../domain/metering/index.ts";
import type { World } from "../context.ts";
import { readsSetting } from "../reads.ts";
import { holidaysOf, stateOf } from "./decide.ts";
import { doubtfulSlots, estimateDay, estimateReadAt } from "./estimate.ts";
import { ITEM, itemOf, type ExceptionItem } from "./list.ts";
import { loadSubject, type Subject } from "./subject.ts";

export interface DayTotal {
  readonly day: LocalDate;
  /** Usage, after the multiplier. */
  readonly total: Milli;
  readonly missing: number;
  readonly estimated: number;
  readonly suspect: boolean;
}

export interface ReadPoint {
  readonly readAt: number;
  /** As the meter showed it. */
  readonly value: Milli;
  readonly quality: Quality;
  readonly version: number;
  readonly suspect: boolean;
}

export interface Slot {
  readonly slot: number;
  readonly at: number;
  /** As the meter showed it, before the multiplier; null where none came. */
  readonly value: Milli | null;
  readonly quality: Quality;
}

export interface MeterStory {
  readonly meterId: string;
  readonly badge: string;
  readonly commodity: string;
  readonly channelId: number;
  readonly channelName: string | null;
  readonly kind: "interval" | "register";
  readonly unit: Unit;
  readonly stepMinutes: number | null;
  readonly multiplier: string;
  readonly direction: Direction;
  /** Interval channels: the 13 months up to the day. */
  readonly days: readonly DayTotal[];
  /** Registers: the reads of the 13 months up to the one in question, and those after it. */
  readonly reads: readonly ReadPoint[];
  /** The day in question, slot by slot; empty for a register. */
  readonly slots: readonly Slot[];
  /** The same weekday of the week before, to hold it against; empty when it is not there. */
  readonly weekBefore: readonly Slot[];
}

export interface Suggestion {
  /** Slots that an estimate would change, and to what. */
  readonly slots: readonly { readonly slot: number; readonly value: Milli }[];
  /** What a register read would be. */
  readonly value: Milli | null;
  readonly method: string;
}

export interface ExceptionStep {
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly actor: string;
  /** Of a person who works here. */
  readonly actorName: string | null;
  readonly summary: EventSummary;
  /** Of a decision: what counted and what counts now. */
  readonly before: ChangeNoted | null;
  readonly after: ChangeNoted | null;
  /** The person's words; null when there were none or they were erased. */
  readonly reason: string | null;
}

export interface ExceptionPage {
  readonly item: ExceptionItem;
  readonly subject: ExceptionSubject;
  readonly decisions: readonly ExceptionDecision[];
  readonly actions: readonly ExceptionAction[];
  /** What the rule compared; quantities in thousandths of the channel's unit. */
  readonly numbers: Readonly<Record<string, number>>;
  /** The interval that the rule points at. */
  readonly slot: number | null;
  readonly rule: { readonly id: string; readonly title: string; readonly what: string; readonly source: string | null };
  readonly reading: HeldReadingText | null;
  /** Of a reading that is held, or was: the file that it came in. */
  readonly source: ReadSource | null;
  readonly meter: MeterStory | null;
  readonly suggestion: Suggestion | null;
  /** What else is open on the same channel. */
  readonly others: readonly ExceptionItem[];
  readonly steps: readonly ExceptionStep[];
}

const STORY_MONTHS = 13;

/** Of what else is open on the channel; a head-end that was wrong for a year leaves hundreds. */
const OTHERS_SHOWN = 49;

/** Everything about one exception; null when there is none of that id. */
export async function exceptionPage(world: World, actor: UserActor, exceptionId: string): Promise<ExceptionPage | null> {
  requirePermission(actor, "read:exception:any");
  const { port } = world;
  const record = (await loadExceptions(port, [exceptionId])).get(exceptionId);
  if (!record) return null;
  const { row } = record;
  const now = world.now();
  const setting = await readsSetting(world);
  const [items, subject, steps, holidays] = await Promise.all([
    port.query<Parameters<typeof itemOf>[0]>(`${ITEM} WHERE x.id = ?1 OR (?2 IS NOT NULL AND x.channel_id = ?2 AND x.status = 'open') ORDER BY x.id <> ?1, x.opened_at LIMIT ${OTHERS_SHOWN + 1}`, [exceptionId, row.channelId]),
    loadSubject(port, row, setting),
    stepsOf(port, exceptionId),
    holidaysOf(world),
  ]);
  const all = items.map((each) => itemOf(each, now));
  const detail = row.detail === null ? {} : (JSON.parse(row.detail) as ExceptionDetail);
  const state = stateOf(row, now);
  const [meter, source, suggestion] = await Promise.all([
    subject && storyOf(port, subject, setting.zone), detail.source === undefined ? null : sourceOfHeld(port, detail.source), subject && state.stage !== "closed" ? suggestionOf(port, row, detail.slot, subject, setting, holidays) : null,
  ]);
  return {
    item: all.find(({ id }) => id === exceptionId)!,
    subject: state.subject,
    decisions: state.stage === "closed" ? [] : decisionsFor(state).filter((decision) => decision !== "reread" || EXCEPTION_MOVES[state.stage].reread !== undefined),
    actions: Object.keys(EXCEPTION_MOVES[state.stage]) as ExceptionAction[],
    numbers: JSON.parse(row.numbers) as Record<string, number>,
    slot: detail.slot ?? null,
    rule: ruleFacts(row, subject?.place.channel.kind ?? "interval"),
    reading: detail.reading ?? null,
    source,
    meter,
    suggestion,
    others: all.filter(({ id }) => id !== exceptionId),
    steps,
  };
}

/** Rules that do not stand in the tables of validation or billing. */
const OTHER_RULES: Readonly<Record<string, { readonly title: string; readonly what: string }>> = {
  "unknown-meter": { title: "Unknown meter", what: "A head-end sent reads of a meter that is not registered." },
  "not-installed": { title: "Meter not installed", what: "A read is of a time at which its meter hung nowhere." },
  unit: { title: "Wrong unit", what: "The unit sent is another kind of quantity, or would lose digits in the channel's unit." },
  "interval-size": { title: "Wrong interval length", what: "The head-end sends intervals of another length than the channel is set up for." },
  multiplier: { title: "Wrong multiplier", what: "The head-end has another multiplier for the meter than the channel is set up with: one of the two bills a wrong multiple." },
  changed: { title: "Value sent again", what: "A value that was stored came again as another one; the later one counts." },
  "billed-change": { title: "Change under an issued bill", what: "Usage changed after a bill was issued on it; somebody looks whether to bill again." },
  exchange: { title: "Meter exchanged under an issued bill", what: "A meter exchange was entered after a bill was issued for its day; somebody looks whether to bill again." },
  "winter-average": { title: "Winter average under a corrected bill", what: "A bill on which a winter average rests was corrected; somebody sets the average anew." },
  correction: { title: "Correction of bills to approve", what: "Somebody has proposed to make bills again; it changes more than they may decide on alone." },
  suspense: { title: "Payment without an account", what: "Money came for an account that is not known." },
};

function ruleFacts({ kind, rule: id }: ExceptionRow, channel: "interval" | "register"): ExceptionPage["rule"] {
  const rules = channel === "interval" ? [...INTERVAL_RULES, ...REGISTER_RULES] : [...REGISTER_RULES, ...INTERVAL_RULES];
  const found = kind === "billing" ? holdRule(id) : (unbilledRule(id) ?? rules.find((rule) => rule.id === id) ?? OTHER_RULES[id]);
  return { id, title: found?.title ?? id, what: found?.what ?? "", source: (found as { readonly source?: string } | undefined)?.source ?? null };
}

/** 13 months of the channel, and the day in question interval by interval. */
async function storyOf(port: SqlPort, { place: { meter, channel }, loaded, day }: Subject, zone: TimeZone): Promise<MeterStory> {
  const { channelId, kind, unit, multiplier, direction } = channel;
  const from = addMonths(day, -STORY_MONTHS);
  const head = { meterId: meter.meterId, badge: meter.badge, commodity: meter.commodity, channelId, channelName: channel.name ?? null, kind, unit, stepMinutes: channel.stepMinutes ?? null, multiplier, direction };
  if (kind === "register") return { ...head, days: [], reads: await readsSince(port, channelId, startOfDay(from, zone)), slots: [], weekBefore: [] };
  const weekBefore = addDays(day, -7);
  const [rows, [earlier]] = await Promise.all([
    port.query<{ day: LocalDate; total: number; missing: number; estimated: number; suspect: number }>(
      "SELECT day, best_total AS total, missing, coalesce(estimated, 0) AS estimated, suspect FROM interval_day WHERE channel_id = ? AND day > ? AND day <= ? ORDER BY day",
      [channelId, from, addDays(day, DAYS_AFTER)],
    ),
    loadDaySpan(port, channelId, weekBefore, addDays(weekBefore, 1)),
  ]);
  const stored = loaded.days.get(dayKey(channelId, day));
  const slots = (values: PackedDay, of: LocalDate): Slot[] => slotsOf(values, (slot) => slotStart(slot, of, zone, channel.stepMinutes!));
  return {
    ...head,
    days: rows.map((row) => ({ ...row, total: timesMultiplier(row.total, multiplier), suspect: row.suspect !== 0 })),
    reads: [],
    slots: slots(stored ? bestOfDay(stored) : emptyDay(slotCount(day, zone, channel.stepMinutes!)), day),
    weekBefore: earlier ? slots(bestOfDay(earlier), weekBefore) : [],
  };
}

/** Days after the one in question that are shown as well: did it go on? */
const DAYS_AFTER = 14;

function slotsOf({ values, quality }: PackedDay, at: (slot: number) => number): Slot[] {
  return Array.from(values, (value, slot) => ({ slot, at: at(slot), value: value === MISSING ? null : value, quality: QUALITIES[quality?.[slot] ?? 0]! }));
}

async function readsSince(port: SqlPort, channelId: number, since: number): Promise<ReadPoint[]> {
  const rows = await port.query<RegisterRead & { suspect: number }>(
    `SELECT channel_id AS "channelId", read_at AS "readAt", version, value, quality, suspect FROM register_read WHERE channel_id = ? AND read_at >= ? ORDER BY read_at, version`,
    [channelId, since],
  );
  const standing = new Map(rows.map((row) => [row.readAt, row.suspect !== 0]));
  return bestReads(rows).map(({ readAt, value, quality, version }) => ({ readAt, value, quality, version, suspect: standing.get(readAt)! }));
}

/** What an estimate would make of it, so that a person sees it before deciding; null when there is nothing to go by. */
async function suggestionOf(port: SqlPort, row: ExceptionRow, pointed: number | undefined, subject: Subject, setting: ReadsSetting, holidays: ReadonlySet<string>): Promise<Suggestion | null> {
  const { loaded, day, place: { channel } } = subject;
  if (row.readAt !== null) {
    const estimate = estimateReadAt(subject, row.readAt);
    return estimate && { slots: [], value: estimate.value, method: estimate.method };
  }
  const stored = loaded.days.get(dayKey(channel.channelId, day));
  const best = stored ? bestOfDay(stored) : emptyDay(slotCount(day, setting.zone, channel.stepMinutes!));
  const estimate = await estimateDay(subject, doubtfulSlots(row.rule, pointed, best), row.rule === "missing", { port, setting, holidays });
  if (estimate === null) return null;
  return { slots: [...estimate.layer.values.keys()].flatMap((slot) => (estimate.layer.values[slot] === MISSING ? [] : [{ slot, value: estimate.layer.values[slot]! }])), value: null, method: estimate.method };
}

async function stepsOf(port: SqlPort, exceptionId: string): Promise<ExceptionStep[]> {
  const rows = await port.query<{ seq: number; type: string; at: number; actor: string; actorName: string | null; data: string; reason: string | null }>(
    `SELECT e.seq, e.type, e.recorded_at AS "at", e.actor, u.name AS "actorName", e.data, d.value AS reason FROM event AS e
     LEFT JOIN auth_user AS u ON 'user:' || u.id = e.actor LEFT JOIN personal_data AS d ON d.ref = json_extract(e.data, '$.reasonRef') WHERE e.stream = ? ORDER BY e.seq`,
    [exceptionStream(exceptionId)],
  );
  return rows.map(({ data, reason, ...row }) => {
    const facts = JSON.parse(data) as { before?: ChangeNoted | string | null; after?: ChangeNoted | null };
    const noted = (value: unknown): ChangeNoted | null => (typeof value === "object" && value !== null ? (value as ChangeNoted) : null);
    return { ...row, summary: summaryOf(row.type, facts), before: noted(facts.before), after: noted(facts.after), reason: reason === null ? null : (JSON.parse(reason) as string) };
  });
}
