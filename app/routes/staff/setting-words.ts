/** A change of a setting in words: what it was, what it is. */
import { formatDollars } from "../../../domain/money/cents.ts";
import type { Setting } from "../../../domain/lifecycle/settings.ts";
import { ESTIMATE_WAYS } from "./setting-options.ts";
import { thresholdDifferences } from "./thresholds.ts";
import { className, plainWord, ruleName } from "./words.ts";

const AMOUNTS = new Set(["most", "offerFrom", "amount", "highBillMin", "lowBillMin", "planFrom"]);

const WORDS: Readonly<Record<string, string>> = {
  dueDays: "Due after, days", windowDays: "Tried again, days", estimatesInRowMax: "Estimates in a row", highBillPercent: "High bill, %", highBillMin: "High bill from",
  lowBillPercent: "Low bill, %", lowBillMin: "Low bill, usual from", unbilledDays: "Unbilled alarm, days", estimateAfter: "Estimates, days after close", closeAfter: "Closes, days after close", accounting: "Posted in the month of",
  most: "Alone up to", offerFrom: "Offered in parts from", sharePercent: "Share, %", months: "Months",
  planFrom: "Plan from", planMonthsPerEstimate: "Plan, months an estimate", methods: "Order", customerClass: "Class",
  sewerSharePercent: "Share of sewer, %", excessPercent: "A bill counts from, % of normal", billsMost: "Bills of one adjustment", everyMonths: "One within, months", withinDays: "Asked for within, days", proof: "A repair has to be shown", normal: "Normal use", normalBills: "Bills of the normal use",
  addressLines: "Address", timeZone: "Time zone",
};
const wordOf = (name: string): string => WORDS[name] ?? plainWord(name);

/** Codes that are words of their own. */
const VALUES: Readonly<Record<string, string>> = {
  bill: "the bill's date", periodEnd: "the period's last day", hold: "each one waits", unusual: "only unusual ones wait", pass: "none waits", true: "yes", false: "no", sameMonths: "same months of the years before", ...Object.fromEntries(ESTIMATE_WAYS.map(({ value, label }) => [value, label])),
};

/** What each row of a list is known by. */
const ROW_KEYS = ["source", "role", "code", "on", "key", "cycleId", "rule"];

function rowName(row: Readonly<Record<string, unknown>>): string {
  if ("cycleId" in row) return `Cycle ${String(row["cycleId"])}`;
  if ("rule" in row) return [ruleName("billing", String(row["rule"])), row["customerClass"] ? className(String(row["customerClass"])).toLowerCase() : ""].filter(Boolean).join(", ");
  return String(row["name"] ?? row[ROW_KEYS.find((key) => key in row) ?? ""] ?? "");
}

/** Rows whose order is what they say. */
const isOrder = (rows: readonly Readonly<Record<string, unknown>>[]): boolean => rows.every((row) => "method" in row);
const orderText = (rows: readonly Readonly<Record<string, unknown>>[]): string => rows.map((row) => VALUES[String(row["method"])] ?? String(row["method"])).join(", then ").toLowerCase();

function shown(name: string, value: unknown): string {
  if (AMOUNTS.has(name) && typeof value === "number") return formatDollars(value);
  if (Array.isArray(value)) return value.join(", ") || "none";
  return value === "" || value === undefined || value === null ? "none" : VALUES[String(value)] ?? String(value);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isRows = (value: unknown): value is readonly Readonly<Record<string, unknown>>[] => Array.isArray(value) && value.every(isRecord);
const keyOf = (row: Readonly<Record<string, unknown>>): string => `${String(row[ROW_KEYS.find((key) => key in row) ?? ""])} ${String(row["customerClass"] ?? "")}`;

/** Every difference as a sentence: "Due after, days: 20 → 25". */
export function differences(before: unknown, after: unknown): string[] {
  if (isRows(before) && isRows(after)) {
    const old = new Map(before.map((row) => [keyOf(row), row]));
    const now = new Set(after.map(keyOf));
    return [
      ...after.flatMap((row) => {
        const was = old.get(keyOf(row));
        return was ? differences(was, row).map((each) => `${rowName(row)}, ${each.charAt(0).toLowerCase()}${each.slice(1)}`) : [`New: ${rowName(row)}`];
      }),
      ...before.filter((row) => !now.has(keyOf(row))).map((row) => `Gone: ${rowName(row)}`),
    ];
  }
  if (!isRecord(before) || !isRecord(after)) return [];
  return Object.keys(after).flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (isRows(was) && isRows(is) && was.length + is.length > 0) {
      if (!isOrder([...was, ...is])) return differences(was, is);
      return orderText(was) === orderText(is) ? [] : [`${wordOf(name)}: ${orderText(was)} → ${orderText(is)}`];
    }
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${wordOf(name)}: ${shown(name, was)} → ${shown(name, is)}`];
  });
}

/** The differences of a topic's setting; thresholds are spoken of one figure at a time. */
export function settingDifferences(topic: string, before: unknown, after: unknown): string[] {
  return topic === "validation" ? thresholdDifferences(before as Setting<"validation">, after as Setting<"validation">) : differences(before, after);
}
