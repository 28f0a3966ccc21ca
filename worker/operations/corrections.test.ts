/** Bills made again, told as the desk sees it: what was wrong, what the branch says, what is in the book afterwards. */
import { describe, expect, test } from "vitest";
import { loadAccount } from "../../db/account/store.ts";
import { replayBill } from "../../db/billing/replay.ts";
import { writeRows } from "../../db/commit.ts";
import { BACK_BILLING_DEFAULTS } from "../../domain/lifecycle/back-billing.ts";
import { ForbiddenError, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { clerk, customerOf, supervisor, admin, type TestUtility } from "../../test/support/utility.ts";
import { checkBook } from "../../test/simulation/checkers.ts";
import { billingUtility, customer, dialRead, channelOf, publish, runBills, SEWER_RATE, WATER_RATE } from "../billing/billing.testing.ts";
import { branchOf, type CorrectionAsked } from "../billing/branch.ts";
import { postAdjustment } from "./adjustments.ts";
import { billPage } from "./billing.ts";
import { correctBills, correctionPage, decideCorrection, waitingCorrection } from "./corrections.ts";
import { payAtCounter } from "./payments.ts";

const billing: UserActor = { kind: "user", userId: "billing", role: "billing", accountIds: [] };
const [B1, B2] = ["1001-20260401", "1001-20260501"];

/** A home with a dial on water and sewer: 6 kgal in March, 5 in April, both billed. */
async function billed(): Promise<TestUtility> {
  const utility = await billingUtility();
  await customer(utility, "1001", ["dial", "sewer"]);
  for (const [on, gallons] of [["2026-03-01", 10_000], ["2026-04-01", 16_000], ["2026-05-01", 21_000]] as const) await dialRead(utility.port, channelOf("1001", "dial"), on, gallons);
  for (const close of ["2026-04-01", "2026-05-01"]) {
    utility.clock.now = Date.parse(`${close}T14:00:00Z`);
    await runBills(utility, close);
  }
  utility.clock.now = Date.parse("2026-05-20T15:00:00Z");
  return utility;
}

const asked = (change: Partial<CorrectionAsked> = {}): CorrectionAsked => ({ fromBill: B1, cause: "wrongRead", again: true, services: [], feesBack: null, ...change });

async function branch(utility: TestUtility, ask: CorrectionAsked = asked()) {
  const answer = await branchOf(utility.world, "1001", ask);
  if (!answer.ok) throw new Error(answer.refusal.message);
  return answer.branch;
}

let forms = 0;
const formId = (): string => `correct-form-${String((forms += 1)).padStart(6, "0")}`;

async function correct(utility: TestUtility, ask: CorrectionAsked = asked(), by: UserActor = billing, commandId = formId()) {
  const { hash } = await branch(utility, ask);
  return correctBills(utility.world, by, { commandId, accountId: "1001", asked: ask, reason: "The reader took a 6 for a 4.", branchHash: hash });
}

const state = async ({ port }: TestUtility) => (await loadAccount(port, "1001")).state;
const bills = ({ port }: TestUtility) => port.query<{ id: string; status: string; charges: number }>("SELECT id, status, charges FROM bill WHERE account_id = '1001' ORDER BY seq");
const events = async ({ port }: TestUtility, after: number) => (await port.query<{ type: string }>("SELECT type FROM event WHERE stream = 'account:1001' AND seq > ? ORDER BY seq", [after])).map(({ type }) => type);

async function sound(utility: TestUtility): Promise<void> {
  expect(await checkBook(utility.port)).toEqual([]);
  for (const { id } of await bills(utility)) expect((await replayBill(utility.port, id))!.differences).toEqual([]);
}

/** The April 1 read was misread: 4 kgal in March, 7 in April. */
const misread = (utility: TestUtility) => dialRead(utility.port, channelOf("1001", "dial"), "2026-04-01", 14_000, 2);

describe("a wrong reading under two bills", () => {
  test("the branch shows both bills, line by line and by effect, and stores nothing", async () => {
    const utility = await billed();
    await misread(utility);
    const [before] = await utility.port.query("SELECT count(*) AS n FROM event");
    const { diffs, net, beyond, blocked, offer } = await branch(utility);
    expect(diffs.map(({ number, before: was, now }) => [number, was, now])).toEqual([[B1, 58_80, 40_40], [B2, 49_60, 68_00]]);
    const water = diffs[0]!.segments.find(({ commodity }) => commodity === "water")!;
    expect(water).toMatchObject({ usedBefore: 6_000, usedNow: 4_000, effects: { usage: -7_60, tier: -2_80, fixed: 0, tax: 0 } });
    expect(water.lines.map(({ name, before: was, now }) => [name, was?.cents ?? null, now?.cents ?? null])).toContainEqual(["Water service charge", 12_00, 12_00]);
    expect([net, beyond, blocked, offer]).toEqual([0, 0, [], null]);
    expect((await utility.port.query("SELECT count(*) AS n FROM event"))[0]).toEqual(before);
  });

  test("committed, the old bills stay and are canceled, new ones take their places, and what was paid is put to them", async () => {
    const utility = await billed();
    await payAtCounter(utility.world, clerk, { commandId: "pay-000000000001", accountId: "1001", amount: 58_80, tender: "cash", reference: "" });
    await misread(utility);
    const { port } = utility;
    const before = await loadAccount(port, "1001");
    expect(await correct(utility)).toMatchObject({ status: "done", result: { balance: 49_60 } });
    expect(await events(utility, before.head.seq)).toEqual(["BillCanceled", "BillCanceled", "BillCompleted", "BillCompleted"]);
    expect(await bills(utility)).toEqual([
      { id: B1, status: "canceled", charges: 58_80 }, { id: B2, status: "canceled", charges: 49_60 },
      { id: `${B1}-r2`, status: "complete", charges: 40_40 }, { id: `${B2}-r2`, status: "complete", charges: 68_00 },
    ]);
    // What the cash of April had paid is on the corrected bills now: all of the first, the rest on the second.
    const { items, payments, credit } = await state(utility);
    expect(items.reduce((sum, { open }) => sum + open, 0)).toBe(49_60);
    expect(new Set(items.map(({ billId }) => billId))).toEqual(new Set([`${B2}-r2`]));
    expect([credit, payments[0]!.credit, payments[0]!.allocations.reduce((sum, [, cents]) => sum + cents, 0)]).toEqual([0, 0, 58_80]);
    // Each entry of the bill has its mirror, dated today.
    const mirrored = await port.query<{ gl: string; sum: number }>(
      `SELECT l.gl_account AS gl, sum(l.amount) AS sum FROM event AS e JOIN ledger_entry AS l ON l.stream = e.stream AND l.seq = e.seq WHERE e.type IN ('BillCompleted', 'BillCanceled') AND e.data->>'billId' = ? GROUP BY l.gl_account`, [B1]);
    expect(mirrored.every(({ sum }) => sum === 0)).toBe(true);
    expect(await port.query("SELECT DISTINCT l.accounting_on AS day FROM event AS e JOIN ledger_entry AS l ON l.stream = e.stream AND l.seq = e.seq WHERE e.type = 'BillCanceled'")).toEqual([{ day: "2026-05-20" }]);
    await sound(utility);
  });

  test("the customer reads on the corrected bill which one it replaces and why; the old one says what took its place", async () => {
    const utility = await billed();
    await misread(utility);
    await correct(utility);
    const customer = customerOf("1001");
    const corrected = (await billPage(utility.world, customer, `${B1}-r2`))!;
    expect(corrected.messages[0]).toMatchObject({ code: "corrected", en: expect.stringContaining(`This bill replaces bill ${B1}, because a meter reading was wrong and has been corrected. Its charges are $40.40, $18.40 less than before.`) as string });
    expect(corrected).toMatchObject({ corrects: { id: B1 }, replacedBy: null });
    expect((await billPage(utility.world, customer, B1))!).toMatchObject({ bill: { status: "canceled" }, replacedBy: { id: `${B1}-r2` }, canceled: { cause: "wrongRead", on: "2026-05-20" } });
  });

  test("the work item that led here is closed; so is one of the other bill", async () => {
    const utility = await billed();
    await misread(utility);
    const item = (billId: string) => ({ id: `rebill:${billId}:10012`, kind: "rebill", rule: "billed-change", severity: "warn", status: "open", accountId: "1001", sentence: "changed", numbers: "{}", openedAt: 1 });
    await writeRows(utility.port, { exception: [item(B1), item(B2), { ...item("other"), accountId: "1002" }] });
    await correct(utility);
    expect(await utility.port.query("SELECT id, status, decision FROM exception WHERE kind = 'rebill' ORDER BY id")).toEqual([
      { id: `rebill:${B1}:10012`, status: "closed", decision: "rebilled" }, { id: `rebill:${B2}:10012`, status: "closed", decision: "rebilled" }, { id: "rebill:other:10012", status: "open", decision: null },
    ]);
  });

  test("the next bill begins with the read with which the corrected one ended", async () => {
    const utility = await billed();
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-05-01", 20_000, 2);
    await correct(utility, asked({ fromBill: B2 }));
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-06-01", 24_000);
    utility.clock.now = Date.parse("2026-06-01T14:00:00Z");
    await runBills(utility, "2026-06-01");
    expect((await bills(utility)).map(({ id }) => id)).toEqual([B1, B2, `${B2}-r2`, "1001-20260601"]);
    expect(await utility.port.query("SELECT registered_milli AS used FROM bill_segment WHERE bill_id = '1001-20260601' AND commodity = 'water'")).toEqual([{ used: 4_000 }]);
    await sound(utility);
  });
});

describe("bills that rest on estimates", () => {
  /** March is read, April to June are estimated at 100 gallons a day, the read of August trues them up at 200. */
  async function truedUp(): Promise<TestUtility> {
    const utility = await billingUtility();
    const dial = channelOf("1001", "dial");
    await customer(utility, "1001", ["dial"]);
    await dialRead(utility.port, dial, "2026-03-01", 4);
    await dialRead(utility.port, dial, "2026-04-01", 3_100);
    await runBills(utility, "2026-04-01");
    for (const month of ["2026-05", "2026-06", "2026-07"]) {
      utility.clock.now = Date.parse(`${month}-05T15:00:00Z`);
      await runBills(utility, `${month}-01`);
    }
    await dialRead(utility.port, dial, "2026-08-01", 3_100 + 122 * 200);
    utility.clock.now = Date.parse("2026-08-01T15:00:00Z");
    await runBills(utility, "2026-08-01");
    expect(await bills(utility)).toHaveLength(5);
    return utility;
  }

  test("made again on unchanged facts, estimates, the read that trued them up and the net are the same to the cent", async () => {
    for (const from of ["1001-20260401", "1001-20260501", "1001-20260601", "1001-20260801"]) {
      const utility = await truedUp();
      const { net, diffs } = await branch(utility, asked({ fromBill: from }));
      expect([from, net, diffs.every(({ before, now }) => before === now), diffs.at(-1)!.segments.length]).toEqual([from, 0, true, 4]);
      await correct(utility, asked({ fromBill: from }));
      await sound(utility);
    }
  });

  test("a read that comes late for a month that was estimated is billed in its month, and what trued it up follows", async () => {
    const utility = await truedUp();
    const before = await branch(utility, asked({ fromBill: "1001-20260501" }));
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-06-01", 3_100 + 61 * 200, 2);
    const late = asked({ fromBill: "1001-20260501", cause: "lateReads" });
    // The estimate of July the first lies below that read now: somebody puts it right first.
    expect((await branch(utility, late)).blocked).toMatchObject([{ number: "1001-20260701", reasons: [{ rule: "negative-usage" }] }]);
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-07-01", 3_100 + 91 * 200, 2);
    const { diffs, now } = await branch(utility, late);
    // May is read now and trues up April; June and July are months of their own. For the same use the same is charged.
    expect(diffs.map(({ segments }) => segments.filter(({ trueUp, now: is }) => trueUp && is !== 0).map(({ periodFrom }) => periodFrom))).toEqual([[], ["2026-04-01"], [], []]);
    expect(now).toBe(before.now);
    await correct(utility, late);
    await sound(utility);
  });
});

describe("other causes", () => {
  test("nothing has changed: the same charges, net zero, and the log says who looked", async () => {
    const utility = await billed();
    const balance = balanceOf(await state(utility));
    expect(await correct(utility)).toMatchObject({ status: "done", result: { balance } });
    await sound(utility);
  });

  test("a back-dated rate prices the days it counts for", async () => {
    const utility = await billed();
    const dearer = { ...SEWER_RATE, charges: [{ ...SEWER_RATE.charges[0], rates: [{ price: "5.00" }] }] };
    await publish(utility, "sewer-res", "sewer", dearer, "2026-04-01", 2);
    const { diffs } = await branch(utility, asked({ cause: "backdatedRate" }));
    expect(diffs.map(({ before, now }) => now - before)).toEqual([0, 5_00]);
    await correct(utility, asked({ cause: "backdatedRate" }));
    await sound(utility);
  });

  test("a service that had the wrong rate has the right one from now on", async () => {
    const utility = await billed();
    await publish(utility, "water-senior", "water", { ...WATER_RATE, name: { en: "Water, seniors" }, charges: [{ ...WATER_RATE.charges[0], rates: [{ amount: "7.00" }] }, WATER_RATE.charges[1]] });
    const ask = asked({ cause: "wrongRate", services: [{ agreementId: "1001-dial", rateScheduleId: "water-senior" }] });
    expect((await branch(utility, ask)).diffs.map(({ before, now }) => now - before)).toEqual([-5_00, -5_00]);
    await correct(utility, ask);
    expect(await utility.port.query("SELECT rate_schedule_id AS rate FROM service_agreement WHERE id = '1001-dial'")).toEqual([{ rate: "water-senior" }]);
    expect((await state(utility)).agreements.find(({ agreementId }) => agreementId === "1001-dial")!.rateScheduleId).toBe("water-senior");
    await sound(utility);
  });

  test("taken back alone, the bill is made anew by the next run under another number", async () => {
    const utility = await billed();
    await correct(utility, asked({ fromBill: B2, again: false }));
    expect((await state(utility)).lastBill?.billId).toBe(B1);
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-06-01", 26_000);
    utility.clock.now = Date.parse("2026-06-01T14:00:00Z");
    await runBills(utility, "2026-06-01");
    expect((await bills(utility)).filter(({ status }) => status === "complete").map(({ id }) => id)).toEqual([B1, "1001-20260601"]);
    await sound(utility);
  });
});

describe("fees, limits and offers", () => {
  test("a late fee that rested on the wrong bill is given back; one that was right all the same is not", async () => {
    const utility = await billed();
    await payAtCounter(utility.world, clerk, { commandId: "pay-000000000002", accountId: "1001", amount: 40_40, tender: "cash", reference: "" });
    const fee = { accountId: "1001", kind: "fee", side: "charge", amount: 10_00, service: "", reason: "Late." };
    await postAdjustment(utility.world, billing, { ...fee, commandId: "fee-0000000000001" });
    await misread(utility);
    const right = await branch(utility);
    expect(right.fees.map(({ amount, fallsAway, back }) => [amount, fallsAway, back])).toEqual([[10_00, true, true]]);
    expect(right.net).toBe(-10_00);
    expect((await branch(utility, asked({ feesBack: [] }))).net).toBe(0);
    await correct(utility);
    expect(await utility.port.query("SELECT data->>'amount' AS amount FROM event WHERE type = 'AdjustmentPosted' ORDER BY seq")).toEqual([{ amount: 10_00 }, { amount: -10_00 }]);
    expect((await branch(utility, asked({ fromBill: `${B1}-r2` }))).fees).toEqual([]);
    await sound(utility);
  });

  test("what lies beyond the legal limit is taken back in the same breath, and the rest is offered in parts", async () => {
    const utility = await billed();
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-05-01", 41_000, 2);
    utility.clock.now = Date.parse("2027-04-16T15:00:00Z");
    const result = await branch(utility, asked({ cause: "slowMeter" }));
    // Half of April lies more than twelve months back: half of the 20 kgal more at $5.20 and $4.00 may not be charged.
    expect(result.charge?.rule).toEqual(BACK_BILLING_DEFAULTS[0]);
    expect([result.now - result.before, result.beyond, result.net]).toEqual([184_00, 92_00, 92_00]);
    expect(result.offer).toMatchObject({ total: 92_00, instalments: [{ dueOn: "2027-05-06", amount: 46_00 }, { dueOn: "2027-06-07", amount: 46_00 }] });
    await correct(utility, asked({ cause: "slowMeter" }));
    expect((await state(utility)).offers).toMatchObject([{ total: 92_00, billIds: [`${B1}-r2`, `${B2}-r2`] }]);
    expect((await utility.port.query<{ kind: string }>("SELECT data->>'kind' AS kind FROM event WHERE type = 'AdjustmentPosted'")).map(({ kind }) => kind)).toEqual(["backBillLimit"]);
    await sound(utility);
  });
});

describe("who may, and what stops it", () => {
  test("customer service does not; nor does anybody for an account of their own", async () => {
    const utility = await billed();
    await expect(correct(utility, asked(), clerk)).rejects.toThrow(ForbiddenError);
    await expect(correct(utility, asked(), { ...supervisor, accountIds: ["1001"] })).rejects.toThrow("linked to you");
  });

  test("the same form twice is one correction; the same form with another question is a conflict", async () => {
    const utility = await billed();
    await misread(utility);
    const id = formId();
    const { hash } = await branch(utility);
    const form = { commandId: id, accountId: "1001", asked: asked(), reason: "Misread.", branchHash: hash };
    const [one, two] = await Promise.all([correctBills(utility.world, billing, form), correctBills(utility.world, billing, form)]);
    expect([one.status, two.status]).toEqual(["done", "done"]);
    expect(await correctBills(utility.world, billing, form)).toMatchObject({ status: "done", replayed: true });
    expect(await correctBills(utility.world, billing, { ...form, reason: "Another." })).toEqual({ status: "conflict" });
    expect(await bills(utility)).toHaveLength(4);
    await sound(utility);
  });

  test("figures that have changed since somebody looked are looked at again; so is a bill that came meanwhile", async () => {
    const utility = await billed();
    const { hash } = await branch(utility);
    await misread(utility);
    const answer = await correctBills(utility.world, billing, { commandId: formId(), accountId: "1001", asked: asked(), reason: "x", branchHash: hash });
    expect(answer).toMatchObject({ status: "invalid", refusal: { message: expect.stringContaining("figures have changed") as string } });
    await correct(utility);
    expect(await branchOf(utility.world, "1001", asked())).toMatchObject({ ok: false, refusal: { field: "from" } });
  });

  test("reads in doubt are decided on first", async () => {
    const utility = await billed();
    await writeRows(utility.port, { exception: [{ id: "doubt", kind: "reads", rule: "high", severity: "fail", status: "open", channelId: channelOf("1001", "dial"), day: "2026-05-01", accountId: null, sentence: "high", numbers: "{}", openedAt: 1 }] });
    expect((await branch(utility)).blocked.map(({ number }) => number)).toEqual([B2]);
    expect(await correct(utility)).toMatchObject({ status: "invalid", refusal: { message: expect.stringContaining(`Bill ${B2} cannot be made again yet: Water: reads of 2026-05-01`) as string } });
    expect(await bills(utility)).toHaveLength(2);
  });

  test("a reason is asked for; a closed period is named", async () => {
    const utility = await billed();
    const { hash } = await branch(utility);
    const form = { commandId: formId(), accountId: "1001", asked: asked(), reason: "x", branchHash: hash };
    expect(await correctBills(utility.world, billing, { ...form, reason: " " })).toMatchObject({ status: "invalid", refusal: { field: "reason" } });
    await writeRows(utility.port, { accountingPeriod: [{ period: "2026-05", status: "closed", changedAt: 1 }] });
    expect(await correctBills(utility.world, billing, form)).toMatchObject({ status: "invalid", refusal: { message: "The accounting period 2026-05 is closed: nothing of today can be posted." } });
    expect((await branch(utility)).reopened).toEqual([B1]);
    expect((await bills(utility)).every(({ status }) => status === "complete")).toBe(true);
  });

  test("an issued bill of a closed period is corrected by entries of today", async () => {
    const utility = await billed();
    await misread(utility);
    await writeRows(utility.port, { accountingPeriod: [{ period: "2026-04", status: "closed", changedAt: 1 }] });
    const before = await utility.port.query("SELECT count(*) AS n, sum(amount) AS sum FROM ledger_entry WHERE accounting_on < '2026-05-01'");
    expect(await correct(utility)).toMatchObject({ status: "done" });
    expect(await utility.port.query("SELECT count(*) AS n, sum(amount) AS sum FROM ledger_entry WHERE accounting_on < '2026-05-01'")).toEqual(before);
    await sound(utility);
  });
});

describe("above the limit of one person", () => {
  /** The May read was 80 kgal short: more than billing staff decide on alone. */
  async function proposed(): Promise<{ utility: TestUtility; proposalId: string }> {
    const utility = await billed();
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-05-01", 101_000, 2);
    const proposalId = formId();
    expect(await correct(utility, asked({ fromBill: B2 }), billing, proposalId)).toMatchObject({ status: "done", result: { events: ["CorrectionProposed"] } });
    return { utility, proposalId };
  }
  const decide = (utility: TestUtility, by: UserActor, proposalId: string, action: "approve" | "reject" | "withdraw", reason = "Looked at the meter.") =>
    decideCorrection(utility.world, by, { commandId: formId(), accountId: "1001", proposalId, action, reason });

  test("it is proposed: the bill is reopened, its segments are pending cancel, and a work item waits", async () => {
    const { utility, proposalId } = await proposed();
    expect((await state(utility)).corrections).toEqual([{ correctionId: proposalId, billIds: [B2], reopened: [B2] }]);
    expect(await utility.port.query("SELECT status FROM exception WHERE id = ?", [`approval:${proposalId}`])).toEqual([{ status: "open" }]);
    expect((await bills(utility)).every(({ status }) => status === "complete")).toBe(true);
    expect([await waitingCorrection(utility.world, supervisor, "1001", B2), await waitingCorrection(utility.world, supervisor, "1001", B1)]).toEqual([{ proposalId, reopened: true }, null]);
    expect(await correct(utility, asked({ fromBill: B1 }), supervisor)).toMatchObject({ status: "refused", refusal: { code: "proposed" } });
    const page = await correctionPage(utility.world, supervisor, "1001", null, proposalId);
    expect(page.proposal).toMatchObject({ status: "open", current: true, actions: ["approve", "reject"], reason: "The reader took a 6 for a 4." });
  });

  test("the limit is the day's: what one person corrects in parts is proposed from where it is reached", async () => {
    const utility = await billed();
    const readAgain = (gallons: number, version: number) => dialRead(utility.port, channelOf("1001", "dial"), "2026-05-01", gallons, version);
    const latest = async () => (await state(utility)).lastBill!.billId;
    await readAgain(61_000, 2);
    expect(await correct(utility, asked({ fromBill: await latest() }))).toMatchObject({ status: "done", result: { events: expect.arrayContaining(["BillCanceled"]) } });
    await readAgain(101_000, 3);
    const again = asked({ fromBill: await latest() });
    const { most, amount } = await correctionPage(utility.world, billing, "1001", again, null);
    expect([amount, most]).toEqual([368_00, 500_00 - 368_00]);
    expect(await correct(utility, again)).toMatchObject({ status: "done", result: { events: ["CorrectionProposed"] } });
    await sound(utility);
  });

  test("the next day begins anew, and so does another's", async () => {
    const utility = await billed();
    const more = async (gallons: number, version: number, by = billing) => {
      await dialRead(utility.port, channelOf("1001", "dial"), "2026-05-01", gallons, version);
      return correct(utility, asked({ fromBill: (await state(utility)).lastBill!.billId }), by);
    };
    await more(61_000, 2);
    expect(await more(101_000, 3, { ...billing, userId: "other" })).toMatchObject({ result: { events: expect.arrayContaining(["BillCanceled"]) } });
    utility.clock.now += 24 * 3_600_000;
    expect(await more(141_000, 4)).toMatchObject({ result: { events: expect.arrayContaining(["BillCanceled"]) } });
  });

  test("a second person approves it; never the one who proposed it", async () => {
    const { utility, proposalId } = await proposed();
    await expect(decide(utility, billing, proposalId, "approve")).rejects.toThrow(ForbiddenError);
    expect(await decide(utility, { ...admin, userId: "billing" }, proposalId, "approve")).toMatchObject({ status: "invalid", refusal: { code: "self-approval" } });
    expect(await decide(utility, supervisor, proposalId, "approve")).toMatchObject({ status: "done" });
    expect((await state(utility)).corrections).toEqual([]);
    expect(await utility.port.query("SELECT status, decided_by AS by FROM rebill_proposal")).toEqual([{ status: "approved", by: "user:supervisor" }]);
    expect(await utility.port.query("SELECT status, decision FROM exception WHERE kind = 'approval'")).toEqual([{ status: "closed", decision: "approved" }]);
    expect(await decide(utility, supervisor, proposalId, "approve")).toMatchObject({ status: "invalid", refusal: { code: "decided" } });
    await sound(utility);
  });

  test("rejected or withdrawn, the bills stand as they were and can be corrected otherwise", async () => {
    const { utility, proposalId } = await proposed();
    expect(await decide(utility, supervisor, proposalId, "reject", "")).toMatchObject({ status: "invalid", refusal: { field: "reason" } });
    expect(await decide(utility, billing, proposalId, "withdraw")).toMatchObject({ status: "done", result: { events: ["CorrectionDropped"] } });
    expect((await state(utility)).corrections).toEqual([]);
    expect(await correct(utility, asked({ fromBill: B2 }), supervisor)).toMatchObject({ status: "done", result: { events: expect.arrayContaining(["BillCanceled"]) as string[] } });
    await sound(utility);
  });

  test("what has changed since it was proposed is not approved", async () => {
    const { utility, proposalId } = await proposed();
    await dialRead(utility.port, channelOf("1001", "dial"), "2026-05-01", 102_000, 3);
    expect((await correctionPage(utility.world, supervisor, "1001", null, proposalId)).proposal!.current).toBe(false);
    expect(await decide(utility, supervisor, proposalId, "approve")).toMatchObject({ status: "invalid" });
  });
});
