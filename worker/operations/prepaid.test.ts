import { expect, test } from "vitest";
import { loadAccount } from "../../db/account/store.ts";
import { loadSoFar } from "../../db/billing/so-far.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { dayBytes } from "../../domain/metering/index.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { admin, clerk, customerOf } from "../../test/support/utility.ts";
import { billingUtility, channelOf, checkBook, customer, meterDays, publish, runBills, type ServiceKind } from "../billing/billing.testing.ts";
import { setBudget } from "./budget-billing.ts";
import { noticeLetter } from "../outbox/notice-letters.ts";
import { watchPrepaid } from "./prepaid-notices.ts";
import { prepaidOf, setPrepaid, type AskedPrepaid } from "./prepaid.ts";

const ID = (n: number) => `prepaid-form-number-${n}`;

/** A household on 11 March, ten days into its first month. */
async function household(kinds: readonly ServiceKind[] = ["water", "sewer"]) {
  const utility = await billingUtility("2026-03-11T15:00:00Z");
  await customer(utility, "1001", kinds);
  const ask = (n: number, asked: Partial<AskedPrepaid> = {}) => setPrepaid(utility.world, clerk, { commandId: ID(n), accountId: "1001", what: "enrol", lowAt: 20_00, reason: "", ...asked });
  let payments = 0;
  const pay = (amount: number) => {
    const paymentId = `paid-ahead-${(payments += 1)}`;
    return utility.world.execute({
      commandId: `${paymentId}-command`, accountId: "1001", actor: "user:clerk", authority: "post:payment:any", source: "staff", acceptedAt: utility.clock.now,
      command: { type: "PostPayment", paymentId, amount, tender: "cash", channel: "counter", reference: null, receivedAt: utility.clock.now },
    });
  };
  const look = async () => (await prepaidOf(utility.world, customerOf("1001"), "1001"))!;
  const state = async () => (await loadAccount(utility.port, "1001")).state;
  const entries = async () => (await utility.port.query<{ n: number }>("SELECT count(*) AS n FROM ledger_entry"))[0]!.n;
  const setClock = (day: string) => { utility.clock.now = Date.parse(`${day}T15:00:00Z`); };
  return { ...utility, utility, ask, pay, look, state, entries, setClock };
}

/** Hours that differ by day and hour: quiet nights, a sprinkler every third day. */
const uneven = (slot: number, day: string): number => 3_000 + ((slot * 7 + Number(day.slice(-2)) * 13) % 17) * 1_000 + (Number(day.slice(-2)) % 3 === 0 && slot < 4 ? 90_000 : 0);

test("a household enrols, pays ahead, uses it day by day, and tops up when it is low; the ledger knows only the payments", async () => {
  const { ask, pay, look, entries, port } = await household();
  expect(await ask(1)).toMatchObject({ status: "done" });
  expect(await ask(1)).toMatchObject({ status: "done" });
  expect(await ask(2)).toMatchObject({ status: "refused", refusal: { code: "prepaid-on" } });
  await pay(60_00);
  expect(await look()).toMatchObject({ lowAt: 20_00, standing: { left: 60_00, used: 0, daysLeft: null, state: "ok" }, days: [] });
  const before = await entries();
  // Ten days, one of 23 hours: as the bill so far, 45.18.
  await meterDays(port, channelOf("1001", "water"), "2026-03-01", "2026-03-11", 20_000);
  const used = await look();
  expect(used.days.map(({ day }) => day)).toEqual(Array.from({ length: 10 }, (_, i) => addDays("2026-03-01", i)));
  expect(used.days[7]).toMatchObject({ day: "2026-03-08", usage: [{ agreementId: "1001-water", commodity: "water", quantity: 460, unit: "kgal" }] });
  expect(used.days.map(({ usage }) => usage.length)).toEqual(Array(10).fill(1));
  expect(used.standing).toEqual({ left: 60_00 - 45_18, used: 45_18, daysLeft: 3, state: "low" });
  expect(await entries()).toBe(before);
  await pay(40_00);
  expect((await look()).standing).toMatchObject({ left: 100_00 - 45_18, state: "ok", daysLeft: 12 });
  await pay(1);
  expect(await entries()).toBeGreaterThan(before);
});

