/** The prepaid programme of an account: enrolling, the amount at which the customer is told, leaving. */
import type { LocalDate } from "../../calendar/local-date.ts";
import { CENTS_MAX, type Cents } from "../../money/cents.ts";
import type { CommandOf } from "./commands.ts";
import type { Decision } from "./decide.ts";
import { accountEvent, type AccountEvent } from "./events.ts";
import { whyOf } from "../why.ts";
import type { AccountState } from "./state.ts";

export interface Prepaid {
  readonly prepaidId: string;
  readonly enrolledOn: LocalDate;
  /** Cents of money left at which it is low. */
  readonly lowAt: Cents;
}

const refuse = (code: string, message: string, field?: string): Decision => ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });
const done = (event: AccountEvent): Decision => ({ ok: true, events: [event] });

const NOT_PREPAID = "This account is not prepaid.";
const isThreshold = (cents: number): boolean => Number.isSafeInteger(cents) && cents >= 0 && cents <= CENTS_MAX;
const noThreshold = (): Decision => refuse("amount", "Enter an amount such as 20.00.", "lowAt");

export function enrolPrepaid(state: AccountState, { type: _, ...asked }: CommandOf<"EnrolPrepaid">): Decision {
  if (state.status !== "open") return refuse("no-account", `Account ${state.accountId} is not open.`);
  if (state.prepaid) return refuse("prepaid-on", "This account is prepaid already.");
  if (state.budget?.status === "on") return refuse("budget-on", "This account is on budget billing. End that first.");
  if (!isThreshold(asked.lowAt)) return noThreshold();
  return done(accountEvent("PrepaidEnrolled", asked));
}

export function changePrepaid({ prepaid }: AccountState, { changedOn, lowAt }: CommandOf<"ChangePrepaid">): Decision {
  if (!prepaid) return refuse("not-prepaid", NOT_PREPAID);
  if (!isThreshold(lowAt)) return noThreshold();
  return done(accountEvent("PrepaidChanged", { prepaidId: prepaid.prepaidId, changedOn, before: prepaid.lowAt, lowAt }));
}

export function leavePrepaid({ prepaid }: AccountState, { leftOn, ...why }: CommandOf<"LeavePrepaid">): Decision {
  if (!prepaid) return refuse("not-prepaid", NOT_PREPAID);
  return done(accountEvent("PrepaidEnded", { prepaidId: prepaid.prepaidId, endedOn: leftOn, ...whyOf(why) }));
}
