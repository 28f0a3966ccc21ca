/** A leak adjustment on an account: credits by the policy, once per leak and not more often than the policy allows. */
import { addMonths, type LocalDate } from "../../calendar/local-date.ts";
import type { Cents } from "../../money/cents.ts";
import { nextLeakOn } from "../leak-policy.ts";
import { whyOf } from "../why.ts";
import type { CommandOf } from "./commands.ts";
import type { Decision } from "./decide.ts";
import type { AccountEvent, AccountEvents } from "./events.ts";
import { evolve } from "./evolve.ts";
import type { LoggedEvent } from "./standing-bills.ts";
import type { AccountState } from "./state.ts";

const refuse = (code: string, message: string): Decision => ({ ok: false, refusal: { code, message } });

/** Why the account cannot have this adjustment, in words; null when it can. Decided again where the account is written. */
export function leakRefused(state: Pick<AccountState, "leakAdjustments" | "canceledBills">, { alertId, postedOn, everyMonths, billIds }: Pick<CommandOf<"AdjustLeak">, "alertId" | "postedOn" | "everyMonths" | "billIds">): { readonly code: string; readonly message: string } | null {
  if (state.leakAdjustments.some((each) => each.alertId === alertId)) return { code: "leak-known", message: "This leak has been adjusted already." };
  const next = nextLeakOn(state.leakAdjustments, everyMonths);
  if (next !== null && postedOn < next) return { code: "leak-frequency", message: `The last leak adjustment was posted on ${addMonths(next, -everyMonths)}, and there is one within ${everyMonths} months: the next can be posted from ${next} on.` };
  if (billIds.some((billId) => state.canceledBills.includes(billId))) return { code: "leak-bills", message: "A bill that it covers has been corrected meanwhile: look at it again." };
  return null;
}

/** Credits for leaks that were reckoned from some of these bills. They stand when the bills are made again: whoever does that must know. */
export function leakCreditsOn(log: Iterable<LoggedEvent>, billIds: readonly string[]): { readonly amount: Cents; readonly postedOn: LocalDate; readonly commodity: string }[] {
  return [...log].flatMap(({ type, data }) => {
    if (type !== "AdjustmentPosted") return [];
    const { amount, postedOn, leak } = data as AccountEvents["AdjustmentPosted"];
    return leak?.bills.some(({ billId }) => billIds.includes(billId)) ? [{ amount: -amount, postedOn, commodity: leak.commodity }] : [];
  });
}

export function adjustLeak(state: AccountState, command: CommandOf<"AdjustLeak">, postAdjustment: (state: AccountState, command: CommandOf<"PostAdjustment">) => Decision): Decision {
  if (state.status === "none") return refuse("no-account", `There is no account ${state.accountId}.`);
  if (command.parts.length === 0) return refuse("leak-nothing", "By the policy there is nothing to forgive.");
  const refusal = leakRefused(state, command);
  if (refusal) return refuse(refusal.code, refusal.message);
  const { postedOn, parts, alertId } = command;
  const events: AccountEvent[] = [];
  let now = state;
  for (const { adjustmentId, amount, revenueGl, leak } of parts) {
    const decision = postAdjustment(now, { type: "PostAdjustment", adjustmentId, kind: "leak", amount: -amount, postedOn, arrearsOn: postedOn, revenueGl, leak: { ...leak, alertId }, ...whyOf(command) });
    if (!decision.ok) return decision;
    for (const event of decision.events) {
      events.push(event);
      now = evolve(now, event);
    }
  }
  return { ok: true, events };
}
