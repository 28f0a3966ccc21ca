/** Decisions on a register read: it is right, another value counts, or what it would have been by the usual usage. */
import { endedByHand } from "../../../db/metering/alerts.ts";
import { exceptionChanges, loadConsequences, remarkedReads, suspectSubjects, valueStatements } from "../../../db/metering/ingest.ts";
import type { ExceptionRow } from "../../../db/metering/exceptions.ts";
import { bestReads, registerValueProblem, reviseRead, typedMilli, type RegisterRead } from "../../../domain/metering/index.ts";
import { refuse, type Asked, type Deciding, type ValueOutcome } from "./change.ts";
import { estimateReadAt } from "./estimate.ts";
import type { Subject } from "./subject.ts";

export async function decideRead(row: ExceptionRow, subject: Subject, asked: Asked, { port, setting, by, reason }: Deciding): Promise<ValueOutcome> {
  const { place: { meter, channel, installation }, loaded, meters, places } = subject;
  const readAt = row.readAt!;
  const stored = (loaded.registerReads.get(channel.channelId) ?? []).filter((read) => read.readAt === readAt);
  const [best] = bestReads(stored);
  if (!best) return refuse("exceptionId", "The read is not there any more.");
  const chosen = chooseValue(asked, best, subject);
  if ("refusal" in chosen) return { ok: false, refusal: chosen.refusal };

  const latest = stored.toSorted((a, b) => a.version - b.version).at(-1)!;
  const read: RegisterRead = { channelId: channel.channelId, readAt, version: latest.version + 1, value: chosen.value, quality: chosen.quality };
  // What is right as it is was judged already; judging it again would only find the same.
  const accepted = asked.decision === "accept";
  const revised = accepted ? { registerWrites: [{ ...read, meterId: meter.meterId, day: subject.day }], exceptions: [], exceptionUpdates: [], cured: [], changes: [], alerts: [] } : reviseRead({ meter, channel, read }, loaded, setting);
  const still = revised.exceptionUpdates.find(({ id }) => id === row.id)?.finding ?? null;
  const result = { ...revised, dayWrites: [], revisionWrites: [], exceptionUpdates: revised.exceptionUpdates.filter(({ id }) => id !== row.id), cured: revised.cured.filter((id) => id !== row.id) };
  const consequences = await loadConsequences(port, result, loaded, places);
  const suspect = suspectSubjects(loaded.exceptions, { ...result, cured: [...result.cured, row.id] });
  return {
    ok: true, method: chosen.method, finding: still,
    before: { value: best.value, suspect: latest.suspect !== 0 }, after: { value: read.value, suspect: suspect.has(`${channel.channelId}:${readAt}`) },
    others: exceptionChanges({ result, meters, ...consequences }, setting.now), alerts: endedByHand(revised.alerts, loaded.alerts, setting.now),
    statements: valueStatements({ days: [], revisions: [], reads: [read] }, suspect, remarkedReads([...loaded.exceptions, ...result.exceptions.map((found) => ({ channelId: channel.channelId, readAt: found.readAt }))], loaded, [read], suspect), { revision: reason, read: reason }, by),
    inputs: [{ kind: "register", channelId: channel.channelId, from: readAt, to: readAt, stamp: stored.length }],
    servicePointIds: [installation.servicePointId],
  };
}

type Chosen = { readonly value: number; readonly quality: RegisterRead["quality"]; readonly method: string | null } | { readonly refusal: { readonly code: string; readonly message: string; readonly field: string } };

const refuseValue = (field: string, message: string): Chosen => ({ refusal: { code: field, message, field } });

function chooseValue({ decision, value }: Asked, best: RegisterRead, subject: Subject): Chosen {
  if (decision === "accept") return { value: best.value, quality: best.quality, method: null };
  if (decision === "edit") {
    const milli = value === null ? null : typedMilli(value);
    if (milli === null) return refuseValue("value", "Give the read as the meter shows it, a number with at most three decimals.");
    const problem = registerValueProblem(milli, subject.place.channel);
    return problem === null ? { value: milli, quality: "edited", method: null } : refuseValue("value", `${problem}.`);
  }
  const estimate = estimateReadAt(subject, best.readAt);
  if (estimate === null) return refuseValue("decision", "There is nothing to estimate from: no read before and no usual usage. Enter the read instead.");
  // In place of something that was read, an estimate is a person's edit: an estimate alone never stands over a read.
  return { value: estimate.value, quality: best.quality === "estimated" ? "estimated" : "edited", method: estimate.method };
}
