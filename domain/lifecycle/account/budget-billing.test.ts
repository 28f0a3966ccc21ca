import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, addMonths, type LocalDate } from "../../calendar/local-date.ts";
import { entriesOf } from "../../ledger/entries.ts";
import { nextEdition } from "../correction.ts";
import { SETTING_DEFAULTS } from "../settings.ts";
import { budgetAmount, currentBalance, nextSettlement, openDues, type BudgetMonth } from "./budget-billing.ts";
import type { AccountCommand, Facts } from "./commands.ts";
import { decide } from "./decide.ts";
import type { AccountEvent } from "./events.ts";
import { replay } from "./evolve.ts";
import { standingBills } from "./standing-bills.ts";
import { balanceOf, emptyAccount } from "./state.ts";
import { viewOf } from "./view.ts";

const rules = SETTING_DEFAULTS.budget;
const START = "2026-01-05";

/** An account with water, and a clock that its bills move. */
class Home {
  state = emptyAccount("1");
  readonly log: AccountEvent[] = [];
  readonly facts: Facts;
  receivable = 0;
  bills = 0;

  constructor(budget: Partial<typeof rules> = {}) {
    this.facts = { gl: { receivable: "1200", cash: "1010", suspense: "2300" }, timeZone: "America/Chicago", booksOpenFrom: null, budget: { ...rules, ...budget } };
    this.do({ type: "OpenAccount", accountId: "1", personRef: "p", mailingRef: "m", customerClass: "residential", billCycle: "1", openedOn: START });
    this.do({ type: "StartService", agreementId: "w", premiseId: "p1", servicePointId: "s1", commodity: "water", rateScheduleId: "r1", startOn: START });
  }

  try(command: AccountCommand): string | null {
    const decision = decide(this.state, command, this.facts);
    if (!decision.ok) return decision.refusal.code;
    for (const event of decision.events) for (const { gl, amount } of entriesOf(event)?.entries ?? []) if (gl === "1200") this.receivable += amount;
    this.log.push(...decision.events);
    this.state = replay(this.state, decision.events);
    return null;
  }

  do(command: AccountCommand): void {
    expect(this.try(command)).toBeNull();
  }

  /** The next month's bill, made on the month's last day, due twenty days later. */
  bill(total: number): string {
    const billId = `b${this.bills += 1}`;
    const { billedTo } = this.state.agreements[0]!;
    const to = addMonths(billedTo, 1);
    const segments = [{ segmentId: `${billId}:w`, agreementId: "w", from: billedTo, to, billedMilli: 1, unit: "gal", estimated: false, rank: 60, total, postings: [{ gl: "4010", cents: total }] }];
    this.do({ type: "CompleteBill", billId, number: billId, runId: null, periodFrom: billedTo, periodTo: to, issuedOn: to, dueOn: addDays(to, 20), segments, snapshotHash: "h" });
    return billId;
  }

  pay(amount: number, on: LocalDate = this.state.agreements[0]!.billedTo): void {
    this.do({ type: "PostPayment", paymentId: `p${this.log.length}`, amount, tender: "card", channel: "portal", reference: null, receivedAt: Date.parse(`${on}T18:00Z`) });
  }

  /** So many months of one bill and one payment. */
  live(months: number, bill: number, pay: number): void {
    for (let month = 0; month < months; month += 1) {
      this.bill(bill);
      this.pay(pay);
    }
  }

  enrol(amount: number | null, months: readonly BudgetMonth[] = [], on: LocalDate = this.state.agreements[0]!.billedTo): void {
    this.do({ type: "EnrolBudget", budgetId: `e${this.log.length}`, enrolledOn: on, months, amount, reason: amount === null ? "" : "Like the neighbour's." });
  }

  get last() {
    const event = this.log.findLast(({ type }) => type === "BillCompleted") as Extract<AccountEvent, { type: "BillCompleted" }>;
    return event.data;
  }

  get balances() {
    return { payoff: balanceOf(this.state), due: currentBalance(this.state) };
  }
}

const year = (charges: readonly number[]): BudgetMonth[] => charges.map((each, i) => ({ billId: `y${i}`, periodTo: addMonths("2025-01-05", i), charges: each }));

