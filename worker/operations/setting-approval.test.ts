import { describe, expect, test } from "vitest";
import { settingsOn } from "../../db/utility.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { NEEDS_APPROVAL } from "../../domain/lifecycle/setting-approval.ts";
import { SETTINGS, SETTING_DEFAULTS, type Setting } from "../../domain/lifecycle/settings.ts";
import { admin, clerk, openUtility, openWaterAccount, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { decideSetting, proposeSetting, settingProposals } from "./setting-approval.ts";
import { changeSetting } from "./settings.ts";

const auditor: UserActor = { kind: "user", userId: "auditor", role: "auditor", accountIds: [] };
const secondAdmin: UserActor = { ...admin, userId: "second-admin" };
const DEARER: Setting<"billing"> = { ...SETTING_DEFAULTS.billing, dueDays: 25 };

/** A utility that serves somebody: its set-up is over. */
async function atWork(): Promise<TestUtility> {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  await openWaterAccount(utility, "1001");
  return utility;
}

let commands = 0;
const id = (): string => `command-${(commands += 1)}`;

const propose = (utility: TestUtility, actor: UserActor = admin, effectiveOn = "2026-03-15", value = DEARER) =>
  proposeSetting(utility.world, actor, { commandId: id(), topic: "billing", effectiveOn, value, note: "Customers asked for more time." });

async function proposed(utility: TestUtility, actor: UserActor = admin, effectiveOn?: string, value?: Setting<"billing">): Promise<string> {
  const answer = await propose(utility, actor, effectiveOn, value);
  if (answer.status !== "done") throw new Error(JSON.stringify(answer));
  return answer.result.proposalId;
}

const decide = (utility: TestUtility, actor: UserActor, proposalId: string, action: "approve" | "reject" | "withdraw", reason = "") => decideSetting(utility.world, actor, { commandId: id(), proposalId, action, reason });
const dueDays = async ({ world, port }: TestUtility, day: string) => (await settingsOn(port, day, world.now())).billing.dueDays;
const logged = ({ port }: TestUtility) => port.query<{ type: string; actor: string }>("SELECT type, actor FROM event WHERE stream = 'utility' AND type LIKE 'Setting%' ORDER BY seq");

test("words that are cut in the middle of a character are kept, with what can be kept of it", async () => {
  const utility = await atWork();
  const long = `${"x".repeat(499)}\u{1f4a7}`;
  expect(await proposeSetting(utility.world, admin, { commandId: id(), topic: "billing", effectiveOn: "2026-03-15", value: DEARER, note: long })).toMatchObject({ status: "done" });
  const [proposal] = (await settingProposals(utility.world, supervisor, "billing")).proposals;
  expect(proposal!.note).toBe(`${"x".repeat(499)}\ufffd`);
  expect(await decide(utility, supervisor, proposal!.id, "reject", long)).toMatchObject({ status: "done" });
});

describe("a change that two people make", () => {
  test("nothing counts when it is proposed; it counts from its day once another person has approved, and the log names both", async () => {
    const utility = await atWork();
    const proposal = await proposed(utility);
    expect(await dueDays(utility, "2026-04-01")).toBe(20);
    expect(await decide(utility, supervisor, proposal, "approve")).toMatchObject({ status: "done", result: { topic: "billing", status: "approved" } });
    expect([await dueDays(utility, "2026-03-14"), await dueDays(utility, "2026-03-15")]).toEqual([20, 25]);
    expect(await logged(utility)).toEqual([{ type: "SettingProposed", actor: "user:admin" }, { type: "SettingApproved", actor: "user:supervisor" }, { type: "SettingChanged", actor: "user:supervisor" }]);
  });

  test("the page shows old against new, the words of both, and to each only what they may do", async () => {
    const utility = await atWork();
    const proposal = await proposed(utility);
    const seenBy = async (actor: UserActor) => (await settingProposals(utility.world, actor, "billing")).proposals[0]!;
    expect(await seenBy(supervisor)).toMatchObject({ before: { dueDays: 20 }, after: { dueDays: 25 }, note: "Customers asked for more time.", actions: ["approve", "reject"] });
    expect([(await seenBy(admin)).actions, (await seenBy(auditor)).actions]).toEqual([["withdraw"], []]);
    await decide(utility, supervisor, proposal, "reject", "The ordinance says twenty.");
    expect(await seenBy(admin)).toMatchObject({ status: "rejected", reason: "The ordinance says twenty.", decidedBy: "user:supervisor", actions: [] });
    expect(await dueDays(utility, "2026-04-01")).toBe(20);
  });

  test("every topic is in the table, and only the utility's name and address change without another person", async () => {
    const utility = await atWork();
    expect(Object.keys(NEEDS_APPROVAL).toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
    const { utility: own } = await settingsOn(utility.port, "2026-03-10", utility.world.now());
    expect(await changeSetting(utility.world, admin, { commandId: id(), topic: "utility", effectiveOn: "2026-03-10", value: { ...own, phone: "555-0199" } })).toMatchObject({ status: "done" });
    expect(await changeSetting(utility.world, admin, { commandId: id(), topic: "billing", effectiveOn: "2026-03-10", value: DEARER })).toMatchObject({ status: "refused", refusal: { code: "approval" } });
  });
});

describe("nobody approves what they proposed", () => {
  test("not the proposer, whatever their role; not by rejecting either", async () => {
    const utility = await atWork();
    const proposal = await proposed(utility);
    expect(await decide(utility, admin, proposal, "approve")).toMatchObject({ status: "refused", refusal: { code: "self-approval" } });
    expect(await decide(utility, admin, proposal, "reject", "Changed my mind.")).toMatchObject({ status: "refused", refusal: { code: "proposer" } });
    expect(await dueDays(utility, "2026-04-01")).toBe(20);
    expect(await decide(utility, secondAdmin, proposal, "approve")).toMatchObject({ status: "done" });
  });

  test("and nobody without the permission proposes or approves", async () => {
    const utility = await atWork();
    await expect(propose(utility, supervisor)).rejects.toThrow("Your role (supervisor)");
    const proposal = await proposed(utility);
    for (const actor of [clerk, auditor]) await expect(decide(utility, actor, proposal, "approve")).rejects.toThrow("Your role");
    await expect(settingProposals(utility.world, clerk, null)).rejects.toThrow("Your role (csr)");
  });

  test("only the proposer withdraws, and what is withdrawn, rejected or approved is decided for good", async () => {
    const utility = await atWork();
    const proposal = await proposed(utility);
    expect(await decide(utility, secondAdmin, proposal, "withdraw")).toMatchObject({ status: "refused", refusal: { code: "proposer" } });
    expect(await decide(utility, admin, proposal, "withdraw")).toMatchObject({ status: "done", result: { status: "withdrawn" } });
    expect(await decide(utility, supervisor, proposal, "approve")).toMatchObject({ status: "refused", refusal: { message: "This proposal has been withdrawn already." } });
  });

  test("the first administrator approves alone while nobody is served and nobody else could; not once there is an account or a colleague", async () => {
    const utility = await openUtility("2026-03-10T15:00:00Z");
    expect(await decide(utility, admin, await proposed(utility), "approve")).toMatchObject({ status: "done" });
    const [approved] = await utility.port.query<{ alone: number }>("SELECT data->>'alone' AS alone FROM event WHERE type = 'SettingApproved'");
    expect(approved).toEqual({ alone: 1 });

    await utility.port.write([{ sql: "INSERT INTO auth_user (id, name, email, email_verified, role, language, created_at, updated_at) VALUES ('supervisor', 'Sue', 's@utility.test', 1, 'supervisor', 'en', 1, 1)", args: [] }]);
    const second = await proposed(utility, admin, "2026-03-20", { ...DEARER, dueDays: 30 });
    expect(await decide(utility, admin, second, "approve")).toMatchObject({ status: "refused", refusal: { code: "self-approval" } });

    await utility.port.write([{ sql: "UPDATE auth_user SET deactivated_at = 2", args: [] }]);
    await openWaterAccount(utility, "1001");
    expect(await decide(utility, admin, second, "approve")).toMatchObject({ status: "refused", refusal: { code: "self-approval" } });
  });
});

describe("a proposal that waited", () => {
  test("is refused when its day has gone by: bills have been made on what counted", async () => {
    const utility = await atWork();
    const proposal = await proposed(utility, admin, "2026-03-12");
    utility.clock.now = Date.parse("2026-03-13T15:00:00Z");
    expect(await decide(utility, supervisor, proposal, "approve")).toMatchObject({ status: "refused", refusal: { code: "late" } });
  });

  test("is refused when something else has come to count meanwhile: what was looked at is not what would change", async () => {
    const utility = await atWork();
    const [first, second] = [await proposed(utility), await proposed(utility, admin, "2026-03-15", { ...DEARER, dueDays: 30 })];
    await decide(utility, supervisor, first, "approve");
    expect(await decide(utility, supervisor, second, "approve")).toMatchObject({ status: "refused", refusal: { code: "stale" } });
    expect(await dueDays(utility, "2026-03-15")).toBe(25);
  });

  test("approved twice by the same press counts once; what is no change is not proposed", async () => {
    const utility = await atWork();
    const proposal = await proposed(utility);
    const press = { commandId: "press-1", proposalId: proposal, action: "approve" as const, reason: "" };
    await decideSetting(utility.world, supervisor, press);
    expect(await decideSetting(utility.world, supervisor, press)).toMatchObject({ status: "done", replayed: true });
    expect(await utility.port.query("SELECT count(*) AS n FROM setting WHERE topic = 'billing' AND effective_on = '2026-03-15'")).toEqual([{ n: 1 }]);
    expect(await propose(utility)).toMatchObject({ status: "refused", refusal: { code: "unchanged" } });
  });
});
