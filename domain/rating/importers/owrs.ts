/**
 * The Open Water Rate Specification as our rate documents, one for each customer class of a file. A class comes over whole or not at
 * all; everything that did not is listed with its path and the reason.
 *
 * As the specification's own parser does: `tier_starts` names the first whole unit of a tier, except in a water budget, where
 * allocations and percents of them are rounded to whole units and the tier ends there; a bill is the exact sum of its parts.
 */
import type { Unit } from "../../metering/units.ts";
import { parseRateDocument, type RateDocument, type RateDocumentInput } from "../document.ts";
import { namesUsed } from "../charge-formulas.ts";
import type { ChargeOf } from "../schema.ts";
import { ClassCharges, type OwrsCharge } from "./owrs-charges.ts";
import { ClassFormulas, NotCarried } from "./owrs-formulas.ts";
import { parseOwrsFile, type OwrsField, type OwrsFile, type OwrsNote } from "./owrs-file.ts";

export type { OwrsNote } from "./owrs-file.ts";
export { meterSizeOf, owrsUnit } from "./owrs-file.ts";

/** What a customer's data must give to be rated. */
export interface OwrsInput {
  /** As the file says it: `irr_area`. */
  readonly name: string;
  /** As a determinant: `meterSize`, a property of the customer, or a count. */
  readonly as: "meterSize" | "attribute" | "count";
  readonly key: string;
  /** The values that there are rates for; empty for a count. */
  readonly allowed: readonly string[];
}

export interface OwrsClass {
  readonly customerClass: string;
  readonly document: RateDocument;
  readonly inputs: readonly OwrsInput[];
  /** Ids of the charges that are the file's service_charge and commodity_charge; the others are surcharges. */
  readonly service: readonly string[];
  readonly commodity: readonly string[];
}

export type OwrsImport =
  | {
      readonly ok: true;
      readonly utility: string;
      /** YYYY-MM-DD, or null when the file does not say a date. */
      readonly effective: string | null;
      /** A bill is for so many months. */
      readonly months: number;
      readonly unit: Unit;
      /** Every class of the file, those that did not come over included. */
      readonly customerClasses: readonly string[];
      readonly documents: readonly OwrsClass[];
      readonly notCarriedOver: readonly OwrsNote[];
    }
  | { readonly ok: false; readonly issues: readonly OwrsNote[] };

/** A standard period of so many months in days, and how far from it a bill is still a standard one. */
const DAYS_OF_MONTHS: Readonly<Record<number, { readonly standard: string; readonly min: number; readonly max: number }>> = {
  1: { standard: "30.42", min: 26, max: 35 },
  2: { standard: "60.83", min: 54, max: 68 },
  3: { standard: "91.25", min: 83, max: 99 },
  4: { standard: "121.67", min: 112, max: 131 },
  6: { standard: "182.5", min: 170, max: 195 },
  12: { standard: "365", min: 350, max: 380 },
};

/** An irrigated area may be given in square feet: a thousand acres. */
const COUNT_MAX = "50000000";
const CLASS_NAME_MAX = 60;
const SOURCE_MAX = 400;

/** Errors: none; what is wrong is in the answer. */
export function importOwrs(text: string): OwrsImport {
  const parsed = parseOwrsFile(text);
  if (!parsed.ok) return parsed;
  const { file } = parsed;
  const notCarriedOver: OwrsNote[] = [...file.notes];
  const documents = file.classes.flatMap(({ name, path, fields }) => {
    const formulas = new ClassFormulas(path, fields);
    try {
      const reader = new ClassCharges(formulas);
      const imported = classOf(file, name, formulas, fields, reader.run());
      notCarriedOver.push(...reader.notes, ...notOnTheBill(fields, formulas.used));
      return [imported];
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
      notCarriedOver.push({ path: error.path, reason: error.reason });
      return [];
    }
  });
  const { utility, effective, months, unit } = file;
  return { ok: true, utility, effective, months, unit, customerClasses: file.classes.map(({ name }) => name), documents, notCarriedOver };
}