test("the amount is the average of the last twelve bills, rounded up to a dollar", () => {
  expect(budgetAmount(year([9_000, ...Array.from({ length: 12 }, () => 8_401)]), rules)).toBe(8_500);
  expect(budgetAmount(year(Array.from({ length: 12 }, () => 8_400)), rules)).toBe(8_400);
  expect(budgetAmount(year([8_000, 8_000, 8_000]), rules)).toBeNull();
  expect(budgetAmount(year(Array.from({ length: 12 }, () => 8_400)), rules, 1_201)).toBe(8_600);
});

test("a year is settled in the utility's month, or a year after enrolment; a first year is never shorter than six months", () => {
  expect(nextSettlement("2026-02-10", { settleMonth: 0 })).toBe("2027-02-10");
  expect(nextSettlement("2026-02-10", { settleMonth: 9 })).toBe("2026-09-01");
  expect(nextSettlement("2026-02-10", { settleMonth: 5 })).toBe("2027-05-01");
});

test("a bill charges what was used, and the budget amount is what is due of it", () => {
  const home = new Home();
  home.enrol(80_00);
  home.bill(120_00);
  expect(home.last).toMatchObject({ charges: 120_00, balance: 120_00, budget: { instalment: 80_00, due: 80_00, carried: 40_00, settled: null, next: 80_00 } });
  home.pay(80_00);
  expect(home.balances).toEqual({ payoff: 40_00, due: 0 });
  home.bill(50_00);
  expect(home.balances).toEqual({ payoff: 90_00, due: 80_00 });
  expect(viewOf(home.state, home.last.issuedOn)).toMatchObject({ balance: 90_00, due: 80_00, dueOn: home.last.dueOn, pastDue: 0, aging: { notDue: 80_00 }, budget: { amount: 80_00, carried: 10_00 } });
});

test("past due counts missed instalments alone, and a fee beside them", () => {
  const home = new Home();
  home.enrol(80_00);
  home.bill(300_00);
  const { dueOn } = home.last;
  expect(viewOf(home.state, addDays(dueOn, 10))).toMatchObject({ balance: 300_00, pastDue: 80_00, aging: { days1to30: 80_00 } });
  home.do({ type: "PostAdjustment", adjustmentId: "late", kind: "fee", amount: 10_00, postedOn: dueOn, arrearsOn: dueOn, revenueGl: "4900", reason: "late" });
  expect(viewOf(home.state, addDays(dueOn, 10)).pastDue).toBe(90_00);
  home.pay(90_00, addDays(dueOn, 11));
  expect(viewOf(home.state, addDays(dueOn, 40))).toMatchObject({ balance: 220_00, due: 0, pastDue: 0, dueOn: null });
});

test("a hold for non-payment is over when the missed instalments are paid, though more is owed", () => {
  const home = new Home();
  home.enrol(80_00);
  home.bill(300_00);
  home.do({ type: "PlaceHold", holdId: "h", kind: "nonPayment", curedByPayment: true, placedOn: addDays(home.last.dueOn, 5) });
  home.pay(80_00, addDays(home.last.dueOn, 9));
  expect(home.state.holds).toEqual([]);
});

test("the year's settlement bills what was used beyond the amounts, or gives back what was paid beyond the use", () => {
  for (const [use, difference] of [[90_00, 120_00], [70_00, -120_00]] as const) {
    const home = new Home();
    home.enrol(80_00);
    for (let month = 0; month < 12; month += 1) {
      home.bill(use);
      if (month < 11) home.pay(80_00);
    }
    expect(home.last.budget).toMatchObject({ instalment: 80_00, settled: difference, carried: 0, due: 80_00 + difference, next: use });
    expect(home.balances).toEqual({ payoff: 80_00 + difference, due: 80_00 + difference });
    expect(home.state.budget).toMatchObject({ status: "on", amount: use, carried: 0, settleOn: addMonths(START, 24) });
  }
});

test("where the difference is spread over the next year, nothing of it falls due", () => {
  const home = new Home({ difference: "carry" });
  home.enrol(80_00);
  home.live(12, 90_00, 80_00);
  expect(home.balances).toEqual({ payoff: 120_00, due: 0 });
  expect(home.state.budget).toMatchObject({ amount: 100_00, carried: 120_00 });
});

