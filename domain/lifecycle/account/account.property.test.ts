import fc from "fast-check";
import { expect, test } from "vitest";
import { entriesOf } from "../../ledger/entries.ts";
import { addDays } from "../../calendar/local-date.ts";
import { nextEdition } from "../correction.ts";
import { SETTING_DEFAULTS } from "../settings.ts";
import type { AccountCommand, CommandOf, Facts } from "./commands.ts";
import { decide } from "./decide.ts";
import type { AccountEvent } from "./events.ts";
import { replay } from "./evolve.ts";
import { standingBills } from "./standing-bills.ts";
import { balanceOf, emptyAccount, type AccountState } from "./state.ts";

const facts: Facts = { gl: { receivable: "1200", cash: "1010", suspense: "2300" }, timeZone: "America/Chicago", booksOpenFrom: null, budget: SETTING_DEFAULTS.budget };
const START = "2026-01-01";
const RUNS = process.env["METERLINE_NIGHTLY"] ? 20_000 : 1_500;

const opening: AccountCommand[] = [
  { type: "OpenAccount", accountId: "1", personRef: "p", mailingRef: "m", customerClass: "residential", billCycle: "1", openedOn: START },
  { type: "StartService", agreementId: "w", premiseId: "p1", servicePointId: "s1", commodity: "water", rateScheduleId: "r1", startOn: START },
  { type: "StartService", agreementId: "e", premiseId: "p1", servicePointId: "s2", commodity: "electric", rateScheduleId: "r2", startOn: START },
];

/** A month in the life of an account, as small steps whose concrete command depends on the state they meet. */
type Step = { kind: "bill" | "rebill" | "takeBack" | "pay" | "overpay" | "bounce" | "fee" | "credit" | "leak" | "hold" | "release"; amount: number };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("bill", "rebill", "takeBack", "pay", "overpay", "bounce", "fee", "credit", "leak", "hold", "release"),
  amount: fc.integer({ min: 1, max: 50_000 }),
});

/** The log's bills from some one on, made again with other totals (unchanged for an even amount), or only taken back. */
function correction(log: readonly AccountEvent[], amount: number, n: number, again: boolean): CommandOf<"CorrectBills"> {
  const standing = standingBills(log.map((event, i) => ({ ...event, seq: i + 1 })));
  const cancel = standing.slice(standing.length === 0 ? 0 : amount % standing.length);
  const on = addDays(START, n * 3);
  const bills = cancel.map(({ billId, periodFrom, periodTo, segments }) => {
    const id = nextEdition(billId);
    const corrected = segments.map((segment, i) => {
      const total = amount % 2 === 0 ? segment.total : segment.total + ((amount * (i + 1)) % 1_000) - 400;
      return { ...segment, segmentId: `${id}:${segment.agreementId}`, total, postings: [{ gl: "4010", cents: total - 1 }, { gl: "2200", cents: 1 }] };
    });
    return { billId: id, number: id, periodFrom, periodTo, issuedOn: on, dueOn: addDays(on, 20), segments: corrected, snapshotHash: "h", corrects: billId };
  });
  return { type: "CorrectBills", correctionId: `c${n}`, cause: "wrongRead", reasonRef: null, correctedOn: on, proposalId: null, cancel, services: [], bills: again ? bills : [], adjustments: [], offer: null };
}

