/**
 * How far back the law lets a utility bill again. One line a rule: by what was wrong, whom it concerns and which state's
 * law it is. What is charged beyond it is taken back in the same breath; what was charged too much is given back whole, and
 * the rule says how far back it must be.
 */
import { addMonths, daysBetween, type LocalDate } from "../calendar/local-date.ts";
import { cents, type Cents } from "../money/cents.ts";
import type { CorrectionCause } from "./correction.ts";

export interface BackBillingRule {
  /** Postal code of the state whose law it is; null: where no rule of the state is set. */
  readonly state: string | null;
  /** Null: every class. */
  readonly customerClass: string | null;
  /** Null: every cause. */
  readonly cause: CorrectionCause | null;
  /** `charge`: what was billed too little; `refund`: what was billed too much. */
  readonly direction: "charge" | "refund";
  /** Null: without limit. */
  readonly months: number | null;
  /** How much of it may be charged. */
  readonly sharePercent: number;
  readonly source: string;
}

/** What a new utility starts from. Figures of codes and ordinances; the utility's own counsel says which are its own. */
export const BACK_BILLING_DEFAULTS: readonly BackBillingRule[] = [
  { state: null, customerClass: "residential", cause: null, direction: "charge", months: 12, sharePercent: 100, source: "No rule of the state is set: 365 days, as Oak Harbor OH has for homes" },
  { state: null, customerClass: null, cause: "tampering", direction: "charge", months: null, sharePercent: 100, source: "Theft is excluded from the limit (Oak Harbor OH)" },
  { state: null, customerClass: null, cause: null, direction: "refund", months: null, sharePercent: 100, source: "The whole known period (Oak Harbor OH)" },
  { state: "OH", customerClass: "residential", cause: null, direction: "charge", months: 12, sharePercent: 100, source: "Oak Harbor OH: an under-charge of at most 365 days, repaid over as many months" },
  { state: "WI", customerClass: null, cause: "slowMeter", direction: "charge", months: 24, sharePercent: 100, source: "Wis. Admin. Code PSC 185.35: a meter below 97 %, 24 months" },
  { state: "MD", customerClass: null, cause: "slowMeter", direction: "charge", months: 12, sharePercent: 50, source: "COMAR 20.55.04.05: a slow meter, half of it, 12 months" },
  { state: "MD", customerClass: null, cause: "fastMeter", direction: "refund", months: 36, sharePercent: 100, source: "COMAR 20.55.04.05: a fast meter, at most three years" },
  { state: "NC", customerClass: null, cause: null, direction: "refund", months: 12, sharePercent: 100, source: "NC R08-44: 12 months where the beginning is not known" },
];

export interface Corrected {
  readonly state: string;
  readonly customerClass: string;
  readonly cause: CorrectionCause;
}

/** The rule that counts: one of the state before one without; of several the one that names the cause, then the class. Null: none. */
export function backBillingRule(rules: readonly BackBillingRule[], { state, customerClass, cause }: Corrected, direction: BackBillingRule["direction"]): BackBillingRule | null {
  const fits = rules.filter((rule) => rule.direction === direction && of(rule.state, state) && of(rule.customerClass, customerClass) && of(rule.cause, cause));
  const [best] = fits.toSorted((a, b) => weight(b) - weight(a));
  return best ?? null;
}

const of = (named: string | null, value: string): boolean => named === null || named === value;

/** Theft is theft in every state: a cause that is named outweighs the state's general rule. */
const weight = ({ state, cause, customerClass }: BackBillingRule): number => (cause === null ? 0 : 4) + (state === null ? 0 : 2) + (customerClass === null ? 0 : 1);

/** The first day that may still be charged; null without limit. */
export function chargeableFrom({ months }: BackBillingRule, on: LocalDate): LocalDate | null {
  return months === null ? null : addMonths(on, -months);
}

export interface ChangedCharge {
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  /** By how much the corrected bill charges more. */
  readonly more: Cents;
}

/**
 * Of what a corrected bill charges more, the part that the rule does not let us charge: by days where the limit falls into
 * the period, and of the days that count, all but the rule's share. Half cents go to the customer.
 */
export function beyondLimit({ periodFrom, periodTo, more }: ChangedCharge, rule: BackBillingRule | null, on: LocalDate): Cents {
  if (rule === null || more <= 0) return 0;
  const from = chargeableFrom(rule, on);
  const days = daysBetween(periodFrom, periodTo);
  const late = from === null ? 0 : Math.min(days, Math.max(0, daysBetween(periodFrom, from)));
  const chargeable = Number((BigInt(cents(more)) * BigInt(days - late) * BigInt(rule.sharePercent)) / (BigInt(days) * 100n));
  return cents(more - chargeable);
}