test("a review proposes another amount only when this one is off, and staff take it", () => {
  const fits = new Home();
  fits.enrol(80_00, year(Array.from({ length: 12 }, () => 80_00)));
  fits.live(6, 84_00, 80_00);
  expect(fits.log.at(-2)).toMatchObject({ type: "BudgetReviewed", data: { fitting: 82_00, proposed: null } });
  expect(fits.try({ type: "ChangeBudget", changedOn: START, amount: null, reason: "" })).toBe("no-proposal");

  const off = new Home();
  off.enrol(80_00, year(Array.from({ length: 12 }, () => 80_00)));
  off.live(6, 110_00, 80_00);
  expect(off.state.budget).toMatchObject({ amount: 80_00, proposed: 95_00 });
  off.do({ type: "ChangeBudget", changedOn: "2026-07-10", amount: null, reason: "" });
  off.bill(110_00);
  expect(off.last.budget).toMatchObject({ instalment: 95_00 });
});

test("two missed instalments end the budget with the next bill: all that is owed is due, from this bill's day on", () => {
  const home = new Home();
  home.enrol(80_00);
  home.bill(100_00);
  home.bill(100_00);
  expect(home.state.budget?.status).toBe("on");
  home.bill(100_00);
  expect(home.log.at(-1)).toMatchObject({ type: "BudgetEnded", data: { cause: "missed", difference: 60_00, dueOn: home.last.dueOn } });
  expect(home.last.budget).toMatchObject({ due: 300_00, carried: 0, settled: 60_00, next: null });
  expect(viewOf(home.state, home.last.issuedOn)).toMatchObject({ balance: 300_00, due: 300_00, budget: null, pastDue: 160_00 });
  home.bill(50_00);
  expect(home.last.budget).toBeUndefined();
  expect(openDues(home.state).map(({ open }) => open)).toEqual([80_00, 80_00, 80_00, 60_00, 50_00]);
});

test("whoever leaves owes the difference at once; the final bill settles by itself", () => {
  const home = new Home();
  home.enrol(80_00);
  home.bill(100_00);
  home.pay(80_00);
  home.do({ type: "LeaveBudget", leftOn: "2026-03-01", reason: "Asked by phone." });
  expect(viewOf(home.state, "2026-03-01").pastDue).toBe(0);
  expect(viewOf(home.state, "2026-03-02")).toMatchObject({ due: 20_00, pastDue: 20_00, aging: { days1to30: 20_00 } });
  expect(home.try({ type: "LeaveBudget", leftOn: "2026-03-01", reason: "" })).toBe("no-budget");

  const mover = new Home();
  mover.enrol(80_00);
  mover.bill(100_00);
  mover.pay(80_00);
  mover.do({ type: "StopService", agreementId: "w", stopOn: addMonths(mover.last.periodTo, 1) });
  mover.bill(30_00);
  expect(mover.log.at(-1)).toMatchObject({ type: "BudgetEnded", data: { cause: "finalBill", difference: -30_00 } });
  expect(mover.balances).toEqual({ payoff: 50_00, due: 50_00 });
});

test("nobody is enrolled with a debt that is past due, twice, or by an average of too few bills", () => {
  const home = new Home();
  const enrol = (amount: number | null, reason = "x"): string | null => home.try({ type: "EnrolBudget", budgetId: "e", enrolledOn: "2026-04-01", months: year([80_00]), amount, reason });
  expect(enrol(null)).toBe("few-bills");
  expect(enrol(80_00, " ")).toBe("reason");
  home.bill(50_00);
  expect(enrol(80_00)).toBe("past-due");
  home.pay(50_00);
  expect(enrol(80_00)).toBeNull();
  expect(enrol(80_00)).toBe("budget-on");
});

test("a corrected bill asks for what the first one asked for: only what is carried changes", () => {
  const home = new Home();
  home.enrol(80_00);
  const billId = home.bill(100_00);
  const standing = standingBills(home.log.map((event, i) => ({ ...event, seq: i + 1 })));
  const id = nextEdition(billId);
  const [{ periodFrom, periodTo, segments }] = standing as [(typeof standing)[0]];
  home.do({
    type: "CorrectBills", correctionId: "c", cause: "wrongRead", reasonRef: null, correctedOn: "2026-03-01", proposalId: null, cancel: standing, services: [], adjustments: [], offer: null,
    bills: [{ billId: id, number: id, periodFrom, periodTo, issuedOn: "2026-03-01", dueOn: "2026-03-21", snapshotHash: "h", corrects: billId, segments: segments.map((segment) => ({ ...segment, segmentId: `${id}:w`, total: 70_00, postings: [{ gl: "4010", cents: 70_00 }] })) }],
  });
  expect(home.balances).toEqual({ payoff: 70_00, due: 80_00 });
  expect(openDues(home.state)).toEqual([{ id, kind: "instalment", arrearsOn: addDays(periodTo, 20), open: 80_00 }]);
});

