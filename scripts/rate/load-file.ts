/** A file of a year's load: one value a line, hourly or each half or quarter of an hour, with or without a header. */
import { decimalOf } from "../../domain/rating/importers/urdb-fields.ts";
import type { YearLoad } from "../../domain/rating/importers/urdb-year.ts";
import { readText, Refused } from "./command.ts";

export type LoadUnit = "kW" | "kWh";

const HOURS_OF_YEAR = 8_760;
const HOURS_OF_LEAP_YEAR = 8_784;
const STEPS = [60, 30, 15] as const;

/** More than a customer uses in any interval, in kW or kWh; a larger value is in another unit. */
const VALUE_MAX = 10_000_000;
const MICRO = 1_000_000;

/**
 * The load. `unit` says what the values are; otherwise the header does, and without one they are kW, the mean of each interval.
 * Errors: `Refused`, with the line.
 */
export function readLoad(file: string, unit: LoadUnit | null): YearLoad {
  const lines = readText(file).split(/\r\n|\n|\r/).map((text, i) => ({ text: text.trim(), line: i + 1 })).filter(({ text }) => text !== "");
  if (lines.length === 0) throw new Refused(`${file} is empty: it needs a year of values, one a line.`);
  const hasHeader = decimalOf(columnsOf(lines[0]!.text).at(-1) ?? "") === undefined;
  const column = hasHeader ? columnsOf(lines[0]!.text).findIndex((name) => /kwh?\b/i.test(name)) : -1;
  const values = hasHeader ? lines.slice(1) : lines;
  const counted = stepOf(values.length, file);
  const measured = unit ?? (hasHeader && /kwh/i.test(lines[0]!.text) ? "kWh" : "kW");
  const perHour = measured === "kW" ? counted / 60 : 1;
  return { stepMinutes: counted, microKwh: values.map(({ text, line }) => microKwhOf(columnsOf(text).at(column) ?? "", perHour, `${file}, line ${line}`)) };
}

function stepOf(count: number, file: string): YearLoad["stepMinutes"] {
  const step = STEPS.find((minutes) => count === (HOURS_OF_YEAR * 60) / minutes || count === (HOURS_OF_LEAP_YEAR * 60) / minutes);
  if (step !== undefined) return step;
  throw new Refused(`${file} has ${count} values; a year has 8760 hours, 17520 half-hours or 35040 quarter-hours (a leap year 8784, 17568 or 35136).`);
}

/** The columns of a line; a comma at its end begins none. The value is the one that the header calls so, or the last. */
function columnsOf(text: string): string[] {
  return text.replace(/[,;\t\s]+$/, "").split(/[,;\t]/).map((column) => column.trim().replace(/^"(.*)"$/, "$1"));
}

function microKwhOf(text: string, perHour: number, at: string): number {
  const value = decimalOf(text);
  if (value === undefined) throw new Refused(`${at}: ${text === "" ? "nothing" : JSON.stringify(text)} is not a number.`);
  if (value.lt(0)) throw new Refused(`${at}: ${text} is negative; a rate prices what a customer takes, and energy that is delivered needs a net metering agreement.`);
  if (value.gt(VALUE_MAX)) throw new Refused(`${at}: ${text} is more than any customer uses; check the unit.`);
  return value.times(perHour).times(MICRO).round().toNumber();
}
