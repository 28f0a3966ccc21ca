import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { notDecimal, plainDecimal, product, shifted } from "./decimal.ts";

describe("a number as a head-end wrote it", () => {
  test.each([
    ["2931567", "2931567"],
    ["023497.071", "23497.071"],
    ["43490.000000000", "43490"],
    ["0.50", "0.5"],
    ["3.0", "3"],
    [".5", "0.5"],
    ["5.", "5"],
    ["+12", "12"],
    ["-0.250", "-0.25"],
    ["-0", "0"],
    ["000", "0"],
    [" 7 ", "7"],
    ["1.2E3", "1200"],
    ["1.5D-2", "0.015"],
    ["12e0", "12"],
    ["1,234.5", "1234.5"],
    ["1,234,567", "1234567"],
    ["999999999999", "999999999999"],
    ["0.1000000000000000055511", "0.1000000000000000055511"],
  ])("%j is %s", (raw, value) => expect(plainDecimal(raw)).toBe(value));

  test.each(["", " ", "ERROR", "12a", "1 2", "1.2.3", "--1", "NaN", "Infinity", "0x10", "1,23", "12,34.5", ".", "e5", "-", "1e999", "1000000000000", "1e-40", "١٢"])("%j is none", (raw) => expect(plainDecimal(raw)).toBeNull());

  test("is the same whatever zeros stand around it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 6 }), fc.nat(4), fc.nat(4), (digits, scale, before, after) => {
        const text = String(digits).padStart(scale + 1, "0");
        const written = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
        const padded = "0".repeat(before) + (scale === 0 ? written : written + "0".repeat(after));
        expect(plainDecimal(padded)).toBe(shifted(String(digits), -scale));
      }),
    );
  });

  test("why it is none is said in words", () => {
    expect(notDecimal("")).toBe("there is no value");
    expect(notDecimal("ERROR")).toBe('"ERROR" is not a number');
    expect(notDecimal("1000000000000")).toContain("more than any meter counts");
  });
});

describe("moving the point and multiplying", () => {
  test("keep every digit", () => {
    expect(shifted("9567", 3)).toBe("9567000");
    expect(shifted("37000", -3)).toBe("37");
    expect(shifted("5", -3)).toBe("0.005");
    expect(shifted("-1.25", 1)).toBe("-12.5");
    expect(shifted("999999999999", 1)).toBeNull();
    expect(product("6519.0955", "40")).toBe("260763.82");
    expect(product("-0.1", "0.1")).toBe("-0.01");
    expect(product("0", "43560")).toBe("0");
  });

  test("agree with whole numbers", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 6), max: 10 ** 6 }), fc.integer({ min: 0, max: 10 ** 5 }), (a, b) => {
        expect(product(String(a), String(b))).toBe(String(a * b + 0));
      }),
    );
  });
});