test("the days of a month sum to its bill, to the cent, and the bill takes them from the credit: what is left does not move when it is made", async () => {
  const { utility, ask, pay, look, state, setClock, port } = await household(["water", "sewer", "electric"]);
  await ask(1);
  await pay(200_00);
  for (const kind of ["water", "electric"] as const) await meterDays(port, channelOf("1001", kind), "2026-03-01", "2026-04-01", (slot, day) => uneven(slot, day) / (kind === "water" ? 1 : 40));
  setClock("2026-04-01");
  const closed = await look();
  expect(closed.days).toHaveLength(31);
  await runBills(utility, "2026-04-01");
  const [bill] = await port.query<{ charges: number }>("SELECT charges FROM bill");
  expect(closed.standing!.used).toBe(bill!.charges);
  expect(balanceOf(await state())).toBe(bill!.charges - 200_00);
  const after = await look();
  expect(after.days).toEqual([]);
  expect(after.standing!.left).toBe(closed.standing!.left);
  await checkBook(utility);
});

test("while a closed month waits for its bill, its days still count, and those of the next month after them", async () => {
  const { utility, ask, pay, look, setClock, port } = await household();
  await ask(1);
  await pay(300_00);
  await meterDays(port, channelOf("1001", "water"), "2026-03-01", "2026-04-04", uneven);
  setClock("2026-04-04");
  const waiting = await look();
  expect(waiting.days).toHaveLength(34);
  await runBills(utility, "2026-04-01");
  const billed = await look();
  expect(billed.days).toEqual(waiting.days.slice(31));
  expect(billed.standing!.left).toBe(waiting.standing!.left);
});

test("where the rate does not shorten its tiers for a part of a month, the day that passes the tier costs the tier above", async () => {
  const { utility, ask, world, port, setClock } = await household([]);
  await publish(utility, "water-res", "water", {
    format: 1, commodity: "water", name: { en: "Water, whole tiers" }, unit: "kgal",
    charges: [{ id: "use", kind: "tiered", name: { en: "Water use" }, glKey: "water.use", proration: { shortLong: false, firstFinal: false }, rates: [{ tiers: [{ upTo: "1", price: "3.00" }, { upTo: null, price: "5.00" }] }] }],
  }, "2025-02-01", 2);
  await customer(utility, "1002", ["water"]);
  await ask(1, { accountId: "1002" });
  await meterDays(port, channelOf("1002", "water"), "2026-03-01", "2026-03-06", 10_000);
  setClock("2026-03-06");
  // 240 gallons a day: four days stay below 1,000 gallons; the fifth has 40 of them below and 200 above.
  const { days } = (await prepaidOf(world, clerk, "1002"))!;
  expect(days.map(({ charge }) => charge)).toEqual([72, 72, 72, 72, 12 + 1_00]);
});

