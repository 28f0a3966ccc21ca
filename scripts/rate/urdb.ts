/** `npm run -s rate -- --urdb FILE --load FILE`: a year of bills of a rate from OpenEI's Utility Rate Database. */
import { isTimeZone } from "../../domain/calendar/zone.ts";
import { formatDollars } from "../../domain/money/cents.ts";
import { RatingError } from "../../domain/rating/index.ts";
import { importUrdb, type ImportedUrdb, type TierSplit } from "../../domain/rating/importers/urdb.ts";
import { rateYear, type RatedTime, type RatedYear } from "../../domain/rating/importers/urdb-year.ts";
import { parseOptions, readText, Refused } from "./command.ts";
import { readLoad, type LoadUnit } from "./load-file.ts";

const HELP = `npm run -s rate -- --urdb RATE.json --load LOAD.csv [--year 2018] [--timezone UTC] [--json]

Prices a year of load by a rate of OpenEI's Utility Rate Database, month by month, as NREL's utilityrate5 does.

  --urdb FILE        the rate as JSON: by itself, or as the API gives it ({"items": [...]})
  --load FILE        one value a line, hourly or each half or quarter of an hour, with or without a header
  --unit kW|kWh      what the values are; otherwise the header tells, and without one they are kW (the mean of
                     each interval). Hourly, both are the same.
  --year YEAR        the year of the load, for weekdays and the days of months; 2018 (its January 1 is a Monday,
                     as utilityrate5 assumes). A leap year's load may lack February 29.
  --timezone TZ      the zone of the rate's hours, such as America/Denver; UTC. The load begins at its midnight
                     and runs on without regard to daylight saving time.
  --tier-tou-split share|period
                     share (NREL's way): the month's usage fills the tiers, and each time-of-use period has its
                     share of every tier. period: each period's usage fills tiers of its own.
  --item LABEL       the rate's label, where the file has several
  --json             amounts as {"exact": dollars before rounding, "cents": rounded half up}
`;

const DEFAULT_YEAR = 2018;

export function rate(args: readonly string[]): string {
  const options = parseOptions(args, {
    urdb: { type: "string" }, load: { type: "string" }, year: { type: "string" }, timezone: { type: "string" }, unit: { type: "string" },
    "tier-tou-split": { type: "string" }, item: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" },
  });
  if (options.help) return HELP.trimEnd();
  const { urdb, load, item } = options;
  if (!urdb) throw new Refused("Name the rate's file: --urdb RATE.json.");
  if (!load) throw new Refused("Name the load's file: --load LOAD.csv.");
  const zone = options.timezone ?? "UTC";
  if (!isTimeZone(zone)) throw new Refused(`--timezone ${zone} is not a time zone; give one such as America/Denver or UTC.`);
  const year = yearOf(options.year);
  const tierSplit = oneOf("tier-tou-split", options["tier-tou-split"] ?? "share", ["share", "period"] as const);
  const unit = options.unit === undefined ? null : oneOf("unit", options.unit, ["kW", "kWh"] as const);
  return priced({ urdb, load, item: item ?? null, zone, year, tierSplit, unit, json: options.json ?? false });
}

interface Asked {
  readonly urdb: string;
  readonly load: string;
  readonly item: string | null;
  readonly zone: string;
  readonly year: number;
  readonly tierSplit: TierSplit;
  readonly unit: LoadUnit | null;
  readonly json: boolean;
}

function priced({ urdb, load, item, zone, year, tierSplit, unit, json }: Asked): string {
  const imported = imports(urdb, item, tierSplit);
  const series = readLoad(load, unit);
  const [document, about] = [imported.documents[0]!, imported.about[0]!];
  let rated: RatedYear;
  try {
    rated = rateYear(document, about, series, year, zone);
  } catch (error) {
    if (!(error instanceof RatingError)) throw error;
    throw new Refused(error.path === "load" ? `${load} ${error.message.slice("load: ".length)}.` : `${urdb} with ${load}: ${error.message}.`);
  }
  if (json) return JSON.stringify({ ...rated, rate: about, tierTouSplit: tierSplit, notCarriedOver: imported.notCarriedOver }, null, 2);
  return `${about.name}\n\n${table(rated)}${listOf(imported.notCarriedOver)}`;
}

