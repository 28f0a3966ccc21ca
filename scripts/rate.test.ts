/** The command as it is called: what is on which stream, and how it ends. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rate } from "./rate/urdb.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "meterline-rate-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const months = (value: number): number[][] => Array.from({ length: 12 }, () => Array.from({ length: 24 }, () => value));
/** Energy with tiers over two periods, demand, a fixed charge and the least to pay. */
const RATE = {
  label: "a1", utility: "Test Utility", name: "Shops", dgrules: "Net Metering",
  energyratestructure: [[{ rate: 0.1, max: 300 }, { rate: 0.15 }], [{ rate: 0.2, max: 300 }, { rate: 0.3 }]],
  energyweekdayschedule: months(0).map((hours) => hours.map((_, hour) => (hour >= 12 && hour < 18 ? 1 : 0))), energyweekendschedule: months(0),
  flatdemandstructure: [[{ rate: 4 }]], flatdemandmonths: Array.from({ length: 12 }, () => 0),
  fixedchargefirstmeter: 12.5, fixedchargeunits: "$/month", mincharge: 100, minchargeunits: "$/month",
};
const HOURS = 8_760;
/** A busy machine needs more than the usual five seconds for years of quarter-hours, and to start processes. */
const BUSY_TIMEOUT_MS = 60_000;
const flat = (count: number, value: string): string => `${Array.from({ length: count }, () => value).join("\n")}\n`;

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function refusal(args: readonly string[]): string {
  try {
    rate(args);
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, "");
  }
  return "";
}

interface Printed {
  readonly months: readonly Record<"energy" | "flatDemand" | "touDemand" | "fixed" | "minimumTopUp" | "total", { exact: string; cents: number }>[];
  readonly year: Printed["months"][number] & { kwh: number; peakKw: number };
}

const printed = (load: string, ...more: string[]): Printed => JSON.parse(rate(["--urdb", file("rate.json", RATE), "--load", load, "--json", ...more])) as Printed;

describe("a year of bills", () => {
  test("as JSON: each amount exact and in cents", () => {
    const load = file("load.csv", flat(HOURS, "0.5"));
    const { months: [january], year } = printed(load, "--year", "2018", "--timezone", "UTC");
    // 372 kWh, of which 69 in the peak hours of 23 weekdays: 300/372 of each are in the first tier.
    expect(january).toEqual({
      kwh: 372, peakKw: 0.5,
      energy: { exact: "48.36775", cents: 4837 }, flatDemand: { exact: "2.00", cents: 200 }, touDemand: { exact: "0.00", cents: 0 }, fixed: { exact: "12.50", cents: 1250 },
      minimumTopUp: { exact: "37.13225", cents: 3713 }, total: { exact: "100.00", cents: 10_000 },
    });
    expect(year).toMatchObject({ kwh: 4380, peakKw: 0.5, fixed: { exact: "150.00", cents: 15_000 }, total: { cents: 120_000 } });
  });

  test("by tiers of each period's own on request", () => {
    // 303 kWh fill the other hours' first tier; the peak hours' 69 do not fill theirs.
    expect(printed(file("load.csv", flat(HOURS, "0.5")), "--tier-tou-split", "period").months[0]!.energy.exact).toBe("44.25");
  });

  test("half- and quarter-hours in kW or kWh, with and without a header, a column of times, commas and Windows lines", () => {
    const hourly = printed(file("load.csv", flat(HOURS, "2"))).year;
    const same = [
      file("quarters.csv", flat(HOURS * 4, "2")),
      file("halves.csv", `kW\r\n${flat(HOURS * 2, "2.0").replaceAll("\n", "\r\n")}`),
      file("energy.csv", `"Usage (kWh)"\n${flat(HOURS * 4, "0.5")}`),
      file("times.csv", `time,load_kW\n${flat(HOURS, "2018-01-01T00:00,2")}`),
      file("first.csv", `load_kW,time\n${flat(HOURS, "2,2018-01-01T00:00")}`),
      file("trailing.csv", `\uFEFF${flat(HOURS, "2,")}\n\n`),
    ];
    for (const load of same) expect(printed(load).year).toEqual(hourly);
    expect(printed(file("quarters.csv", flat(HOURS * 4, "0.5")), "--unit", "kWh").year).toEqual(hourly);
  }, BUSY_TIMEOUT_MS);

  test("a leap year with and without its day, and a zone whose clocks change", () => {
    const day = (year: Printed): number => (year.months[1] as unknown as { kwh: number }).kwh;
    expect(day(printed(file("leap.csv", flat(HOURS + 24, "1")), "--year", "2024"))).toBe(29 * 24);
    expect(day(printed(file("load.csv", flat(HOURS, "1")), "--year", "2024"))).toBe(28 * 24);
    expect((printed(file("load.csv", flat(HOURS, "1")), "--timezone", "America/Denver").months[2] as unknown as { kwh: number }).kwh).toBe(743);
  });

  test("the least to pay of a year is settled in December", () => {
    const rate_ = file("yearly.json", { ...RATE, mincharge: 1_000, minchargeunits: "$/year" });
    const { months: list, year } = JSON.parse(rate(["--urdb", rate_, "--load", file("load.csv", flat(HOURS, "0.1")), "--json"])) as Printed;
    expect(list.slice(0, 11).every(({ minimumTopUp }) => minimumTopUp.cents === 0)).toBe(true);
    expect(year.total.exact).toBe("1000.00");
  });

  test("a fuel adjustment is in the total, apart from energy", () => {
    const fuel = file("fuel.json", { energyratestructure: [[{ rate: 0.1 }]], fueladjustmentsmonthly: Array.from({ length: 12 }, () => 0.01) });
    const { months: [january] } = JSON.parse(rate(["--urdb", fuel, "--load", file("load.csv", flat(HOURS, "1")), "--json"])) as Printed;
    expect(january).toMatchObject({ energy: { exact: "74.40" }, fuelAdjustment: { exact: "7.44", cents: 744 }, total: { exact: "81.84" } });
    expect(rate(["--urdb", fuel, "--load", file("load.csv", flat(HOURS, "1"))])).toContain("fuel");
  });

  test("a large plant's prices of eight decimals are still exact", () => {
    const large = file("large.json", { energyratestructure: [[{ rate: 0.12345678 }]], flatdemandstructure: [[{ rate: 12.34567 }]], flatdemandmonths: Array.from({ length: 12 }, () => 0) });
    const { months: [january] } = JSON.parse(rate(["--urdb", large, "--load", file("load.csv", flat(HOURS, "61234.567")), "--json"])) as Printed;
    expect(january!.energy.exact).toBe("5624507.91508660944");
    expect(january!.flatDemand.exact).toBe("755981.75677489");
  });
});

