import { beforeEach, describe, expect, test } from "vitest";
import { firstBrokenLink } from "../../domain/compliance/chain.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { customerOf, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { billingUtility, channelOf, customer, dialRead, ELECTRIC_RATE, meterDays, runBills, WATER_RATE } from "../billing/billing.testing.ts";
import { drainReplay } from "../rates/replay.ts";
import { billPage } from "./billing.ts";
import { discardDraft, findDraft, proposeDraft, publishDraft, saveDraft, sendBackDraft, withdrawDraft, type DraftToSave } from "./rate-drafts.ts";
import { startReplay } from "./rate-replays.ts";
import { draftPage, openDrafts, proposalForAccount, proposalsFor, replayPage, tryDraft } from "./rate-draft-pages.ts";

const biller: UserActor = { kind: "user", userId: "biller", role: "billing", accountIds: [] };
const second: UserActor = { kind: "user", userId: "second", role: "supervisor", accountIds: [] };

/** Water dearer in its second step, from July. */
const DEARER = { ...WATER_RATE, charges: [WATER_RATE.charges[0], { ...WATER_RATE.charges[1], rates: [{ tiers: [{ upTo: "4", price: "3.10" }, { upTo: null, price: "6.20" }] }] }] };

const waterDraft = (over: Partial<DraftToSave> = {}): DraftToSave => ({
  commandId: "write-the-draft-01", scheduleId: "water-res", name: "Water, homes", commodity: "water", customerClass: "residential", effectiveOn: "2026-07-01", document: DEARER, ...over,
});

let utility: TestUtility;

async function written(over: Partial<DraftToSave> = {}, by = biller): Promise<string> {
  const answer = await saveDraft(utility.world, by, waterDraft(over));
  if (answer.status !== "done") throw new Error(JSON.stringify(answer));
  return answer.result.draftId;
}

const hashOf = async (draftId: string) => (await findDraft(utility.port, draftId))!.documentHash;

const refusal = (answer: { readonly status: string; readonly refusal?: { readonly message: string; readonly field?: string } }) => (answer.status === "refused" ? answer.refusal : answer.status);

beforeEach(async () => {
  utility = await billingUtility("2026-05-01T14:00:00Z");
});

