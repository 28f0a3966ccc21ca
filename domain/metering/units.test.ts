import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convertExactly, convertMilli, milliText, multiplierRatio, parseMilli, quantityText, timesMultiplier, typedMilli, unitOf, unitRatio } from "./units.ts";

describe("a quantity from what a head-end sends", () => {
  test.each([
    [12.345, 12_345],
    ["12.345", 12_345],
    [0.1 + 0.2, 300],
    ["  7 ", 7_000],
    ["-0.5", -500],
    ["1e3", 1_000_000],
    [1e-7, 0],
    ["0.0005", 1],
    ["0.00049999", 0],
    ["-0.0005", -1],
    [1.0005, 1_001],
    ["1.0004999999", 1_000],
    ["000123.4", 123_400],
    [4294967.294, 4_294_967_294],
    [".5", 500],
    ["5.", 5_000],
  ])("%j is %i thousandths", (input, milli) => expect(parseMilli(input)).toBe(milli));

  test.each([Number.NaN, Number.POSITIVE_INFINITY, "", ".", "1,5", "0x10", "12 kWh", "1e999", "2000000000000", 2e12, "--1", "١"])("%j is refused", (input) => expect(parseMilli(input)).toBeNull());

  test("zero has no sign", () => {
    expect(Object.is(parseMilli(-0), 0)).toBe(true);
    expect(Object.is(parseMilli("-0.0001"), 0)).toBe(true);
  });

  test("any three-decimal number comes back exactly, as number and as text", () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_147_483_647, max: 2_147_483_647 }), (milli) => {
        expect(parseMilli(milli / 1000)).toBe(milli === 0 ? 0 : milli);
        expect(parseMilli(milliText(milli).replaceAll(",", ""))).toBe(milli === 0 ? 0 : milli);
      }),
    );
  });
});

describe("a quantity that a person typed", () => {
  test.each([["12.345", 12_345], [" 7 ", 7_000], ["-0.5", -500], ["+3.", 3_000], [".25", 250], ["3100.000000", 3_100_000], ["0", 0]])("%j is %i thousandths", (text, milli) => expect(typedMilli(text)).toBe(milli));
  test.each(["1e5", "1E3", "3.14159", "0.0005", "", ".", "-", "1,000", "0x10", "Infinity", "1.2.3", "99999999999999"])("%j is refused, not rounded or guessed", (text) => expect(typedMilli(text)).toBeNull());
});

describe("units", () => {
  test("a ccf is 748.052 gallons, a kgal exactly 1000", () => {
    expect(convertMilli(1_000, "ccf", "gal")).toBe(748_052);
    expect(convertMilli(3_500, "kgal", "gal")).toBe(3_500_000);
    expect(convertMilli(1_000, "m3", "gal")).toBe(264_172);
    expect(unitRatio("ccf", "gal")).toEqual({ num: 57_600, den: 77 });
  });

  test("large quantities convert exactly beyond 2^53", () => {
    expect(convertMilli(1_000_000_000_000_000, "gal", "kgal")).toBe(1_000_000_000_000);
    expect(convertMilli(123_456_789_012_345, "gal", "ft3")).toBe(Number((123_456_789_012_345n * 77n * 2n + 576n) / (576n * 2n)));
  });

  test("what would lose digits is not converted silently", () => {
    expect(convertExactly(12_345_000, "Wh", "kWh")).toBe(12_345);
    expect(convertExactly(12_345_500, "Wh", "kWh")).toBeNull();
    expect(convertExactly(1_000, "gal", "ccf")).toBeNull();
  });

  test("gas volume and heat are not joined by a unit", () => {
    expect(() => unitRatio("ccf", "therm")).toThrow("ccf measures volume, therm measures heat");
  });

  test("names are found whatever their capitals", () => {
    expect(unitOf("KWH")).toBe("kWh");
    expect(unitOf("CCF")).toBe("ccf");
    expect(unitOf("furlong")).toBeNull();
    expect(unitOf("toString")).toBeNull();
  });

  test("a conversion there and back is within a thousandth of the coarser unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.constantFrom(["ccf", "gal"] as const, ["kgal", "ft3"] as const, ["m3", "L"] as const), (milli, [coarse, fine]) => {
        expect(convertMilli(convertMilli(milli, coarse, fine), fine, coarse)).toBe(milli);
      }),
    );
  });
});

describe("the multiplier", () => {
  test("is exact decimal text", () => {
    expect(timesMultiplier(12_345, "40")).toBe(493_800);
    expect(timesMultiplier(12_345, "0.1")).toBe(1_235);
    expect(timesMultiplier(-12_345, "0.1")).toBe(-1_235);
    expect(multiplierRatio("1.50")).toEqual({ num: 3, den: 2 });
  });

  test.each(["0", "-1", "1e3", "", "1.", "abc", "1,5"])("%j is refused", (text) => expect(() => multiplierRatio(text)).toThrow("must be a positive decimal"));
});

test("a person reads quantities with thousands marked", () => {
  expect(quantityText(1_234_567_890, "gal")).toBe("1,234,567.89 gal");
  expect(quantityText(-500, "kWh")).toBe("-0.5 kWh");
});