function commandFor(state: AccountState, { kind, amount }: Step, n: number, log: readonly AccountEvent[]): AccountCommand {
  const on = addDays(START, n * 3);
  const id = `${kind}${n}`;
  const pay = (cents: number): AccountCommand => ({ type: "PostPayment", paymentId: id, amount: cents, tender: "card", channel: "portal", reference: null, receivedAt: Date.parse(`${on}T18:00Z`) });
  const adjust = (cents: number): AccountCommand => ({ type: "PostAdjustment", adjustmentId: id, kind, amount: cents, postedOn: on, arrearsOn: on, revenueGl: "4900", reason: "test of the trade" });
  switch (kind) {
    case "bill": {
      const segments = state.agreements.map((agreement, i) => {
        const total = i === 0 && amount % 7 === 0 ? -amount : amount + i;
        return { segmentId: `${id}:${agreement.agreementId}`, agreementId: agreement.agreementId, from: agreement.billedTo, to: addDays(agreement.billedTo, 30), billedMilli: 1, unit: "gal", estimated: amount % 2 === 0, rank: 60 + i, total, postings: [{ gl: "4010", cents: total - 1 }, { gl: "2200", cents: 1 }] };
      });
      return { type: "CompleteBill", billId: id, number: id, runId: null, periodFrom: START, periodTo: on, issuedOn: on, dueOn: addDays(on, 20), segments, snapshotHash: "h" };
    }
    case "rebill": return correction(log, amount, n, true);
    case "takeBack": return correction(log, amount, n, false);
    case "pay": return pay(amount);
    case "overpay": return pay(Math.max(1, balanceOf(state)) + amount);
    case "bounce": return { type: "ReversePayment", paymentId: state.payments.find((each) => !each.reversed)?.paymentId ?? "none", reason: "R01", reversedOn: on };
    case "fee": return adjust(amount);
    case "credit": return adjust(-amount);
    case "leak": {
      const leak = { commodity: "water", sharePercent: 50, way: "previous" as const, bills: [] };
      const part = (i: number, cents: number) => ({ adjustmentId: `${id}:${i}`, amount: cents, revenueGl: "4010", leak });
      return { type: "AdjustLeak", alertId: `alert${amount % 5}`, postedOn: on, everyMonths: amount % 2, billIds: [], parts: [part(1, amount), part(2, 1 + (amount % 900))], reason: "a leak in the yard" };
    }
    case "hold": return { type: "PlaceHold", holdId: "h", kind: "nonPayment", curedByPayment: true, placedOn: on };
    case "release": return { type: "ReleaseHold", holdId: "h", cause: "clerk" };
  }
}

test("whatever happens to an account, its entries balance, its balance is their sum, and its log replays to its state", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let state = emptyAccount("1");
      const log: AccountEvent[] = [];
      let receivable = 0;
      const byItem = new Map<string, number>();
      const apply = (command: AccountCommand) => {
        const decision = decide(state, command, facts);
        if (!decision.ok) return;
        for (const event of decision.events) {
          const posted = entriesOf(event);
          for (const entry of posted?.entries ?? []) {
            if (entry.gl !== facts.gl.receivable) continue;
            receivable += entry.amount;
            byItem.set(entry.item!, (byItem.get(entry.item!) ?? 0) + entry.amount);
          }
        }
        log.push(...decision.events);
        state = replay(state, decision.events);
      };
      opening.forEach(apply);
      steps.forEach((each, n) => apply(commandFor(state, each, n + 1, log)));

      expect(balanceOf(state)).toBe(receivable);
      expect(replay(emptyAccount("1"), log)).toEqual(state);
      expect(state.credit).toBeGreaterThanOrEqual(0);
      for (const item of state.items) {
        expect(item.open).toBeGreaterThan(0);
        expect(byItem.get(item.item)).toBe(item.open);
        byItem.delete(item.item);
      }
      expect((byItem.get("credit") ?? 0) + state.credit).toBe(0);
      byItem.delete("credit");
      expect([...byItem.values()].filter((open) => open !== 0)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

/** An account after some months of anything, with what the ledger holds by account. */
function lived(steps: readonly Step[]) {
  let state = emptyAccount("1");
  const log: AccountEvent[] = [];
  const ledger = new Map<string, number>();
  const apply = (command: AccountCommand): boolean => {
    const decision = decide(state, command, facts);
    if (!decision.ok) return false;
    for (const event of decision.events) for (const { gl, amount } of entriesOf(event)?.entries ?? []) ledger.set(gl, (ledger.get(gl) ?? 0) + amount);
    log.push(...decision.events);
    state = replay(state, decision.events);
    return true;
  };
  opening.forEach(apply);
  steps.forEach((each, n) => apply(commandFor(state, each, n + 1, log)));
  const sums = () => new Map([...ledger].filter(([, sum]) => sum !== 0).sort());
  return { log, sums, apply, now: () => state };
}

test("made again on unchanged facts, bills net to zero; taken back, a bill leaves what there was before it", () => {
  let corrected = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 9 }), (steps, from) => {
      const { log, sums, apply, now } = lived(steps);
      const before = [balanceOf(now()), sums()];
      if (apply(correction(log, from * 2, 90, true))) corrected += 1;
      expect([balanceOf(now()), sums()]).toEqual(before);

      const { agreements, lastBill } = now();
      expect(apply(commandFor(now(), { kind: "bill", amount: 4_000 + from }, 91, log))).toBe(true);
      const billed = standingBills(log.map((event, i) => ({ ...event, seq: i + 1 })));
      const cancel = { ...correction(log, billed.length - 1, 92, false) };
      expect(cancel.cancel).toHaveLength(1);
      expect(apply(cancel)).toBe(true);
      expect([balanceOf(now()), sums()]).toEqual(before);
      expect([now().agreements, now().lastBill]).toEqual([agreements, lastBill]);
    }),
    { numRuns: RUNS / 3 },
  );
  expect(corrected).toBeGreaterThan(RUNS / 20);
});