describe("what is refused, in one sentence with the file and the place", () => {
  const ok = (): string => file("rate.json", RATE);
  const year = (): string => file("load.csv", flat(HOURS, "1"));
  test.each([
    ["no load", () => ["--urdb", ok()], "Name the load's file: --load LOAD.csv."],
    ["a file that is not there", () => ["--urdb", join(folder, "none.json"), "--load", year()], "There is no file none.json."],
    ["no JSON", () => ["--urdb", file("bad.json", '{"a": '), "--load", year()], /^bad\.json is not JSON: .+\.$/],
    ["an empty file", () => ["--urdb", file("bad.json", " "), "--load", year()], "bad.json is empty; it should hold a rate as JSON."],
    ["a rate that makes no sense", () => ["--urdb", file("bad.json", { items: [{ ...RATE, energyweekdayschedule: months(7) }] }), "--load", year()], "bad.json, items.0.energyweekdayschedule.0.0: period 7 is not in the rate structure, which has 2 (0 to 1) (and 287 more like it)."],
    ["several rates", () => ["--urdb", file("bad.json", { items: [RATE, { ...RATE, label: "b2" }] }), "--load", year()], "bad.json, items: holds 2 rates; name one with --item LABEL, such as a1."],
    ["an empty load", () => ["--urdb", ok(), "--load", file("bad.csv", "\n\n")], "bad.csv is empty: it needs a year of values, one a line."],
    ["a load of the wrong length", () => ["--urdb", ok(), "--load", file("bad.csv", flat(100, "1"))], "bad.csv has 100 values; a year has 8760 hours, 17520 half-hours or 35040 quarter-hours (a leap year 8784, 17568 or 35136)."],
    ["a leap year's load", () => ["--urdb", ok(), "--load", file("bad.csv", flat(8_784, "1")), "--year", "2023"], "bad.csv has 8784 values of 60 minutes; 2023 has 8760 in UTC."],
    ["words in the load", () => ["--urdb", ok(), "--load", file("bad.csv", flat(HOURS, "1").replace("1\n1\n", "1\nn/a\n"))], 'bad.csv, line 2: "n/a" is not a number.'],
    ["negative usage", () => ["--urdb", ok(), "--load", file("bad.csv", `${flat(HOURS - 1, "1")}-2\n`)], "bad.csv, line 8760: -2 is negative; a rate prices what a customer takes, and energy that is delivered needs a net metering agreement."],
    ["absurd usage", () => ["--urdb", ok(), "--load", file("bad.csv", `1e30\n${flat(HOURS - 1, "1")}`)], "bad.csv, line 1: 1e30 is more than any customer uses; check the unit."],
    ["more in a month than there is", () => ["--urdb", ok(), "--load", file("bad.csv", flat(HOURS, "9000000"))], /^bad\.csv 6696000001 kWh in a month/],
    ["a year in words", () => ["--urdb", ok(), "--load", year(), "--year", "soon"], "--year soon is not a year such as 2018."],
    ["a zone of another planet", () => ["--urdb", ok(), "--load", year(), "--timezone", "Mars"], "--timezone Mars is not a time zone; give one such as America/Denver or UTC."],
    ["another split", () => ["--urdb", ok(), "--load", year(), "--tier-tou-split", "half"], "--tier-tou-split half is not known; use share or period."],
    ["an option that is none", () => ["--urdb", ok(), "--loda", year()], "Unknown option '--loda'."],
  ])("%s", (_, args, message) => {
    const said = refusal(args());
    if (typeof message === "string") expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});

test("the command itself: JSON on standard output, a refusal on standard error with 1, and a table for people", () => {
  const load = file("load.csv", flat(HOURS, "1"));
  const run = (...args: string[]) => spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/rate.ts", ...args], { encoding: "utf8" });
  const good = run("--urdb", file("rate.json", RATE), "--load", load, "--json");
  expect(good).toMatchObject({ status: 0, stderr: "" });
  expect((JSON.parse(good.stdout) as Printed).months).toHaveLength(12);
  expect(run("--urdb", file("rate.json", RATE), "--load", load).stdout).toContain("month");
  expect(run("--urdb", file("bad.json", "[]"), "--load", load)).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(/^\S+bad\.json, the document: holds no rate\.\n$/) as string });
}, BUSY_TIMEOUT_MS);
