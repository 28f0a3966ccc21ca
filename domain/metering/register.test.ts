import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bestReads, registerAdvance, registerValueProblem } from "./register.ts";
import type { Channel, RegisterRead } from "./channel.ts";

const fiveDials: Pick<Channel, "multiplier" | "dials" | "direction" | "unit"> = { multiplier: "1", dials: 5, direction: "delivered", unit: "kWh" };

describe("what went through a register", () => {
  test("is the difference times the multiplier", () => {
    expect(registerAdvance(12_345_000, 12_400_000, fiveDials)).toEqual({ kind: "advance", usage: 55_000 });
    expect(registerAdvance(12_345_000, 12_400_000, { ...fiveDials, multiplier: "40" })).toEqual({ kind: "advance", usage: 2_200_000 });
  });

  test("counts through zero when the dials are used up", () => {
    expect(registerAdvance(99_800_000, 700_000, fiveDials)).toEqual({ kind: "rollover", usage: 900_000 });
  });

  test("a fall that would need too much usage is no rollover", () => {
    expect(registerAdvance(50_000_000, 49_000_000, fiveDials)).toEqual({ kind: "negative", usage: -1_000_000 });
    expect(registerAdvance(99_800_000, 700_000, fiveDials, 800_000)).toEqual({ kind: "negative", usage: -99_100_000 });
    expect(registerAdvance(99_800_000, 700_000, fiveDials, 900_000).kind).toBe("rollover");
  });

  test("without known dials a fall is negative; a net register may fall", () => {
    expect(registerAdvance(5_000, 4_000, { ...fiveDials, dials: null }).kind).toBe("negative");
    expect(registerAdvance(5_000, 4_000, { ...fiveDials, direction: "net" })).toEqual({ kind: "advance", usage: -1_000 });
  });

  test("a register that really turned is followed wherever it stood", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 10_000_000 }), (start, used) => {
        expect(registerAdvance(start, (start + used) % 100_000_000, fiveDials).usage).toBe(used);
      }),
    );
  });

  test("the legs of a period add up to the whole period", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000_000 }), { minLength: 1, maxLength: 12 }), fc.constantFrom("1", "10", "80"), (steps, multiplier) => {
        const channel = { ...fiveDials, multiplier };
        let at = 0;
        const parts = steps.map((step) => registerAdvance(at, (at += step), channel).usage);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(registerAdvance(0, at, channel).usage);
      }),
    );
  });
});

test("a value that the dials cannot show is told apart", () => {
  expect(registerValueProblem(99_999_999, fiveDials)).toBeNull();
  expect(registerValueProblem(100_000_000, fiveDials)).toBe("100,000 kWh does not fit the meter's 5 dials");
  expect(registerValueProblem(-1, fiveDials)).toBe("a register never shows less than zero, this is -0.001 kWh");
});

test("of several versions of a read the latest counts, an estimate only alone", () => {
  const read = (readAt: number, version: number, value: number, quality: RegisterRead["quality"] = "actual"): RegisterRead => ({ channelId: 1, readAt, version, value, quality });
  expect(bestReads([read(20, 1, 5), read(10, 1, 1), read(10, 3, 3, "estimated"), read(10, 2, 2), read(30, 1, 9, "estimated")]).map(({ value }) => value)).toEqual([2, 5, 9]);
});
