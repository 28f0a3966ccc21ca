/** Adjustments and holds at the desk: what is posted, by whom, and what is refused in words. */
import { describe, expect, test } from "vitest";
import { loadAccount } from "../../db/account/store.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { ForbiddenError, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { clerk, openUtility, openWaterAccount, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { adjustableToday, postAdjustment, type NewAdjustment } from "./adjustments.ts";
import { placeHold, releaseHold } from "./holds.ts";
import { payAtCounter } from "./payments.ts";

const billing: UserActor = { kind: "user", userId: "billing", role: "billing", accountIds: [] };

async function utility(): Promise<TestUtility> {
  const opened = await openUtility("2026-03-10T15:00:00Z");
  await openWaterAccount(opened, "1001");
  return opened;
}

const balance = async ({ port }: TestUtility) => balanceOf((await loadAccount(port, "1001")).state);

const leak: NewAdjustment = { commandId: "adjust-0000000001", accountId: "1001", kind: "leak", side: "credit", amount: 42_50, service: "water", reason: "Leak in the yard, repaired Feb 27." };

describe("an adjustment", () => {
  test("a leak credit lowers what is owed and is posted against the water revenue", async () => {
    const { port, world } = await utility();
    expect(await postAdjustment(world, billing, { ...leak, commandId: "adjust-charge-00001", kind: "correction", side: "charge", amount: 100_00 })).toMatchObject({ status: "done" });
    expect(await postAdjustment(world, billing, leak)).toMatchObject({ status: "done", result: { balance: 57_50 } });
    const entries = await port.query<{ gl: string; amount: number }>(`SELECT gl_account AS gl, amount FROM ledger_entry WHERE stream = 'account:1001' ORDER BY seq, line`);
    expect(entries.map(({ gl, amount }) => [gl, amount])).toEqual([["1200", 100_00], ["4010", -100_00], ["4010", 42_50], ["1200", -42_50]]);
  });

  test("the same form twice posts once; the same form with another amount is a conflict", async () => {
    const opened = await utility();
    await postAdjustment(opened.world, billing, leak);
    expect(await postAdjustment(opened.world, billing, leak)).toMatchObject({ status: "done", replayed: true });
    expect(await postAdjustment(opened.world, billing, { ...leak, amount: 43_00 })).toEqual({ status: "conflict" });
    expect(await balance(opened)).toBe(-42_50);
  });

  test("a form that is sent again after midnight is still the same form", async () => {
    const opened = await utility();
    await postAdjustment(opened.world, billing, leak);
    opened.clock.now += 24 * 3_600_000;
    expect(await postAdjustment(opened.world, billing, leak)).toMatchObject({ status: "done", replayed: true });
  });

  test("more than the role decides alone is refused, and says who can", async () => {
    const opened = await utility();
    const large = { ...leak, amount: 800_00 };
    expect(await postAdjustment(opened.world, billing, large)).toMatchObject({ status: "invalid", refusal: { field: "amount", message: expect.stringContaining("A supervisor can post it") } });
    expect(await postAdjustment(opened.world, supervisor, large)).toMatchObject({ status: "done" });
  });

  test("the limit is the day's: half a dozen small ones are one large one, and the next day is another", async () => {
    const opened = await utility();
    const post = (n: number, amount: number, actor = billing, side = "credit") => postAdjustment(opened.world, actor, { ...leak, kind: "correction", side, commandId: `adjust-day-000000${n}`, amount });
    expect(await post(1, 300_00)).toMatchObject({ status: "done" });
    expect(await adjustableToday(opened.world, billing, "1001")).toBe(200_00);
    expect(await post(2, 200_01, billing, "charge")).toMatchObject({ status: "invalid", refusal: { field: "amount", message: expect.stringContaining("you have posted $300.00 today. A supervisor can post it") } });
    expect(await post(3, 200_00, billing, "charge")).toMatchObject({ status: "done" });
    expect(await post(3, 200_00, billing, "charge")).toMatchObject({ status: "done", replayed: true });
    expect(await post(4, 200_01, supervisor)).toMatchObject({ status: "done" });
    opened.clock.now += 24 * 3_600_000;
    expect(await post(5, 500_00)).toMatchObject({ status: "done" });
  });

  test("two forms sent at once do not pass the day's limit side by side", async () => {
    const opened = await utility();
    await openWaterAccount(opened, "1002");
    const answers = await Promise.all(["1001", "1002"].map((accountId) => postAdjustment(opened.world, billing, { ...leak, accountId, commandId: `adjust-both-0${accountId}`, amount: 400_00 })));
    expect(answers.map(({ status }) => status).sort()).toEqual(["done", "refused"]);
    expect(await opened.port.query("SELECT sum(amount) AS posted FROM authority_use")).toEqual([{ posted: 400_00 }]);
  });

  test("what is missing is said at its field", async () => {
    const { world } = await utility();
    const fieldOf = async (change: Partial<NewAdjustment>) => {
      const answer = await postAdjustment(world, billing, { ...leak, ...change });
      return answer.status === "invalid" ? answer.refusal.field : answer.status;
    };
    expect(await fieldOf({ kind: "" })).toBe("kind");
    expect(await fieldOf({ kind: "correction", side: "" })).toBe("side");
    expect(await fieldOf({ amount: null })).toBe("amount");
    expect(await fieldOf({ amount: 0 })).toBe("amount");
    expect(await fieldOf({ service: "telephone" })).toBe("service");
    expect(await fieldOf({ reason: "  " })).toBe("reason");
    expect(await fieldOf({ commandId: "short" })).toBe("commandId");
  });

  test("a kind that goes one way goes that way, whatever the form says", async () => {
    const opened = await utility();
    await postAdjustment(opened.world, billing, { ...leak, side: "charge" });
    expect(await balance(opened)).toBe(-42_50);
  });

  test("a clerk at the counter posts none", async () => {
    const { world } = await utility();
    await expect(postAdjustment(world, clerk, leak)).rejects.toThrow(ForbiddenError);
  });
});

describe("a hold", () => {
  test("a promise to pay ends with the payment that cures it, another kind only by hand", async () => {
    const opened = await utility();
    const { world, port } = opened;
    await postAdjustment(world, billing, { ...leak, commandId: "adjust-charge-00002", kind: "fee", amount: 30_00 });
    opened.clock.now += 40 * 24 * 3_600_000;
    expect(await placeHold(world, clerk, { commandId: "hold-promise-00001", accountId: "1001", kind: "promise" })).toMatchObject({ status: "done" });
    expect(await placeHold(world, clerk, { commandId: "hold-medical-00001", accountId: "1001", kind: "medical" })).toMatchObject({ status: "done" });
    await payAtCounter(world, clerk, { commandId: "payment-000000001", accountId: "1001", amount: 30_00, tender: "cash", reference: "" });
    const kinds = async () => (await loadAccount(port, "1001")).state.holds.map((hold) => hold.kind);
    expect(await kinds()).toEqual(["medical"]);
    const release = { commandId: "release-000000001", accountId: "1001", holdId: "hold-medical-00001", cause: "" };
    expect(await releaseHold(world, clerk, release)).toMatchObject({ status: "invalid", refusal: { field: "cause" } });
    expect(await releaseHold(world, clerk, { ...release, cause: "The certificate has run out." })).toMatchObject({ status: "done" });
    expect(await kinds()).toEqual([]);
  });

  test("an unknown kind is refused", async () => {
    const { world } = await utility();
    expect(await placeHold(world, clerk, { commandId: "hold-strange-00001", accountId: "1001", kind: "mood" })).toMatchObject({ status: "invalid", refusal: { field: "kind" } });
  });
});
