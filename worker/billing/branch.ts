/**
 * A branch of an account: its bills from some one on, made again from what is known now, without writing anything. Each
 * bill is decided by the same function as in a run, as if the old ones had never been; tiers, ratchets and closing reads
 * are carried from corrected bill to corrected bill.
 */
import { closedPeriods, moneyLog, snapshotsOf, stateOfLaw } from "../../db/billing/account-log.ts";
import type { EstimatedChain } from "../../db/billing/estimated-before.ts";
import { loadToBill, type CarriedOver } from "../../db/billing/load.ts";
import { loadAccount } from "../../db/account/store.ts";
import { inputKey, type InputStamp } from "../../db/commit.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import { addMonths, daysBetween, type LocalDate } from "../../domain/calendar/local-date.ts";
import { averagesAgain, type AverageAgain } from "../../domain/billing/averages-again.ts";
import { billDiff, type BillDiff } from "../../domain/billing/branch.ts";
import { businessDays, dueOnOf, type DueSegment } from "../../domain/billing/cycle.ts";
import { decideBill, type AssembledBill } from "../../domain/billing/decide-bill.ts";
import { feeBackId, feesAgain, type FeeAgain } from "../../domain/billing/fees-again.ts";
import { HOLD_RULES, type HoldReason } from "../../domain/billing/hold-rules.ts";
import { countingVersions, type SegmentToBill } from "../../domain/billing/price.ts";
import type { BillSnapshot } from "../../domain/billing/snapshot.ts";
import type { EstimatedPeriod } from "../../domain/billing/true-up.ts";
import { inputHash } from "../../domain/compliance/chain.ts";
import type { BillToCancel, CommandOf, CorrectionAdjustment } from "../../domain/lifecycle/account/commands.ts";
import { leakCreditsOn } from "../../domain/lifecycle/account/adjust-leak.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { billsFrom, standingBills, type LoggedEvent } from "../../domain/lifecycle/account/standing-bills.ts";
import { balanceOf, type AccountState, type Agreement } from "../../domain/lifecycle/account/state.ts";
import { backBillingRule, beyondLimit, chargeableFrom, type BackBillingRule } from "../../domain/lifecycle/back-billing.ts";
import { mayReopen } from "../../domain/lifecycle/bill.ts";
import { nextEdition, type CorrectionCause } from "../../domain/lifecycle/correction.ts";
import { instalmentsOf, partsFor, type InstalmentOffer } from "../../domain/lifecycle/instalments.ts";
import { glAccountOf, type Settings } from "../../domain/lifecycle/settings.ts";
import type { Milli, RegisterRead } from "../../domain/metering/index.ts";
import { formatDollars, sumCents, type Cents } from "../../domain/money/cents.ts";
import type { World } from "../operations/context.ts";

/** What somebody asks to be corrected. Plain data: it is kept with a proposal. */
export interface CorrectionAsked {
  /** The first bill that is touched; every later one is made again with it. */
  readonly fromBill: string;
  readonly cause: CorrectionCause;
  /** False: the bills are taken back and none takes their places. */
  readonly again: boolean;
  /** Services that had the wrong rate. */
  readonly services: readonly { readonly agreementId: string; readonly rateScheduleId: string }[];
  /** Fees to give back; null: those that fall away. */
  readonly feesBack: readonly string[] | null;
}

export interface Limit {
  readonly rule: BackBillingRule;
  /** Null: without limit. */
  readonly from: LocalDate | null;
}

/** An adjustment that has no id yet. `fee`: the adjustment whose fee it gives back. */
export type BranchAdjustment = Omit<CorrectionAdjustment, "adjustmentId"> & { readonly fee: string | null };

