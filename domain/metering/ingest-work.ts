/** What is collected while reads or decisions are worked through, and how findings become exceptions. */
import type { LocalDate } from "../calendar/local-date.ts";
import type { Instant } from "../calendar/zone.ts";
import { ALERT_FRESH_MS, followAlerts, followRead, type AlertDay, type AlertRead, type HighUse, type UsageAlert } from "./alerts.ts";
import type { Channel, Installation, MeterRecord } from "./channel.ts";
import { joined, sameConditions, type DayCondition } from "./conditions.ts";
import type { DayWrite, KnownException, NewException, PlacedFinding, ReadsLoaded, RegisterWrite, RevisionWrite, UsageChange } from "./ingest-result.ts";
import type { HeldReading, ReadsContext } from "./match-reads.ts";
import { isUse } from "./units.ts";
import { parametersFor, type VeeParameters } from "./vee-parameters.ts";
import { INTERVAL_RULES, REGISTER_RULES, type Finding } from "./vee.ts";

const VALIDATED_RULES = new Set([...INTERVAL_RULES, ...REGISTER_RULES].map((rule) => rule.id));

/** A stored value that came again with another value: the later one counts, and a person should know. */
export const CHANGED_RULE = "changed";

/** Everything that is being collected. */
export interface Work {
  readonly context: ReadsContext;
  readonly loaded: ReadsLoaded;
  readonly parameters: (meter: MeterRecord, day: LocalDate) => VeeParameters;
  readonly exceptionsOf: ReadonlyMap<string, readonly KnownException[]>;
  readonly dayWrites: DayWrite[];
  readonly revisionWrites: RevisionWrite[];
  readonly registerWrites: RegisterWrite[];
  readonly exceptions: Map<string, NewException>;
  readonly exceptionUpdates: { id: string; finding: Finding }[];
  readonly cured: string[];
  readonly findings: PlacedFinding[];
  readonly changes: UsageChange[];
  /** By channel, the alerts known and those that the days raised so far. */
  readonly alertsOf: Map<number, readonly UsageAlert[]>;
  readonly alerts: Map<string, UsageAlert>;
  /** By channel, what is known to have been said, and what of it is new. */
  readonly conditionsOf: Map<number, readonly DayCondition[]>;
  readonly conditions: Map<string, DayCondition>;
}

export function startWork(loaded: ReadsLoaded, context: ReadsContext): Work {
  return {
    context, loaded,
    parameters: rememberedParameters(context),
    exceptionsOf: Map.groupBy(loaded.exceptions, (known) => subjectKey(known.channelId, known.day, known.readAt)),
    dayWrites: [], revisionWrites: [], registerWrites: [], exceptions: new Map(), exceptionUpdates: [], cured: [], findings: [], changes: [],
    alertsOf: Map.groupBy(loaded.alerts ?? [], ({ channelId }) => channelId), alerts: new Map(),
    conditionsOf: Map.groupBy(loaded.conditions ?? [], ({ channelId }) => channelId), conditions: new Map(),
  };
}

/** Thresholds depend on the day only where the utility changed one; looked up once per commodity, class and day. */
function rememberedParameters({ settings }: ReadsContext): Work["parameters"] {
  const known = new Map<string, VeeParameters>();
  const starts = [...new Set(settings.map((setting) => setting.effectiveFrom))].toSorted();
  return (meter, day) => {
    const since = starts.findLast((start) => start <= day) ?? "";
    const key = `${meter.commodity} ${meter.customerClass} ${since}`;
    let parameters = known.get(key);
    if (parameters === undefined) known.set(key, (parameters = parametersFor(settings, meter.commodity, meter.customerClass, day)));
    return parameters;
  };
}

export function isServiceActive(meter: MeterRecord, day: LocalDate): boolean {
  return meter.service.some(({ from, to }) => from <= day && (to === null || day < to));
}

// ---- what was said --------------------------------------------------------------------------------------------

/** What was said of the channel on a day; undefined where nothing was, as nearly always. */
export function conditionsOn(work: Work, channelId: number, day: LocalDate): readonly DayCondition[] | undefined {
  return work.conditionsOf.get(channelId)?.filter((each) => each.day === day);
}

/** Joins what is said with what is known of its day. True: it was not known. */
export function tell(work: Work, said: DayCondition): boolean {
  const all = work.conditionsOf.get(said.channelId) ?? [];
  const before = all.filter(({ day }) => day === said.day);
  const after = joined(before, said);
  if (sameConditions(before, after)) return false;
  work.conditionsOf.set(said.channelId, [...all.filter(({ day }) => day !== said.day), ...after]);
  work.conditions.set(`${said.channelId} ${said.day} ${said.kind}`, after.find(({ kind }) => kind === said.kind)!);
  return true;
}

// ---- exceptions -----------------------------------------------------------------------------------------------

function subjectKey(channelId: number, day: LocalDate, readAt: Instant | null): string {
  return `${channelId}:${readAt ?? day}`;
}

export interface Subject {
  readonly meter: MeterRecord;
  readonly channel: Channel;
  readonly installation: Installation;
  readonly day: LocalDate;
  readonly readAt: Instant | null;
  /** Version of the day or read that is judged; part of the ids of new exceptions. */
  readonly version: number;
}

