/** Derived quantities compiled: factors, limits and agreed uses as scaled integers, and what is wrong with them in a document. */
import { Decimal, decimalsOf, scaledInteger } from "../money/decimal.ts";
import type { LocalDate } from "../calendar/local-date.ts";
import { sameDimension, UNITS, type Milli, type Unit } from "../metering/units.ts";
import type { Charge, Derived, DerivedOf, RateDocument, Text } from "./schema.ts";
import type { Issue } from "./tou-calendar.ts";

/** A dated factor in 10^-decimals. */
export interface ScaledFactors {
  readonly decimals: number;
  /** Latest first, so that the first one not after a day counts on it. */
  readonly rows: readonly { readonly from: LocalDate; readonly factor: number; readonly text: string }[];
}

export interface CompiledHeat {
  readonly kind: "heat";
  readonly rule: DerivedOf<"heat">;
  readonly pressure: ScaledFactors | null;
  readonly heatContent: ScaledFactors;
}

export interface CompiledUnmetered {
  readonly kind: "unmetered";
  readonly rule: DerivedOf<"unmetered">;
  /** Of the items' uses, in 10^-decimals of the unit. */
  readonly decimals: number;
  readonly uses: readonly number[];
}

export interface CompiledWinterAverage {
  readonly kind: "winter-average";
  readonly rule: DerivedOf<"winter-average">;
  readonly averageDays100: number;
  readonly floor: Milli;
  readonly cap: Milli;
  readonly fallback: Milli | null;
  readonly classAverages: ReadonlyMap<string, Milli>;
}

export interface CompiledNetMetering {
  readonly kind: "net-metering";
  readonly rule: DerivedOf<"net-metering">;
  /** Periods with a bank of their own, with their names; one, `all`, without a schedule. */
  readonly banks: readonly { readonly id: string; readonly name: Text | null }[];
}

export type CompiledDerived = CompiledHeat | CompiledUnmetered | CompiledWinterAverage | CompiledNetMetering;

/** The bank of a rate without time-of-use banks. */
export const ONE_BANK = "all";
/** What the yearly settlement took out of the bank: a determinant of its own. */
export const settledName = (id: string): string => `${id}.settled`;

/** Names that determinants have by themselves. */
const TAKEN: ReadonlySet<string> = new Set(["usage", "received", "net", "demand", "kVA", "kvar", "kvarh", "kvarhReceived", "kVAh", "kVAhReceived", "winterAverage"]);
/** A cubic foot of gas holds about a thousand Btu, so no factor is near this. */
const FACTOR_MAX = 10_000;
const QUANTITY_DECIMALS = 3;

export function compileDerived(rule: Derived, { schedules }: Pick<RateDocument, "schedules">): CompiledDerived {
  const milli = (text: string): Milli => scaledInteger(text, QUANTITY_DECIMALS);
  switch (rule.kind) {
    case "heat":
      return { kind: rule.kind, rule, pressure: rule.pressure === undefined ? null : scaledFactors(rule.pressure), heatContent: scaledFactors(rule.heatContent) };
    case "unmetered": {
      const decimals = Math.max(...rule.items.map(({ each }) => decimalsOf(each)));
      return { kind: rule.kind, rule, decimals, uses: rule.items.map(({ each }) => scaledInteger(each, decimals)) };
    }
    case "net-metering":
      return { kind: rule.kind, rule, banks: schedules.find(({ id }) => id === rule.schedule)?.periods ?? [{ id: ONE_BANK, name: null }] };
    case "winter-average":
      return {
        kind: rule.kind, rule,
        averageDays100: new Decimal(rule.averageDays).times(100).toNumber(),
        floor: rule.floor === undefined ? 0 : milli(rule.floor),
        cap: rule.cap === undefined ? Infinity : milli(rule.cap),
        fallback: rule.default === undefined ? null : milli(rule.default),
        classAverages: new Map(Object.entries(rule.classAverages ?? {}).map(([name, text]) => [name, milli(text)])),
      };
  }
}

function scaledFactors(rows: DerivedOf<"heat">["heatContent"]): ScaledFactors {
  const decimals = Math.max(...rows.map(({ factor }) => decimalsOf(factor)));
  return { decimals, rows: rows.map(({ from = "", factor }) => ({ from, factor: scaledInteger(factor, decimals), text: factor })).sort((a, b) => (a.from < b.from ? 1 : -1)) };
}

/** The unit of a derived quantity. */
export function unitOfDerived(rule: Derived, document: Pick<RateDocument, "unit">): Unit {
  return rule.kind === "winter-average" ? document.unit : rule.unit;
}