export interface Branch {
  readonly today: LocalDate;
  readonly accountId: string;
  /** Bills that are canceled, oldest first. */
  readonly canceled: readonly BillToCancel[];
  readonly bills: readonly AssembledBill[];
  readonly diffs: readonly BillDiff[];
  /** Why a bill cannot be made again yet. */
  readonly blocked: readonly { readonly number: string; readonly reasons: readonly HoldReason[] }[];
  /** What would hold a bill in a run, for a person to look at. */
  readonly notes: readonly { readonly number: string; readonly reasons: readonly HoldReason[] }[];
  /** Fees for lateness since the first bill, and which of them are given back. */
  readonly fees: readonly (FeeAgain & { readonly back: boolean })[];
  /** Leak adjustments that were reckoned from bills which are canceled; they are not touched. */
  readonly leaks: ReturnType<typeof leakCreditsOn>;
  readonly charge: Limit | null;
  readonly refund: Limit | null;
  /** Winter averages that rest on these bills, to be looked at once they are made again. */
  readonly averages: readonly AverageAgain[];
  /** What the law does not let us charge. */
  readonly beyond: Cents;
  readonly before: Cents;
  readonly now: Cents;
  /** What the account owes more (or less, below zero) when all of it is done. */
  readonly net: Cents;
  readonly balance: { readonly before: Cents; readonly after: Cents };
  readonly adjustments: readonly BranchAdjustment[];
  readonly offer: Omit<InstalmentOffer, "offerId"> | null;
  /** Accounting is closed on this day: nothing can be posted. */
  readonly closed: string | null;
  /** Bills whose accounting period is open, so that they are reopened while a correction is decided on. */
  readonly reopened: readonly string[];
  readonly inputs: readonly InputStamp[];
  /** Of all that it changes, without today's date: what a person has seen, and another has to agree to. */
  readonly hash: string;
}

export type BranchAnswer = { readonly ok: true; readonly branch: Branch } | { readonly ok: false; readonly refusal: Refusal };

const REVIEWS: ReadonlySet<string> = new Set(HOLD_RULES.filter(({ cure }) => cure === "review").map(({ id }) => id));
/** As in a run: the same season of last year. */
const HISTORY_MONTHS = 14;
/** Months of a bill that covers so many days, for an offer of as many parts. */
const MONTH_DAYS = 30;

/** Works out what a correction would do, from what is known at this moment. @throws UnavailableError */
export async function branchOf(world: World, accountId: string, asked: CorrectionAsked): Promise<BranchAnswer> {
  const { port } = world;
  const now = world.now();
  const today = await todayOf(port, now);
  const [settings, { state }, log, closed, law] = await Promise.all([settingsOn(port, today, now), loadAccount(port, accountId), moneyLog(port, accountId), closedPeriods(port), stateOfLaw(port, accountId)]);
  const canceled = billsFrom(standingBills(log), asked.fromBill);
  if (canceled.length === 0) return refused("bills", "This bill does not stand any more: it was canceled, or another took its place.", "from");
  const unknown = asked.services.find(({ agreementId }) => !state.agreements.some((each) => each.agreementId === agreementId));
  if (unknown) return refused("services", "There is no such service on this account.", "services");
  const before = await snapshotsOf(port, canceled.map(({ billId }) => billId));
  const made = asked.again ? await new Remake(world, { state, settings, today, asked, canceled, before }).run() : NOTHING_MADE;
  return { ok: true, branch: reckoned({ accountId, state, settings, today, asked, canceled, before, log, closed, law }, made) };
}

const refused = (code: string, message: string, field: string): BranchAnswer => ({ ok: false, refusal: { code, message, field } });

// ---- the bills ------------------------------------------------------------------------------------------------

interface Remaking {
  readonly state: AccountState;
  readonly settings: Settings;
  readonly today: LocalDate;
  readonly asked: CorrectionAsked;
  readonly canceled: readonly BillToCancel[];
  readonly before: ReadonlyMap<string, BillSnapshot>;
}

interface Remade {
  readonly bills: readonly AssembledBill[];
  readonly blocked: Branch["blocked"];
  readonly notes: Branch["notes"];
  readonly inputs: readonly InputStamp[];
}