const opened = replay(emptyAccount("1"), opening.flatMap((command) => {
  const decision = decide(emptyAccount("1"), command, facts);
  return decision.ok ? decision.events : [];
}).slice(0, 1));

test("a payment for an account that does not exist is kept in suspense, never refused", () => {
  const decision = decide(emptyAccount("9"), { type: "PostPayment", paymentId: "p", amount: 500, tender: "card", channel: "portal", reference: null, receivedAt: 1 }, facts);
  expect(decision).toMatchObject({ ok: true, events: [{ type: "PaymentSuspended" }] });
});

test("a payment that cures a non-payment hold releases it in the same breath", () => {
  let state = opened;
  const run = (command: AccountCommand) => {
    const decision = decide(state, command, facts);
    if (!decision.ok) throw new Error(decision.refusal.message);
    state = replay(state, decision.events);
    return decision.events.map((event) => event.type);
  };
  run({ type: "PostAdjustment", adjustmentId: "a", kind: "fee", amount: 2_500, postedOn: "2026-01-05", arrearsOn: "2026-01-05", revenueGl: "4900", reason: "reconnect fee" });
  run({ type: "PlaceHold", holdId: "h", kind: "nonPayment", curedByPayment: true, placedOn: "2026-02-01" });
  const pay = (paymentId: string, amount: number): AccountCommand => ({ type: "PostPayment", paymentId, amount, tender: "cash", channel: "counter", reference: null, receivedAt: Date.parse("2026-02-02T18:00Z") });
  expect(run(pay("p1", 1_000))).toEqual(["PaymentPosted"]);
  expect(run(pay("p2", 1_500))).toEqual(["PaymentPosted", "HoldReleased"]);
  expect(state.holds).toEqual([]);
});

test("a bounced payment restores the debt with the age it had", () => {
  let state = opened;
  for (const command of [
    { type: "PostAdjustment", adjustmentId: "old", kind: "fee", amount: 100, postedOn: START, arrearsOn: "2026-01-10", revenueGl: "4900", reason: "x" },
    { type: "PostPayment", paymentId: "p", amount: 100, tender: "check", channel: "counter", reference: null, receivedAt: 1 },
    { type: "ReversePayment", paymentId: "p", reason: "R01", reversedOn: "2026-03-01" },
  ] satisfies AccountCommand[]) {
    const decision = decide(state, command, facts);
    if (!decision.ok) throw new Error(decision.refusal.message);
    state = replay(state, decision.events);
  }
  expect(state.items).toMatchObject([{ item: "adjustment:old", arrearsOn: "2026-01-10", open: 100 }]);
});
