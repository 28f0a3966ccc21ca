/** The utility's settings as of a day. */
import { localDateOf, type TimeZone } from "../domain/calendar/zone.ts";
import { addMonths, type LocalDate } from "../domain/calendar/local-date.ts";
import { SETTING_DEFAULTS, type Setting, type Settings, type SettingTopic } from "../domain/lifecycle/settings.ts";
import type { Facts } from "../domain/lifecycle/account/commands.ts";
import type { VeeSetting } from "../domain/metering/vee-parameters.ts";
import type { SqlPort } from "./port.ts";

/** Settings change a few times a year and are asked for with every message; an isolate may be this far behind. */
const REMEMBERED_MS = 5_000;

/** Before any read. */
const FIRST_DAY: LocalDate = "1900-01-01";

interface Remembered {
  readonly at: number;
  readonly rows: readonly { topic: string; effectiveOn: LocalDate; value: string }[];
  /** The latest month that is closed, `YYYY-MM`; null: none. */
  readonly closedMonth: string | null;
}
const remembered = new WeakMap<SqlPort, Remembered>();

async function known(port: SqlPort, now: number): Promise<Remembered> {
  const before = remembered.get(port);
  if (before && Math.abs(now - before.at) < REMEMBERED_MS) return before;
  const [settings, periods] = await port.read([
    { sql: `SELECT topic, effective_on AS "effectiveOn", value FROM setting ORDER BY effective_on, version` },
    { sql: `SELECT max(period) AS "closedMonth" FROM accounting_period WHERE status = 'closed'` },
  ]);
  const found = { at: now, rows: settings!.rows as unknown as Remembered["rows"], closedMonth: (periods!.rows[0] as { closedMonth: string | null }).closedMonth };
  if (found.rows.length > 0) remembered.set(port, found);
  return found;
}

const rows = async (port: SqlPort, now: number): Promise<Remembered["rows"]> => (await known(port, now)).rows;

/** After a change in this isolate, or when the database says that this one is behind: the next reader sees it at once. */
export function forgetSettings(port: SqlPort): void {
  remembered.delete(port);
}

/** True once somebody has set the utility up. */
export async function isSetUp(port: SqlPort, now: number): Promise<boolean> {
  return (await rows(port, now)).some((row) => row.topic === "utility");
}

export async function timeZoneOf(port: SqlPort, now: number): Promise<TimeZone> {
  const row = (await rows(port, now)).findLast((each) => each.topic === "utility");
  return row ? (JSON.parse(row.value) as Setting<"utility">).timeZone : "UTC";
}

export async function todayOf(port: SqlPort, now: number): Promise<LocalDate> {
  return localDateOf(now, await timeZoneOf(port, now));
}

/** All settings that count on a day. Throws when the utility has not been set up. */
export async function settingsOn(port: SqlPort, day: LocalDate, now: number): Promise<Settings> {
  const latest = new Map<string, string>();
  for (const row of await rows(port, now)) {
    // The utility's identity counts from the first day on, whatever its own date: there is no day without a time zone.
    if (row.effectiveOn <= day || (row.topic === "utility" && !latest.has(row.topic))) latest.set(row.topic, row.value);
  }
  const value = <T extends SettingTopic>(topic: T): Setting<T> | undefined => {
    const text = latest.get(topic);
    return text === undefined ? undefined : (JSON.parse(text) as Setting<T>);
  };
  const utility = value("utility");
  if (!utility) throw new Error("the utility has not been set up");
  return {
    utility,
    // A limit that came to the product later than the value was stored counts as a new utility's does.
    billing: { ...SETTING_DEFAULTS.billing, ...value("billing") },
    windows: value("windows") ?? SETTING_DEFAULTS.windows,
    corrections: value("corrections") ?? SETTING_DEFAULTS.corrections,
    holds: value("holds") ?? SETTING_DEFAULTS.holds,
    estimation: value("estimation") ?? SETTING_DEFAULTS.estimation,
    budget: value("budget") ?? SETTING_DEFAULTS.budget,
    leaks: value("leaks") ?? SETTING_DEFAULTS.leaks,
    holidays: value("holidays") ?? SETTING_DEFAULTS.holidays,
    riders: value("riders") ?? SETTING_DEFAULTS.riders,
    systemPeaks: value("systemPeaks") ?? SETTING_DEFAULTS.systemPeaks,
    fees: value("fees") ?? SETTING_DEFAULTS.fees,
    validation: value("validation") ?? SETTING_DEFAULTS.validation,
    gl: value("gl") ?? SETTING_DEFAULTS.gl,
  };
}

/** The utility's own thresholds of validation: reads are judged by what counts on the day on which they are judged. */
export async function validationSettings(port: SqlPort, now: number): Promise<VeeSetting[]> {
  const { validation } = await settingsOn(port, await todayOf(port, now), now);
  return validation.map((line) => ({ ...line, effectiveFrom: FIRST_DAY }));
}

/** What account decisions need to know of the utility today. */
export async function factsOn(port: SqlPort, now: number): Promise<Facts> {
  const { gl, utility, budget } = await settingsOn(port, await todayOf(port, now), now);
  return { gl: { receivable: gl.receivable, cash: gl.cash, suspense: gl.suspense }, timeZone: utility.timeZone, booksOpenFrom: await booksOpenFrom(port, now), budget };
}

/** The first day of the books that is open; null: no month has been closed. Months are closed in order. */
export async function booksOpenFrom(port: SqlPort, now: number): Promise<LocalDate | null> {
  const { closedMonth } = await known(port, now);
  return closedMonth === null ? null : addMonths(`${closedMonth}-01`, 1);
}
