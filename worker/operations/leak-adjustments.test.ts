/** A leak is repaired: what the policy forgives, reckoned by the engine from the bills that were issued, posted once. */
import { describe, expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import { loadAccount } from "../../db/account/store.ts";
import { verifyLog } from "../../db/log.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { SETTING_DEFAULTS, type Setting } from "../../domain/lifecycle/settings.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { leakRefused } from "../../domain/lifecycle/account/adjust-leak.ts";
import { ForbiddenError, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { clerk, supervisor, ZONE, type TestUtility } from "../../test/support/utility.ts";
import { branchOf } from "../billing/branch.ts";
import { billingUtility, channelOf, customer, meterDays, runBills } from "../billing/billing.testing.ts";
import { alertsOf } from "./alerts.ts";
import { postAdjustment } from "./adjustments.ts";
import { adjustLeak, leakPage } from "./leak-adjustments.ts";

const billing: UserActor = { kind: "user", userId: "billing", role: "billing", accountIds: [] };
const LEAK = "leak:10010:1";
const at = (day: string): number => startOfDay(day, ZONE);

async function rules({ port, clock }: TestUtility, more: Partial<Setting<"leaks">>): Promise<void> {
  await writeRows(port, { setting: [{ topic: "leaks", effectiveOn: "2026-01-01", version: 1, value: JSON.stringify({ ...SETTING_DEFAULTS.leaks, ...more }), recordedAt: clock.now }] });
  clock.now += 60_000;
}

/** Ten gallons an hour in March and April; sixty from May 8 until the meter stood still on May 28. */
async function leaked(more: { readonly ended?: string | null; readonly perHour?: number } = {}): Promise<TestUtility> {
  const utility = await billingUtility("2026-04-01T14:00:00Z");
  await customer(utility, "1001", ["water", "sewer"]);
  // A bill like that waits for a person; here somebody has let it pass.
  await writeRows(utility.port, { setting: [{ topic: "holds", effectiveOn: "2026-01-01", version: 1, value: JSON.stringify([{ rule: "high-bill", customerClass: null, action: "pass" }]), recordedAt: 1 }] });
  const channel = channelOf("1001", "water");
  await meterDays(utility.port, channel, "2026-03-01", "2026-06-01", (_, day) => (day >= "2026-05-08" && day < "2026-05-28" ? more.perHour ?? 60_000 : 10_000));
  for (const day of ["2026-04-01", "2026-05-01", "2026-06-01"]) {
    utility.clock.now = Date.parse(`${day}T14:00:00Z`);
    await runBills(utility, day);
  }
  const endedAt = more.ended === null ? null : at(more.ended ?? "2026-05-28");
  await writeRows(utility.port, {
    usageAlert: [{
      id: LEAK, kind: "leak", channelId: channel, meterId: "water-1001", servicePointId: "water-point-1001", accountId: "1001", startedAt: at("2026-05-08"), throughAt: at("2026-05-28"), endedAt,
      unit: "gal", stepMinutes: 60, least: 50_000, usage: 24_000_000, raisedAt: at("2026-05-09"), clearedAt: endedAt, acknowledgedAt: null,
    }],
  });
  return utility;
}

const form = (total: number, more: object = {}) => ({ commandId: "leak-form-0000000001", accountId: "1001", alertId: LEAK, total, reason: "Invoice 4711 of the plumber, May 27.", ...more });
const balance = async ({ port }: TestUtility) => balanceOf((await loadAccount(port, "1001")).state);
const entries = ({ port }: TestUtility) => port.query<{ gl: string; amount: number }>("SELECT gl_account AS gl, sum(amount) AS amount FROM ledger_entry WHERE stream = 'account:1001' AND seq IN (SELECT seq FROM event WHERE stream = 'account:1001' AND type = 'AdjustmentPosted') GROUP BY gl_account ORDER BY gl_account");

describe("a leak adjustment", () => {
  test("is reckoned from the bill as issued, posted once, and lowers revenue and debt alike", async () => {
    const utility = await leaked();
    const { world } = utility;
    const page = (await leakPage(world, billing, "1001", LEAK))!;
    // May: 20 days at 60 and 11 at 10 gallons an hour are 31.44 kgal; March and April used 14.63 in 61 days, so 7.435 are normal.
    expect(page.against).toEqual([]);
    expect(page.reckoning.lines).toMatchObject([
      { commodity: "water", used: 31_440, normal: { way: "previous", bills: 2, usage: 7_435 }, charged: 167_09, atNormal: 42_26, credit: 62_42, counted: true },
      { commodity: "sewer", charged: 125_76, atNormal: 29_74, credit: 96_02, counted: true },
    ]);
    const total = 62_42 + 96_02;
    const before = await balance(utility);
    expect(await adjustLeak(world, billing, form(total))).toMatchObject({ status: "done" });
    expect(await adjustLeak(world, billing, form(total))).toMatchObject({ status: "done", replayed: true });
    expect(await adjustLeak(world, billing, form(total, { reason: "Another one." }))).toEqual({ status: "conflict" });
    expect(before - (await balance(utility))).toBe(total);
    expect(await entries(utility)).toEqual([{ gl: "1200", amount: -total }, { gl: "4010", amount: 62_42 }, { gl: "4020", amount: 96_02 }]);
    expect((await verifyLog(utility.port)).broken).toBeNull();

    const [event] = await utility.port.query<{ data: string }>("SELECT data FROM event WHERE stream = 'account:1001' AND type = 'AdjustmentPosted' ORDER BY seq LIMIT 1");
    expect(JSON.parse(event!.data)).toMatchObject({ kind: "leak", amount: -62_42, leak: { alertId: LEAK, commodity: "water", sharePercent: 50, way: "previous", bills: [{ used: 31_440, normal: 7_435, charged: 167_09, atNormal: 42_26 }] } });
    expect(event!.data).not.toContain("plumber");
    expect(await alertsOf(world, { kind: "user", userId: "U", role: "customer", accountIds: ["1001"] }, "1001")).toMatchObject([{ id: LEAK, adjusted: { amount: total, postedOn: "2026-06-01" } }]);
  });

  test("is refused in words while the leak runs, after its time, without proof, by who may not, and when the figures have moved", async () => {
    const running = await leaked({ ended: null });
    expect((await leakPage(running.world, billing, "1001", LEAK))!.against).toEqual(["It still runs: the meter has to show first that it was repaired."]);
    expect(await adjustLeak(running.world, billing, form(158_44))).toMatchObject({ status: "invalid", refusal: { field: "form", message: expect.stringContaining("still runs") } });

    const utility = await leaked();
    expect(await adjustLeak(utility.world, billing, form(158_45))).toMatchObject({ status: "invalid", refusal: { message: expect.stringContaining("$158.44 now") } });
    expect(await adjustLeak(utility.world, billing, form(158_44, { reason: " " }))).toMatchObject({ status: "invalid", refusal: { field: "reason" } });
    await expect(adjustLeak(utility.world, clerk, form(158_44))).rejects.toThrow(ForbiddenError);
    expect(await leakPage(utility.world, billing, "1001", "leak:10010:2")).toBeNull();
    utility.clock.now = Date.parse("2026-09-15T14:00:00Z");
    expect((await leakPage(utility.world, billing, "1001", LEAK))!.against).toEqual(["It ended on 2026-05-27. An adjustment is asked for within 90 days after, so by 2026-08-26."]);
  });

  test("comes once for a leak, and not more often than the policy says; one that was posted by hand counts", async () => {
    const utility = await leaked();
    expect(await postAdjustment(utility.world, billing, { commandId: "adjust-0000000001", accountId: "1001", kind: "leak", side: "credit", amount: 10_00, service: "water", reason: "A leak in the yard." })).toMatchObject({ status: "done" });
    expect((await leakPage(utility.world, billing, "1001", LEAK))!.against).toEqual(["The last leak adjustment was posted on 2026-06-01, and there is one within 12 months: the next can be posted from 2027-06-01 on."]);
    await rules(utility, { everyMonths: 0 });
    expect(await adjustLeak(utility.world, billing, form(158_44))).toMatchObject({ status: "done" });
    expect((await leakPage(utility.world, billing, "1001", LEAK))!.against).toEqual(["This leak has been adjusted already."]);
    expect(await adjustLeak(utility.world, billing, form(158_44, { commandId: "leak-form-0000000002" }))).toMatchObject({ status: "invalid" });
  });

  test("needs no proof where the policy asks for none, and follows its shares", async () => {
    const utility = await leaked();
    await rules(utility, { proof: false, sharePercent: 100, sewerSharePercent: 0 });
    expect((await leakPage(utility.world, billing, "1001", LEAK))!.reckoning.parts).toEqual([{ commodity: "water", glAccount: "4010", amount: 124_83 }]);
    expect(await adjustLeak(utility.world, billing, form(124_83, { reason: "" }))).toMatchObject({ status: "done" });
  });

  test("above what the role decides alone is not posted by it, and says who can", async () => {
    const utility = await leaked({ perHour: 600_000 });
    const { reckoning, against } = (await leakPage(utility.world, billing, "1001", LEAK))!;
    expect(reckoning.total).toBeGreaterThan(500_00);
    expect(against).toEqual([expect.stringContaining("A supervisor can post it.")]);
    expect(await adjustLeak(utility.world, billing, form(reckoning.total))).toMatchObject({ status: "invalid" });
    expect(await adjustLeak(utility.world, supervisor, form(reckoning.total))).toMatchObject({ status: "done" });
  });

  test("is named to whoever makes the bill again: it stays, and they must know", async () => {
    const utility = await leaked();
    await adjustLeak(utility.world, billing, form(158_44));
    const asked = { fromBill: "1001-20260601", cause: "wrongRead", again: true, services: [], feesBack: null } as const;
    const of = await branchOf(utility.world, "1001", asked);
    expect(of.ok && of.branch.leaks).toEqual([{ amount: 62_42, postedOn: "2026-06-01", commodity: "water" }, { amount: 96_02, postedOn: "2026-06-01", commodity: "sewer" }]);
  });

  test("does not cover a bill that a correction has taken back meanwhile", async () => {
    const utility = await leaked();
    const { state } = await loadAccount(utility.port, "1001");
    const command = { alertId: LEAK, postedOn: "2026-06-01", everyMonths: 12, billIds: ["1001-20260601"] };
    expect(leakRefused(state, command)).toBeNull();
    expect(leakRefused({ ...state, canceledBills: ["1001-20260601"] }, command)).toMatchObject({ code: "leak-bills" });
  });
});
