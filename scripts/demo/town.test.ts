import { describe, expect, test } from "vitest";
import { billWindow } from "../../domain/billing/cycle.ts";
import { addMonths, daysBetween } from "../../domain/calendar/local-date.ts";
import { isAccountNumber } from "../../domain/lifecycle/account-number.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import { layOut, SMALL_TOWN_METERS, townCycles } from "./town.ts";

const plan = { seed: 1, today: "2026-11-23", meters: 300 };

describe("the town", () => {
  const town = layOut(plan);

  test("has as many meters as were asked for, each with a number of its own", () => {
    expect(town.meters.length).toBe(300);
    expect(new Set(town.meters.map(({ badge }) => badge)).size).toBe(300);
    expect(layOut({ ...plan, meters: 7 }).meters.length).toBe(7);
  });

  test("is the same again from the same plan", () => {
    expect(layOut(plan)).toEqual(town);
  });

  test("delivers water, sewer and electricity everywhere and gas on a few streets", () => {
    const at = (commodity: string) => town.premises.filter(({ servicePoints }) => servicePoints.some((point) => point.commodity === commodity)).length;
    expect(at("electric")).toBe(town.premises.length);
    expect(at("sewer")).toBe(at("water"));
    expect(at("gas")).toBeGreaterThan(10);
    expect(at("gas")).toBeLessThan(0.5 * town.premises.length);
    const sewer = town.premises[0]!.servicePoints.find(({ commodity }) => commodity === "sewer")!;
    expect(sewer.usageFrom).toBe(town.premises[0]!.servicePoints.find(({ commodity }) => commodity === "water")!.servicePointId);
  });

  test("gives every place an address and every account a number that can be checked", () => {
    expect(new Set(town.premises.map(({ address }) => address.line)).size).toBe(town.premises.length);
    expect(new Set(town.accounts.map(({ accountId }) => accountId)).size).toBe(town.accounts.length);
    expect(town.accounts.every(({ accountId }) => isAccountNumber(accountId))).toBe(true);
  });

  test("has homes and businesses, English and Spanish, people who moved, and one with several accounts", () => {
    const classes = Map.groupBy(town.accounts, ({ opening }) => opening.customerClass);
    expect(classes.get("commercial")!.length).toBeGreaterThan(5);
    expect(town.accounts.filter(({ opening }) => opening.person.language === "es").length).toBeGreaterThan(5);
    expect(town.accounts.filter(({ stopOn }) => stopOn !== null).length).toBeGreaterThan(2);
    expect(town.accounts.filter(({ opening }) => opening.person.id === "person-several").length).toBe(3);
  });

  test("never has two customers of one place at a time, nor a day of the first after the second came", () => {
    for (const [, customers] of Map.groupBy(town.accounts, ({ services }) => services[0]!.premiseId)) {
      const [first, second] = customers;
      if (second) expect(first!.stopOn! < second.startOn).toBe(true);
    }
  });

  test("of more than a thousand meters has intervals of homes for the last days only, and prices by the clock once they cover a period", () => {
    expect(town.clockRatesFrom).toBe(null);
    const large = layOut({ ...plan, meters: SMALL_TOWN_METERS + 1 });
    const home = large.meters.find(({ use }) => use.pattern === "home")!;
    expect(daysBetween(home.intervalsFrom, plan.today)).toBe(60);
    expect(daysBetween(home.intervalsFrom, large.clockRatesFrom!)).toBe(31);
  });
});

describe("the bill cycles", () => {
  test.each(["2026-11-23", "2026-02-28", "2024-02-29", "2026-01-01", "2026-07-31", "2026-03-05"])("on %s are spread over the month, and one has closed and is left to be run by hand", (today) => {
    const cycles = townCycles(today);
    expect(new Set(cycles.map(({ closeDay }) => closeDay)).size).toBe(4);
    expect(cycles.every(({ closeDay }) => closeDay >= 1 && closeDay <= 28)).toBe(true);
    const [open] = cycles;
    expect(open!.billed).toEqual(open!.closes.slice(0, -1));
    // The clock has given up on it.
    expect(billWindow(open!.id, open!.closes.at(-1)!, SETTING_DEFAULTS).closesOn < today).toBe(true);
    expect(daysBetween(open!.closes.at(-1)!, today)).toBeLessThan(10);
    for (const { startOn, closes } of cycles) {
      expect(closes.length).toBe(13);
      expect(closes[0]).toBe(addMonths(startOn, 1));
      expect(daysBetween(closes.at(-1)!, today)).toBeLessThan(31);
      expect(daysBetween(startOn, today)).toBeGreaterThan(390);
    }
  });
});
