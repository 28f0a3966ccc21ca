/**
 * What a command makes happen to an account, or why not. Pure: the same state and command give the same events, in the
 * object that serves one customer and in the run that bills ten thousand.
 */
import { daysBetween } from "../../calendar/local-date.ts";
import { localDateOf } from "../../calendar/zone.ts";
import { allocate, LAST_RANK, pastDue, SERVICE_RANK, type Allocation, type OpenItem } from "../../ledger/allocation.ts";
import { CENTS_MAX, cents } from "../../money/cents.ts";
import { REQUEST_MOVES } from "../request.ts";
import { factProblem, FACTS_MAX } from "../service-fact.ts";
import { isSaid, whyOf } from "../why.ts";
import { correctBills, dropCorrection, proposeCorrection } from "./correct-bills.ts";
import { openDues } from "./budget-billing.ts";
import { billUnderBudget, changeBudget, enrolBudget, leaveBudget } from "./decide-budget.ts";
import { changePrepaid, enrolPrepaid, leavePrepaid } from "./decide-prepaid.ts";
import { adjustLeak } from "./adjust-leak.ts";
import type { AccountCommand, CommandOf, CommandType, Facts } from "./commands.ts";
import { accountEvent, type AccountEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { balanceOf, type AccountState } from "./state.ts";

/** Why a command cannot be done, in words for the person who asked. `field` names the input at fault, if one is. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

export type Decision = { readonly ok: true; readonly events: AccountEvent[] } | { readonly ok: false; readonly refusal: Refusal };

/** Most segments one bill can have: services of one account times the periods a rebill may span. */
const SEGMENTS_MAX = 200;

const done = (...events: AccountEvent[]): Decision => ({ ok: true, events });
const refuse = (code: string, message: string, field?: string): Decision => ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });

type Decide = { [T in CommandType]: (state: AccountState, command: CommandOf<T>, facts: Facts) => Decision };