/** Corrects bills, from the one on that is so far back, to other charges. */
function correct(home: Home, back: number, totals: readonly number[], on: LocalDate): void {
  const cancel = standingBills(home.log.map((event, i) => ({ ...event, seq: i + 1 }))).slice(-1 - back);
  home.do({
    type: "CorrectBills", correctionId: `c${home.log.length}`, cause: "wrongRead", reasonRef: null, correctedOn: on, proposalId: null, cancel, services: [], adjustments: [], offer: null,
    bills: cancel.map(({ billId, periodFrom, periodTo, segments }, i) => {
      const id = nextEdition(billId);
      return { billId: id, number: id, periodFrom, periodTo, issuedOn: on, dueOn: addDays(on, 20), snapshotHash: "h", corrects: billId, segments: segments.map((segment) => ({ ...segment, segmentId: `${id}:w`, total: totals[i]!, postings: [{ gl: "4010", cents: totals[i]! }] })) };
    }),
  });
}

/** A year of bills and instalments, which the last bill settles; that one is not paid yet. */
function settledYear(): Home {
  const home = new Home({ difference: "bill", settleMonth: 0 });
  home.enrol(80_00);
  home.live(11, 100_00, 80_00);
  home.bill(100_00);
  expect(home.log.at(-1)).toMatchObject({ type: "BudgetSettled", data: { difference: 240_00, carriedOn: false } });
  return home;
}

test("a correction of the bill that settled the year changes the settlement: its instalment is due on its day, the difference with the settled one", () => {
  const home = settledYear();
  const { dueOn } = home.last;
  const on = addDays(dueOn, 5);
  correct(home, 0, [70_00], on);
  expect(openDues(home.state)).toEqual([
    { id: expect.any(String), kind: "instalment", arrearsOn: dueOn, open: 80_00 }, { id: "settled:b12", kind: "settlement", arrearsOn: dueOn, open: 210_00 },
  ]);
  expect(home.last.budget).toMatchObject({ instalment: 80_00, settled: 210_00, carried: 0, due: 290_00 });
  // Once more, the other way: a corrected bill is corrected like the first one.
  correct(home, 0, [130_00], on);
  expect(home.last.budget).toMatchObject({ instalment: 80_00, settled: 270_00, due: 350_00 });
  expect(openDues(home.state).map(({ open }) => open)).toEqual([80_00, 270_00]);
  expect(home.balances).toEqual({ payoff: 350_00, due: 350_00 });
  expect(replay(emptyAccount("1"), home.log)).toEqual(home.state);
});

test("so does a correction of any bill of a settled year; the next year's bills carry theirs", () => {
  const home = settledYear();
  home.pay(320_00);
  const next = home.state.budget!.amount;
  home.bill(100_00);
  const { dueOn } = home.last;
  correct(home, 2, [160_00, 100_00, 100_00], home.last.issuedOn);
  // 60 dollars more in the eleventh month: of the settlement, that is due already; the thirteenth is carried as before.
  expect(openDues(home.state).map(({ kind, open }) => [kind, open])).toEqual([["settlement", 60_00], ["instalment", next]]);
  expect(openDues(home.state).at(-1)!.arrearsOn).toBe(dueOn);
  expect(home.state.budget!.carried).toBe(100_00 - next);
  expect(home.balances).toEqual({ payoff: 160_00, due: 60_00 + next });
});

test("a correction of the final bill changes what the budget ended with", () => {
  const home = new Home();
  home.enrol(80_00);
  home.bill(100_00);
  home.pay(80_00);
  home.do({ type: "StopService", agreementId: "w", stopOn: addMonths(home.last.periodTo, 1) });
  home.bill(90_00);
  const { dueOn } = home.last;
  expect(home.last.budget).toMatchObject({ settled: 30_00, next: null });
  correct(home, 0, [120_00], addDays(dueOn, 5));
  expect(home.last.budget).toMatchObject({ instalment: 80_00, settled: 60_00, next: null, due: 140_00 });
  expect(openDues(home.state).map(({ kind, arrearsOn, open }) => [kind, arrearsOn, open])).toEqual([["instalment", dueOn, 80_00], ["settlement", dueOn, 60_00]]);
});