/** What does not fit together in the derived quantities of a document, with its path. */
export function derivedIssues(document: RateDocument): Issue[] {
  const issues: Issue[] = [];
  const rules = document.derived ?? [];
  rules.forEach((rule, i) => {
    const path = `derived.${i}`;
    const refuse = (at: string, message: string): void => void issues.push({ path: `${path}.${at}`, message });
    const first = rules.findIndex(({ id }) => id === rule.id);
    if (first < i) refuse("id", `${rule.id} is already used by derived.${first}`);
    if (TAKEN.has(rule.id)) refuse("id", `${rule.id} is the name of a determinant that is given; choose another`);
    if ("of" in rule && rules.findIndex(({ id }) => id === rule.of) >= i) refuse("of", `${rule.of} stands after this one; what it is derived from must come before`);
    if (rule.kind === "heat") heatIssues(rule, document, refuse);
    if (rule.kind === "unmetered") rule.items.forEach(({ each }, k) => quantity(each, `items.${k}.each`, refuse));
    if (rule.kind === "winter-average") winterIssues(rule, refuse);
    if (rule.kind === "net-metering") netIssues(rule, document, refuse);
  });
  document.charges.forEach((charge, i) => issues.push(...determinantIssues(charge, `charges.${i}`, document)));
  return issues;
}

type Refuse = (at: string, message: string) => void;

function heatIssues(rule: DerivedOf<"heat">, document: RateDocument, refuse: Refuse): void {
  if (document.commodity !== "gas") refuse("kind", `${document.commodity} is not sold by heat`);
  if (UNITS[document.unit].dimension !== "volume") refuse("of", `is metered in ${document.unit}, which is no volume; set the document's unit to the one that meters count`);
  for (const name of ["pressure", "heatContent"] as const) {
    const rows = rule[name] ?? [];
    if (rows.length > 0 && rows.filter(({ from }) => from === undefined).length !== 1) refuse(name, "must have exactly one row without a date, for the time before the others");
    rows.forEach(({ from, factor }, k) => {
      if (rows.findIndex((other) => other.from === from) < k) refuse(`${name}.${k}.from`, `${from} is there twice`);
      if (!new Decimal(factor).gt(0) || new Decimal(factor).gt(FACTOR_MAX)) refuse(`${name}.${k}.factor`, `must be more than 0 and at most ${FACTOR_MAX}`);
    });
  }
}

function winterIssues(rule: DerivedOf<"winter-average">, refuse: Refuse): void {
  rule.months.forEach((month, k) => {
    if (rule.months.indexOf(month) < k) refuse(`months.${k}`, `${month} is there twice`);
  });
  if (rule.months.includes(rule.effectiveMonth)) refuse("effectiveMonth", "is one of the months that are averaged; the average can count only after them");
  if (new Decimal(rule.averageDays).lt(1)) refuse("averageDays", "must be at least one day");
  for (const name of ["floor", "cap", "default"] as const) if (rule[name] !== undefined) quantity(rule[name], name, refuse);
  for (const [name, text] of Object.entries(rule.classAverages ?? {})) quantity(text, `classAverages.${name}`, refuse);
  if (rule.floor !== undefined && rule.cap !== undefined && new Decimal(rule.floor).gt(rule.cap)) refuse("floor", `is more than cap, ${rule.cap}`);
  if (rule.without === "default" && rule.default === undefined) refuse("default", "is needed: it counts for customers without an average");
  if (rule.without.includes("class") && rule.classAverages === undefined) refuse("classAverages", "are needed: they count for customers without an average");
}

function netIssues(rule: DerivedOf<"net-metering">, document: RateDocument, refuse: Refuse): void {
  if (document.commodity !== "electric" || document.unit !== "kWh") refuse("kind", "is for electricity that is billed in kWh");
  if (rule.schedule === undefined) return;
  const schedule = document.schedules.find(({ id }) => id === rule.schedule);
  if (schedule === undefined) refuse("schedule", `there is no schedule ${rule.schedule}`);
  if (schedule?.periods.some(({ id }) => id === "settled")) refuse("schedule", "has a period named settled, which is the name of what is settled; rename it");
}

function quantity(text: string, at: string, refuse: Refuse): void {
  if (new Decimal(text).lt(0)) refuse(at, "must not be negative");
  if (decimalsOf(text) > QUANTITY_DECIMALS) refuse(at, "is finer than a thousandth of the unit");
}

/** A charge on a derived quantity is in a unit that measures the same. */
function determinantIssues(charge: Charge, path: string, document: RateDocument): Issue[] {
  if (!("determinant" in charge)) return [];
  const rule = document.derived?.find(({ id, kind }) => id === charge.determinant || (kind === "net-metering" && settledName(id) === charge.determinant));
  if (rule === undefined) return [];
  const unit = charge.unit ?? document.unit;
  const derived = unitOfDerived(rule, document);
  if (rule.kind === "net-metering" && charge.kind === "time-of-use" && charge.determinant === rule.id) {
    return charge.schedule === rule.schedule ? [] : [{ path: `${path}.schedule`, message: `${rule.id} is kept by ${rule.schedule ?? "no schedule"}; its prices must follow the same periods` }];
  }
  if (charge.kind === "time-of-use" || charge.kind === "demand") return [{ path: `${path}.determinant`, message: `${rule.id} is one quantity for the whole period; a charge of kind ${charge.kind} needs intervals` }];
  return sameDimension(unit, derived) ? [] : [{ path: `${path}.unit`, message: `${unit} does not measure what ${rule.id} is, which is in ${derived}` }];
}
