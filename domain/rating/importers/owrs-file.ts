/**
 * An Open Water Rate Specification file as it is written: YAML with a rate structure by customer class, whose fields are numbers,
 * formulas, lists, or tables by what a customer has. Nothing is reckoned here; every value keeps the path it stands at.
 */
import { isMap, isScalar, LineCounter, parseAllDocuments, type YAMLMap } from "yaml";
import type { Unit } from "../../metering/units.ts";

/** What of a file is wrong, or was left out, and where in it. */
export interface OwrsNote {
  /** Dotted: `rate_structure.RESIDENTIAL_SINGLE.tier_prices_commodity`; `line 12` where the text itself cannot be read. */
  readonly path: string;
  readonly reason: string;
}

export type OwrsCell = { readonly kind: "number"; readonly text: string } | { readonly kind: "text"; readonly text: string } | { readonly kind: "list"; readonly items: readonly string[] };

export interface OwrsTable {
  readonly kind: "table";
  /** Names of what the value depends on. */
  readonly dependsOn: readonly string[];
  /** One value of each name, in their order. */
  readonly rows: readonly { readonly keys: readonly string[]; readonly cell: OwrsCell; readonly path: string }[];
}

/** A value for each range of a quantity: the first unit at which each begins. */
export interface OwrsSteps {
  readonly kind: "steps";
  readonly of: string;
  readonly starts: readonly string[];
  readonly values: readonly string[];
}

/** A field without a value that can be used, and why. */
export interface OwrsNothing {
  readonly kind: "nothing";
  readonly reason: string;
}

export type OwrsField = (OwrsCell | OwrsTable | OwrsSteps | OwrsNothing) & { readonly path: string };

export interface OwrsFile {
  readonly utility: string;
  /** YYYY-MM-DD, or null when the file gives none that can be read. */
  readonly effective: string | null;
  readonly source: string | null;
  /** A bill is for so many months. */
  readonly months: number;
  readonly unit: Unit;
  readonly classes: readonly { readonly name: string; readonly path: string; readonly fields: ReadonlyMap<string, OwrsField> }[];
  readonly notes: readonly OwrsNote[];
}

export type OwrsParsed = { readonly ok: true; readonly file: OwrsFile } | { readonly ok: false; readonly issues: readonly OwrsNote[] };

/** Published files have at most some thousand lines; beyond, it is not a rate. */
const TEXT_MAX = 2_000_000;
const CLASSES_MAX = 200;
const ISSUES_SHOWN = 20;

const MONTHS: Readonly<Record<string, number>> = { monthly: 1, bimonthly: 2, quarterly: 3, trimonthly: 3, triannually: 4, semiannually: 6, biannually: 6, annually: 12, annual: 12, yearly: 12 };
const UNITS_SAID: Readonly<Record<string, Unit>> = { ccf: "ccf", hcf: "ccf", kgal: "kgal", "thousand gallons": "kgal", kilolitre: "m3", kiloliter: "m3", kl: "m3", m3: "m3", gal: "gal", gallon: "gal", gallons: "gal" };

const NUMBER = /^\s*-?(\d+(\.\d*)?|\.\d+)\s*$/;
const NOT_A_VALUE = /^\s*(na|n\/a|nan|null|none|tbd|~)?\s*$/i;

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping => typeof value === "object" && value !== null && !Array.isArray(value);

/** The unit a person or a file names, or null. */
export function owrsUnit(said: string): Unit | null {
  return UNITS_SAID[said.trim().toLowerCase()] ?? null;
}