test("a bill from before the budget that is corrected under it is due anew, and nothing of it stays due from before", () => {
  const home = new Home();
  home.bill(100_00);
  const feeOn = addDays(home.last.issuedOn, 10);
  home.do({ type: "PostAdjustment", adjustmentId: "fee", kind: "fee", amount: 50_00, postedOn: home.last.issuedOn, arrearsOn: feeOn, revenueGl: "4900", reason: "Reconnected." });
  home.enrol(80_00);
  correct(home, 0, [70_00], addDays(home.last.issuedOn, 5));
  const again = home.last;
  expect(again.budget).toBeUndefined();
  expect(openDues(home.state).map(({ kind, arrearsOn, open }) => [kind, arrearsOn, open])).toEqual([["before", feeOn, 50_00], ["charge", again.dueOn, 70_00]]);
  expect(home.balances).toEqual({ payoff: 120_00, due: 120_00 });
});

const step = fc.record({ kind: fc.constantFrom("bill", "bill", "pay", "bounce", "fee", "credit", "enrol", "leave", "accept", "correct"), amount: fc.integer({ min: 1, max: 40_000 }) });

test("whatever happens under a budget: entries sum to the payoff balance, dues to the current one, nothing is carried once it is settled, and the log replays", () => {
  let settlements = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom("bill" as const, "carry" as const), (steps, difference) => {
      const home = new Home({ difference, settleMonth: 9 });
      home.enrol(90_00);
      for (const [n, { kind, amount }] of steps.entries()) {
        const on = home.state.agreements[0]!.billedTo;
        const adjust = (cents: number) => home.do({ type: "PostAdjustment", adjustmentId: `a${n}`, kind, amount: cents, postedOn: on, arrearsOn: on, revenueGl: "4900", reason: "x" });
        switch (kind) {
          case "bill": home.bill(amount % 9 === 0 ? -amount : amount); break;
          case "pay": home.pay(amount); break;
          case "fee": adjust(amount); break;
          case "credit": adjust(-amount); break;
          case "enrol": home.try({ type: "EnrolBudget", budgetId: `e${n}`, enrolledOn: on, months: [], amount, reason: "x" }); break;
          case "leave": home.try({ type: "LeaveBudget", leftOn: on, reason: "x" }); break;
          case "accept": home.try({ type: "ChangeBudget", changedOn: on, amount: null, reason: "" }); break;
          case "bounce": home.try({ type: "ReversePayment", paymentId: home.state.payments.find((each) => !each.reversed)?.paymentId ?? "none", reason: "R01", reversedOn: on }); break;
          case "correct": {
            const all = standingBills(home.log.map((event, i) => ({ ...event, seq: i + 1 })));
            const cancel = all.slice(-1 - (amount % 3));
            const bills = cancel.map(({ billId, periodFrom, periodTo, segments }) => {
              const id = nextEdition(billId);
              return { billId: id, number: id, periodFrom, periodTo, issuedOn: on, dueOn: addDays(on, 20), snapshotHash: "h", corrects: billId, segments: segments.map((segment) => ({ ...segment, segmentId: `${id}:w`, total: segment.total + 7, postings: [{ gl: "4010", cents: segment.total + 7 }] })) };
            });
            home.try({ type: "CorrectBills", correctionId: `c${n}`, cause: "wrongRead", reasonRef: null, correctedOn: on, proposalId: null, cancel, services: [], adjustments: [], offer: null, bills });
          }
        }
        const { payoff, due } = home.balances;
        expect(payoff).toBe(home.receivable);
        expect(openDues(home.state).reduce((sum, { open }) => sum + open, 0)).toBe(Math.max(0, due));
        expect(openDues(home.state).every(({ open }) => open > 0)).toBe(true);
        const last = home.log.at(-1)!;
        if (last.type === "BudgetEnded" || (last.type === "BudgetSettled" && !last.data.carriedOn)) {
          settlements += 1;
          expect(due).toBe(payoff);
        }
        if (home.state.budget?.status === "ended") expect(due).toBe(payoff);
      }
      expect(replay(emptyAccount("1"), home.log)).toEqual(home.state);
    }),
    { numRuns: process.env["METERLINE_NIGHTLY"] ? 10_000 : 400 },
  );
  expect(settlements).toBeGreaterThan(50);
});
