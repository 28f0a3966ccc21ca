/** Bills canceled and made again, told on an account's own log: what is owed, who paid what, and what may not be done. */
import { describe, expect, test } from "vitest";
import { addDays } from "../../calendar/local-date.ts";
import { entriesOf } from "../../ledger/entries.ts";
import { nextEdition } from "../correction.ts";
import { SETTING_DEFAULTS } from "../settings.ts";
import type { AccountCommand, CommandOf, Facts } from "./commands.ts";
import { decide } from "./decide.ts";
import type { AccountEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { billsFrom, standingBills } from "./standing-bills.ts";
import { balanceOf, emptyAccount, type AccountState } from "./state.ts";

const facts: Facts = { gl: { receivable: "1200", cash: "1010", suspense: "2300" }, timeZone: "America/Chicago", booksOpenFrom: null, budget: SETTING_DEFAULTS.budget };

/** An account with one water service, and the ledger that its events make. */
class Book {
  state: AccountState = emptyAccount("1");
  readonly log: AccountEvent[] = [];
  readonly ledger = new Map<string, number>();

  constructor() {
    this.done({ type: "OpenAccount", accountId: "1", personRef: "p", mailingRef: "m", customerClass: "residential", billCycle: "1", openedOn: "2026-01-01" });
    this.done({ type: "StartService", agreementId: "w", premiseId: "p1", servicePointId: "s1", commodity: "water", rateScheduleId: "r1", startOn: "2026-01-01" });
  }

  done(command: AccountCommand): string[] {
    const decision = decide(this.state, command, facts);
    if (!decision.ok) throw new Error(decision.refusal.message);
    for (const event of decision.events) {
      this.state = evolve(this.state, event);
      this.log.push(event);
      for (const { gl, amount } of entriesOf(event)?.entries ?? []) this.ledger.set(gl, (this.ledger.get(gl) ?? 0) + amount);
    }
    expect([...this.ledger.values()].reduce((sum, each) => sum + each, 0)).toBe(0);
    expect(this.ledger.get("1200") ?? 0).toBe(balanceOf(this.state));
    return decision.events.map(({ type }) => type);
  }

  refused(command: AccountCommand): string | null {
    const decision = decide(this.state, command, facts);
    return decision.ok ? null : decision.refusal.code;
  }

  bill(total: number, estimated = false): string {
    const { billedTo } = this.state.agreements[0]!;
    const billId = `1-${billedTo}`;
    this.done({ type: "CompleteBill", ...billOf(billId, billedTo, total, estimated), runId: null });
    return billId;
  }

  pay(paymentId: string, amount: number): void {
    this.done({ type: "PostPayment", paymentId, amount, tender: "card", channel: "portal", reference: null, receivedAt: Date.parse("2026-03-01T18:00Z") });
  }

  /** Cancels from the bill on and bills again with these totals; fewer totals than bills are a cancellation alone. */
  correction(billId: string, totals: readonly number[], change: Partial<CommandOf<"CorrectBills">> = {}): CommandOf<"CorrectBills"> {
    const cancel = billsFrom(standingBills(this.log.map((event, i) => ({ ...event, seq: i + 1 }))), billId);
    return {
      type: "CorrectBills", correctionId: "c1", cause: "wrongRead", reasonRef: null, correctedOn: "2026-06-01", proposalId: null, cancel, services: [],
      bills: totals.map((total, i) => ({ ...billOf(nextEdition(cancel[i]!.billId), cancel[i]!.segments[0]!.from, total), issuedOn: "2026-06-01", dueOn: "2026-06-22", corrects: cancel[i]!.billId })),
      adjustments: [], offer: null, ...change,
    };
  }
}

function billOf(billId: string, from: string, total: number, estimated = false) {
  const to = addDays(from, 30);
  return {
    billId, number: billId, periodFrom: from, periodTo: to, issuedOn: to, dueOn: addDays(to, 20), snapshotHash: billId,
    segments: [{ segmentId: `${billId}:w`, agreementId: "w", from, to, billedMilli: 1, unit: "gal", estimated, rank: 60, total, postings: [{ gl: "4010", cents: total - 5 }, { gl: "2200", cents: 5 }] }],
  };
}

const openOf = ({ state }: Book) => state.items.map(({ item, open, arrearsOn }) => [item, open, arrearsOn]);

describe("a bill that is taken back", () => {
  test("leaves the account as it was without it", () => {
    const book = new Book();
    book.bill(40_00, true);
    const before = book.state;
    const ledger = new Map(book.ledger);
    const second = book.bill(55_00, true);
    expect(book.done(book.correction(second, []))).toEqual(["BillCanceled"]);
    expect({ ...book.state, canceledBills: [] }).toEqual(before);
    expect(book.state.agreements[0]).toMatchObject({ billedTo: "2026-01-31", estimatesInRow: 1 });
    expect(book.ledger).toEqual(ledger);
  });

  test("what had been paid on it is the customer's credit", () => {
    const book = new Book();
    const bill = book.bill(40_00);
    book.pay("p1", 25_00);
    book.done(book.correction(bill, []));
    expect([balanceOf(book.state), book.state.credit, openOf(book)]).toEqual([-25_00, 25_00, []]);
  });

  test("a bill that gave credit which is spent is owed again", () => {
    const book = new Book();
    book.bill(30_00);
    const refund = book.bill(-30_00);
    expect(balanceOf(book.state)).toBe(0);
    book.done(book.correction(refund, []));
    expect(openOf(book)).toEqual([["canceled:1-2026-01-31", 30_00, "2026-06-01"]]);
  });
});

describe("bills that are made again", () => {
  test("on unchanged facts nothing changes but the numbers of the bills", () => {
    const book = new Book();
    const first = book.bill(40_00);
    book.bill(50_00);
    book.pay("p1", 60_00);
    const ledger = new Map(book.ledger);
    expect(book.done(book.correction(first, [40_00, 50_00]))).toEqual(["BillCanceled", "BillCanceled", "BillCompleted", "BillCompleted"]);
    expect(balanceOf(book.state)).toBe(30_00);
    expect(book.ledger).toEqual(ledger);
    expect(openOf(book)).toEqual([["1-2026-01-31-r2:w", 30_00, "2026-06-22"]]);
    expect(book.state.lastBill).toMatchObject({ number: "1-2026-01-31-r2", balance: 30_00 });
    expect(book.state.agreements[0]!.billedTo).toBe("2026-03-02");
  });

  test("less than was paid: the rest is credit; more: the difference is due with the corrected bill", () => {
    const lower = new Book();
    const bill = lower.bill(40_00);
    lower.pay("p1", 40_00);
    lower.done(lower.correction(bill, [28_00]));
    expect([balanceOf(lower.state), lower.state.credit]).toEqual([-12_00, 12_00]);

    const higher = new Book();
    higher.pay("p1", 40_00);
    higher.done(higher.correction(higher.bill(40_00), [52_00]));
    expect(openOf(higher)).toEqual([["1-2026-01-01-r2:w", 12_00, "2026-06-22"]]);
  });

  test("a payment that bounces afterwards is owed on the corrected bill again, with its date", () => {
    const book = new Book();
    const bill = book.bill(40_00);
    book.pay("p1", 15_00);
    book.pay("p2", 25_00);
    book.done(book.correction(bill, [52_00]));
    book.done({ type: "ReversePayment", paymentId: "p2", reason: "R01", reversedOn: "2026-06-10" });
    expect(openOf(book)).toEqual([["1-2026-01-01-r2:w", 37_00, "2026-06-22"]]);
    expect(book.state.credit).toBe(0);
  });

  test("a correction can be corrected", () => {
    const book = new Book();
    const bill = book.bill(40_00);
    book.pay("p1", 40_00);
    book.done(book.correction(bill, [90_00]));
    book.done(book.correction(`${bill}-r2`, [40_00]));
    expect([balanceOf(book.state), openOf(book), book.state.canceledBills]).toEqual([0, [], [bill, `${bill}-r2`]]);
  });

  test("a wrong rate, a fee that falls away and an offer go in the same breath", () => {
    const book = new Book();
    const bill = book.bill(40_00);
    book.done({ type: "PlaceHold", holdId: "h", kind: "nonPayment", curedByPayment: true, placedOn: "2026-03-01" });
    const offer = { offerId: "o", cause: "correction" as const, billIds: [`${bill}-r2`], total: 20_00, offeredOn: "2026-06-01", answerBy: "2026-06-22", instalments: [{ dueOn: "2026-06-22", amount: 10_00 }, { dueOn: "2026-07-22", amount: 10_00 }] };
    const events = book.done(book.correction(bill, [60_00], {
      services: [{ agreementId: "w", rateScheduleId: "r2" }], offer,
      adjustments: [{ adjustmentId: "fee-1", kind: "feeWaived", amount: -10_00, revenueGl: "4900", reason: "Late fee of May 3." }],
    }));
    expect(events).toEqual(["BillCanceled", "ServiceCorrected", "BillCompleted", "AdjustmentPosted", "InstalmentsOffered", "HoldReleased"]);
    expect(book.state).toMatchObject({ agreements: [{ rateScheduleId: "r2" }], offers: [{ offerId: "o" }], holds: [] });
    expect(balanceOf(book.state)).toBe(50_00);
    // An offer ends with the bills that it is for.
    book.done(book.correction(`${bill}-r2`, []));
    expect(book.state.offers).toEqual([]);
  });
});

describe("what is refused", () => {
  test("a bill that is canceled already, a bill left out, a bill that came meanwhile", () => {
    const book = new Book();
    const [first, second] = [book.bill(10_00), book.bill(20_00)];
    const seen = book.correction(first, [11_00, 21_00]);
    expect(book.refused({ ...seen, cancel: [seen.cancel[0]!] })).toBe("later");
    book.bill(30_00);
    expect(book.refused(seen)).toBe("later");
    const all = book.correction(first, [11_00, 21_00, 31_00]);
    expect(book.refused({ ...all, cancel: [all.cancel[0]!, all.cancel[2]!] })).toBe("gap");
    book.done(all);
    expect(book.refused(all)).toBe("canceled");
    expect(book.refused(book.correction(second, []))).toBe("bills");
  });

  test("while a second person is to decide, nobody else corrects these bills", () => {
    const book = new Book();
    const bill = book.bill(10_00);
    const propose: AccountCommand = { type: "ProposeCorrection", correctionId: "c9", cause: "wrongRead", billIds: [bill], reopened: [bill], net: 5_00, branchHash: "h", reasonRef: null };
    book.done(propose);
    expect(book.refused({ ...propose, correctionId: "c10" })).toBe("proposed");
    expect(book.refused(book.correction(bill, [15_00]))).toBe("proposed");
    expect(book.refused(book.correction(bill, [15_00], { proposalId: "c8" }))).toBe("proposed");
    book.done({ type: "DropCorrection", correctionId: "c9", outcome: "rejected", reasonRef: null });
    expect(book.state.corrections).toEqual([]);
    expect(book.refused(book.correction(bill, [15_00], { proposalId: "c9" }))).toBe("proposal");
    book.done({ ...propose, correctionId: "c11" });
    book.done(book.correction(bill, [15_00], { proposalId: "c11" }));
    expect([book.state.corrections, balanceOf(book.state)]).toEqual([[], 15_00]);
  });
});
