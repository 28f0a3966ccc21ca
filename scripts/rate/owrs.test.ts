/** A month's water from the command line: what it prints, and what it says when it cannot. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Refused } from "./command.ts";
import { rate } from "./owrs.ts";

const folder = mkdtempSync(join(tmpdir(), "owrs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Figures of the North Coast County Water District, two months a bill, with a pumping charge and a budget class beside them. */
const FILE = write("tariff.owrs", `metadata:
  effective_date: 01/01/2018
  utility_name: North Coast County Water District
  bill_frequency: Bi-Monthly
  bill_unit: ccf
rate_structure:
  RESIDENTIAL_SINGLE:
    service_charge:
      depends_on:
        - meter_size
        - city_limits
      values:
        5/8"|inside_city: 53.39
        1|1/2"|inside_city: 150
        5/8"|outside_city: 60
    commodity_charge: Tiered
    tier_starts_commodity: [0, 5, 16, 28]
    tier_prices_commodity: [6.64, 7.73, 12.63, 20.56]
    pumping_charge: 0.10*usage_ccf
    bill: 1.02*(service_charge+commodity_charge)+pumping_charge
  IRRIGATION:
    budget: et_amount*irr_area*0.62*(1/748)
    tier_starts: [0, 100%]
    tier_prices: [2, 4]
    commodity_charge: Budget
    bill: commodity_charge
  BROKEN:
    service_charge: NA
    bill: service_charge
`);

const json = (...args: string[]) => JSON.parse(rate(["--owrs", FILE, "--json", ...args])) as Record<string, unknown>;
const refusal = (...args: string[]): string => {
  try {
    rate(args);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(Refused);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
};
const HOME = ["--class", "RESIDENTIAL_SINGLE", "--usage", "5", "--meter-size", '5/8"', "--set", "city_limits=inside_city"];

test("two months are rated together and halved, to the fraction of a cent", () => {
  expect(json(...HOME)).toEqual({
    service: { exact: "26.695", cents: 2670 },
    commodity: { exact: "36.47", cents: 3647 },
    tiers: [
      { tier: 1, label: "First 4 ccf", usage: "2", unit: "ccf", price: "6.64", exact: "13.28", cents: 1328 },
      { tier: 2, label: "Next 11 ccf", usage: "3", unit: "ccf", price: "7.73", exact: "23.19", cents: 2319 },
    ],
    surcharges: { exact: "1.7633", cents: 176, lines: [{ name: "Surcharge", exact: "1.2633", cents: 126 }, { name: "Pumping charge", exact: "0.50", cents: 50 }] },
    total: { exact: "64.9283", cents: 6493 },
  });
});

/** A process starts slowly on a busy machine. */
const PROCESS_TIMEOUT_MS = 60_000;

test("as it is called: JSON on standard output, a sentence on standard error with 1", () => {
  const run = (...args: string[]) => spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/rate.ts", "--owrs", FILE, ...args], { encoding: "utf8" });
  const good = run(...HOME, "--json");
  expect(good).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(good.stdout)).toEqual(json(...HOME));
  expect(run("--class", "BROKEN", "--usage", "5")).toMatchObject({ status: 1, stdout: "", stderr: `${FILE}: rate_structure.BROKEN.service_charge is NA, so there is no value.\n` });
}, PROCESS_TIMEOUT_MS);

test("units: 748 gallons are a hundred cubic feet", () => {
  const total = (...args: string[]) => json("--class", "RESIDENTIAL_SINGLE", "--meter-size", "5/8", "--set", "CITY_LIMITS=Inside City", ...args)["total"];
  expect(total("--usage", "3.74", "--unit", "kgal")).toEqual(total("--usage", "5", "--unit", "ccf"));
  expect(total("--usage", "3740", "--unit", "gal")).toEqual(total("--usage", "5", "--unit", "hcf"));
});

test("what formulas reckon with is set by name", () => {
  expect(json("--class", "irrigation", "--usage", "20", "--set", "et_amount=4.8", "--set", "irr_area=4500")["total"]).toEqual({ exact: "62.00", cents: 6200 });
});

test("without --json it is said in sentences", () => {
  expect(rate(["--owrs", FILE, ...HOME]).split("\n")).toEqual([
    "North Coast County Water District, RESIDENTIAL_SINGLE: a bill of 2 months, in ccf; a month's part of the total is its half",
    "  Service charge: $53.39 for this bill.",
    "  Water use: 4 ccf at $6.64 and 6 ccf at $7.73: $72.94.",
    "  Surcharge: 2 percent of $126.33: $2.53.",
    "  Pumping charge: 10 ccf at $0.10: $1.00.",
    "  Total of a month: $64.93",
  ]);
});

