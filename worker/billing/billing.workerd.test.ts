import { env } from "cloudflare:workers";
import { beforeAll, expect, test, vi } from "vitest";
import { openPort } from "../../db/open.ts";
import { writeRows } from "../../db/commit.ts";
import { todayOf } from "../../db/utility.ts";
import { lastClose } from "../../domain/billing/cycle.ts";
import { addMonths, eachDay } from "../../domain/calendar/local-date.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { dayBytes, dayStats, slotCount } from "../../domain/metering/index.ts";
import { billPage, checkBill, startBillRun } from "../operations/billing.ts";
import { worldOf } from "../operations/context.ts";
import { publishRateVersion } from "../operations/rates.ts";
import { openAccount, registerPremise, startService } from "../operations/registry.ts";
import { setUpUtility } from "../operations/settings.ts";

const world = worldOf({ env, ctx: { waitUntil: () => {} } });
const port = openPort(env);
const admin: UserActor = { kind: "user", userId: "admin", role: "admin", accountIds: [] };
const zone = "America/Chicago";

beforeAll(async () => {
  await setUpUtility(world, "system:test", {
    utility: { name: "Workerd Test Utility", timeZone: zone, phone: "", email: "", addressLines: [], commodities: ["water"] },
    cycles: [{ id: "01", name: "Cycle 1", closeDay: 1 }], holidays: [], fees: SETTING_DEFAULTS.fees, gl: SETTING_DEFAULTS.gl,
  });
});

test("a run that somebody starts is drained by the queue, and its bill explains itself", async () => {
  const accountId = `bill-${crypto.randomUUID()}`;
  const periodTo = lastClose(1, await todayOf(port, Date.now()));
  const period = { from: addMonths(periodTo, -1), to: periodTo };
  const channelId = Math.trunc(Date.now() % 1e9);
  await publishRateVersion(world, admin, "publish-workerd-water", {
    scheduleId: "workerd-water", name: "Water", commodity: "water", customerClass: "residential", version: 1, effectiveOn: "2020-01-01",
    document: { format: 1, commodity: "water", name: { en: "Water" }, unit: "kgal", charges: [{ id: "use", kind: "flat", name: { en: "Water use" }, glKey: "water", rates: [{ price: "3.00" }] }] },
  });
  await registerPremise(world, admin, `premise-${accountId}`, {
    premiseId: `p-${accountId}`, address: { line: "1 Elm St", city: "Cedar Falls", state: "IA", zip: "50613" }, premiseClass: "home", dwellingUnits: 1,
    servicePoints: [{
      servicePointId: `s-${accountId}`, commodity: "water", usageFrom: null,
      meter: {
        meterId: `m-${accountId}`, badge: `B${accountId}`, commodity: "water", size: null, manufacturer: null, installedOn: "2020-01-01",
        channels: [{ id: channelId, name: "1", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", dials: null, direction: "delivered" }],
      },
    }],
  });
  await openAccount(world, admin, `open-${accountId}`, {
    accountId, person: { id: accountId, name: "Ann Lee", email: null, phone: null, language: "en" }, mailing: { line: "1 Elm St", city: "Cedar Falls", state: "IA", zip: "50613" },
    customerClass: "residential", billCycle: "01", delivery: "email", openedOn: period.from,
  });
  await startService(world, admin, `start-${accountId}`, accountId, { agreementId: `a-${accountId}`, premiseId: `p-${accountId}`, servicePointId: `s-${accountId}`, commodity: "water", rateScheduleId: "workerd-water", startOn: period.from });
  const days = eachDay(period);
  await writeRows(port, {
    intervalDay: days.map((day) => {
      const values = new Int32Array(slotCount(day, zone, 60)).fill(10_000);
      const { sum, max } = dayStats({ values, quality: null });
      return { channelId, day, version: 1, raw: dayBytes(values) as never, flags: null, bestTotal: sum, bestPeak: max, missing: 0, suspect: 0, batchId: "b", recordedAt: 1 };
    }),
  });

  // Other tests leave accounts of this cycle without reads; each of them is held and says so.
  const started = await startBillRun(world, admin, { commandId: crypto.randomUUID(), cycleId: "01", periodTo });
  expect(started).toMatchObject({ status: "done", result: { runId: `01-${periodTo}` } });
  await vi.waitFor(async () => expect(await port.query("SELECT status FROM bill_run WHERE id = ?", [`01-${periodTo}`])).toEqual([{ status: "finished" }]), { timeout: 20_000, interval: 200 });

  const billId = `${accountId}-${periodTo.replaceAll("-", "")}`;
  const page = (await billPage(world, admin, billId))!;
  const hours = days.reduce((sum, day) => sum + slotCount(day, zone, 60), 0);
  expect(page.bill.charges).toBe(hours * 3);
  expect(page.segments[0]!.lines[0]!.sentence).toContain("thousand gallons at $3.00");
  expect(await checkBill(world, admin, billId)).toMatchObject({ replayed: hours * 3, differences: [] });
});
