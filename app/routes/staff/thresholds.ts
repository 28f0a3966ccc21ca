/** Thresholds of validation as lines that a person can read and change: one figure of one rule, for whom it counts. */
import type { Setting } from "../../../domain/lifecycle/settings.ts";
import { EVERYDAY_UNIT, parametersFor, type VeeParameters, type VeeSetting } from "../../../domain/metering/vee-parameters.ts";
import type { Commodity } from "../../../domain/metering/channel.ts";
import { UNITS } from "../../../domain/metering/units.ts";
import { className, commodityName } from "./words.ts";

/** What a figure counts; `amount` is in the commodity's everyday unit. */
type Counts = "%" | "‰" | "seconds" | "hours" | "days" | "minutes" | "intervals" | "times" | "dial units" | "kvarh a day" | "month and day" | "amount an hour" | "amount a day";

interface Threshold { readonly rule: string; readonly name: string; readonly counts: Counts }

/** By path in the parameters, in the order in which the rules run. */
export const THRESHOLDS = {
  "missing.failGapMinutes": { rule: "Missing", name: "A gap needs a person from", counts: "minutes" },
  "missing.graceHours": { rule: "Missing", name: "A day is late after", counts: "hours" },
  "clock.warnSeconds": { rule: "Clock", name: "Looked at when it is off by more than", counts: "seconds" },
  "clock.failSeconds": { rule: "Clock", name: "Holds a bill when it is off by more than", counts: "seconds" },
  "tamper.flags": { rule: "Tamper", name: "Looked at from, flagged in a day", counts: "intervals" },
  "tamper.failHours": { rule: "Tamper", name: "Holds a bill from, under the flag", counts: "hours" },
  "spike.percent": { rule: "Spike", name: "Largest above the third largest by", counts: "%" },
  "spike.minimumIntervals": { rule: "Spike", name: "Looked for from", counts: "intervals" },
  "spike.minimumPerHour": { rule: "Spike", name: "Only from", counts: "amount an hour" },
  "spike.historyPercent": { rule: "Spike", name: "Only above the largest before by", counts: "%" },
  "highLow.highPercent": { rule: "High and low", name: "High from, of the usual", counts: "%" },
  "highLow.lowPercent": { rule: "High and low", name: "Low under, of the usual", counts: "%" },
  "highLow.highPercentDay": { rule: "High and low", name: "High from, for a few days", counts: "%" },
  "highLow.minimumExcessPerDay": { rule: "High and low", name: "Only above the usual by", counts: "amount a day" },
  "highLow.periodDays": { rule: "High and low", name: "A few days are fewer than", counts: "days" },
  "highLow.minimumHistoryDays": { rule: "High and low", name: "Needs a history of", counts: "days" },
  "highLow.poorHistoryPercent": { rule: "High and low", name: "History is left out from, estimated", counts: "%" },
  "zero.warnDays": { rule: "Zero, active", name: "Zero is queued after", counts: "days" },
  "stuck.hours": { rule: "Stuck", name: "The same value for", counts: "hours" },
  "stuck.minimumPerHour": { rule: "Stuck", name: "Only from", counts: "amount an hour" },
  "leak.hours": { rule: "Leak", name: "Flow without a pause for", counts: "hours" },
  "leak.perHour": { rule: "Leak", name: "Never below", counts: "amount an hour" },
  "burst.hours": { rule: "Burst", name: "Flow without a pause for", counts: "hours" },
  "burst.perHour": { rule: "Burst", name: "Never below", counts: "amount an hour" },
  "freeze.hours": { rule: "Freeze risk", name: "Nothing flows for", counts: "hours" },
  "freeze.usualPerDay": { rule: "Freeze risk", name: "Only where the usual use is from", counts: "amount a day" },
  "freeze.idlePercent": { rule: "Freeze risk", name: "Only where dry days are at most", counts: "%" },
  "freeze.fromDay": { rule: "Freeze risk", name: "Cold season from, 1115 is November 15", counts: "month and day" },
  "freeze.toDay": { rule: "Freeze risk", name: "Cold season through, 315 is March 15", counts: "month and day" },
  "sumCheck.dialUnits": { rule: "Register and intervals", name: "May differ by", counts: "dial units" },
  "sumCheck.perMille": { rule: "Register and intervals", name: "Or by", counts: "‰" },
  "inactive.perDay": { rule: "Use, no customer", name: "Noted above", counts: "amount a day" },
  "reactive.perDay": { rule: "Reactive energy", name: "Looked at above", counts: "kvarh a day" },
  "reactive.percentOfActive": { rule: "Reactive energy", name: "And above, of the active energy", counts: "%" },
  "backflow.perDay": { rule: "Backflow", name: "Looked at above", counts: "amount a day" },
  "rollover.usualMultiple": { rule: "Rolled over", name: "Believed up to the usual use", counts: "times" },
  "quality.percent": { rule: "Quality", name: "A bill is held above, missing or estimated", counts: "%" },
} as const satisfies Readonly<Record<string, Threshold>>;