describe("from a draft to a published version", () => {
  test("one person writes and proposes, another publishes; the log names each step with the hash of the document", async () => {
    const { world, port } = utility;
    const draftId = await written();
    expect(await openDrafts(world, biller)).toMatchObject([{ draftId, scheduleId: "water-res", status: "draft", effectiveOn: "2026-07-01" }]);
    expect((await proposeDraft(world, biller, { commandId: "propose-1", draftId, note: "Board of March", shown: false })).status).toBe("done");
    expect((await publishDraft(world, second, { commandId: "publish-1", draftId, seen: await hashOf(draftId) })).status).toBe("done");
    expect(await port.query("SELECT version, effective_on AS day, status FROM rate_version WHERE schedule_id = 'water-res' ORDER BY version")).toEqual([
      { version: 1, day: "2025-01-01", status: "published" }, { version: 2, day: "2026-07-01", status: "published" },
    ]);
    const events = await port.query<{ type: string; actor: string; data: string }>("SELECT type, actor, data FROM event WHERE stream = 'rate:water-res' AND seq > 1 ORDER BY seq");
    expect(events.map(({ type, actor }) => [type, actor])).toEqual([
      ["RateDraftSaved", "user:biller"], ["RateDraftProposed", "user:biller"], ["RateDraftPublished", "user:second"], ["RateVersionPublished", "user:second"],
    ]);
    expect(new Set(events.map(({ data }) => (JSON.parse(data) as { documentHash: string }).documentHash)).size).toBe(1);
    expect(events.some(({ data }) => data.includes("Board of March"))).toBe(false);
    expect(await draftPage(world, second, draftId)).toMatchObject({ note: "Board of March", draft: { status: "published", publishedVersion: 2 } });
    const chain = await port.query("SELECT stream, seq, type, version, data, command_id AS \"commandId\", batch_id AS \"batchId\", actor, source, effective_at AS \"effectiveAt\", recorded_at AS \"recordedAt\", prev_hash AS \"prevHash\", hash FROM event WHERE stream = 'rate:water-res' ORDER BY seq");
    expect(firstBrokenLink(chain as never)).toBeNull();
  });

  test("nobody publishes what they wrote or proposed themselves, not even the database lets them", async () => {
    const { world, port } = utility;
    const draftId = await written({}, supervisor);
    await proposeDraft(world, biller, { commandId: "propose-2", draftId, shown: false });
    expect(refusal(await publishDraft(world, supervisor, { commandId: "publish-2", draftId, seen: await hashOf(draftId) }))).toMatchObject({ message: "You wrote this rate. Another person publishes it or sends it back." });
    await expect(publishDraft(world, biller, { commandId: "publish-3", draftId, seen: await hashOf(draftId) })).rejects.toMatchObject({ status: 403 });
    await expect(port.write([{ sql: "UPDATE rate_draft SET status = 'published', decided_by = 'user:biller' WHERE id = ?", args: [draftId] }])).rejects.toThrow("another person");
    await expect(port.write([{ sql: "UPDATE rate_draft SET document_hash = 'x' WHERE id = ?", args: [draftId] }])).rejects.toThrow("what was proposed");
    expect((await publishDraft(world, second, { commandId: "publish-4", draftId, seen: await hashOf(draftId) })).status).toBe("done");
  });

  test("whoever has written any of its texts does not publish it, and nobody publishes a text they have not seen", async () => {
    const { world } = utility;
    const draftId = await written({}, supervisor);
    const first = await hashOf(draftId);
    await written({ draftId, commandId: "a-trifle-0000001", effectiveOn: "2026-09-01", document: { ...DEARER, name: { en: "Water, homes, again" } } });
    await proposeDraft(world, biller, { commandId: "propose-trifle", draftId, shown: false });
    expect(refusal(await publishDraft(world, supervisor, { commandId: "publish-own-1", draftId, seen: await hashOf(draftId) }))).toMatchObject({ message: "You wrote this rate. Another person publishes it or sends it back." });
    expect(refusal(await publishDraft(world, second, { commandId: "publish-old-1", draftId, seen: first }))).toMatchObject({ message: expect.stringContaining("changed after you opened its page") });
    expect((await publishDraft(world, second, { commandId: "publish-new-1", draftId, seen: await hashOf(draftId) })).status).toBe("done");
  });

  test("it can be sent back with a reason, taken back by its proposer, written again, and discarded", async () => {
    const { world } = utility;
    const draftId = await written();
    await proposeDraft(world, biller, { commandId: "propose-5", draftId, shown: false });
    expect(refusal(await sendBackDraft(world, second, { commandId: "back-1", draftId }))).toMatchObject({ field: "note" });
    expect((await sendBackDraft(world, second, { commandId: "back-2", draftId, note: "The second step is $6.10." })).status).toBe("done");
    expect(await draftPage(world, biller, draftId)).toMatchObject({ draft: { status: "draft" }, decision: "The second step is $6.10." });
    await written({ draftId, commandId: "write-again-0001", effectiveOn: "2026-08-01" });
    await proposeDraft(world, biller, { commandId: "propose-6", draftId, shown: false });
    expect(refusal(await withdrawDraft(world, supervisor, { commandId: "withdraw-1", draftId }))).toMatchObject({ message: expect.stringContaining("Only the person who proposed it") });
    expect((await withdrawDraft(world, biller, { commandId: "withdraw-2", draftId })).status).toBe("done");
    expect((await discardDraft(world, biller, { commandId: "discard-1", draftId })).status).toBe("done");
    expect(refusal(await proposeDraft(world, biller, { commandId: "propose-7", draftId, shown: false }))).toMatchObject({ message: expect.stringContaining("discarded") });
    expect(await openDrafts(world, biller)).toEqual([]);
  });

  test("the same form twice writes once; another text under its number is a conflict", async () => {
    const draftId = await written();
    expect(await saveDraft(utility.world, biller, waterDraft())).toEqual({ status: "done", result: { draftId }, replayed: true });
    expect((await saveDraft(utility.world, biller, waterDraft({ effectiveOn: "2026-09-01" }))).status).toBe("conflict");
  });

  test("what could not be billed by, or would rewrite the past, is refused with the path", async () => {
    const { world } = utility;
    const save = (over: Partial<DraftToSave>) => saveDraft(world, biller, waterDraft({ commandId: `refused-${JSON.stringify(over).length}-0000`, ...over })).then(refusal);
    expect(await save({ document: { ...DEARER, charges: [{ ...DEARER.charges[1], rates: [{ tiers: [{ upTo: "4", price: "3,10" }] }] }] } })).toMatchObject({ field: "document", message: expect.stringMatching(/charges\.0\.rates\.0\.tiers\.0\.price: must be a decimal number/) });
    expect(await save({ document: ELECTRIC_RATE })).toMatchObject({ message: "The document is for electric, the rate for water." });
    expect(await save({ effectiveOn: "2026-04-30" })).toMatchObject({ field: "effectiveOn", message: expect.stringContaining("rebilling") });
    expect(await save({ effectiveOn: "2025-01-01" })).toMatchObject({ field: "effectiveOn", message: "Version 1 counts from that day already. Choose another day." });
    expect(await save({ customerClass: "commercial" })).toMatchObject({ field: "scheduleId" });
    expect(await save({ scheduleId: "Wasser!" })).toMatchObject({ field: "scheduleId" });
    await expect(saveDraft(world, customerOf("1001"), waterDraft())).rejects.toMatchObject({ status: 404 });
  });
});

