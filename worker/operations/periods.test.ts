/** Closing the books by month: in order, when it is over, for good; what comes later is posted on the first open day. */
import { describe, expect, test } from "vitest";
import { admin, clerk, openUtility, openWaterAccount, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { checkBook } from "../../test/simulation/checkers.ts";
import { payAtCounter } from "./payments.ts";
import { closeMonth, periodsPage } from "./periods.ts";

const DAY = 86_400_000;

/** Two payments in March, one in April; it is the second of May. */
async function spring(): Promise<TestUtility> {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  await openWaterAccount(utility, "1001");
  const pay = (n: number, amount: number) => payAtCounter(utility.world, clerk, { commandId: `pay-at-the-counter-${n}`, accountId: "1001", amount, tender: "cash", reference: "" });
  await pay(1, 10_00);
  await pay(2, 5_50);
  utility.clock.now += 31 * DAY;
  await pay(3, 7_00);
  utility.clock.now = Date.parse("2026-05-02T15:00:00Z");
  return utility;
}

const close = ({ world }: TestUtility, month: string, commandId = `close-${month}-00000001`) => closeMonth(world, supervisor, { commandId, month });

describe("a month", () => {
  test("is shown by GL account before it is closed, and stays in the list after, with who closed it", async () => {
    const utility = await spring();
    expect((await periodsPage(utility.world, supervisor)).next).toEqual({
      month: "2026-03", problem: null,
      totals: [{ code: "1010", name: "Cash", entries: 2, debits: 15_50, credits: 0 }, { code: "1200", name: "Receivable", entries: 2, debits: 0, credits: 15_50 }],
    });
    expect(await close(utility, "2026-03")).toMatchObject({ status: "done" });
    const page = await periodsPage(utility.world, admin);
    expect(page.next).toMatchObject({ month: "2026-04", totals: [{ debits: 7_00 }, { credits: 7_00 }] });
    expect(page.closed).toMatchObject([{ month: "2026-03", entries: 4, debits: 15_50 }]);
    expect(await utility.port.query("SELECT type, actor FROM event WHERE stream = 'books'")).toEqual([{ type: "AccountingMonthClosed", actor: "user:supervisor" }]);
  });

  test("is closed in order, once it is over, once, and by whoever may", async () => {
    const utility = await spring();
    expect(await close(utility, "2026-04")).toMatchObject({ status: "refused", refusal: { message: "Months are closed in order: 2026-03 is next." } });
    await close(utility, "2026-03");
    expect(await close(utility, "2026-03")).toMatchObject({ status: "done", replayed: true });
    expect(await close(utility, "2026-03", "close-again-00000001")).toMatchObject({ status: "refused" });
    await close(utility, "2026-04");
    expect(await close(utility, "2026-05")).toMatchObject({ status: "refused", refusal: { message: "This month can be closed from 2026-06-01 on." } });
    await expect(closeMonth(utility.world, clerk, { commandId: "close-by-a-clerk-01", month: "2026-05" })).rejects.toMatchObject({ status: 403 });
  });

  test("that is closed takes nothing more: a payment of then, told of now, is posted on the first open day, and the book holds", async () => {
    const utility = await spring();
    await close(utility, "2026-03");
    const receivedAt = Date.parse("2026-03-31T20:00:00Z");
    const answer = await utility.world.execute({
      commandId: "late-webhook", accountId: "1001", actor: "provider:test", authority: "webhook", source: "webhook", acceptedAt: utility.clock.now, mustNotBeLost: true,
      command: { type: "PostPayment", paymentId: "late", amount: 3_00, tender: "card", channel: "portal", reference: null, receivedAt },
    });
    expect(answer.status).toBe("done");
    expect(await utility.port.query("SELECT accounting_on FROM ledger_entry ORDER BY seq DESC LIMIT 2")).toEqual([{ accounting_on: "2026-04-01" }, { accounting_on: "2026-04-01" }]);
    expect(await utility.port.query("SELECT received_at FROM payment WHERE id = 'late'")).toEqual([{ received_at: receivedAt }]);
    expect(await checkBook(utility.port)).toEqual([]);
  });

  test("that is closed by somebody else while a payment is decided: it is decided again", async () => {
    const utility = await spring();
    // The desk remembers the facts of a moment ago.
    await utility.world.execute({
      commandId: "adjust-before", accountId: "1001", actor: "user:clerk", authority: "test", source: "staff", acceptedAt: utility.clock.now,
      command: { type: "PostPayment", paymentId: "before", amount: 1_00, tender: "cash", channel: "counter", reference: null, receivedAt: utility.clock.now },
    });
    await utility.port.write([{ sql: "INSERT INTO accounting_period VALUES ('2026-05', 'closed', 0)" }]);
    const answer = await payAtCounter(utility.world, clerk, { commandId: "pay-at-the-counter-4", accountId: "1001", amount: 2_00, tender: "cash", reference: "" });
    expect(answer.status).toBe("done");
    expect(await utility.port.query("SELECT max(accounting_on) AS day FROM ledger_entry")).toEqual([{ day: "2026-06-01" }]);
  });
});