test.each([
  [["--owrs", FILE, "--usage", "5"], `${FILE}: name the customer class with --class; rate_structure has RESIDENTIAL_SINGLE, IRRIGATION, BROKEN.`],
  [["--owrs", FILE, "--class", "FIRE", "--usage", "5"], `${FILE}: rate_structure has no class FIRE; it has RESIDENTIAL_SINGLE, IRRIGATION, BROKEN.`],
  [["--owrs", FILE, "--class", "BROKEN", "--usage", "5"], `${FILE}: rate_structure.BROKEN.service_charge is NA, so there is no value.`],
  [["--owrs", FILE, "--class", "RESIDENTIAL_SINGLE"], "Give the month's usage: --usage 12.5."],
  [["--owrs", FILE, ...HOME.slice(0, 4)], `${FILE}: rate_structure.RESIDENTIAL_SINGLE needs meter_size (--meter-size SIZE, one of 5/8", 1 1/2"); city_limits (--set city_limits=VALUE, one of inside_city, outside_city).`],
  [["--owrs", FILE, ...HOME.slice(0, 4), "--meter-size", '9"', "--set", "city_limits=inside_city"], `${FILE}: rate_structure.RESIDENTIAL_SINGLE has no rate for meter_size 9"; it has 5/8", 1 1/2".`],
  [["--owrs", FILE, ...HOME, "--set", "city_limits=abroad"], `${FILE}: rate_structure.RESIDENTIAL_SINGLE has no rate for city_limits abroad; it has inside_city, outside_city.`],
  [["--owrs", FILE, ...HOME.slice(0, 4), "--meter-size", "1.5", "--set", "city_limits=outside_city"], `${FILE}: rate_structure.RESIDENTIAL_SINGLE cannot be rated: charges.0: service-charge has no row for cityLimits outside_city and meterSize 1 1/2"; add one to the rate or put the customer's data right.`],
  [["--owrs", FILE, "--class", "IRRIGATION", "--usage", "5", "--set", "et_amount=much", "--set", "irr_area=1"], "--set et_amount: much is not a number."],
  [["--owrs", FILE, "--class", "IRRIGATION", "--usage", "5", "--set", "et_amount"], "--set et_amount: give a name and a value, such as --set hhsize=3."],
  [["--owrs", FILE, "--class", "IRRIGATION", "--usage", "-5"], "Option '--usage' argument is ambiguous."],
  [["--owrs", FILE, "--class", "IRRIGATION", "--usage=-5"], "--usage: -5 is negative; give the water used in a month."],
  [["--owrs", FILE, "--class", "IRRIGATION", "--usage", "1e3"], "--usage: 1e3 is not a number."],
  [["--owrs", FILE, "--class", "IRRIGATION", "--usage", "5", "--unit", "barrels"], "--unit: barrels is not a unit of water here; use ccf, kgal, gal or m3."],
  [["--owrs", FILE, "--class", "IRRIGATION", "--usage", "5", "--price", "2"], "Unknown option '--price'."],
  [["--owrs", FILE, "--class", "IRRIGATION", "--usage", "900000", "--set", "et_amount=1", "--set", "irr_area=1"], `${FILE}: rate_structure.IRRIGATION cannot be rated: quantities.usage.ccf: 1800000 ccf is more than the largest allowed by this rate (1000000).`],
  [["--owrs", join(folder, "none.owrs"), "--class", "A", "--usage", "5"], `There is no file ${join(folder, "none.owrs")}.`],
  [["--owrs", write("tab.owrs", "metadata:\n\tbill_frequency: Monthly\n"), "--class", "A", "--usage", "5"], `${join(folder, "tab.owrs")}: line 2 is indented with a tab; YAML needs spaces.`],
  [["--owrs", write("unit.owrs", "metadata:\n  bill_frequency: Monthly\n  bill_unit: barrels\nrate_structure:\n  A:\n    bill: 1\n"), "--class", "A", "--usage", "5"], `${join(folder, "unit.owrs")}: metadata.bill_unit is barrels, which is not a unit of water here; use ccf, kgal, gal or kilolitre.`],
])("%j is refused", (args, message) => {
  expect(refusal(...args)).toBe(message);
});
