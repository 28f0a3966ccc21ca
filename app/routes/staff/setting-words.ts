/** A change of a setting in words: what it was, what it is. */
import { formatDollars } from "../../../domain/money/cents.ts";
import { plainWord } from "./words.ts";

const AMOUNTS = new Set(["amount", "highBillMin"]);

const WORDS: Readonly<Record<string, string>> = {
  dueDays: "Due after, days", windowDays: "Tried again, days", estimatesInRowMax: "Estimates in a row", highBillPercent: "High bill, %", highBillMin: "High bill from",
  addressLines: "Address", timeZone: "Time zone",
};
const wordOf = (name: string): string => WORDS[name] ?? plainWord(name);

/** What each row of a list is known by. */
const ROW_KEYS = ["code", "on", "key"];

function rowName(row: Readonly<Record<string, unknown>>): string {
  return String(row["name"] ?? row[ROW_KEYS.find((key) => key in row) ?? ""] ?? "");
}

function shown(name: string, value: unknown): string {
  if (AMOUNTS.has(name) && typeof value === "number") return formatDollars(value);
  if (Array.isArray(value)) return value.join(", ") || "none";
  return value === "" || value === undefined || value === null ? "none" : String(value);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isRows = (value: unknown): value is readonly Readonly<Record<string, unknown>>[] => Array.isArray(value) && value.every(isRecord);
const keyOf = (row: Readonly<Record<string, unknown>>): string => String(row[ROW_KEYS.find((key) => key in row) ?? ""]);

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
    if (isRows(was) && isRows(is) && (was.length > 0 || is.length > 0)) return differences(was, is);
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${wordOf(name)}: ${shown(name, was)} → ${shown(name, is)}`];
  });
}
