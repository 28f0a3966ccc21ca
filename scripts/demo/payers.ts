/** What a customer does about a bill: when, how much, and through which door. Pure. */
import { addDays, daysBetween, type LocalDate } from "../../domain/calendar/local-date.ts";
import type { Cents } from "../../domain/money/cents.ts";
import { dice, seedOf } from "./random.ts";
import type { TownAccount } from "./town.ts";

export interface DueBill {
  readonly accountId: string;
  readonly billId: string;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  /** All that this bill asks for. */
  readonly due: Cents;
}

export interface PlannedPayment {
  readonly accountId: string;
  readonly on: LocalDate;
  readonly amount: Cents;
  readonly door: Door;
  readonly reference: string;
}

/** `portal`: by card through the provider. `counter`: over the counter or by mail, with what it was paid in. */
export type Door = { readonly channel: "portal"; readonly tender: "card" } | { readonly channel: "counter"; readonly tender: "cash" | "check" | "moneyOrder" };

const DOLLAR = 100;

/** The customer's payment of this bill, or null when there is none. */
export function paymentFor({ seed, payer, opening }: TownAccount, bill: DueBill): PlannedPayment | null {
  const chance = dice(seedOf(seed, bill.billId));
  const { due, issuedOn, dueOn } = bill;
  const plan = (on: LocalDate, amount: Cents, portal: number): PlannedPayment | null => {
    if (amount < DOLLAR) return null;
    const door: Door = chance.chance(portal) ? { channel: "portal", tender: "card" } : { channel: "counter", tender: opening.customerClass === "commercial" ? "check" : chance.pick(["check", "check", "cash", "moneyOrder"] as const) };
    const reference = door.channel === "portal" ? "Card ending 4242" : door.tender === "cash" ? "" : String(chance.whole(101, 4_999));
    return { accountId: bill.accountId, on, amount, door, reference };
  };
  const inTime = addDays(issuedOn, chance.whole(3, Math.max(3, daysBetween(issuedOn, dueOn) - 1)));
  switch (payer) {
    case "automatic": return plan(addDays(dueOn, -2), due, 1);
    case "prompt": return plan(inTime, due, 0.6);
    case "late": return plan(addDays(dueOn, chance.whole(2, 18)), due, 0.5);
    case "short": return plan(inTime, chance.chance(0.55) ? due : wholeDollars(due * chance.between(0.55, 0.9)), 0.8);
    case "ahead": return plan(inTime, Math.ceil((due + 10 * DOLLAR) / (25 * DOLLAR)) * 25 * DOLLAR, 0.7);
    case "behind": return chance.chance(0.4) ? plan(addDays(dueOn, chance.whole(1, 20)), wholeDollars(due * chance.between(0.4, 0.95)), 0.3) : null;
  }
}

function wholeDollars(amount: number): Cents {
  return Math.round(amount / (5 * DOLLAR)) * 5 * DOLLAR;
}
