/** What the command prints of a bill, and that it sees what is not as it was: also of bills that were canceled, and of those in their places. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { billingUtility, channelOf, customer, dialRead, runBills } from "../worker/billing/billing.testing.ts";
import { branchOf, type CorrectionAsked } from "../worker/billing/branch.ts";
import { correctBills } from "../worker/operations/corrections.ts";
import { supervisor } from "../test/support/utility.ts";
import { replayText } from "./bill-replay.ts";

const BILL = "1001-20260401";

/** A home with water and sewer; the read of April was wrong, and its bill is made again. */
async function corrected() {
  const utility = await billingUtility();
  const dial = channelOf("1001", "dial");
  await customer(utility, "1001", ["dial", "sewer"]);
  await dialRead(utility.port, dial, "2026-03-01", 10_000);
  await dialRead(utility.port, dial, "2026-04-01", 16_000);
  await runBills(utility, "2026-04-01");
  await dialRead(utility.port, dial, "2026-04-01", 14_000, 2);
  const asked: CorrectionAsked = { fromBill: BILL, cause: "wrongRead", again: true, services: [], feesBack: null };
  const branch = await branchOf(utility.world, "1001", asked);
  if (!branch.ok) throw new Error(branch.refusal.message);
  expect(await correctBills(utility.world, supervisor, { commandId: "correct-form-000001", accountId: "1001", asked, reason: "Misread.", branchHash: branch.branch.hash })).toMatchObject({ status: "done" });
  return utility;
}

test("each line with its arithmetic; a canceled bill comes to what it came to, and so does the one in its place", async () => {
  const { port } = await corrected();
  const old = (await replayText(port, BILL))!;
  expect(old.same).toBe(true);
  expect(old.text.split("\n")).toEqual([
    "Bill 1001-20260401, account 1001, 2026-03-01 to 2026-04-01, made 2026-04-01, canceled 2026-04-01, replaced by 1001-20260401-r2",
    "water, 2026-03-01 to 2026-04-01, water-res version 1",
    expect.stringMatching(/^ {6}\$12\.00 {2}\$12\.00 for this bill\.$/) as string,
    expect.stringMatching(/^ {6}\$22\.80 {2}.*4 .* at \$3\.10.*2 .* at \$5\.20/) as string,
    "      $34.80  in all",
    "sewer, 2026-03-01 to 2026-04-01, sewer-res version 1",
    expect.stringMatching(/^ {6}\$24\.00 {2}.*6 .* at \$4\.00/) as string,
    "      $24.00  in all",
    "The same, to the cent: $58.80.",
  ]);
  const now = (await replayText(port, `${BILL}-r2`))!;
  expect([now.same, now.text.split("\n").at(-1)]).toEqual([true, "The same, to the cent: $40.40."]);
  expect(await replayText(port, "1001-19990101")).toBeNull();
});

test("a price that was changed behind the product's back is seen, with the line that differs", async () => {
  const { port } = await corrected();
  await port.write([{ sql: "DROP TRIGGER rate_version_frozen", args: [] }, { sql: `UPDATE rate_version SET document_hash = 'other' WHERE schedule_id = 'sewer-res'`, args: [] }]);
  const replay = (await replayText(port, BILL))!;
  expect(replay.same).toBe(false);
  expect(replay.text).toContain("sewer: a rate version that priced it is not there any more, or is another.");
  expect(replay.text).toContain("Not the same: $34.80, billed were $58.80.");
});

test("as it is called: help, and 2 when there is nothing to look at", () => {
  const run = (...args: string[]) => spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/bill.ts", ...args], { encoding: "utf8" });
  expect(run("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("replay BILL") as string });
  expect(run("replay", BILL, "--data", "/nowhere")).toMatchObject({ status: 2, stderr: "There is no database in /nowhere. Start Meterline once, or name another folder with --data.\n" });
}, 60_000);