const NOTHING_MADE: Remade = { bills: [], blocked: [], notes: [], inputs: [] };

/** Bills made one after the other; what one hands on is kept between them. */
class Remake {
  readonly #world: World;
  readonly #of: Remaking;
  readonly #opening = new Map<string, ReadonlyMap<number, RegisterRead>>();
  readonly #demand = new Map<string, readonly Milli[]>();
  readonly #estimated = new Map<string, EstimatedChain>();
  readonly #bank = new Map<string, Readonly<Record<string, Milli>>>();
  readonly #inRow: Map<string, number>;

  constructor(world: World, of: Remaking) {
    this.#world = world;
    this.#of = of;
    this.#inRow = new Map(of.canceled.toReversed().flatMap(({ estimatesBefore }) => Object.entries(estimatesBefore)));
  }

  async run(): Promise<Remade> {
    const bills: AssembledBill[] = [];
    const blocked: { number: string; reasons: readonly HoldReason[] }[] = [];
    const notes: typeof blocked = [];
    const inputs = new Map<string, InputStamp>();
    for (const bill of this.#of.canceled) {
      const one = await this.#bill(bill);
      for (const stamp of one.inputs) inputs.set(inputKey(stamp), stamp);
      if (one.notes.length > 0) notes.push({ number: bill.number, reasons: one.notes });
      if (one.made === null) {
        blocked.push({ number: bill.number, reasons: one.reasons });
        continue;
      }
      bills.push(one.made);
      this.#carry(one.made, one.segments);
    }
    return { bills, blocked, notes, inputs: [...inputs.values()] };
  }

  async #bill(bill: BillToCancel): Promise<{ made: AssembledBill | null; segments: readonly SegmentToBill[]; reasons: readonly HoldReason[]; notes: readonly HoldReason[]; inputs: readonly InputStamp[] }> {
    const { state, settings, today, asked, canceled } = this.#of;
    const [loaded] = await loadToBill(this.#world.port, [state.accountId], {
      zone: settings.utility.timeZone, historyFrom: addMonths(bill.periodTo, -HISTORY_MONTHS), runId: null, due: () => this.#due(bill),
      schedules: asked.services.map(({ rateScheduleId }) => rateScheduleId), without: canceled.map(({ billId }) => billId), carried: this.#carried(),
    });
    const { facts, segments, demandHistory, inputs } = loaded!;
    const input = {
      accountId: state.accountId, customerClass: state.customerClass, segments, history: facts.history, demandHistory, canceled: state.canceledBills,
      corrects: { billId: bill.billId, number: bill.number, charges: bill.charges, cause: asked.cause },
    };
    const context = { runId: null, periodTo: bill.periodTo, issuedOn: today, settings };
    const asInRun = decideBill({ ...input, released: new Set() }, context);
    const passed = asInRun.kind === "bill" ? asInRun : decideBill({ ...input, released: REVIEWS }, context);
    const reasons = passed.kind === "hold" ? passed.reasons : [];
    const notes = asInRun.kind === "hold" ? asInRun.reasons.filter(({ rule }) => REVIEWS.has(rule)) : [];
    return { made: passed.kind === "bill" ? passed.bill : null, segments, reasons, notes, inputs };
  }

  #due({ segments }: BillToCancel): DueSegment[] {
    return segments.filter(({ corrects }) => corrects === undefined).map(({ agreementId, from, to }) => {
      const agreement = this.#agreement(agreementId, from);
      return { agreement, period: { from, to }, first: from === agreement.startOn, final: agreement.stopOn === to };
    });
  }

  /** As it was when it was billed up to that day, with the rate that it should have had. */
  #agreement(agreementId: string, billedTo: LocalDate): Agreement {
    const agreement = this.#of.state.agreements.find((each) => each.agreementId === agreementId)!;
    const rateScheduleId = this.#of.asked.services.find((each) => each.agreementId === agreementId)?.rateScheduleId ?? agreement.rateScheduleId;
    return { ...agreement, rateScheduleId, billedTo, estimatesInRow: this.#inRow.get(agreementId) ?? 0 };
  }

  #carried(): CarriedOver {
    return { opening: this.#opening, demand: this.#demand, estimated: this.#estimated, bank: this.#bank };
  }

  #carry({ snapshot, command }: AssembledBill, segments: readonly SegmentToBill[]): void {
    for (const { segmentId, agreementId, estimated, corrects } of command.segments) {
      if (corrects !== undefined) continue;
      const segment = snapshot.segments.find((each) => each.segmentId === segmentId)!;
      this.#carryEstimate(agreementId, estimated ? { billId: snapshot.billId, segment, versions: versionsOf(segments, agreementId) } : null);
      this.#opening.set(agreementId, new Map((segment.usage?.legs ?? []).flatMap(({ endRead }) => (endRead === null ? [] : [[endRead.channelId, endRead] as const]))));
      this.#inRow.set(agreementId, estimated ? (this.#inRow.get(agreementId) ?? 0) + 1 : 0);
      const bank = snapshot.bank?.[agreementId];
      if (bank !== undefined) this.#bank.set(agreementId, bank);
      const demand = snapshot.demand[agreementId];
      if (demand !== undefined) this.#demand.set(agreementId, [demand, ...(this.#demand.get(agreementId) ?? [])]);
    }
  }

  /** An estimate joins the ones before it; an actual read ends them. */
  #carryEstimate(agreementId: string, period: EstimatedPeriod | null): void {
    if (period === null) {
      this.#estimated.delete(agreementId);
      return;
    }
    const { periods, opening } = this.#estimated.get(agreementId) ?? { periods: [], opening: this.#opening.get(agreementId) };
    this.#estimated.set(agreementId, { periods: [...periods, period], ...(opening ? { opening } : {}) });
  }
}

