/** Decisions on a day of intervals: it is right, other values count, or as if they had not come. */
import { endedByHand } from "../../../db/metering/alerts.ts";
import { exceptionChanges, loadConsequences, suspectSubjects, valueStatements } from "../../../db/metering/ingest.ts";
import type { ExceptionDetail, ExceptionRow } from "../../../db/metering/exceptions.ts";
import type { Statement } from "../../../db/port.ts";
import { addDays } from "../../../domain/calendar/local-date.ts";
import type { ChangeNoted } from "../../../domain/lifecycle/exception.ts";
import {
  bestOf, bestOfDay, dayKey, dayStats, emptyDay, INTERVAL_MAX, INTERVAL_MIN, MISSING, QUALITY_EDITED, reviseDays, slotCount, timesMultiplier, typedMilli,
  type Channel, type DayStats, type PackedDay, type StoredDay,
} from "../../../domain/metering/index.ts";
import { refuse, type Asked, type Deciding, type ValueOutcome } from "./change.ts";
import { doubtfulSlots, estimateDay } from "./estimate.ts";
import type { Subject } from "./subject.ts";

export async function decideDay(row: ExceptionRow, subject: Subject, asked: Asked, deciding: Deciding): Promise<ValueOutcome> {
  const { place: { channel }, loaded, day } = subject;
  const { zone } = deciding.setting;
  const stored = loaded.days.get(dayKey(channel.channelId, day)) ?? null;
  const slots = slotCount(day, zone, channel.stepMinutes!);
  const best = stored === null ? emptyDay(slots) : bestOfDay(stored);
  if (asked.slots.some(({ slot }) => !Number.isInteger(slot) || slot < 0 || slot >= slots)) return refuse("slots", `The day has intervals 0 to ${slots - 1}.`);

  if (asked.decision === "accept") return accept(row, subject, stored, best, deciding);
  const layer = asked.decision === "edit" ? editedLayer(asked, slots) : await estimatedLayer(row, subject, asked, best, deciding);
  if ("refusal" in layer) return { ok: false, refusal: layer.refusal };
  return revise(row, subject, stored, best, layer, asked.decision === "edit" ? "edit" : "estimate", deciding);
}

interface Layer {
  readonly day: PackedDay;
  readonly method: string | null;
}

type LayerOutcome = Layer | { readonly refusal: { readonly code: string; readonly message: string; readonly field: string } };

const refuseLayer = (field: string, message: string): LayerOutcome => ({ refusal: { code: field, message, field } });

function editedLayer({ slots: edits }: Asked, slots: number): LayerOutcome {
  if (edits.length === 0) return refuseLayer("slots", "Say which intervals are to have another value.");
  const { values } = emptyDay(slots);
  const quality = new Uint8Array(slots);
  for (const [i, { slot, value }] of edits.entries()) {
    const milli = value === undefined ? null : typedMilli(value);
    if (milli === null) return refuseLayer(`slots[${i}].value`, "Give the value as a number with at most three decimals, for example 0.25.");
    if (milli > INTERVAL_MAX || milli < INTERVAL_MIN) return refuseLayer(`slots[${i}].value`, "This is more than one interval can hold.");
    values[slot] = milli;
    quality[slot] = QUALITY_EDITED;
  }
  return { day: { values, quality }, method: null };
}

async function estimatedLayer(row: ExceptionRow, subject: Subject, { slots }: Asked, best: PackedDay, deciding: Deciding): Promise<LayerOutcome> {
  const { slot } = row.detail === null ? {} as ExceptionDetail : (JSON.parse(row.detail) as ExceptionDetail);
  const doubtful = slots.length > 0 ? slots.map((each) => each.slot) : doubtfulSlots(row.rule, slot, best);
  const estimate = await estimateDay(subject, doubtful, row.rule === "missing", deciding);
  if (estimate === null) return refuseLayer("decision", "There is nothing to estimate from: no neighbouring, like or earlier days. Enter values instead.");
  // Half an estimate would close the exception and leave the hole.
  if (estimate.unfilled > 0) return refuseLayer("decision", `There is nothing to estimate ${estimate.unfilled} of the intervals from. Enter values instead.`);
  return { day: estimate.layer, method: estimate.method };
}