function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw new Refused(`--${option} ${value} is not known; use ${choices.join(" or ")}.`);
  return found;
}

function yearOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_YEAR;
  if (!/^(19|20|21)\d\d$/.test(text)) throw new Refused(`--year ${text} is not a year such as 2018.`);
  return Number(text);
}

type Imported = Extract<ImportedUrdb, { ok: true }>;

/** The file's only rate, or the one asked for. */
function imports(file: string, item: string | null, tierSplit: TierSplit): Imported {
  const imported = importUrdb(chosen(parseJson(file), item, file), { tierSplit });
  if (imported.ok) return imported;
  const [{ path, message }, ...more] = imported.issues as [{ path: string; message: string }];
  const further = more.length === 0 ? "" : ` (and ${more.length} more like it)`;
  throw new Refused(`${file}, ${path === "" ? "the document" : path}: ${message}${further}.`);
}

function parseJson(file: string): unknown {
  const text = readText(file);
  if (text.trim() === "") throw new Refused(`${file} is empty; it should hold a rate as JSON.`);
  try {
    const json: unknown = JSON.parse(text);
    // Some save the API's answer as text in quotes.
    return typeof json === "string" ? JSON.parse(json) : json;
  } catch (error) {
    throw new Refused(`${file} is not JSON: ${(error as Error).message.replace(/\s+/g, " ")}.`);
  }
}

function chosen(json: unknown, item: string | null, file: string): unknown {
  const items = Array.isArray(json) ? json : typeof json === "object" && json !== null && "items" in json && Array.isArray(json.items) ? json.items : [json];
  const labels = items.map((each: unknown) => (typeof each === "object" && each !== null && "label" in each ? String(each.label) : ""));
  if (item === null) {
    if (items.length > 1) throw new Refused(`${file}, items: holds ${items.length} rates; name one with --item LABEL, such as ${labels.find(Boolean) ?? "its label"}.`);
    return json;
  }
  const index = labels.indexOf(item);
  if (index < 0) throw new Refused(`${file}, items: no rate has the label ${item}.`);
  return items[index];
}

const COLUMNS: readonly (readonly [title: string, of: (time: RatedTime) => string])[] = [
  ["kWh", ({ kwh }) => kwh.toFixed(3)],
  ["peak kW", ({ peakKw }) => peakKw.toFixed(3)],
  ["energy", ({ energy }) => formatDollars(energy.cents)],
  ["fuel", ({ fuelAdjustment }) => formatDollars(fuelAdjustment?.cents ?? 0)],
  ["flat demand", ({ flatDemand }) => formatDollars(flatDemand.cents)],
  ["TOU demand", ({ touDemand }) => formatDollars(touDemand.cents)],
  ["fixed", ({ fixed }) => formatDollars(fixed.cents)],
  ["minimum", ({ minimumTopUp }) => formatDollars(minimumTopUp.cents)],
  ["total", ({ total }) => formatDollars(total.cents)],
];

function table({ months, year }: RatedYear): string {
  const columns = COLUMNS.filter(([title]) => title !== "fuel" || year.fuelAdjustment !== undefined);
  const rows = [["month", ...columns.map(([title]) => title)], ...months.map((time, i) => [String(i + 1), ...columns.map(([, of]) => of(time))]), ["year", ...columns.map(([, of]) => of(year))]];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join("  ")).join("\n");
}

function listOf(notCarriedOver: Imported["notCarriedOver"]): string {
  const priced = notCarriedOver.filter(({ affectsPrice }) => affectsPrice);
  return priced.length === 0 ? "" : `\n\nNot carried over:\n${priced.map(({ path, reason }) => `  ${path}: ${reason}`).join("\n")}`;
}