/** The versions that priced a segment. */
function versionsOf(segments: readonly SegmentToBill[], agreementId: string): EstimatedPeriod["versions"] {
  const { versions, due: { period } } = segments.find(({ due }) => due.agreement.agreementId === agreementId)!;
  return countingVersions(versions, period.from, period.to);
}

// ---- what follows from them -----------------------------------------------------------------------------------

interface Reckoning extends Remaking {
  readonly accountId: string;
  readonly log: readonly LoggedEvent[];
  readonly closed: ReadonlySet<string>;
  readonly law: string;
}

function reckoned(of: Reckoning, made: Remade): Branch {
  const { accountId, state, settings, today, asked, canceled, before, log, closed, law } = of;
  const nowOf = new Map(made.bills.map(({ snapshot }) => [snapshot.billId, snapshot]));
  const diffs = canceled.map(({ billId }) => billDiff(before.get(billId)!, nowOf.get(nextEdition(billId)) ?? null));
  const limitOf = (direction: BackBillingRule["direction"]): Limit | null => {
    const rule = backBillingRule(settings.corrections.rules, { state: law, customerClass: state.customerClass, cause: asked.cause }, direction);
    return rule && { rule, from: chargeableFrom(rule, today) };
  };
  const charge = limitOf("charge");
  const beyond = sumCents(diffs.map((diff) => beyondLimit({ ...diff, more: diff.now - diff.before }, charge?.rule ?? null, today)));
  const fees = feesAgain(log, new Map(diffs.map((diff) => [diff.billId, diff.now])), issuedOf(before, canceled)).map((fee) => ({ ...fee, back: asked.feesBack?.includes(fee.adjustmentId) ?? fee.fallsAway }));
  const adjustments = [...fees.filter(({ back }) => back).map(feeBack), ...(beyond > 0 ? [limitBack(beyond, charge!.rule, settings)] : [])];
  const [was, is] = [sumCents(diffs.map((diff) => diff.before)), sumCents(diffs.map((diff) => diff.now))];
  const net = is - was + sumCents(adjustments.map(({ amount }) => amount));
  const balance = { before: balanceOf(state), after: balanceOf(state) + net };
  const offer = offerOf(of, made.bills, { catchUp: is - was - beyond, owed: balance.after });
  return {
    today, accountId, canceled, bills: made.bills, diffs, blocked: made.blocked, notes: made.notes, fees, leaks: leakCreditsOn(log, canceled.map(({ billId }) => billId)), charge, refund: limitOf("refund"), averages: averagesAgain(state.facts, diffs), beyond, before: was, now: is, net, balance, adjustments, offer,
    closed: closed.has(today.slice(0, 7)) ? today.slice(0, 7) : null,
    reopened: canceled.filter(({ billId }) => mayReopen(before.get(billId)!.issuedOn, closed)).map(({ billId }) => billId),
    inputs: made.inputs, hash: branchHash(asked, diffs, adjustments),
  };
}

