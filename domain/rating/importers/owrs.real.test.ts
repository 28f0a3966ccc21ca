/** Every file of real rates in the Open Water Rate Specification that lies beside the checkout, and the bills others made of them. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Decimal } from "../../money/decimal.ts";
import { addMonths } from "../../calendar/local-date.ts";
import { compileRate, rateSegment, RatingError, type CompiledRate, type Determinants, type RatedSegment } from "../index.ts";
import { importOwrs, type OwrsClass, type OwrsImport } from "./owrs.ts";

const DATA = join(import.meta.dirname, "../../../../shared/data/water_owrs");
const HERE = existsSync(DATA);
const KGAL_OF_CCF = "0.748";

type Imported = Extract<OwrsImport, { ok: true }>;

const read = (path: string): OwrsImport => importOwrs(readFileSync(join(DATA, path), "utf8"));

/** A customer with the given of each input's values; a number for what is counted. */
function customer({ inputs }: OwrsClass, pick: (name: string, allowed: readonly string[]) => string): Pick<Determinants, "attributes" | "counts" | "meterSize" | "dwellingUnits"> {
  const attributes: Record<string, string> = {};
  const counts: Record<string, number> = {};
  let meterSize = "";
  for (const { name, as, key, allowed } of inputs) {
    if (as === "count") counts[key] = Number(pick(name, allowed)) * 1000;
    else if (as === "meterSize") meterSize = pick(name, allowed);
    else attributes[key] = pick(name, allowed);
  }
  return { attributes, counts, meterSize };
}

/** A whole bill, of as many months as the utility's bills have. */
function bill(rate: CompiledRate, months: number, usage: Decimal, who: Partial<Determinants>): RatedSegment {
  const milli = usage.times(1000).toDecimalPlaces(0).toNumber();
  return rateSegment(rate, { from: "2018-01-01", to: addMonths("2018-01-01", months), zone: "UTC", quantities: { usage: { [rate.document.unit]: milli } }, ...who });
}

const dollars = (lines: RatedSegment["lines"], ids?: readonly string[]): Decimal => lines.filter(({ chargeId }) => ids?.includes(chargeId) ?? true).reduce((sum, { exact }) => sum.plus(exact), new Decimal(0));

describe.skipIf(!HERE)("all files of real rates (needs the shared rates)", () => {
  const files = HERE ? readdirSync(join(DATA, "owrs"), { recursive: true, encoding: "utf8" }).filter((name) => /\.(owrs|txt)$/.test(name)) : [];

  test("each class either prices any plausible customer or says where and why it did not come over", () => {
    let classes = 0;
    let priced = 0;
    for (const name of files) {
      const result = read(join("owrs", name));
      for (const { path, reason } of result.ok ? result.notCarriedOver : result.issues) expect([name, path, reason]).toEqual([name, expect.any(String), expect.stringMatching(/\w/)]);
      if (!result.ok) continue;
      classes += result.customerClasses.length;
      for (const each of result.documents) priced += isPriced(name, each, result.months) ? 1 : 0;
      const unpriced = result.customerClasses.filter((one) => !result.documents.some(({ customerClass }) => customerClass === one));
      for (const one of unpriced) expect(result.notCarriedOver.map(({ path }) => path).some((path) => path === `rate_structure.${one}` || path.startsWith(`rate_structure.${one}.`)), `${name} ${one}`).toBe(true);
    }
    expect(files.length).toBeGreaterThan(300);
    expect(priced / classes).toBeGreaterThan(0.97);
  }, 120_000);

  /** Nothing but a customer that the utility has no price for may stop it. */
  function isPriced(name: string, each: OwrsClass, months: number): boolean {
    const rate = compileRate(each.document);
    let bills = 0;
    for (let turn = 0; turn < 4; turn++) {
      const who = customer(each, (_, allowed) => allowed[turn % allowed.length] ?? String(turn + 1));
      for (const usage of ["0", "12.5", "250"]) {
        try {
          const { lines, totalCents } = bill(rate, months, new Decimal(usage), who);
          expect(Math.abs(dollars(lines).times(100).minus(totalCents).toNumber()), name).toBeLessThanOrEqual(0.5);
          bills++;
        } catch (error) {
          if (!(error instanceof RatingError) || !error.message.includes("has no row for")) throw error;
        }
      }
    }
    return bills > 0;
  }
});

