/**
 * Adjustments that staff may post to an account, as a table: what it is, whether it takes from the balance or adds to it,
 * and whose revenue it changes. A correction is a new entry with a reason, never an edit.
 */
import { formatDollars, type Cents } from "../money/cents.ts";
import type { Role } from "./permissions.ts";

export const ADJUSTMENT_KINDS = ["leak", "correction", "goodwill", "feeWaived", "fee"] as const;
export type AdjustmentKind = (typeof ADJUSTMENT_KINDS)[number];
export type AdjustmentSide = "credit" | "charge";

export interface AdjustmentRule {
  readonly name: string;
  /** When it is used. */
  readonly what: string;
  readonly sides: readonly AdjustmentSide[];
  /** `service`: the revenue of the service that is named; `fees`: fees and charges. */
  readonly revenue: "service" | "fees";
}

export const ADJUSTMENTS: Readonly<Record<AdjustmentKind, AdjustmentRule>> = {
  leak: { name: "Leak adjustment", what: "Part of the water that a repaired leak wasted.", sides: ["credit"], revenue: "service" },
  correction: { name: "Billing correction", what: "A bill was wrong, and it is not billed again.", sides: ["credit", "charge"], revenue: "service" },
  goodwill: { name: "Goodwill credit", what: "An apology for something we did.", sides: ["credit"], revenue: "service" },
  feeWaived: { name: "Fee waived", what: "A fee is taken back.", sides: ["credit"], revenue: "fees" },
  fee: { name: "Fee", what: "A fee of the utility's list that was not charged by itself.", sides: ["charge"], revenue: "fees" },
};

/**
 * The most that a role may post alone in a day, credits and charges together. Above it a supervisor, then an administrator,
 * posts it: the person who decides is the one whom the log names.
 */
export const ADJUSTMENT_MAX: Readonly<Partial<Record<Role, Cents>>> = { billing: 500_00, supervisor: 5_000_00, admin: 50_000_00 };

/** Why somebody of this role, who has posted `used` today, may not post this much, in words; null when they may. */
export function adjustmentTooLarge(role: Role, amount: Cents, used: Cents = 0): string | null {
  const most = ADJUSTMENT_MAX[role] ?? 0;
  if (amount + used <= most) return null;
  const next = (Object.entries(ADJUSTMENT_MAX) as [Role, Cents][]).find(([other, max]) => other !== role && amount <= max && max >= most);
  const who = next?.[0] === "supervisor" ? "A supervisor can post it." : next?.[0] === "admin" ? "An administrator can post it." : amount <= most ? "A colleague can post it, or you tomorrow." : "Nobody posts more than that in one adjustment.";
  return `Your role (${role}) posts adjustments up to ${formatDollars(most)} a day${used > 0 ? `, and you have posted ${formatDollars(used)} today` : ""}. ${who}`;
}

export const isAdjustmentKind = (text: string): text is AdjustmentKind => (ADJUSTMENT_KINDS as readonly string[]).includes(text);
