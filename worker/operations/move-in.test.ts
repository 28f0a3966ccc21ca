/** Moving in and out at the counter: one form opens the account and starts its services. */
import { describe, expect, test } from "vitest";
import { commitUnits } from "../../db/commit.ts";
import { unitOf } from "../../db/command.ts";
import { isAccountNumber } from "../../domain/lifecycle/account-number.ts";
import { ForbiddenError, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { admin, clerk, openUtility, type TestUtility } from "../../test/support/utility.ts";
import { addService, moveIn, moveInForm, stopService, type MoveIn } from "./move-in.ts";
import { premisePage, searchPremises } from "./premises.ts";
import { publicationOf } from "./rates.ts";
import { registerPremise } from "./registry.ts";

const auditor: UserActor = { kind: "user", userId: "auditor", role: "auditor", accountIds: [] };

/** An empty house on Station Street with water and sewer, and a price for both. */
async function house(): Promise<TestUtility> {
  const opened = await openUtility("2026-03-10T15:00:00Z");
  const { world, port, clock } = opened;
  await registerPremise(world, admin, "register-house", {
    premiseId: "house", address: { line: "5 Station St", city: "Cedar Falls", state: "IA", zip: "50613" }, premiseClass: "residential", dwellingUnits: 1,
    servicePoints: [
      { servicePointId: "house-water", commodity: "water", usageFrom: null, meter: { meterId: "m1", badge: "W-100", commodity: "water", size: null, manufacturer: null, installedOn: "2020-01-01", channels: [{ id: 1, name: "1", kind: "register", unit: "gal", stepMinutes: null, multiplier: "1", dials: 6, direction: "delivered" }] } },
      { servicePointId: "house-sewer", commodity: "sewer", usageFrom: "house-water", meter: null },
    ],
  });
  for (const commodity of ["water", "sewer"]) {
    const scheduleId = `${commodity}-res`;
    const decision = publicationOf({ scheduleId, name: `${commodity}, homes`, commodity, customerClass: "residential", version: 1, effectiveOn: "2020-01-01", document: { format: 1, commodity, name: { en: commodity }, unit: "kgal", charges: [{ id: "fixed", kind: "fixed", name: { en: "Service" }, glKey: commodity, rates: [{ amount: "10.00" }] }] } }, clock.now);
    if (!decision.ok) throw new Error(decision.refusal.message);
    await commitUnits(port, [unitOf({ commandId: `publish-${scheduleId}`, stream: `rate:${scheduleId}`, input: {}, provenance: { actor: "user:admin", source: "staff", recordedAt: clock.now } }, "hash", { seq: 0, hash: "" }, decision)]);
  }
  return opened;
}

const form: MoveIn = {
  commandId: "move-in-0000000001", name: "  Nora   Petersen ", email: "", phone: "555-0177", language: "en", premiseId: "house", mailing: null, customerClass: "residential", billCycle: "01", delivery: "paper",
  startOn: "2026-03-10", services: [{ servicePointId: "house-water", rateScheduleId: "water-res" }, { servicePointId: "house-sewer", rateScheduleId: "sewer-res" }],
};

const accountOf = (answer: Awaited<ReturnType<typeof moveIn>>): string => ("accountId" in answer ? answer.accountId : "");

describe("moving in", () => {
  test("the account gets a number with a check digit, both services start, and the premise knows who lives there", async () => {
    const { world, port } = await house();
    const answer = await moveIn(world, clerk, form);
    expect(answer).toMatchObject({ status: "done", notStarted: [] });
    expect(isAccountNumber(accountOf(answer))).toBe(true);
    const [person] = await port.query("SELECT name, phone FROM person");
    expect(person).toEqual({ name: "Nora Petersen", phone: "555-0177" });
    const page = await premisePage(world, clerk, "house");
    expect(page?.points.map(({ commodity, name, badge }) => [commodity, name, badge])).toEqual([["sewer", "Nora Petersen", "W-100"], ["water", "Nora Petersen", "W-100"]]);
    expect(await searchPremises(world, clerk, "5 stat")).toMatchObject([{ premiseId: "house", services: "sewer,water", occupant: "Nora Petersen" }]);
  });

  test("two who are moved in at the same moment: one is served, the other's clerk is told, and no meter is billed to both", async () => {
    const { world, port } = await house();
    const answers = await Promise.all([form, { ...form, commandId: "move-in-0000000002", name: "Olav Brandt" }].map((each) => moveIn(world, clerk, each)));
    expect(answers.map(({ status }) => status)).toEqual(["done", "done"]);
    const told = answers.flatMap((answer) => ("notStarted" in answer ? answer.notStarted : []));
    expect(told).toHaveLength(2);
    expect(await port.query("SELECT service_point_id AS point, count(*) AS n FROM service_agreement GROUP BY 1 ORDER BY 1")).toEqual([{ point: "house-sewer", n: 1 }, { point: "house-water", n: 1 }]);
  });

  test("the form sent twice opens one account", async () => {
    const { world, port } = await house();
    const first = await moveIn(world, clerk, form);
    expect(await moveIn(world, clerk, form)).toEqual({ ...first, notStarted: [] });
    expect(await port.query("SELECT count(*) AS n FROM account")).toEqual([{ n: 1 }]);
    expect(await port.query("SELECT count(*) AS n FROM service_agreement")).toEqual([{ n: 2 }]);
  });

  test("everything that is wrong is said at once, each at its field", async () => {
    const { world } = await house();
    const answer = await moveIn(world, clerk, { ...form, name: "", email: "nora", delivery: "email", billCycle: "99", startOn: "2025-01-01", services: [], mailing: { line: "", city: "Waterloo", state: "IA", zip: "50701" } });
    if (answer.status !== "invalid") throw new Error(answer.status);
    expect(answer.problems.map((problem) => problem.field)).toEqual(["name", "email", "mailing.line", "billCycle", "startOn", "services"]);
  });

  test("a service that somebody else has is not given away; it is free from the day on which they leave", async () => {
    const { world } = await house();
    const first = accountOf(await moveIn(world, clerk, form));
    const second = { ...form, commandId: "move-in-0000000002", name: "Omar Reyes", startOn: "2026-03-20" };
    const taken = await moveIn(world, clerk, second);
    if (taken.status !== "invalid") throw new Error(taken.status);
    expect(taken.problems).toMatchObject([{ field: "rate-house-water", message: expect.stringContaining("served for Nora Petersen") }, { field: "rate-house-sewer" }]);

    for (const [i, point] of ["house-water", "house-sewer"].entries()) {
      expect(await stopService(world, clerk, { commandId: `stop-00000000000${i}`, accountId: first, agreementId: `${first}-${point}-20260310`, stopOn: "2026-03-20" })).toMatchObject({ status: "done" });
    }
    expect((await moveInForm(world, clerk, "house")).place?.points).toMatchObject([{ servedUntil: "2026-03-20" }, { servedUntil: "2026-03-20" }]);
    expect(await moveIn(world, clerk, { ...second, commandId: "move-in-0000000003", startOn: "2026-03-19" })).toMatchObject({ status: "invalid" });
    expect(await moveIn(world, clerk, { ...second, commandId: "move-in-0000000004" })).toMatchObject({ status: "done", notStarted: [] });
    const page = await premisePage(world, clerk, "house");
    expect(page?.occupancies.map(({ name, stopOn }) => [name, stopOn])).toEqual(expect.arrayContaining([["Omar Reyes", null], ["Nora Petersen", "2026-03-20"]]));
  });

  test("a rate of another service is refused", async () => {
    const { world } = await house();
    const answer = await moveIn(world, clerk, { ...form, services: [{ servicePointId: "house-water", rateScheduleId: "sewer-res" }] });
    expect(answer).toMatchObject({ status: "invalid", problems: [{ field: "rate-house-water" }] });
  });

  test("one more service is added to an account that has some", async () => {
    const { world, port } = await house();
    const accountId = accountOf(await moveIn(world, clerk, { ...form, services: form.services.slice(0, 1) }));
    const sewer = { commandId: "add-service-000001", accountId, premiseId: "house", servicePointId: "house-sewer", rateScheduleId: "sewer-res", startOn: "2026-03-12" };
    expect(await addService(world, clerk, sewer)).toMatchObject({ status: "done" });
    expect(await addService(world, clerk, sewer)).toMatchObject({ status: "done", replayed: true });
    expect(await port.query("SELECT count(*) AS n FROM service_agreement")).toEqual([{ n: 2 }]);
  });

  test("an auditor looks and does not move anybody", async () => {
    const { world } = await house();
    await expect(moveIn(world, auditor, form)).rejects.toThrow(ForbiddenError);
  });
});