interface ExpectedBill {
  readonly utility_name: string;
  readonly owrs_file: string;
  readonly usage_ccf_per_month: number;
  readonly service_charge: number;
  readonly commodity_charge: number;
  readonly bill: number;
}

describe.skipIf(!HERE)("a single home's month at 144 utilities (needs the shared bills)", () => {
  const bills = HERE ? (JSON.parse(readFileSync(join(DATA, "expected_bills.json"), "utf8")) as ExpectedBill[]) : [];

  test.each(bills.map((each) => [each.utility_name, each] as const))("%s", (_, expected) => {
    const result = read(expected.owrs_file) as Imported;
    const home = result.documents.find(({ customerClass }) => customerClass === "RESIDENTIAL_SINGLE")!;
    const usage = new Decimal(expected.usage_ccf_per_month).times(result.unit === "kgal" ? KGAL_OF_CCF : 1).times(result.months);
    const rate = compileRate(home.document);
    const off = homes(home).map((who) => {
      const lines = linesFor(rate, result.months, usage, who);
      if (lines === null) return Infinity;
      const cents = (ids?: readonly string[]): number => dollars(lines, ids).div(result.months).times(100).toNumber();
      return Math.max(...[[cents(home.service), expected.service_charge], [cents(home.commodity), expected.commodity_charge], [cents(), expected.bill]].map(([ours, theirs]) => Math.abs(Math.round(ours!) - Math.round(theirs! * 100))));
    });
    expect(Math.min(...off)).toBeLessThanOrEqual(1);
  });

  /** Null: there is no such meter. */
  function linesFor(rate: CompiledRate, months: number, usage: Decimal, who: Partial<Determinants>): RatedSegment["lines"] | null {
    try {
      return bill(rate, months, usage, who).lines;
    } catch (error) {
      if (error instanceof RatingError) return null;
      throw error;
    }
  }

  /** A three-quarter-inch meter where there is one; the bills do not say in which zone or season the home is. */
  function homes({ inputs, ...rest }: OwrsClass): Partial<Determinants>[] {
    let picks: Record<string, string>[] = [{}];
    for (const { name, as, allowed } of inputs) {
      const values = as === "count" ? ["1"] : as === "meterSize" ? [allowed.includes('3/4"') ? '3/4"' : allowed[0]!] : allowed;
      picks = picks.flatMap((pick) => values.map((value) => ({ ...pick, [name]: value })));
    }
    return picks.map((pick) => customer({ inputs, ...rest }, (name) => pick[name]!));
  }
});

interface ParserCase {
  readonly row: Readonly<Record<string, string | number>>;
  readonly expected_bill?: number;
  readonly expected_error?: string;
  readonly indoor?: number;
  readonly outdoor?: number;
  readonly budget?: number;
}

describe.skipIf(!HERE)("the cases of the specification's own parser (needs the shared cases)", () => {
  const cases = HERE ? (JSON.parse(readFileSync(join(DATA, "rateparser_tests/cases.json"), "utf8")) as ParserCase[]) : [];

  test.each(cases.map((each, i) => [`${i + 1}: ${each.row["cust_class"]}`, each] as const))("case %s", (_, { row, expected_bill: expected, expected_error: error, indoor, outdoor, budget }) => {
    const result = read("rateparser_tests/test_rates.owrs") as Imported;
    const found = result.documents.find(({ customerClass }) => customerClass === row["cust_class"]);
    if (error !== undefined) {
      expect(found).toBeUndefined();
      const path = `rate_structure.${row["cust_class"]}`;
      const [, missing] = /\((\w+) missing\)/.exec(error) ?? [];
      if (result.customerClasses.includes(String(row["cust_class"]))) expect(result.notCarriedOver).toContainEqual({ path: `${path}.${missing ?? "tier_starts"}`, reason: expect.any(String) });
      return;
    }
    const rated = bill(compileRate(found!.document), result.months, new Decimal(row["usage_ccf"]!), customer(found!, (name) => String(row[name])));
    expect(dollars(rated.lines).toNumber()).toBe(expected);
    if (indoor !== undefined) expect(rated.lines[0]!.sentence).toContain(`Your water budget is ${budget} ccf (indoor ${indoor}, outdoor ${outdoor})`);
  });
});