describe("a draft run over everybody's past year", () => {
  /** Three homes of which one uses little, one much, and one has nothing billed yet. */
  async function billed(): Promise<void> {
    for (const [accountId, perHour] of [["1001", 3_000], ["1002", 20_000]] as const) {
      await customer(utility, accountId, ["water"]);
      await meterDays(utility.port, channelOf(accountId, "water"), "2026-03-01", "2026-05-01", perHour);
    }
    await customer(utility, "1003", ["water"], "2026-04-28");
    utility.clock.now = Date.parse("2026-04-01T14:00:00Z");
    await runBills(utility, "2026-04-01");
    utility.clock.now = Date.parse("2026-05-01T14:00:00Z");
    await runBills(utility, "2026-05-01");
  }

  async function replayed(draftId: string, commandId = "replay-it-000001"): Promise<string> {
    const answer = await startReplay(utility.world, biller, { commandId, draftId });
    if (answer.status !== "done") throw new Error(JSON.stringify(answer));
    expect(await drainReplay(utility.world, answer.result.replayId)).toBe("finished");
    return answer.result.replayId;
  }

  test("says what each would have paid: who uses little pays the same, who uses much pays a dollar more for each thousand gallons above four", async () => {
    await billed();
    const { world } = utility;
    const draftId = await written();
    const page = (await replayPage(world, biller, await replayed(draftId)))!;
    // March has an hour less.
    const [march, april] = [20 * (24 * 31 - 1) - 4_000, 20 * 24 * 30 - 4_000];
    const more = Math.round((march + april) / 10);
    const before = (await Promise.all(["1001-20260401", "1002-20260401", "1001-20260501", "1002-20260501"].map((id) => billPage(world, biller, id)))).reduce((sum, bill) => sum + bill!.bill.charges, 0);
    expect(page.replay).toMatchObject({ status: "finished", accounts: 3, done: 3, current: true });
    expect(page.classes).toEqual([{ customerClass: "residential", accounts: 2, before, after: before + more }]);
    expect(page.zips).toMatchObject([{ zip: "50613", accounts: 2, more: 1 }]);
    expect(page.bands.filter(({ accounts }) => accounts > 0)).toEqual([{ from: -1, to: 1, accounts: 1 }, { from: 10, to: 25, accounts: 1 }]);
    expect(page.losers).toMatchObject([{ customerClass: "residential", accounts: [{ accountId: "1002", name: "Ann Lee" }] }]);
    expect(page.unpriced).toEqual({ segments: 0, reasons: [] });
  });

  test("goes on after the last account when it is cut off, as often as it takes, and finds the same", async () => {
    await billed();
    const { world } = utility;
    const draftId = await written();
    const whole = (await replayPage(world, biller, await replayed(draftId)))!;
    const started = await startReplay(world, biller, { commandId: "replay-cut-000001", draftId });
    if (started.status !== "done") throw new Error(started.status);
    const { replayId } = started.result;
    let calls = 0;
    for (let result = "more"; result !== "finished"; calls += 1) result = await drainReplay(world, replayId, { budgetMs: 0 });
    expect(calls).toBeGreaterThan(1);
    const again = (await replayPage(world, biller, replayId))!;
    expect([again.classes, again.bands, again.losers]).toEqual([whole.classes, whole.bands, whole.losers]);
    expect(await drainReplay(world, replayId)).toBe("idle");
  });

  test("a month that was estimated and trued up counts once, as it was used: the same prices cost the same", async () => {
    const { world, port, clock } = utility;
    await customer(utility, "1001", ["dial"]);
    for (const [on, gallons] of [["2026-03-01", 0], ["2026-04-01", 3_100], ["2026-06-01", 15_300]] as const) await dialRead(port, channelOf("1001", "dial"), on, gallons);
    for (const day of ["2026-04-01", "2026-05-05", "2026-06-01"]) {
      clock.now = Date.parse(`${day}T15:00:00Z`);
      await runBills(utility, `${day.slice(0, 8)}01`);
    }
    const draftId = await written({ document: { ...WATER_RATE, name: { en: "Water, as it was" } } });
    const { replay, classes } = (await replayPage(world, biller, await replayed(draftId)))!;
    const [billed] = await port.query<{ charges: number; bills: number }>("SELECT sum(charges) AS charges, count(*) AS bills FROM bill");
    expect([billed!.bills, replay.status]).toEqual([3, "finished"]);
    expect(classes).toEqual([{ customerClass: "residential", accounts: 1, before: billed!.charges, after: billed!.charges }]);
    const { bills } = (await tryDraft(world, biller, draftId, "1001"))!;
    expect(bills.map(({ number, period, before, after }) => [number, period.from, before === after])).toEqual([["1001-20260601", "2026-05-01", true], ["1001-20260601", "2026-04-01", true], ["1001-20260401", "2026-03-01", true]]);
  });

  test("a time-of-use draft finds the hours of bills that were made without them", async () => {
    await customer(utility, "1001", ["water"]);
    await meterDays(utility.port, channelOf("1001", "water"), "2026-03-01", "2026-04-01", (slot) => (slot >= 16 && slot < 21 ? 10_000 : 0));
    await runBills(utility, "2026-04-01");
    const byHour = {
      ...WATER_RATE, schedules: ELECTRIC_RATE.schedules,
      charges: [{ id: "use", kind: "time-of-use", name: { en: "Water use" }, glKey: "water.use", schedule: "tod", rates: [{ prices: { peak: "10.00", off: "1.00" } }] }],
    };
    const draftId = await written({ document: byHour });
    const page = (await replayPage(utility.world, biller, await replayed(draftId)))!;
    // 31 days, five hours of ten gallons at $10 a thousand; on March 8 clocks went forward, and the last of them was after nine.
    expect(page.classes[0]!.after).toBe(15_41);
    const { bills } = (await tryDraft(utility.world, biller, draftId, "1001"))!;
    expect(bills).toMatchObject([{ number: "1001-20260401", after: 15_41, lines: [{ name: "Water service charge", before: 12_00, after: null }, { name: "Water use", before: 4_81, after: 15_41 }] }]);
  });

  test("what a draft cannot price is counted with its reason, never guessed", async () => {
    await billed();
    const needsSize = { ...WATER_RATE, charges: [{ ...WATER_RATE.charges[0], rates: [{ when: { cityLimits: "inside" }, amount: "12.00" }] }] };
    const draftId = await written({ document: needsSize });
    const page = (await replayPage(utility.world, biller, await replayed(draftId)))!;
    expect(page.classes).toEqual([]);
    expect(page.unpriced).toMatchObject({ segments: 4, reasons: [{ accounts: 2, reason: expect.stringContaining("cityLimits") }] });
  });

  test("customers see what they would have paid once it is proposed so, and only they do", async () => {
    await billed();
    const { world } = utility;
    const draftId = await written();
    expect(refusal(await proposeDraft(world, biller, { commandId: "propose-early", draftId, shown: true }))).toMatchObject({ field: "shown" });
    await replayed(draftId);
    await proposeDraft(world, biller, { commandId: "propose-shown", draftId, shown: true });
    const [proposal] = await proposalsFor(world, customerOf("1002"), "1002");
    expect(proposal).toMatchObject({ draftId, commodity: "water", effectiveOn: "2026-07-01", decided: false });
    const { bills } = (await proposalForAccount(world, customerOf("1002"), "1002", draftId))!;
    expect(bills.map(({ number }) => number)).toEqual(["1002-20260501", "1002-20260401"]);
    expect(bills.reduce((sum, { after }) => sum + after!, 0)).toBe(proposal!.after);
    await expect(proposalsFor(world, customerOf("1001"), "1002")).rejects.toMatchObject({ status: 404 });
    await publishDraft(world, second, { commandId: "publish-shown", draftId, seen: await hashOf(draftId) });
    expect(await proposalsFor(world, customerOf("1002"), "1002")).toMatchObject([{ decided: true }]);
    utility.clock.now = Date.parse("2026-07-01T14:00:00Z");
    expect(await proposalsFor(world, customerOf("1002"), "1002")).toEqual([]);
    expect((await findDraft(utility.port, draftId))!.status).toBe("published");
  });
});
