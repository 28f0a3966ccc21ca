/**
 * The demonstration's past, day by day on a clock that is moved on: reads come in at night, staff decide what validation
 * found, cycles close and are run, customers pay and ask. Everything through the product's operations and runs.
 */
import { addDays, daysBetween, eachDay, type LocalDate } from "../../domain/calendar/local-date.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { runCounts } from "../../db/billing/due.ts";
import { placeHold } from "../../worker/operations/holds.ts";
import { payAtCounter, reversePayment } from "../../worker/operations/payments.ts";
import { advanceRequest, openRequest } from "../../worker/operations/requests.ts";
import { billingByClock } from "../../worker/billing/cron.ts";
import { drainRun } from "../../worker/billing/drain.ts";
import { ARRANGEMENTS } from "./arrangements.ts";
import { decideFindings, reviewHeldBills } from "./decisions.ts";
import { paymentFor, type DueBill, type PlannedPayment } from "./payers.ts";
import { postPayments } from "./payments.ts";
import { MeterReads, type ReadsTally } from "./reads.ts";
import { openAccounts, SET_SIZE, stopServices } from "./registry.ts";
import { REQUESTS } from "./requests.ts";
import { holidaysOf } from "./utility.ts";
import type { Role } from "./stories.ts";
import { cameOver, type Town, type TownAccount } from "./town.ts";
import type { Demo } from "./world.ts";

export interface YearTally {
  readonly reads: ReadsTally;
  bills: number;
  runs: number;
  payments: number;
  decisions: number;
}

/** What was found in the last days waits for a person, so that the tour has something to decide. */
const UNDECIDED_DAYS = 16;
/** Reads of these days came night by night; before, a closing at a time. */
const NIGHTS = UNDECIDED_DAYS;

/** Bills of a run in one answer. An account has one of them. */
const BILLS_AT_ONCE = 5_000;

const HOUR = { reads: 2.25, decisions: 4.5, run: 6, counter: 11, desk: 13 } as const;

/** Somebody who moves says so this long before. */
const NOTICE_DAYS = 2;

/** Lives through the year. Customers' sign-ins are by place: whoever has one asks as themselves. */
export async function liveThrough(demo: Demo, town: Town, customers: ReadonlyMap<string, UserActor>): Promise<YearTally> {
  return new Year(demo, town, customers).live();
}

class Year {
  readonly #demo: Demo;
  readonly #town: Town;
  readonly #customers: ReadonlyMap<string, UserActor>;
  readonly #reads: MeterReads;
  readonly #accounts: ReadonlyMap<string, TownAccount>;
  /** What customers are going to pay. */
  #payments: PlannedPayment[] = [];
  /** What else is going to happen on a day. */
  readonly #diary = new Map<LocalDate, (() => Promise<void>)[]>();
  /** Days on which the clock has something to bill: the closings, and the days after while bills are held. */
  readonly #billOn: Set<LocalDate>;
  readonly #tally: YearTally;

  constructor(demo: Demo, town: Town, customers: ReadonlyMap<string, UserActor>) {
    this.#demo = demo;
    this.#town = town;
    this.#customers = customers;
    this.#reads = new MeterReads(demo, town, new Set(holidaysOf(town.from, town.plan.today).map(({ on }) => on)));
    this.#accounts = new Map(town.accounts.map((account) => [account.accountId, account]));
    this.#billOn = new Set(town.cycles.flatMap(({ billed }) => billed));
    this.#tally = { reads: this.#reads.tally, bills: 0, runs: 0, payments: 0, decisions: 0 };
  }

  async live(): Promise<YearTally> {
    const { plan: { today }, from, cycles } = this.#town;
    this.#planMoves();
    this.#planStories();
    const nights = new Set(cycles.flatMap(({ closes }) => closes));
    for (const day of eachDay({ from, to: addDays(today, 1) })) await this.#live(day, nights.has(day) || daysBetween(day, today) < NIGHTS);
    const [runs] = await this.#demo.port.query<{ runs: number }>("SELECT count(*) AS runs FROM bill_run");
    return { ...this.#tally, runs: runs!.runs };
  }

  async #live(day: LocalDate, read: boolean): Promise<void> {
    const demo = this.#demo;
    const { today } = this.#town.plan;
    demo.onProgress(`${day}: ${this.#tally.bills.toLocaleString("en-US")} bills, ${this.#tally.payments.toLocaleString("en-US")} payments, ${this.#tally.reads.intervals.toLocaleString("en-US")} intervals`);
    if (read) {
      demo.at(day, HOUR.reads);
      await this.#reads.upTo(day);
      demo.at(day, HOUR.decisions);
      this.#tally.decisions += await decideFindings(demo, addDays(today, -UNDECIDED_DAYS));
    }
    if (this.#billOn.delete(day)) {
      await this.#postPayments(day);
      demo.at(day, HOUR.run);
      await this.#bill(day);
    }
    const work = this.#diary.get(day);
    if (work || day === today) await this.#postPayments(addDays(day, 1));
    demo.at(day, HOUR.desk);
    for (const each of work ?? []) await each();
  }