export function parseOwrsFile(text: string): OwrsParsed {
  const root = yamlOf(text);
  if ("issues" in root) return { ok: false, issues: root.issues };
  const { value, twice } = root;
  if (!isMapping(value)) return refused("", "is not a rate: a file has metadata and rate_structure at its top");
  const { metadata, rate_structure: structure } = value;
  if (!isMapping(metadata)) return refused("metadata", metadata === undefined ? "is missing; it gives the utility, the effective date and how often bills are made" : "must be a list of names with values");
  if (!isMapping(structure)) return refused("rate_structure", structure === undefined ? "is missing; it gives the rates of each customer class" : "must name customer classes with their rates");
  const top = [...twice].filter(([path]) => !path.startsWith("rate_structure."));
  if (top.length > 0) return { ok: false, issues: top.map(([path, reason]) => ({ path, reason })) };
  const header = headerOf(metadata);
  if ("issues" in header) return { ok: false, issues: header.issues };
  const notes: OwrsNote[] = [...leftOut(value, "", ["metadata", "rate_structure"]), ...leftOut(metadata, "metadata.", ["utility_name", "effective_date", "bill_frequency", "bill_unit", "prop_218_link"])];
  const entries = Object.entries(structure);
  if (entries.length === 0) return refused("rate_structure", "names no customer class");
  if (entries.length > CLASSES_MAX) return refused("rate_structure", `has more than ${CLASSES_MAX} customer classes`);
  const classes = entries.flatMap(([name, written]) => {
    const fields = fieldsOf(written);
    const path = `rate_structure.${name}`;
    const repeated = twice.get(path);
    if (isMapping(fields) && repeated === undefined) return [{ name, path, fields: new Map(Object.entries(fields).map(([key, field]) => [key, fieldOf(field, `${path}.${key}`, twice)] as const)) }];
    notes.push({ path, reason: repeated ?? "has no rates: its fields must stand under it, indented" });
    return [];
  });
  return { ok: true, file: { ...header, classes, notes } };
}

function refused(path: string, reason: string): OwrsParsed {
  return { ok: false, issues: [{ path, reason }] };
}

/** The fields of a class; files of the specification's first form give them as a list. */
function fieldsOf(written: unknown): unknown {
  if (!Array.isArray(written) || !written.every(isMapping)) return written;
  const fields = written.flatMap((part) => Object.entries(part));
  return new Set(fields.map(([key]) => key)).size === fields.length ? Object.fromEntries(fields) : written;
}

/** All scalars as text, so that a price never goes through a binary fraction. */
function yamlOf(text: string): { readonly value: unknown; readonly twice: ReadonlyMap<string, string> } | { readonly issues: OwrsNote[] } {
  if (text.length > TEXT_MAX) return { issues: [{ path: "", reason: `has more than ${TEXT_MAX} characters` }] };
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { schema: "failsafe", lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: "error" });
  const issues = documents.flatMap(({ errors }) => errors).slice(0, ISSUES_SHOWN).map(({ message, pos: [at] }) => ({ path: `line ${lines.linePos(at).line}`, reason: yamlTrouble(message, text, at) }));
  if (issues.length > 0) return { issues };
  const written = documents.filter(({ contents }) => contents !== null);
  if (written.length > 1) return { issues: [{ path: "", reason: "holds several documents; one file gives one rate" }] };
  try {
    const twice = new Map<string, string>();
    const root = written[0]?.contents ?? null;
    if (isMap(root)) givenTwice(root, "", lines, twice);
    return { value: written[0]?.toJS({ maxAliasCount: 50 }) ?? null, twice };
  } catch (error) {
    return { issues: [{ path: "", reason: `cannot be read: ${(error as Error).message}` }] };
  }
}

/** Keys that stand twice in one place and say different things, by path: nobody can know which of them counts. */
function givenTwice(map: YAMLMap<unknown, unknown>, prefix: string, lines: LineCounter, found: Map<string, string>): void {
  const seen = new Map<string, { readonly line: number; readonly said: string }>();
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    const path = `${prefix}${String(key.value)}`;
    const line = lines.linePos(key.range?.[0] ?? 0).line;
    const said = JSON.stringify(value);
    const first = seen.get(path);
    if (first !== undefined && first.said !== said) found.set(path, `is given twice, on lines ${first.line} and ${line}, with different values`);
    seen.set(path, { line, said });
    if (isMap(value)) givenTwice(value, `${path}.`, lines, found);
  }
}

function yamlTrouble(message: string, text: string, at: number): string {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at + 1);
  if (/^\s*\t/.test(line) || text[at] === "\t") return "is indented with a tab; YAML needs spaces";
  return `is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.?\s*$/, "")}`;
}

type Header = Omit<OwrsFile, "classes" | "notes">;