const DECIDE: Decide = {
  OpenAccount: (state, { type: _, ...data }) =>
    state.status === "none" ? done(accountEvent("AccountOpened", data)) : refuse("account-exists", `Account ${state.accountId} is open already.`),

  StartService: (state, { type: _, ...data }) => {
    if (state.status !== "open") return notOpen(state);
    if (state.agreements.some((each) => each.agreementId === data.agreementId)) return refuse("agreement-exists", "This service has been started already.");
    return done(accountEvent("ServiceStarted", data));
  },

  StopService: (state, { agreementId, stopOn }) => {
    const agreement = state.agreements.find((each) => each.agreementId === agreementId);
    if (!agreement) return refuse("no-agreement", "There is no such service on this account.", "agreementId");
    if (agreement.stopOn !== null) return refuse("stopped", `This service was stopped on ${agreement.stopOn} already.`);
    if (stopOn < agreement.billedTo) return refuse("billed", `This service is billed up to ${agreement.billedTo}: choose that day or a later one.`, "stopOn");
    return done(accountEvent("ServiceStopped", { agreementId, stopOn }));
  },

  CompleteBill: (state, command, { gl, budget: rules }) => {
    if (state.status !== "open") return notOpen(state);
    const refusal = segmentsRefused(state, command);
    if (refusal) return refusal;
    const charges = command.segments.reduce((sum, segment) => sum + segment.total, 0);
    const previousBalance = balanceOf(state);
    const { type: _, offer, instalment: __, ...data } = command;
    const budget = billUnderBudget(state, command, cents(charges), rules);
    return done(
      accountEvent("BillCompleted", {
        ...data, charges: cents(charges), previousBalance, balance: cents(previousBalance + charges), creditApplied: creditApplied(state, command), receivableGl: gl.receivable,
        ...(budget ? { budget: budget.onBill } : {}),
      }),
      ...(budget?.events ?? []),
      ...(offer ? [accountEvent("InstalmentsOffered", offer)] : []),
    );
  },

  HoldBill: (state, { type: _, ...data }) => (state.status === "open" ? done(accountEvent("BillHeld", data)) : notOpen(state)),

  // What a correction is made of is decided as if each part had been asked for alone.
  CorrectBills: (state, command, facts) =>
    correctBills(state, command, {
      completeBill: (at, bill) => DECIDE.CompleteBill(at, bill, facts),
      postAdjustment: (at, adjustment) => DECIDE.PostAdjustment(at, adjustment, facts),
    }),
  ProposeCorrection: (state, command) => proposeCorrection(state, command),
  DropCorrection: (state, command) => dropCorrection(state, command),

  // Money that has arrived is never turned away: what cannot be posted here waits in suspense for a person.
  PostPayment: (state, { type: _, ...paid }, { gl, timeZone }) => {
    const data = { ...paid, receivedOn: localDateOf(paid.receivedAt, timeZone) };
    if (!isAmount(data.amount)) return refuse("amount", "A payment is more than $0.00 and at most $10,000,000.00.", "amount");
    if (state.status === "none") {
      return done(accountEvent("PaymentSuspended", { ...data, reason: "no such account", cashGl: gl.cash, suspenseGl: gl.suspense }, data.receivedAt));
    }
    const { allocations, credit } = allocate(state.items, data.amount);
    const posted = accountEvent("PaymentPosted", { ...data, allocations, credit, cashGl: gl.cash, receivableGl: gl.receivable }, data.receivedAt);
    const after = evolve(state, posted);
    const cured = pastDue(openDues(after), data.receivedOn) === 0;
    const released = after.holds.filter((hold) => hold.curedByPayment && cured);
    return done(posted, ...released.map((hold) => accountEvent("HoldReleased", { holdId: hold.holdId, cause: `payment ${data.paymentId}` })));
  },

  ReversePayment: (state, { paymentId, reversedOn, ...why }, { gl }) => {
    const payment = state.payments.find((each) => each.paymentId === paymentId);
    if (!payment) return refuse("no-payment", "This payment is not among the account's recent payments.", "paymentId");
    if (payment.reversed) return refuse("reversed", "This payment has been reversed already.", "paymentId");
    const restored: Allocation[] = payment.allocations.map(([item, amount]) => ({ item, cents: amount }));
    // The part that had become credit may be spent by now; what is missing is owed again, from today.
    const creditTaken = Math.min(payment.credit, state.credit);
    const shortfall = payment.credit - creditTaken;
    return done(
      accountEvent("PaymentReversed", {
        paymentId, amount: payment.amount, ...whyOf(why), reversedOn, restored, creditTaken, shortfall,
        shortfallItem: shortfall > 0 ? `reversal:${paymentId}` : null, cashGl: gl.cash, receivableGl: gl.receivable,
      }),
    );
  },

  PostAdjustment: (state, { adjustmentId, kind, amount, postedOn, arrearsOn, revenueGl, leak, ...why }, { gl }) => {
    if (state.status === "none") return notOpen(state);
    if (amount === 0 || !isAmount(Math.abs(amount))) return refuse("amount", "An adjustment is a whole number of cents, not zero, at most $10,000,000.00.", "amount");
    if (!isSaid(why)) return refuse("reason", "Say why: an adjustment without a reason cannot be audited.", "reason");
    const base = { adjustmentId, kind, amount, postedOn, arrearsOn, rank: SERVICE_RANK["fee"]!, gl: revenueGl, receivableGl: gl.receivable, ...(leak ? { leak } : {}), ...whyOf(why) };
    if (amount > 0) {
      const item = `adjustment:${adjustmentId}`;
      const applied = Math.min(state.credit, amount);
      return done(accountEvent("AdjustmentPosted", { ...base, item, allocations: applied > 0 ? [{ item, cents: applied }] : [], credit: 0 }));
    }
    return done(accountEvent("AdjustmentPosted", { ...base, item: null, ...allocate(state.items, -amount) }));
  },

  AdjustLeak: (state, command, facts) => adjustLeak(state, command, (at, adjustment) => DECIDE.PostAdjustment(at, adjustment, facts)),

  PlaceHold: (state, { type: _, ...data }) => {
    if (state.status !== "open") return notOpen(state);
    if (state.holds.some((hold) => hold.holdId === data.holdId)) return refuse("hold-exists", "This hold is in place already.");
    return done(accountEvent("HoldPlaced", data));
  },

  ReleaseHold: (state, { type: _, ...data }) =>
    state.holds.some((hold) => hold.holdId === data.holdId)
      ? done(accountEvent("HoldReleased", data))
      : refuse("no-hold", "This hold is not in place (any more).", "holdId"),

  SetServiceFact: (state, { fact, ...why }) => {
    if (state.status !== "open") return notOpen(state);
    if (!state.agreements.some(({ agreementId }) => agreementId === fact.agreementId)) return refuse("no-agreement", "There is no such service on this account.", "agreementId");
    const problem = factProblem(fact);
    if (problem) return refuse("fact", `${problem.field} ${problem.message}.`, problem.field);
    if (fact.source === "staff" && !isSaid(why)) return refuse("reason", "Say why: what a bill rests on must be explained.", "reason");
    if (state.facts.filter(({ agreementId }) => agreementId === fact.agreementId).length >= FACTS_MAX) return refuse("facts", `A service has at most ${FACTS_MAX} facts.`);
    return done(accountEvent("ServiceFactSet", { ...fact, ...whyOf(why) }));
  },

  EnrolBudget: (state, command, { budget }) => enrolBudget(state, command, budget),
  ChangeBudget: (state, command) => changeBudget(state, command),
  LeaveBudget: (state, command) => leaveBudget(state, command),

  EnrolPrepaid: (state, command) => enrolPrepaid(state, command),
  ChangePrepaid: (state, command) => changePrepaid(state, command),
  LeavePrepaid: (state, command) => leavePrepaid(state, command),

  OpenRequest: (state, { requestId, kind, textRef }) =>
    state.status === "none" ? notOpen(state) : done(accountEvent("RequestOpened", { requestId, kind, textRef })),

  AdvanceRequest: (state, { requestId, to, noteRef }) => {
    const request = state.requests.find((each) => each.requestId === requestId);
    if (!request) return refuse("no-request", "There is no such request on this account.", "requestId");
    if (!REQUEST_MOVES[request.status]?.includes(to)) return refuse("request-state", `A request that is ${request.status} cannot become ${to}.`, "to");
    return done(accountEvent("RequestAdvanced", { requestId, from: request.status, to, noteRef }));
  },
};