test("a minimum of the month is in its days: they sum to the bill that asks for it", async () => {
  const { utility, ask, look, setClock, port } = await household(["water"]);
  await publish(utility, "water-res", "water", {
    format: 1, commodity: "water", name: { en: "Water with a minimum" }, unit: "kgal",
    charges: [
      { id: "use", kind: "flat", name: { en: "Water use" }, glKey: "water.use", rates: [{ price: "3.00" }] },
      { id: "least", kind: "minimum", name: { en: "Minimum" }, glKey: "water.fixed", of: ["use"], rates: [{ amount: "18.00" }] },
    ],
  }, "2025-02-01", 2);
  await ask(1);
  await meterDays(port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", (_, day) => (day < "2026-03-20" ? 1_000 : 2_000));
  setClock("2026-04-01");
  const { standing } = await look();
  await runBills(utility, "2026-04-01");
  const [bill] = await port.query<{ charges: number }>("SELECT charges FROM bill");
  expect(bill).toEqual({ charges: 18_00 });
  expect(standing!.used).toBe(18_00);
});

test("a day that is read again changes itself and, through the tiers, the days after it; never one before", async () => {
  const { port, ask, pay, look, state, clock } = await household();
  await ask(1);
  await pay(80_00);
  const channel = channelOf("1001", "water");
  await meterDays(port, channel, "2026-03-01", "2026-03-11", uneven);
  const before = await look();
  await port.write([{ sql: "UPDATE interval_day SET version = 2, raw = ?, best_total = ? WHERE channel_id = ? AND day = '2026-03-05'", args: [Buffer.from(dayBytes(new Int32Array(24).fill(60_000))), 24 * 60_000, channel] }]);
  const after = await look();
  expect(after.days.slice(0, 4)).toEqual(before.days.slice(0, 4));
  expect(after.days[4]!.charge).toBeGreaterThan(before.days[4]!.charge);
  expect(after.days.slice(5).map(({ usage }) => usage)).toEqual(before.days.slice(5).map(({ usage }) => usage));
  const { soFar } = await loadSoFar(port, "1001", await state(), clock.now);
  expect(after.standing!.used).toBe(soFar!.total);
});

test("with nothing left it says so; who leaves goes on with bills as everybody", async () => {
  const { ask, pay, port, world, look } = await household();
  await ask(1);
  await pay(10_00);
  await meterDays(port, channelOf("1001", "water"), "2026-03-01", "2026-03-11", 20_000);
  expect((await look()).standing).toMatchObject({ left: 10_00 - 45_18, daysLeft: 0, state: "out" });
  expect(await ask(2, { what: "change", lowAt: 5_00 })).toMatchObject({ status: "done" });
  expect(await look()).toMatchObject({ lowAt: 5_00 });
  expect(await ask(3, { what: "leave", reason: "Asked by phone." })).toMatchObject({ status: "done" });
  expect(await prepaidOf(world, clerk, "1001")).toBeNull();
  expect(await ask(4, { what: "leave" })).toMatchObject({ refusal: { code: "not-prepaid" } });
});

test("not with a budget, not on a dial, not by a customer or for oneself, not without an amount", async () => {
  const { ask, world } = await household();
  const budget = (n: number, what: string) => setBudget(world, clerk, { commandId: ID(n), accountId: "1001", what, amount: what === "leave" ? null : 25_00, reason: "x" });
  expect(await budget(11, "enrol")).toMatchObject({ status: "done" });
  expect(await ask(12)).toMatchObject({ refusal: { code: "budget-on" } });
  await budget(13, "leave");
  expect(await ask(14, { lowAt: undefined })).toMatchObject({ status: "invalid", refusal: { field: "lowAt" } });
  expect(await ask(15)).toMatchObject({ status: "done" });
  expect(await budget(16, "enrol")).toMatchObject({ refusal: { code: "prepaid-on" } });
  const asked = { commandId: ID(17), accountId: "1001", what: "leave", lowAt: undefined, reason: "" };
  await expect(setPrepaid(world, customerOf("1001"), asked)).rejects.toMatchObject({ status: 404 });
  await expect(setPrepaid(world, { ...admin, accountIds: ["1001"] }, asked)).rejects.toMatchObject({ status: 403 });
  await expect(prepaidOf(world, customerOf("1002"), "1001")).rejects.toMatchObject({ status: 404 });
  const dial = await household(["dial"]);
  expect(await dial.ask(18)).toMatchObject({ status: "invalid", refusal: { field: "what" } });
});

test("that the money runs low is told once, and once more when it does again after a payment", async () => {
  const { utility, ask, pay, port } = await household();
  await port.write([{ sql: "UPDATE person SET email = 'payer@example.test'", args: [] }]);
  await ask(1);
  await pay(60_00);
  expect(await watchPrepaid(utility.world)).toBe(0);
  await meterDays(port, channelOf("1001", "water"), "2026-03-01", "2026-03-11", 20_000);
  expect(await watchPrepaid(utility.world)).toBe(1);
  expect(await watchPrepaid(utility.world)).toBe(0);
  const told = await port.query<{ id: number; kind: string; key: string; payload: string }>("SELECT id, kind, key, payload FROM outbox WHERE kind = 'notice'");
  expect(told).toHaveLength(1);
  const letter = await noticeLetter({ port, publicUrl: "https://alder.test", now: utility.clock.now }, { ...told[0]!, payload: JSON.parse(told[0]!.payload) as object, attempts: 0, createdAt: 0 });
  expect(letter).toMatchObject({ to: "payer@example.test", subject: "Your prepaid money runs low", text: expect.stringContaining("$14.82 of what you paid ahead is left for 1001 Elm St.") });
  await pay(40_00);
  expect(await watchPrepaid(utility.world)).toBe(0);
  expect(await port.query("SELECT type FROM event WHERE stream = 'prepaid-notice:1001' ORDER BY seq")).toEqual([{ type: "PrepaidLowTold" }, { type: "PrepaidLowOver" }]);
  await meterDays(port, channelOf("1001", "water"), "2026-03-11", "2026-03-21", 20_000);
  utility.clock.now = Date.parse("2026-03-21T15:00:00Z");
  expect(await watchPrepaid(utility.world)).toBe(1);
});
