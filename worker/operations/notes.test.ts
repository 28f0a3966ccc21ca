/** Why staff did something: read by staff, not by customers, in no event of the log, and gone when the customer is erased. */
import { expect, test } from "vitest";
import { loadAccount } from "../../db/account/store.ts";
import { verifyLog } from "../../db/log.ts";
import { pushedSummary } from "../../domain/lifecycle/account/summary.ts";
import { admin, clerk, openUtility, openWaterAccount, supervisor } from "../../test/support/utility.ts";
import { accountTimeline } from "./account-page.ts";
import { postAdjustment } from "./adjustments.ts";
import { setBudget } from "./budget-billing.ts";
import { erasePerson } from "./erasure.ts";
import { placeHold, releaseHold } from "./holds.ts";
import { logPage } from "./log.ts";
import { paymentPage } from "./payment-page.ts";
import { payAtCounter, reversePayment } from "./payments.ts";
import { setPrepaid } from "./prepaid.ts";
import { setServiceFact } from "./service-facts.ts";

const ACCOUNT = "10422817";
const id = (what: string) => `${what}-of-ann-lee-0001`;
const WORDS = {
  AdjustmentPosted: "Ann Lee is widowed and short of money", HoldReleased: "her son Bo will pay on Friday", ServiceFactSet: "she appealed, is on dialysis", PaymentReversed: "the check of Bo Lee bounced",
  BudgetEnrolled: "her pension is $25 a month", BudgetChanged: "her pension has grown", BudgetEnded: "she is afraid of debt", PrepaidEnded: "she cannot read the display",
} as const;

/** A clerk has written something wherever a form asks why. */
async function toldAll() {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  const { world } = utility;
  await openWaterAccount(utility, ACCOUNT, "2026-03-01");
  const done = async (answer: Promise<{ readonly status: string }>) => expect(await answer).toMatchObject({ status: "done" });
  await done(placeHold(world, supervisor, { commandId: id("hold"), accountId: ACCOUNT, kind: "dispute" }));
  await done(releaseHold(world, supervisor, { commandId: id("release"), accountId: ACCOUNT, holdId: id("hold"), cause: WORDS.HoldReleased }));
  await done(setServiceFact(world, supervisor, { commandId: id("fact"), accountId: ACCOUNT, agreementId: `${ACCOUNT}-water`, kind: "program", name: "medical", value: "", unit: "", from: "2026-03-01", to: "", reason: WORDS.ServiceFactSet }));
  const budget = (what: string, amount: number | null, reason: string) => done(setBudget(world, clerk, { commandId: id(`budget-${what}`), accountId: ACCOUNT, what, amount, reason }));
  await budget("enrol", 25_00, WORDS.BudgetEnrolled);
  await budget("change", 30_00, WORDS.BudgetChanged);
  await budget("leave", null, WORDS.BudgetEnded);
  await done(setPrepaid(world, clerk, { commandId: id("prepaid"), accountId: ACCOUNT, what: "enrol", lowAt: 20_00, reason: "" }));
  await done(setPrepaid(world, clerk, { commandId: id("prepaid-leave"), accountId: ACCOUNT, what: "leave", lowAt: undefined, reason: WORDS.PrepaidEnded }));
  await done(payAtCounter(world, clerk, { commandId: id("payment"), accountId: ACCOUNT, amount: 10_00, tender: "check", reference: "1004" }));
  await done(reversePayment(world, supervisor, { commandId: id("bounced"), accountId: ACCOUNT, paymentId: id("payment"), reason: WORDS.PaymentReversed, withFee: true }));
  await done(postAdjustment(world, supervisor, { commandId: id("waived"), accountId: ACCOUNT, kind: "feeWaived", side: "credit", amount: 30_00, service: "", reason: WORDS.AdjustmentPosted }));
  return utility;
}

const eventsOf = (port: Awaited<ReturnType<typeof toldAll>>["port"]) => port.query<{ type: string; data: string }>("SELECT type, data FROM event WHERE stream = ? ORDER BY seq", [`account:${ACCOUNT}`]);