/** The values stay and count; only the day's standing and version change. */
function accept(row: ExceptionRow, subject: Subject, stored: StoredDay | null, best: PackedDay, { by }: Deciding): ValueOutcome {
  const { place: { channel, installation }, loaded, day } = subject;
  const [was, left] = [[], [row.id]].map((cured) => suspectSubjects(loaded.exceptions, { exceptions: [], exceptionUpdates: [], cured }).has(dayKey(channel.channelId, day)));
  const noted = noteOf(dayStats(best), channel);
  const statements: Statement[] = stored === null ? [] : [{
    sql: "UPDATE interval_day SET version = version + 1, suspect = ?, batch_id = ?, recorded_at = ? WHERE channel_id = ? AND day = ?",
    args: [left ? 1 : 0, by.batchId, by.recordedAt, channel.channelId, day],
  }];
  return {
    ok: true, before: { ...noted, suspect: was! }, after: { ...noted, suspect: left! }, method: null, finding: null, others: [], alerts: [], statements,
    inputs: [{ kind: "interval", channelId: channel.channelId, from: day, to: addDays(day, 1), stamp: stored?.version ?? 0 }],
    servicePointIds: [installation.servicePointId],
  };
}

const NO_RESULT = { exceptions: [], exceptionUpdates: [], cured: [] };

/** Other values count from now on; the day is judged again by the same rules. */
async function revise(row: ExceptionRow, subject: Subject, stored: StoredDay | null, best: PackedDay, layer: Layer, origin: "edit" | "estimate", { port, setting, by, reason }: Deciding): Promise<ValueOutcome> {
  const { place, loaded, day, meters, places } = subject;
  const { channel, installation } = place;
  const key = dayKey(channel.channelId, day);
  const revised = reviseDays([{ place, day, layer: layer.day, origin }], loaded, setting);
  const still = revised.exceptionUpdates.find(({ id }) => id === row.id)?.finding ?? null;
  // The person has decided on this one: it is closed whatever the rules say, and with the numbers of now it is not found again.
  const result = { ...revised, registerWrites: [], exceptionUpdates: revised.exceptionUpdates.filter(({ id }) => id !== row.id), cured: revised.cured.filter((id) => id !== row.id) };
  const consequences = await loadConsequences(port, result, loaded, places);
  const suspect = suspectSubjects(loaded.exceptions, { ...result, cured: [...result.cured, row.id] });
  const after = bestOf(stored?.raw ?? emptyDay(best.values.length), [...(stored?.revisions ?? []), { layer: layer.day }]);
  return {
    ok: true, method: layer.method, finding: still,
    before: { ...noteOf(dayStats(best), channel), suspect: suspectSubjects(loaded.exceptions, NO_RESULT).has(key), slots: slotsOf(best, layer.day) },
    after: { ...noteOf(dayStats(after), channel), suspect: suspect.has(key), slots: slotsOf(after, layer.day) },
    others: exceptionChanges({ result, meters, ...consequences }, setting.now), alerts: endedByHand(revised.alerts, loaded.alerts, setting.now),
    statements: valueStatements({ days: result.dayWrites, revisions: result.revisionWrites, reads: [] }, suspect, [], { revision: reason, read: null }, by),
    inputs: [{ kind: "interval", channelId: channel.channelId, from: day, to: addDays(day, 1), stamp: stored?.version ?? 0 }],
    servicePointIds: [installation.servicePointId],
  };
}

function noteOf(stats: DayStats, channel: Channel): Omit<ChangeNoted, "suspect"> {
  return { total: timesMultiplier(stats.sum, channel.multiplier), missing: stats.slots - stats.present };
}

function slotsOf(values: PackedDay, changed: PackedDay): NonNullable<ChangeNoted["slots"]> {
  return [...changed.values.keys()].filter((slot) => changed.values[slot] !== MISSING).map((slot) => ({ slot, value: values.values[slot] === MISSING ? null : values.values[slot]! }));
}