/** Decides a command on a state. Never throws for a bad command: the refusal says what to do. */
export function decide(state: AccountState, command: AccountCommand, facts: Facts): Decision {
  const rule = DECIDE[command.type] as ((state: AccountState, command: AccountCommand, facts: Facts) => Decision) | undefined;
  return rule ? rule(state, command, facts) : refuse("command", `Unknown command: ${String(command.type)}.`, "type");
}

function notOpen(state: AccountState): Decision {
  return state.status === "none" ? refuse("no-account", `There is no account ${state.accountId}.`) : refuse("closed", `Account ${state.accountId} is closed.`);
}

function isAmount(amount: number): boolean {
  return Number.isSafeInteger(amount) && amount > 0 && amount <= CENTS_MAX;
}

/** Rank in settlement of a service's debt. */
export function serviceRank(commodity: string): number {
  return SERVICE_RANK[commodity] ?? LAST_RANK;
}

/** Segments must continue where each agreement was last billed, have days, and carry postings that sum to their total. */
function segmentsRefused(state: AccountState, command: CommandOf<"CompleteBill">): Decision | null {
  if (command.segments.length === 0 || command.segments.length > SEGMENTS_MAX) return refuse("segments", "A bill has at least one segment.", "segments");
  const taken = new Set(state.items.map(({ item }) => item));
  const seen = new Set<string>();
  for (const [i, segment] of command.segments.entries()) {
    const field = `segments[${i}]`;
    const agreement = state.agreements.find((each) => each.agreementId === segment.agreementId);
    if (!agreement) return refuse("no-agreement", "The bill has a service that this account does not have.", field);
    if (daysBetween(segment.from, segment.to) <= 0) return refuse("period", "A segment has at least one day.", field);
    const posted = segment.postings.reduce((sum, posting) => sum + posting.cents, 0);
    if (posted !== segment.total) return refuse("postings", `The postings of a segment sum to ${posted}, its lines to ${segment.total} cents.`, field);
    if (taken.has(segment.segmentId)) return refuse("segment-id", "Two segments have one id.", field);
    taken.add(segment.segmentId);
    if (segment.corrects !== undefined) {
      if (segment.to > agreement.billedTo) return refuse("correction", `What is corrected was billed: this service is billed up to ${agreement.billedTo}.`, field);
      continue;
    }
    if (seen.has(segment.agreementId)) return refuse("segment-twice", "A service appears twice on one bill.", field);
    seen.add(segment.agreementId);
    if (segment.from !== agreement.billedTo) return refuse("billed", `This service is billed up to ${agreement.billedTo}; the segment begins on ${segment.from}.`, field);
    if (agreement.stopOn !== null && segment.to > agreement.stopOn) return refuse("stopped", `This service was stopped on ${agreement.stopOn}.`, field);
  }
  if (command.dueOn < command.issuedOn) return refuse("due-date", "A bill cannot be due before its date.", "dueOn");
  return null;
}

/** Credit on the account pays a new bill at once, oldest item first. */
function creditApplied(state: AccountState, command: CommandOf<"CompleteBill">): Allocation[] {
  const credit = state.credit - command.segments.reduce((sum, segment) => sum + Math.min(0, segment.total), 0);
  if (credit <= 0) return [];
  const opened: OpenItem[] = command.segments
    .filter((segment) => segment.total > 0)
    .map((segment) => ({ item: segment.segmentId, billId: command.billId, agreementId: segment.agreementId, arrearsOn: command.dueOn, rank: segment.rank, open: segment.total }));
  return allocate([...state.items, ...opened], credit).allocations;
}