function headerOf(metadata: Mapping): Header | { readonly issues: OwrsNote[] } {
  const text = (key: string): string => (typeof metadata[key] === "string" ? metadata[key].trim() : "");
  const issues: OwrsNote[] = [];
  const frequency = text("bill_frequency");
  const months = MONTHS[frequency.toLowerCase().replaceAll(/[-_ ]/g, "")];
  if (months === undefined) issues.push({ path: "metadata.bill_frequency", reason: frequency === "" ? "is missing; say Monthly or Bi-Monthly" : `is ${frequency}, which is not known; say Monthly, Bi-Monthly, Quarterly or Annually` });
  const said = text("bill_unit");
  const unit = said === "" ? "ccf" : owrsUnit(said);
  if (unit === null) issues.push({ path: "metadata.bill_unit", reason: `is ${said}, which is not a unit of water here; use ccf, kgal, gal or kilolitre` });
  if (issues.length > 0 || months === undefined || unit === null) return { issues };
  return { utility: text("utility_name"), effective: dateOf(text("effective_date")), source: text("prop_218_link") || null, months, unit };
}

/** Files write 2017-01-31, 1/31/2017 and 01/31/17. */
function dateOf(said: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(said);
  const us = /^(\d{1,2})[/-](\d{1,2})[/-](\d{2}|\d{4})$/.exec(said);
  const [year, month, day] = iso !== null ? [iso[1]!, iso[2]!, iso[3]!] : us !== null ? [us[3]!.padStart(4, "20"), us[1]!, us[2]!] : ["", "", ""];
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const parsed = Date.parse(`${date}T00:00:00Z`);
  return Number.isFinite(parsed) && new Date(parsed).toISOString().startsWith(date) ? date : null;
}

/** Keys that say something and are no part of a rate as we keep it. */
function leftOut(mapping: Mapping, prefix: string, known: readonly string[]): OwrsNote[] {
  return Object.entries(mapping).filter(([key, value]) => !known.includes(key) && saysSomething(value)).map(([key]) => ({ path: `${prefix}${key}`, reason: key === "author_info" ? "names who wrote the file, which is no part of a rate" : "is no part of a bill's rate" }));
}

function saysSomething(value: unknown): boolean {
  if (typeof value === "string") return !NOT_A_VALUE.test(value);
  return Array.isArray(value) ? value.some(saysSomething) : isMapping(value) && Object.values(value).some(saysSomething);
}

// ---- fields ---------------------------------------------------------------------------------------------------

function fieldOf(value: unknown, path: string, twice: ReadonlyMap<string, string>): OwrsField {
  const repeated = [...twice].find(([at]) => at === path || at.startsWith(`${path}.`));
  if (repeated !== undefined) return { kind: "nothing", reason: repeated[0] === path ? repeated[1] : `has ${repeated[0].slice(path.length + 1)}, which ${repeated[1]}`, path };
  const field = isMapping(value) ? tableOf(value, path) : cellOf(value);
  return typeof field === "string" ? { kind: "nothing", reason: field, path } : { ...field, path };
}

/** A cell, or what is wrong with it. */
function cellOf(value: unknown): OwrsCell | string {
  if (Array.isArray(value)) {
    if (value.length === 0) return "is an empty list";
    const bad = value.findIndex((item) => typeof item !== "string" || NOT_A_VALUE.test(item));
    if (bad >= 0) return `has no value in place ${bad + 1} of its list`;
    return { kind: "list", items: value.map((item) => (item as string).trim()) };
  }
  if (typeof value !== "string") return "has no value that can be read";
  if (NOT_A_VALUE.test(value)) return value.trim() === "" ? "is empty" : `is ${value.trim()}, so there is no value`;
  return isNumberText(value) ? { kind: "number", text: decimalText(value) } : { kind: "text", text: value.trim() };
}

export const isNumberText = (text: string): boolean => NUMBER.test(text);

/** ".62" and "5." as decimal text. */
export function decimalText(text: string): string {
  const [, sign, whole, fraction] = /^(-?)(\d*)\.?(\d*)$/.exec(text.trim())!;
  const digits = whole!.replace(/^0+(?=\d)/, "") || "0";
  return `${sign}${digits}${fraction === "" ? "" : `.${fraction}`}`;
}