export type ThresholdPath = keyof typeof THRESHOLDS;
export const THRESHOLD_PATHS = Object.keys(THRESHOLDS) as ThresholdPath[];
export const isThresholdPath = (text: string): text is ThresholdPath => Object.hasOwn(THRESHOLDS, text);

/** "Spike: largest above the third largest by, %": a threshold with its rule, to be chosen from a list. */
export function thresholdName(path: ThresholdPath): string {
  const { rule, name, counts } = THRESHOLDS[path];
  return `${rule}: ${name.charAt(0).toLowerCase()}${name.slice(1)} (${counts})`;
}

/** A figure with what it counts: "180 %", "3 gallons an hour". */
export function figureText(path: ThresholdPath, value: number, commodity: Commodity | null): string {
  const { counts } = THRESHOLDS[path];
  if (counts === "month and day") return new Date(Date.UTC(2000, Math.floor(value / 100) - 1, value % 100)).toLocaleDateString("en-US", { month: "long", day: "numeric", timeZone: "UTC" });
  const figure = value.toLocaleString("en-US", { maximumFractionDigits: 3 });
  const unit = commodity === null ? "amount" : UNITS[EVERYDAY_UNIT[commodity]].label;
  return `${figure} ${counts.replace("amount", unit)}`;
}

/** One figure that the utility changed. Null: for every commodity, every class. */
export interface ThresholdLine {
  readonly commodity: Commodity | null;
  readonly customerClass: string | null;
  readonly path: ThresholdPath;
  readonly value: number;
}

/** The setting as lines, one a figure. How many bills in a row may be estimated is one of the rules of billing, and none of these. */
export function linesOf(setting: Setting<"validation">): ThresholdLine[] {
  return setting.flatMap(({ commodity, customerClass, overrides }) =>
    Object.entries(overrides).flatMap(([rule, figures]) =>
      Object.entries(figures as Readonly<Record<string, number>>).flatMap(([field, value]) => {
        const path = `${rule}.${field}`;
        return isThresholdPath(path) ? [{ commodity, customerClass, path, value }] : [];
      })));
}

export const lineKey = ({ commodity, customerClass, path }: Omit<ThresholdLine, "value">): string => `${commodity ?? ""} ${customerClass ?? ""} ${path}`;

/** "Water, residential": for whom a line counts. */
export function forWhom({ commodity, customerClass }: Pick<ThresholdLine, "commodity" | "customerClass">): string {
  const parts = [...(commodity ? [commodityName(commodity)] : []), ...(customerClass ? [className(customerClass)] : [])];
  return parts.length === 0 ? "Everything" : parts.map((part, i) => (i === 0 ? part : part.toLowerCase())).join(", ");
}

/** What counts for a commodity and a class, the utility's own lines laid over what is built in. */
export function figuresFor(setting: Setting<"validation">, commodity: Commodity, customerClass: string): (path: ThresholdPath) => number {
  const lines: VeeSetting[] = setting.map((line) => ({ ...line, effectiveFrom: "0001-01-01" }));
  const parameters = parametersFor(lines, commodity, customerClass, "9999-12-31");
  return (path) => figureAt(parameters, path);
}

function figureAt(parameters: VeeParameters, path: ThresholdPath): number {
  const [rule, field] = path.split(".") as [keyof VeeParameters, string];
  return (parameters[rule] as Readonly<Record<string, number>>)[field]!;
}

/** Every changed figure as a sentence: "Spike: … (water): 180 → 200". */
export function thresholdDifferences(before: Setting<"validation">, after: Setting<"validation">): string[] {
  const [was, is] = [before, after].map((setting) => new Map(linesOf(setting).map((line) => [lineKey(line), line])));
  const keys = [...new Set([...is!.keys(), ...was!.keys()])];
  return keys.flatMap((key) => {
    const [old, now] = [was!.get(key), is!.get(key)];
    if (old?.value === now?.value) return [];
    const line = (now ?? old)!;
    const figure = (each: ThresholdLine | undefined) => (each ? figureText(each.path, each.value, each.commodity) : "as built in");
    return [`${thresholdName(line.path).replace(/ \([^(]*\)$/, "")}, ${forWhom(line).toLowerCase()}: ${figure(old)} → ${figure(now)}`];
  });
}