function classOf(file: OwrsFile, name: string, formulas: ClassFormulas, fields: ReadonlyMap<string, OwrsField>, charges: readonly OwrsCharge[]): OwrsClass {
  if (fields.size === 0) throw new NotCarried(formulas.path, "has no fields");
  const document = documentOf(file, name, charges);
  const parsed = parseRateDocument(document);
  if (!parsed.ok) {
    const [{ path, message }] = parsed.issues as [{ path: string; message: string }];
    const [, index, rest] = /^charges\.(\d+)(?:\.(.*))?$/.exec(path) ?? [];
    throw new NotCarried(index === undefined ? formulas.path : charges[Number(index)]!.path, `cannot be rated: ${message}${rest === undefined ? "" : ` (${rest})`}`);
  }
  const ids = (part: OwrsCharge["part"]): string[] => charges.filter((charge) => charge.part === part).map(({ charge }) => charge.id);
  return { customerClass: name, document: parsed.document, inputs: inputsOf(parsed.document, formulas), service: ids("service"), commodity: ids("commodity") };
}

function documentOf(file: OwrsFile, name: string, charges: readonly OwrsCharge[]): RateDocumentInput {
  const days = DAYS_OF_MONTHS[file.months]!;
  const source = [file.utility, file.effective === null ? "" : `effective ${file.effective}`, file.source ?? ""].filter(Boolean).join(", ");
  return {
    format: 1,
    commodity: "water",
    name: { en: `Water, ${name.replaceAll("_", " ").toLowerCase().slice(0, CLASS_NAME_MAX).toWellFormed()}` },
    unit: file.unit,
    source: source.slice(0, SOURCE_MAX).toWellFormed(),
    proration: { standardDays: days.standard, normalDays: { min: days.min, max: days.max } },
    rounding: { at: "total" },
    largest: { count: COUNT_MAX },
    charges: charges.map(({ charge }) => charge),
  };
}

/** Properties that rows ask for, with the values that every charge has a row for; then counts that formulas ask for. */
function inputsOf(document: RateDocument, formulas: ClassFormulas): OwrsInput[] {
  const allowed = new Map<string, string[]>();
  const counts = new Set<string>();
  for (const charge of document.charges) {
    for (const key of Object.keys(charge.rates[0]!.when ?? {})) {
      const values = [...new Set((charge.rates as readonly { when?: Record<string, string> | undefined }[]).map(({ when }) => when![key]!))];
      allowed.set(key, allowed.get(key)?.filter((value) => values.includes(value)) ?? values);
    }
    if (charge.kind === "formula" || charge.kind === "budget") for (const name of namesUsed(charge as ChargeOf<"formula">)) if (formulas.inputs.has(name)) counts.add(name);
  }
  const nameOf = (key: string): string => formulas.inputs.get(key) ?? key;
  return [
    ...[...allowed].map(([key, values]) => ({ name: nameOf(key), as: key === "meterSize" ? ("meterSize" as const) : ("attribute" as const), key, allowed: values })),
    ...[...counts].map((key) => ({ name: nameOf(key), as: "count" as const, key, allowed: [] })),
  ];
}

/** Fields that nothing on the bill reckons with, unless all they say is zero. */
function notOnTheBill(fields: ReadonlyMap<string, OwrsField>, used: ReadonlySet<string>): OwrsNote[] {
  return [...fields].filter(([key, field]) => !used.has(key) && !isZero(field)).map(([, field]) => ({ path: field.path, reason: field.kind === "nothing" ? field.reason : "is not in the bill formula of its class, so it is not charged" }));
}

function isZero(field: OwrsField): boolean {
  const zero = (text: string): boolean => Number(text) === 0;
  switch (field.kind) {
    case "number":
      return zero(field.text);
    case "table":
      return field.rows.every(({ cell }) => cell.kind === "number" && zero(cell.text));
    case "list":
      return field.items.every(zero);
    case "steps":
      return field.values.every(zero);
    case "text":
    case "nothing":
      return false;
  }
}