function tableOf(value: Mapping, path: string): OwrsTable | OwrsSteps | string {
  const { depends_on: on, values, ...others } = value;
  const dependsOn = (Array.isArray(on) ? on : [on]).filter((name): name is string => typeof name === "string" && name.trim() !== "").map((name) => name.trim());
  if (on === undefined || values === undefined) return "has parts under it, but not both depends_on and values";
  if (dependsOn.length === 0) return "has a depends_on that names nothing";
  if (Array.isArray(values)) return stepsOf(dependsOn, values, others);
  if (!isMapping(values) || Object.keys(values).length === 0) return "has no values under values";
  const rows: { keys: string[]; cell: OwrsCell; path: string }[] = [];
  const selecting = selectingNames(dependsOn, values);
  for (const [key, raw] of Object.entries(values)) {
    const at = `${path}.values.${key}`;
    const keys = keysOf(key, selecting);
    if (keys === null) return `has the value ${key}, which does not name ${dependsOn.length === 1 ? `one ${dependsOn[0]}` : `${dependsOn.join(", ")} with | between them`}`;
    const whole = cellOf(raw);
    const cell = typeof whole !== "string" && whole.kind === "list" && whole.items.length === 1 ? cellOfItem(whole.items[0]!) : whole;
    if (typeof cell === "string") return `has a value for ${key} that ${cell}`;
    rows.push({ keys, cell, path: at });
  }
  return { kind: "table", dependsOn: selecting, rows };
}

/** Names that select a row; the last of several may only be reckoned with in the values: `0.0076*lot_area`. */
function selectingNames(dependsOn: readonly string[], values: Mapping): readonly string[] {
  const last = dependsOn.at(-1)!;
  const isReckoned = dependsOn.length > 1 && Object.entries(values).every(([key, value]) => typeof value === "string" && value.includes(last) && keysOf(key, dependsOn) === null);
  return isReckoned ? dependsOn.slice(0, -1) : dependsOn;
}

/** An item of a list by itself. */
export function cellOfItem(item: string): Extract<OwrsCell, { kind: "number" | "text" }> {
  return isNumberText(item) ? { kind: "number", text: decimalText(item) } : { kind: "text", text: item };
}

/** The web form of the specification writes ranges as two lists: where each begins, and its value. */
function stepsOf(dependsOn: readonly string[], values: readonly unknown[], others: Mapping): OwrsSteps | string {
  const lists = Object.values(others).filter((list): list is string[] => Array.isArray(list) && list.every((item) => typeof item === "string" && isNumberText(item)));
  const numbers = values.filter((item): item is string => typeof item === "string" && isNumberText(item));
  const [starts] = lists;
  if (dependsOn.length !== 1 || lists.length !== 1 || starts === undefined || numbers.length !== values.length || starts.length !== values.length) return "has a list of values without one list, as long, of where each begins";
  return { kind: "steps", of: dependsOn[0]!, starts: starts.map(decimalText), values: numbers.map(decimalText) };
}

/** The parts of a key; a meter size of one and a half inches is also written 1|1/2". */
function keysOf(key: string, dependsOn: readonly string[]): string[] | null {
  const parts = key.replace(/(\d)\s*\|\s*(\d\/\d+\s*"?)/g, "$1 $2").split("|").map((part) => part.trim());
  if (parts.length !== dependsOn.length || parts.includes("")) return null;
  return parts.map((part, i) => (isMeterSize(dependsOn[i]!) ? meterSizeOf(part) : part));
}

export function isMeterSize(name: string): boolean {
  return name === "meter_size";
}

/** `1 1/2"` for each way in which it is written: 1_1/2", 1-1/2", 1|1/2 in, 1.5". */
export function meterSizeOf(said: string): string {
  const text = said.trim().replace(/^(\d+)[\s_|-]+(\d+\/\d+)/, "$1 $2").replace(/\s*(''|”|“|″|in(ch(es)?)?\.?)$/i, '"').replace(/^(\d*)\.(125|25|375|5|625|75|875)(?="|$)/, (_, whole: string, part: string) => `${whole === "" || whole === "0" ? "" : `${whole} `}${EIGHTHS[part]}`);
  return /^\d+( \d+\/\d+|\/\d+)?$/.test(text) ? `${text}"` : text;
}

const EIGHTHS: Readonly<Record<string, string>> = { "125": "1/8", "25": "1/4", "375": "3/8", "5": "1/2", "625": "5/8", "75": "3/4", "875": "7/8" };