/**
 * Turns findings into exceptions: a new one, an open one with new numbers, or none where a person has already decided
 * on the same numbers. What was open and is no longer found is cured. Returns the ids that are open afterwards.
 */
export function recordFindings(subject: Subject, findings: readonly Finding[], work: Work): string[] {
  const { meter, channel, installation, day, readAt } = subject;
  const place = { channelId: channel.channelId, meterId: meter.meterId, servicePointId: installation.servicePointId, readAt };
  const known = work.exceptionsOf.get(subjectKey(channel.channelId, day, readAt)) ?? [];
  const open: string[] = [];
  for (const finding of findings) {
    work.findings.push({ ...finding, ...place });
    if (finding.severity === "info") continue;
    const sameRule = known.filter(({ ruleId }) => ruleId === finding.ruleId);
    const stillOpen = sameRule.find(({ status }) => status === "open");
    if (stillOpen !== undefined) {
      if (!sameNumbers(stillOpen.numbers, finding.numbers)) work.exceptionUpdates.push({ id: stillOpen.id, finding });
      open.push(stillOpen.id);
    } else if (!sameRule.some(({ numbers }) => sameNumbers(numbers, finding.numbers))) {
      const id = `${subjectKey(channel.channelId, day, readAt)}:${finding.ruleId}:${subject.version}`;
      work.exceptions.set(id, { ...finding, ...place, id, held: null });
      open.push(id);
    }
  }
  for (const { id, status, ruleId } of known) {
    if (status === "open" && VALIDATED_RULES.has(ruleId) && !findings.some((finding) => finding.ruleId === ruleId && finding.severity !== "info")) work.cured.push(id);
  }
  return open;
}

function sameNumbers(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

export function heldException(held: HeldReading): NewException {
  return {
    id: held.id, ruleId: held.ruleId, severity: "fail", day: held.day, numbers: {}, sentence: held.sentence,
    channelId: held.channelId, meterId: held.meterId, servicePointId: null, readAt: null, held: held.reading,
  };
}

// ---- alerts ---------------------------------------------------------------------------------------------------

/** Findings that doubt values themselves; that some are missing, or a little early, says nothing against the others. */
const DOUBTS: ReadonlySet<string> = new Set(INTERVAL_RULES.map(({ id }) => id).filter((id) => id !== "missing" && id !== "clock"));

/** What makes a day worth looking at for alerts; most days have none of it. */
const ALERTING: ReadonlySet<string> = new Set(["leak", "burst", "high", "freeze"]);

/** Lets a judged day raise, prolong and end alerts. `end`: of the local day. */
export function recordAlerts(day: Omit<AlertDay, "high" | "freeze" | "fresh">, end: Instant, findings: readonly Finding[], work: Work): void {
  const { channelId, direction, unit } = day.channel;
  // What comes back is nobody's usage, nor is reactive energy.
  if (direction === "received" || !isUse(unit)) return;
  const known = work.alertsOf.get(channelId) ?? [];
  if (known.length === 0 && !findings.some(({ ruleId }) => ALERTING.has(ruleId))) return;
  const fresh = end + ALERT_FRESH_MS > work.context.now;
  if ((!fresh && known.length === 0) || findings.some(({ ruleId, severity }) => severity === "fail" && DOUBTS.has(ruleId))) return;
  keepAlerts(channelId, followAlerts({ ...day, fresh, high: highOf(findings), freeze: freezeOf(findings) }, known), known, work);
}

/** Lets a judged read of a meter without intervals raise, prolong and end the alert of high use. */
export function recordReadAlerts(read: Omit<AlertRead, "high" | "fresh">, findings: readonly Finding[], work: Work): void {
  const { channelId, unit } = read.channel;
  if (!isUse(unit)) return;
  const known = work.alertsOf.get(channelId) ?? [];
  const high = highOf(findings);
  // High use itself is no reason to keep still: whoever is told can look at once, and the bill waits for a person.
  if ((high === null && known.length === 0) || findings.some(({ ruleId, severity }) => severity === "fail" && ruleId !== "high")) return;
  keepAlerts(channelId, followRead({ ...read, high, fresh: read.readAt + ALERT_FRESH_MS > work.context.now }, known), known, work);
}

function keepAlerts(channelId: number, changed: readonly UsageAlert[], known: readonly UsageAlert[], work: Work): void {
  if (changed.length === 0) return;
  for (const alert of changed) work.alerts.set(alert.id, alert);
  const ids = new Set(changed.map(({ id }) => id));
  work.alertsOf.set(channelId, [...known.filter(({ id }) => !ids.has(id)), ...changed]);
}

function highOf(findings: readonly Finding[]): HighUse | null {
  const numbers = findings.find(({ ruleId }) => ruleId === "high")?.numbers;
  return numbers === undefined ? null : { usage: numbers["daily"]!, usual: Math.max(numbers["lastYear"] ?? 0, numbers["previous"] ?? 0) };
}

function freezeOf(findings: readonly Finding[]): AlertDay["freeze"] {
  const numbers = findings.find(({ ruleId }) => ruleId === "freeze")?.numbers;
  return numbers === undefined ? null : { slots: numbers["slots"]!, usual: numbers["usual"]! };
}
