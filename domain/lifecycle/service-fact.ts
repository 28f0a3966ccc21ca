/**
 * What is known of a customer's service beside its meter, each from a day on: the winter's average, counts of units and
 * lamps, programs, exemptions, and whatever else a rate may ask for. Kept on the account, so that a bill is fenced against it.
 */
import * as v from "valibot";
import { isLocalDate, type LocalDate } from "../calendar/local-date.ts";
import { UNIT_NAMES, type Milli, type Unit } from "../metering/units.ts";

export const FACT_KINDS = ["winter-average", "count", "program", "exemption", "attribute", "deduct-meter"] as const;
export type FactKind = (typeof FACT_KINDS)[number];

export interface FactRule {
  readonly name: string;
  readonly what: string;
  /** What its value is. */
  readonly value: "quantity" | "number" | "percent" | "word" | "none";
  /** Whether there may be several, told apart by name. */
  readonly named: boolean;
}

export const FACTS: Readonly<Record<FactKind, FactRule>> = {
  "winter-average": { name: "Winter average", what: "Sewer use that counts until the next one. Reckoned once a year from the winter's bills; set here after an appeal.", value: "quantity", named: false },
  count: { name: "Count", what: "How many of something the rate charges for: ERUs, lamps, hydrants, carts, kW of contract.", value: "number", named: true },
  program: { name: "Program", what: "A discount or rider the customer is enrolled in, such as low income. Ends by itself on its last day.", value: "none", named: true },
  exemption: { name: "Tax exemption", what: "Percent of a tax that is not charged.", value: "percent", named: true },
  "deduct-meter": { name: "Deduct meter", what: "The service point of a submeter (irrigation, a cooling tower) whose use never reaches this service and is taken off.", value: "word", named: false },
  attribute: { name: "Property", what: "What selects a row of the rate, such as inside or outside city limits.", value: "word", named: true },
};

/** How an average was reckoned: what was used in so many days, and by which bills. */
export interface FactBasis {
  readonly milli: Milli;
  readonly days: number;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly segments: readonly string[];
}

export interface ServiceFact {
  readonly agreementId: string;
  readonly kind: FactKind;
  /** The count's, program's, tax's or property's; "" where there is only one. */
  readonly name: string;
  /** Thousandths: of the unit, of one, of a percent. */
  readonly milli: Milli | null;
  readonly unit: Unit | null;
  readonly text: string | null;
  readonly from: LocalDate;
  /** First day on which it no longer counts. */
  readonly to: LocalDate | null;
  readonly source: "staff" | "run";
  readonly basis: FactBasis | null;
}

/** More than any service has; keeps a broken import from filling an account. */
export const FACTS_MAX = 80;

const QUANTITY_MAX = 1_000_000_000_000;
const NAME = /^[a-zA-Z][a-zA-Z0-9.-]{0,39}$/;
const day = v.pipe(v.string(), v.check(isLocalDate, "must be a real date such as 2026-07-01"));

const shape = v.object({
  agreementId: v.pipe(v.string(), v.minLength(1)),
  kind: v.picklist(FACT_KINDS, "choose what it is"),
  name: v.string(),
  milli: v.nullable(v.pipe(v.number(), v.safeInteger("must have at most three decimals"), v.minValue(0, "must not be negative"), v.maxValue(QUANTITY_MAX, "is too large"))),
  unit: v.nullable(v.picklist(UNIT_NAMES, "is not a unit")),
  text: v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(60, "at most 60 characters"))),
  from: day,
  to: v.nullable(day),
});

/** What is wrong with a fact, by field; null when it may be kept. */
export function factProblem(fact: ServiceFact): { readonly field: string; readonly message: string } | null {
  const parsed = v.safeParse(shape, fact);
  if (!parsed.success) return { field: v.getDotPath(parsed.issues[0]!) ?? "kind", message: parsed.issues[0]!.message };
  const rule = FACTS[fact.kind];
  if (rule.named ? !NAME.test(fact.name) : fact.name !== "") return { field: "name", message: "must be the name that the rate uses, letters and digits, such as eru or low-income" };
  if (fact.to !== null && fact.to <= fact.from) return { field: "to", message: "must be after the first day" };
  if (rule.value === "word" ? fact.text === null : fact.text !== null) return { field: "value", message: "must be the word that the rate uses, such as inside" };
  if ((rule.value === "quantity" || rule.value === "number" || rule.value === "percent") !== (fact.milli !== null)) return { field: "value", message: "must be a number" };
  if (rule.value === "percent" && (fact.milli! > 100_000 || fact.milli! % 1000 !== 0)) return { field: "value", message: "must be a whole percent from 0 to 100" };
  if ((rule.value === "quantity") !== (fact.unit !== null)) return { field: "unit", message: "must be the unit of the quantity" };
  return null;
}

/** The facts of a service that count on a day: of each kind and name the latest one that has begun, unless it has ended. */
export function factsOn(facts: readonly ServiceFact[], agreementId: string, on: LocalDate): ServiceFact[] {
  const latest = new Map<string, ServiceFact>();
  for (const fact of facts) {
    if (fact.agreementId !== agreementId || fact.from > on) continue;
    const key = `${fact.kind} ${fact.name}`;
    const known = latest.get(key);
    if (known === undefined || fact.from >= known.from) latest.set(key, fact);
  }
  return [...latest.values()].filter(({ to }) => to === null || to > on);
}

/** The facts with one more; one of the same kind, name and first day gives way to it. */
export function withFact(facts: readonly ServiceFact[], fact: ServiceFact): ServiceFact[] {
  return [...facts.filter((each) => !(each.agreementId === fact.agreementId && each.kind === fact.kind && each.name === fact.name && each.from === fact.from)), fact];
}
