/** Places entered at a desk: what is registered, what is refused, and what two desks do at once. */
import { describe, expect, test } from "vitest";
import { ForbiddenError, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { clerk, openUtility, type TestUtility } from "../../test/support/utility.ts";
import { meterPage } from "./meters.ts";
import { enterMeter, enterPremise, enterService, newPremiseForm, newServiceForm, type MeterEntered, type PremiseEntered, type ServiceEntered } from "./premise-forms.ts";
import { premisePage } from "./premises.ts";

const field: UserActor = { kind: "user", userId: "field", role: "field", accountIds: [] };

const METER: MeterEntered = { badge: "W-100", size: '5/8"', manufacturer: "Neptune", installedOn: "2026-03-01", kind: "both", unit: "gal", dials: "7", stepMinutes: "60", multiplier: "1" };
const water: ServiceEntered = { commodity: "water", byWater: false, meter: METER };
const sewer: ServiceEntered = { commodity: "sewer", byWater: true, meter: null };
const HOUSE: PremiseEntered = {
  commandId: "register-house-0001", address: { line: " 5  Station St ", city: "Cedar Falls", state: "ia", zip: "50613" }, premiseClass: "residential", dwellingUnits: "1", services: [water, sewer],
};

const utility = () => openUtility("2026-03-10T15:00:00Z");
const problemsOf = (answer: Awaited<ReturnType<typeof enterPremise>>) => (answer.status === "invalid" ? answer.problems.map((each) => each.field) : answer.status);

async function registered({ world }: TestUtility): Promise<string> {
  const answer = await enterPremise(world, field, HOUSE);
  if (answer.status !== "done") throw new Error(JSON.stringify(answer));
  return answer.premiseId;
}

describe("a premise", () => {
  test("is registered with its services; sewer hangs on the water meter, whose two channels are set up", async () => {
    const opened = await utility();
    const premiseId = await registered(opened);
    const page = await premisePage(opened.world, clerk, premiseId);
    expect(page).toMatchObject({ line: "5 Station St", city: "Cedar Falls", state: "IA", zip: "50613", dwellingUnits: 1 });
    expect(page!.points.map(({ commodity, badge, usageFrom }) => [commodity, badge, usageFrom])).toEqual([["sewer", "W-100", `${premiseId}-water`], ["water", "W-100", null]]);
    const meter = await meterPage(opened.world, clerk, page!.points[1]!.meterId!);
    expect(meter!.channels.map(({ kind, unit, stepMinutes, dials, multiplier }) => [kind, unit, stepMinutes, dials, multiplier])).toEqual([["register", "gal", null, 7, "1"], ["interval", "gal", 60, null, "1"]]);
    expect(await opened.port.query("SELECT type FROM event WHERE stream = ? ORDER BY seq", [`premise:${premiseId}`])).toEqual([
      { type: "PremiseRegistered" }, { type: "ServicePointAdded" }, { type: "ServicePointAdded" }, { type: "MeterInstalled" },
    ]);
    expect(await newPremiseForm(opened.world, field)).toMatchObject({ near: { city: "Cedar Falls", state: "IA", zip: "50613" }, delivered: ["water", "sewer", "electric", "gas"] });
  });

  test("a compound water meter has two registers that add up, an electric one may count what comes back, each on channels of their own", async () => {
    const opened = await openUtility("2026-03-10T15:00:00Z");
    const meterOf = (more: Partial<MeterEntered>): MeterEntered => ({ ...METER, ...more });
    const place = (...services: ServiceEntered[]): PremiseEntered => ({ ...HOUSE, services });
    const electric: ServiceEntered = { commodity: "electric", byWater: false, meter: meterOf({ badge: "E-100", unit: "kWh", stepMinutes: "15", received: true }) };
    expect(problemsOf(await enterPremise(opened.world, field, place({ ...water, meter: meterOf({ kind: "interval", compound: true }) })))).toEqual(["water.compound"]);
    expect(problemsOf(await enterPremise(opened.world, field, place({ ...water, meter: meterOf({ received: true }) }, { ...electric, meter: { ...electric.meter!, compound: true } })))).toEqual(["water.received", "electric.compound"]);
    expect(await enterPremise(opened.world, field, place({ ...water, meter: meterOf({ kind: "register", compound: true }) }, electric))).toMatchObject({ status: "done" });
    expect(await opened.port.query("SELECT name, kind, unit, direction FROM channel ORDER BY id")).toEqual([
      { name: "high", kind: "register", unit: "gal", direction: "delivered" }, { name: "low", kind: "register", unit: "gal", direction: "delivered" },
      { name: "1", kind: "interval", unit: "kWh", direction: "delivered" }, { name: "total", kind: "register", unit: "kWh", direction: "delivered" },
      { name: "received", kind: "interval", unit: "kWh", direction: "received" }, { name: "received total", kind: "register", unit: "kWh", direction: "received" },
    ]);
  });

  test("an electric meter may count reactive energy beside: on a channel of its own, by intervals alone", async () => {
    const opened = await utility();
    const electric = (more: Partial<MeterEntered>): PremiseEntered => ({ ...HOUSE, services: [{ commodity: "electric", byWater: false, meter: { ...METER, badge: "E-100", unit: "kWh", stepMinutes: "15", multiplier: "40", beside: "kvarh", ...more } }] });
    expect(problemsOf(await enterPremise(opened.world, field, electric({ kind: "register" })))).toEqual(["electric.beside"]);
    expect(problemsOf(await enterPremise(opened.world, field, { ...HOUSE, services: [{ ...water, meter: { ...METER, beside: "kVAh" } }] }))).toEqual(["water.beside"]);
    expect(problemsOf(await enterPremise(opened.world, field, electric({ beside: "kW" })))).toEqual(["electric.beside"]);
    expect(await enterPremise(opened.world, field, electric({}))).toMatchObject({ status: "done" });
    expect(await opened.port.query("SELECT name, kind, unit, step_minutes, multiplier, direction FROM channel ORDER BY id")).toEqual([
      { name: "1", kind: "interval", unit: "kWh", step_minutes: 15, multiplier: "40", direction: "delivered" }, { name: "total", kind: "register", unit: "kWh", step_minutes: null, multiplier: "40", direction: "delivered" },
      { name: "kvarh", kind: "interval", unit: "kvarh", step_minutes: 15, multiplier: "40", direction: "delivered" },
    ]);
  });

  test("sent twice is one; the same form with other words is a conflict", async () => {
    const opened = await utility();
    const premiseId = await registered(opened);
    expect(await enterPremise(opened.world, field, HOUSE)).toEqual({ status: "done", premiseId });
    expect(await enterPremise(opened.world, field, { ...HOUSE, dwellingUnits: "2" })).toEqual({ status: "conflict" });
    expect(await opened.port.query("SELECT count(*) AS n FROM premise")).toEqual([{ n: 1 }]);
  });

  test("says everything that is wrong at once, each at its field, and stores nothing", async () => {
    const { world, port } = await utility();
    const bad: MeterEntered = { badge: "W 100", size: "x".repeat(30), manufacturer: "", installedOn: "2026-03-11", kind: "both", unit: "kWh", dials: "12", stepMinutes: "7", multiplier: "0" };
    expect(problemsOf(await enterPremise(world, field, { ...HOUSE, address: { line: "", city: " ", state: "IO", zip: "5061" }, premiseClass: "castle", dwellingUnits: "-1", services: [{ ...water, meter: bad }] }))).toEqual([
      "line", "city", "state", "zip", "premiseClass", "dwellingUnits",
      "water.badge", "water.size", "water.installedOn", "water.unit", "water.dials", "water.stepMinutes", "water.multiplier",
    ]);
    expect(problemsOf(await enterPremise(world, field, { ...HOUSE, services: [] }))).toEqual(["services"]);
    expect(problemsOf(await enterPremise(world, field, { ...HOUSE, services: [sewer] }))).toEqual(["sewer.byWater"]);
    expect(await port.query("SELECT count(*) AS n FROM event WHERE stream LIKE 'premise:%'")).toEqual([{ n: 0 }]);
  });

  test("only once at one address, and a badge hangs in one place", async () => {
    const opened = await utility();
    const premiseId = await registered(opened);
    const next = { ...HOUSE, commandId: "register-house-0002" };
    expect(await enterPremise(opened.world, field, { ...next, address: { ...HOUSE.address, line: "5 STATION ST" } })).toMatchObject({ problems: [{ field: "line", message: expect.stringContaining(premiseId) }] });
    expect(problemsOf(await enterPremise(opened.world, field, { ...next, address: { ...HOUSE.address, line: "7 Station St" } }))).toEqual(["water.badge"]);
    const electric: ServiceEntered = { commodity: "electric", byWater: false, meter: { ...METER, badge: "W-200", unit: "kWh" } };
    const twice = { ...next, address: { ...HOUSE.address, line: "7 Station St" }, services: [{ ...water, meter: { ...METER, badge: "W-200" } }, electric] };
    expect(await enterPremise(opened.world, field, twice)).toMatchObject({ problems: [{ field: "electric.badge", message: "Meter W-200 is entered twice." }] });
  });

  test("two desks at once: channels never share a number, and of two that hang the same meter one is told so", async () => {
    const opened = await utility();
    const house = (n: number, badge: string): PremiseEntered => ({ ...HOUSE, commandId: `register-street-${n}`, address: { ...HOUSE.address, line: `${n} Oak St` }, services: [{ ...water, meter: { ...METER, badge } }] });
    const all = await Promise.all([1, 2, 3, 4].map((n) => enterPremise(opened.world, field, house(n, n < 3 ? "W-SAME" : `W-${n}`))));
    expect(all.map(({ status }) => status).sort()).toEqual(["done", "done", "done", "invalid"]);
    expect(await opened.port.query("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM channel")).toEqual([{ n: 6, ids: 6 }]);
  });

  test("is not for a clerk to register", async () => {
    const { world } = await utility();
    await expect(enterPremise(world, clerk, HOUSE)).rejects.toThrow(ForbiddenError);
    await expect(newPremiseForm(world, clerk)).rejects.toThrow(ForbiddenError);
  });
});

describe("at a premise that exists", () => {
  test("a second water service gets a name of its own; a service without a meter gets one later, once", async () => {
    const opened = await utility();
    const { world } = opened;
    const premiseId = await registered(opened);
    expect(await enterService(world, field, { commandId: "add-irrigation-01", premiseId, service: { ...water, meter: null } })).toEqual({ status: "done", premiseId });
    const [point] = (await newServiceForm(world, field, premiseId))!.points.filter(({ metered }) => metered === 0);
    expect(point!.servicePointId).toBe(`${premiseId}-water-2`);
    const hang = { commandId: "hang-irrigation-1", premiseId, servicePointId: point!.servicePointId, meter: { ...METER, badge: "W-101", kind: "register" } };
    expect(await enterMeter(world, field, hang)).toEqual({ status: "done", premiseId });
    expect(await enterMeter(world, field, { ...hang, commandId: "hang-irrigation-2", meter: { ...METER, badge: "W-102" } })).toMatchObject({ status: "invalid", problems: [{ message: "A meter hangs there already." }] });
    expect((await premisePage(world, clerk, premiseId))!.points.map(({ commodity, badge }) => [commodity, badge])).toEqual([["sewer", "W-100"], ["water", "W-100"], ["water", "W-101"]]);
  });

  test("what the utility does not deliver, and a place that is none, are refused", async () => {
    const opened = await utility();
    const premiseId = await registered(opened);
    expect(problemsOf(await enterService(opened.world, field, { commandId: "add-refuse-000001", premiseId, service: { commodity: "refuse", byWater: false, meter: null } }))).toEqual(["commodity"]);
    expect(await enterService(opened.world, field, { commandId: "add-nowhere-00001", premiseId: "P-nowhere", service: water })).toMatchObject({ status: "invalid" });
    expect(await newServiceForm(opened.world, field, "P-nowhere")).toBeNull();
  });
});
