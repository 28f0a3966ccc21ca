/** Riders of a document: which shared tables it follows, and the document with their factors as dated rows. */
import { Decimal, decimalsOf } from "../money/decimal.ts";
import { RatingError, type RiderTables } from "./determinants.ts";
import type { Charge, Derived, RateDocument } from "./schema.ts";

/** The tables that prices or factors of the document follow, each once. */
export function ridersOf({ charges, derived = [] }: RateDocument): string[] {
  const ids = [...charges.map((charge) => ("rider" in charge ? charge.rider?.id : undefined)), ...derived.map((rule) => (rule.kind === "heat" ? rule.heatContentRider : undefined))];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** The document with the tables' factors as dated rows. Errors: a `RatingError` naming the rider that is missing, too large or too fine. */
export function ridden(document: RateDocument, tables: RiderTables): RateDocument {
  return {
    ...document,
    charges: document.charges.map((charge) => riddenCharge(charge, tables)),
    ...(document.derived === undefined ? {} : { derived: document.derived.map((rule) => riddenRule(rule, tables)) }),
  };
}

function riddenCharge(charge: Charge, tables: RiderTables): Charge {
  if ((charge.kind !== "flat" && charge.kind !== "percentage") || charge.rider === undefined) return charge;
  const { id, largest, decimals } = charge.rider;
  const rows = tableOf(id, tables);
  for (const { from, value } of rows) {
    if (decimalsOf(value) > decimals) throw new RatingError(`riders.${id}`, `${value} from ${from} has more than ${decimals} decimals, which ${charge.id} does not allow`);
    if (new Decimal(value).abs().gt(largest)) throw new RatingError(`riders.${id}`, `${value} from ${from} is more than ${largest}, the largest that ${charge.id} allows`);
    if (charge.kind === "percentage" && new Decimal(value).lt(0)) throw new RatingError(`riders.${id}`, `${value} from ${from} is negative, which a percentage cannot be`);
  }
  const dates = new Set(rows.map(({ from }) => from));
  if (charge.kind === "flat") return { ...charge, rates: [...charge.rates.filter((row) => !dates.has(row.from ?? "")), ...rows.map(({ from, value }) => ({ from, price: value }))] };
  return { ...charge, rates: [...charge.rates.filter((row) => !dates.has(row.from ?? "")), ...rows.map(({ from, value }) => ({ from, percent: value }))] };
}

function riddenRule(rule: Derived, tables: RiderTables): Derived {
  if (rule.kind !== "heat" || rule.heatContentRider === undefined) return rule;
  const table = tableOf(rule.heatContentRider, tables);
  const dates = new Set(table.map(({ from }) => from));
  return { ...rule, heatContent: [...rule.heatContent.filter((row) => !dates.has(row.from ?? "")), ...table.map(({ from, value }) => ({ from, factor: value }))] };
}

function tableOf(id: string, tables: RiderTables): RiderTables[string] {
  const table = tables[id];
  if (table === undefined) throw new RatingError(`riders.${id}`, "is needed by this rate and has no table; enter its factor in the settings, under riders");
  return table;
}