test("the log has no word that staff wrote; their pages show it, and what customers see does not", async () => {
  const { world, port } = await toldAll();
  const events = await eventsOf(port);
  const { events: shown } = await accountTimeline(world, clerk, ACCOUNT, { types: null, before: null });
  const { entries } = await logPage(world, admin, { stream: `account:${ACCOUNT}`, type: "", before: null });
  for (const [type, words] of Object.entries(WORDS)) {
    expect(JSON.stringify(events), type).not.toContain(words);
    expect(shown.filter((event) => event.type === type).map(({ summary }) => summary["reason"]), type).toContain(words);
    expect(entries.filter((event) => event.type === type).map(({ summary }) => summary["reason"]), type).toContain(words);
  }
  for (const { type, data } of events) expect(pushedSummary(type, JSON.parse(data) as object)).not.toHaveProperty("reason");
  expect(await paymentPage(world, clerk, ACCOUNT, id("payment"))).toMatchObject({ reversal: { reason: WORDS.PaymentReversed } });
});

test("an event of before, with the words in it, folds and verifies as it is, and shows customers nothing of them", async () => {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  const { world, port, clock } = utility;
  await openWaterAccount(utility, ACCOUNT, "2026-03-01");
  const base = { accountId: ACCOUNT, actor: "user:clerk", authority: "test", source: "staff", acceptedAt: clock.now };
  await world.execute({ ...base, commandId: "old-hold", command: { type: "PlaceHold", holdId: "h", kind: "dispute", curedByPayment: false, placedOn: "2026-03-10" } });
  await world.execute({ ...base, commandId: "old-release", command: { type: "ReleaseHold", holdId: "h", cause: WORDS.HoldReleased } });
  await world.execute({ ...base, commandId: "old-fee", command: { type: "PostAdjustment", adjustmentId: "a", kind: "fee", amount: 5_00, postedOn: "2026-03-10", arrearsOn: "2026-03-10", revenueGl: "4900", reason: WORDS.AdjustmentPosted } });
  expect((await verifyLog(port)).broken).toBeNull();
  expect((await loadAccount(port, ACCOUNT)).state).toMatchObject({ holds: [], items: [{ open: 5_00 }] });
  const { events } = await accountTimeline(world, clerk, ACCOUNT, { types: ["AdjustmentPosted", "HoldReleased"], before: null });
  expect(events.map(({ summary }) => summary["reason"] ?? summary["cause"])).toEqual([WORDS.AdjustmentPosted, WORDS.HoldReleased]);
  const pushed = (await eventsOf(port)).map(({ type, data }) => pushedSummary(type, JSON.parse(data) as object));
  expect(JSON.stringify(pushed)).not.toMatch(/widowed|Bo will pay/);
});

test("what staff wrote is erased with the customer, and the chain holds", async () => {
  const { world, port, clock } = await toldAll();
  const words = async () => JSON.stringify(await port.query("SELECT value FROM personal_data"));
  for (const written of Object.values(WORDS)) expect(await words()).toContain(written);
  const now = { accountId: ACCOUNT, actor: "user:clerk", authority: "test", source: "staff", acceptedAt: clock.now };
  await world.execute({ ...now, commandId: "stop", command: { type: "StopService", agreementId: `${ACCOUNT}-water`, stopOn: "2026-03-01" } });
  expect(await erasePerson(world, admin, { commandId: id("erase"), accountId: ACCOUNT })).toMatchObject({ status: "done" });
  for (const written of Object.values(WORDS)) expect(await words()).not.toContain(written);
  expect((await verifyLog(port)).broken).toBeNull();
  const { events } = await accountTimeline(world, clerk, ACCOUNT, { types: ["AdjustmentPosted"], before: null });
  expect(events.map(({ summary }) => summary["reason"])).toEqual(["", ""]);
});

test("a payment at the counter keeps the number of a check, and no note about who brought it", async () => {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  const { world, port } = utility;
  await openWaterAccount(utility, ACCOUNT, "2026-03-01");
  const pay = (n: number, reference: string) => payAtCounter(world, clerk, { commandId: id(`counter-${n}`), accountId: ACCOUNT, amount: 10_00, tender: "check", reference });
  for (const note of ["Bo Lee brought it", "1187 from her son, who called", "1".repeat(31)]) expect(await pay(1, note)).toMatchObject({ status: "invalid", refusal: { field: "reference" } });
  for (const [n, number] of ["1187", "MO 20993-4417", ""].entries()) expect(await pay(n + 2, number)).toMatchObject({ status: "done" });
  expect(await port.query("SELECT reference FROM payment ORDER BY seq")).toEqual([{ reference: "1187" }, { reference: "MO 20993-4417" }, { reference: null }]);
});