const issuedOf = (before: ReadonlyMap<string, BillSnapshot>, canceled: readonly BillToCancel[]): LocalDate => before.get(canceled[0]!.billId)!.issuedOn;

const feeBack = ({ adjustmentId, amount, gl, on }: FeeAgain): BranchAdjustment =>
  ({ fee: adjustmentId, kind: "feeWaived", amount: -amount, revenueGl: gl, reason: `The fee of ${on} rested on a bill that was corrected.` });

function limitBack(beyond: Cents, rule: BackBillingRule, { gl }: Settings): BranchAdjustment {
  return { fee: null, kind: "backBillLimit", amount: -beyond, revenueGl: glAccountOf(gl, "backBillLimit"), reason: `${formatDollars(beyond)} lie beyond what may be billed again. ${rule.source}.` };
}

function offerOf({ settings, today, canceled }: Reckoning, bills: readonly AssembledBill[], { catchUp, owed }: { readonly catchUp: Cents; readonly owed: Cents }): Branch["offer"] {
  const total = Math.min(catchUp, owed);
  // A bill that trues up estimates brings an offer of its own.
  if (bills.length === 0 || bills.some(({ command }) => command.offer) || total < settings.corrections.offerFrom || total <= 0) return null;
  const months = Math.round(daysBetween(canceled[0]!.periodFrom, canceled.at(-1)!.periodTo) / MONTH_DAYS);
  const firstDue = dueOnOf(today, settings);
  return {
    cause: "correction", billIds: bills.map(({ snapshot }) => snapshot.billId), total, offeredOn: today, answerBy: firstDue,
    instalments: instalmentsOf(total, partsFor(months), firstDue, businessDays(settings.holidays)),
  };
}

/** The same figures on another day are the same branch. */
function branchHash(asked: CorrectionAsked, diffs: readonly BillDiff[], adjustments: readonly object[]): string {
  const { fromBill, cause, again, services } = asked;
  return inputHash({ asked: { fromBill, cause, again, services }, diffs, adjustments });
}

// ---- the command ----------------------------------------------------------------------------------------------

export interface CorrectionBy {
  readonly correctionId: string;
  readonly cause: CorrectionCause;
  readonly services: CorrectionAsked["services"];
  readonly reasonRef: string | null;
  readonly proposalId: string | null;
}

/** The branch as one command on the account. */
export function correctionOf(branch: Branch, { correctionId, cause, services, reasonRef, proposalId }: CorrectionBy): CommandOf<"CorrectBills"> {
  const { canceled, bills, adjustments, offer, today } = branch;
  return {
    type: "CorrectBills", correctionId, cause, reasonRef, correctedOn: today, proposalId, cancel: canceled, services,
    bills: bills.map(({ command: { type: _, runId: __, ...bill } }) => ({ ...bill, corrects: canceled.find(({ billId }) => nextEdition(billId) === bill.billId)!.billId })),
    adjustments: adjustments.map(({ fee, ...adjustment }) => ({ ...adjustment, adjustmentId: fee === null ? `${correctionId}:limit` : feeBackId(correctionId, fee) })),
    offer: offer && { ...offer, offerId: `${correctionId}:offer` },
  };
}
