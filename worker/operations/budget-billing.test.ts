import { expect, test } from "vitest";
import { loadAccount } from "../../db/account/store.ts";
import { viewOf } from "../../domain/lifecycle/account/view.ts";
import { parseDollars } from "../../domain/money/cents.ts";
import { admin, clerk, customerOf } from "../../test/support/utility.ts";
import { billingUtility, channelOf, customer, meterDays, runBills } from "../billing/billing.testing.ts";
import { budgetPage, setBudget, type AskedBudget } from "./budget-billing.ts";
import { billPage } from "./billing.ts";
import { openByBill } from "./portal.ts";

const ID = (n: number) => `budget-form-number-${n}`;

/** A household with water on a budget of $25, and its bill of March. */
async function household() {
  const utility = await billingUtility();
  await customer(utility, "1001", ["water"]);
  const ask = (n: number, asked: Partial<AskedBudget>) => setBudget(utility.world, clerk, { commandId: ID(n), accountId: "1001", what: "enrol", amount: null, reason: "", ...asked });
  const bill = async (month: number) => {
    const [from, to] = [`2026-0${month}-01`, `2026-0${month + 1}-01`];
    await meterDays(utility.port, channelOf("1001", "water"), from, to, 10_000);
    utility.clock.now = Date.parse(`${to}T15:00:00Z`);
    await runBills(utility, to);
    return (await billPage(utility.world, customerOf("1001"), `1001-${to.replaceAll("-", "")}`))!;
  };
  const state = async () => (await loadAccount(utility.port, "1001")).state;
  return { ...utility, ask, bill, state };
}

test("a clerk enrols an account, the bill run asks for the budget amount", async () => {
  const { world, ask, bill, state } = await household();
  expect(await ask(1, {})).toMatchObject({ status: "refused", refusal: { code: "few-bills" } });
  expect(await ask(2, { amount: undefined })).toMatchObject({ status: "invalid", refusal: { field: "amount" } });
  expect(await ask(3, { amount: parseDollars("25"), reason: "As the tenant before." })).toMatchObject({ status: "done" });
  expect(await ask(3, { amount: parseDollars("25"), reason: "As the tenant before." })).toMatchObject({ status: "done" });

  const page = await bill(3);
  expect(page.bill.charges).toBeGreaterThan(40_00);
  const carried = page.bill.charges - 25_00;
  expect(page.budget).toMatchObject({ instalment: 25_00, due: 25_00, carried });
  expect(viewOf(await state(), "2026-04-02")).toMatchObject({ balance: page.bill.charges, due: 25_00, budget: { amount: 25_00, carried } });
  expect(await openByBill(world, customerOf("1001"), "1001")).toEqual(new Map([[page.bill.id, 25_00]]));
});

test("a bill whose instalment is paid is paid, though its item in the ledger is open", async () => {
  const { world, ask, bill, state, clock } = await household();
  await ask(1, { amount: 25_00, reason: "x" });
  const page = await bill(3);
  await world.execute({
    commandId: "pay-march-payment-1", accountId: "1001", actor: "user:clerk", authority: "post:payment:any", source: "staff", acceptedAt: clock.now,
    command: { type: "PostPayment", paymentId: "pay-march", amount: 25_00, tender: "check", channel: "counter", reference: null, receivedAt: clock.now },
  });
  expect((await state()).items).toMatchObject([{ billId: page.bill.id, open: page.bill.charges - 25_00 }]);
  expect(await openByBill(world, customerOf("1001"), "1001")).toEqual(new Map());
});

test("staff see what is carried and end it; customers and colleagues with the account cannot", async () => {
  const { world, ask, bill, state } = await household();
  await ask(1, { amount: 25_00, reason: "x" });
  const { bill: { charges } } = await bill(3);
  expect(await budgetPage(world, clerk, "1001")).toMatchObject({ payoff: charges, current: 25_00, budget: { amount: 25_00, carried: charges - 25_00 }, months: [{ charges }], fitting: null });
  await expect(budgetPage(world, customerOf("1001"), "1001")).rejects.toMatchObject({ status: 404 });
  await expect(setBudget(world, { ...admin, accountIds: ["1001"] }, { commandId: ID(7), accountId: "1001", what: "leave", amount: null, reason: "" })).rejects.toMatchObject({ status: 403 });
  expect(await ask(8, { what: "change" })).toMatchObject({ refusal: { code: "no-proposal" } });
  expect(await ask(9, { what: "leave", reason: "Asked by phone." })).toMatchObject({ status: "done" });
  expect(viewOf(await state(), "2026-04-02")).toMatchObject({ due: charges, budget: null, pastDue: charges - 25_00 });
});
