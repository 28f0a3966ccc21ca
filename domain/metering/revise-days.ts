/**
 * Days that a person or an estimate changes, and days looked at again when they are due: the same rules, the same
 * versions and the same exceptions as ingest. The raw values stay; a decision is a revision beside them.
 */
import { addDays, type LocalDate } from "../calendar/local-date.ts";
import { startOfDay } from "../calendar/zone.ts";
import { finishDays, startDay, type DayInWork, type DayPlace } from "./classify-days.ts";
import { dayKey, type ReadsLoaded, type ReadsResult } from "./ingest-result.ts";
import { startWork } from "./ingest-work.ts";
import type { ReadsContext } from "./match-reads.ts";
import { emptyDay, slotCount, type DayRevision, type PackedDay, type StoredDay } from "./packed-day.ts";
import { bestReads } from "./register.ts";

export interface DayDecision {
  readonly place: DayPlace;
  readonly day: LocalDate;
  /** `MISSING` in the slots that stay as they are. Null: nothing changes, the day is only judged again. */
  readonly layer: PackedDay | null;
  readonly origin: "estimate" | "edit";
}

export type RevisedDays = Pick<ReadsResult, "dayWrites" | "revisionWrites" | "exceptions" | "exceptionUpdates" | "cured" | "findings" | "changes" | "alerts">;

/**
 * Applies decisions to stored days (`loaded.days`, absent ones are empty) and judges them again: what the decision has
 * cured is in `cured`, what still is wrong stays open. Errors: a `RangeError` when a layer has other slots than its day.
 */
export function reviseDays(decisions: readonly DayDecision[], loaded: ReadsLoaded, context: ReadsContext): RevisedDays {
  const work = startWork(loaded, context);
  const sequences = new Map([...loaded.registerReads].map(([channelId, reads]) => [channelId, bestReads(reads)]));
  finishDays(decisions.map((decision) => inWorkOf(decision, loaded, context)), sequences, work);
  const { dayWrites, revisionWrites, exceptionUpdates, cured, findings, changes } = work;
  return { dayWrites, revisionWrites, exceptions: [...work.exceptions.values()], exceptionUpdates, cured, findings, changes, alerts: [...work.alerts.values()] };
}

function inWorkOf({ place, day, layer, origin }: DayDecision, loaded: ReadsLoaded, { zone }: ReadsContext): DayInWork {
  const { channelId, stepMinutes } = place.channel;
  const slots = slotCount(day, zone, stepMinutes!);
  const before = loaded.days.get(dayKey(channelId, day)) ?? null;
  const inWork = startDay(place, { date: day, start: startOfDay(day, zone), end: startOfDay(addDays(day, 1), zone) }, before);
  const state: StoredDay = before ?? { channelId, day, version: 0, raw: emptyDay(slots), revisions: [] };
  inWork.state = state;
  if (layer === null) return inWork;
  if (layer.values.length !== slots) throw new RangeError(`${day} has ${slots} intervals, the change has ${layer.values.length}`);
  const revision: DayRevision = { revision: (state.revisions.at(-1)?.revision ?? 0) + 1, origin, layer };
  inWork.newRevisions.push(revision);
  inWork.state = { ...state, version: state.version + 1, revisions: [...state.revisions, revision] };
  inWork.changed = true;
  return inWork;
}