  #note(day: LocalDate, work: () => Promise<void>): void {
    this.#diary.set(day, [...(this.#diary.get(day) ?? []), work]);
  }

  // ---- bills and payments -----------------------------------------------------------------------------------------

  /** Whatever the clock finds due: a cycle that has closed, held bills of one that closed some days ago. */
  async #bill(day: LocalDate): Promise<void> {
    const { world, port } = this.#demo;
    let held = 0;
    for (const runId of await billingByClock(world)) {
      await drainRun(world, runId, { batchSize: SET_SIZE });
      await this.#expectPayments(runId, day);
      const counts = await runCounts(port, runId);
      if (counts.held > 0) this.#note(addDays(day, 1), () => this.#review(runId, addDays(day, 1)));
      held += counts.held;
    }
    if (held > 0) this.#billOn.add(addDays(day, 1));
  }

  /** The day after, somebody looks at the bills that only look unusual, and lets them pass. */
  async #review(runId: string, day: LocalDate): Promise<void> {
    const passed = await reviewHeldBills(this.#demo, runId);
    if (passed === 0) return;
    this.#tally.decisions += passed;
    await drainRun(this.#demo.world, runId, { batchSize: SET_SIZE });
    await this.#expectPayments(runId, day);
  }

  async #expectPayments(runId: string, issuedOn: LocalDate): Promise<void> {
    for (let after = ""; ; ) {
      const bills = await this.#demo.port.query<DueBill>(
        `SELECT b.id AS "billId", b.account_id AS "accountId", b.issued_on AS "issuedOn", b.due_on AS "dueOn",
           coalesce((SELECT e.data->'budget'->>'due' FROM event AS e WHERE e.stream = 'account:' || b.account_id AND e.seq = b.seq), b.balance) AS "due"
         FROM bill_run_account AS r CROSS JOIN bill AS b ON b.account_id = r.account_id AND b.run_id = r.run_id
         WHERE r.run_id = ? AND r.account_id > ? AND b.issued_on = ? ORDER BY r.account_id LIMIT ${BILLS_AT_ONCE}`,
        [runId, after, issuedOn],
      );
      for (const bill of bills) {
        const payment = paymentFor(this.#accounts.get(bill.accountId)!, bill);
        if (payment && payment.on <= this.#town.plan.today) this.#payments.push(payment);
      }
      this.#tally.bills += bills.length;
      if (bills.length < BILLS_AT_ONCE) return;
      after = bills.at(-1)!.accountId;
    }
  }

  /** Posts what customers paid before a day. Called before anything else happens to accounts. */
  async #postPayments(day: LocalDate): Promise<void> {
    const paid = this.#payments.filter(({ on }) => on < day).toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
    if (paid.length === 0) return;
    this.#payments = this.#payments.filter(({ on }) => on >= day);
    this.#demo.at(addDays(day, -1), HOUR.counter);
    await postPayments(this.#demo, paid);
    this.#tally.payments += paid.length;
  }

  // ---- people ------------------------------------------------------------------------------------------------------

  /** Who moves tells so in the week before: those of a week are taken together. */
  #planMoves(): void {
    const weeks = [this.#town.from, ...this.#town.cycles.flatMap(({ closes }) => closes)].sort();
    const weekBefore = (day: LocalDate): LocalDate => weeks.findLast((each) => each <= addDays(day, -NOTICE_DAYS))!;
    const leaving = this.#town.accounts.filter(({ stopOn }) => stopOn !== null);
    for (const [week, accounts] of Map.groupBy(leaving, ({ stopOn }) => weekBefore(stopOn!))) this.#note(week, () => stopServices(this.#demo, accounts));
    const coming = this.#town.accounts.filter(({ startOn }) => !cameOver(this.#town, startOn));
    for (const [week, accounts] of Map.groupBy(coming, ({ startOn }) => weekBefore(startOn))) this.#note(week, () => openAccounts(this.#demo, accounts));
  }

  #planStories(): void {
    const { today } = this.#town.plan;
    const { staff: { clerk, supervisor }, world } = this.#demo;
    const withRole = (role: Role) => this.#town.accounts.filter(({ story }) => story?.role === role);
    for (const { accountId } of withRole("promise")) {
      this.#note(addDays(today, -9), async () => mustBeDone(await placeHold(world, clerk, { commandId: `promise-${accountId}`, accountId, kind: "promise" })));
    }
    for (const { accountId } of withRole("bounced")) {
      const paymentId = `bounced-check-${accountId}`;
      this.#note(addDays(today, -44), async () => mustBeDone(await payAtCounter(world, clerk, { commandId: paymentId, accountId, amount: 120_00, tender: "check", reference: "1187" })));
      this.#note(addDays(today, -39), async () => mustBeDone(await reversePayment(world, supervisor, { commandId: `return-${paymentId}`, accountId, paymentId, reason: "Check returned by the bank: insufficient funds", withFee: true })));
    }
    for (const { arranged, daysAgo, work } of ARRANGEMENTS) {
      for (const account of this.#town.accounts.filter(({ story }) => story?.arranged === arranged)) {
        this.#note(addDays(today, -daysAgo), async () => mustBeDone(await work(this.#demo, { account, town: this.#town, customer: this.#customers.get(account.accountId) ?? null })));
      }
    }
    for (const [i, { place, daysAgo, kind, text, steps }] of REQUESTS.entries()) {
      const account = this.#town.accounts.find(({ services }) => services[0]!.premiseId === this.#town.premises[place]?.premiseId);
      if (!account) continue;
      const { accountId } = account;
      const requestId = `request-${String(i).padStart(2, "0")}-${accountId}`;
      this.#note(addDays(today, -daysAgo), async () => mustBeDone(await openRequest(world, this.#customers.get(accountId) ?? clerk, { commandId: requestId, accountId, kind, text })));
      for (const [after, to, note] of steps) {
        this.#note(addDays(today, after - daysAgo), async () => mustBeDone(await advanceRequest(world, clerk, { commandId: `${requestId}-${to}`, accountId, requestId, to, note })));
      }
    }
  }
}

function mustBeDone(answer: { readonly status: string; readonly refusal?: { readonly message: string } }): void {
  if (answer.status !== "done") throw new Error(`an operation of the demonstration was not done: ${answer.refusal?.message ?? answer.status}`);
}
