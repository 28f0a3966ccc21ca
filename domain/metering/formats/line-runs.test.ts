import * as fc from "fast-check";
import { expect, test } from "vitest";
import { lineAt, lineRuns } from "./line-runs.ts";

test("a line an interval, one line for all, and rows of many meters in turn are one run each", () => {
  expect(lineRuns([2, 3, 4, 5])).toEqual([{ slot: 0, line: 2, step: 1 }]);
  expect(lineRuns([7, 7, 7])).toEqual([{ slot: 0, line: 7, step: 0 }]);
  expect(lineRuns([10, 510, 1010])).toEqual([{ slot: 0, line: 10, step: 500 }]);
  expect(lineRuns([9])).toEqual([{ slot: 0, line: 9, step: 0 }]);
});

test("two records of a file are two runs, and a part of them is counted from its own beginning", () => {
  const lines = [1, 1, 1, 4, 4];
  expect(lineRuns(lines)).toEqual([{ slot: 0, line: 1, step: 0 }, { slot: 3, line: 4, step: 0 }]);
  expect(lineRuns(lines, 1, 5)).toEqual([{ slot: 0, line: 1, step: 0 }, { slot: 2, line: 4, step: 0 }]);
});

test("a gap is of no line, though the lines around it are one run", () => {
  const runs = lineRuns([0, 7, 7, 0, 0, 7, 0]);
  expect(runs).toEqual([{ slot: 1, line: 7, step: 0 }, { slot: 3, line: 0, step: 0 }, { slot: 5, line: 7, step: 0 }, { slot: 6, line: 0, step: 0 }]);
  expect([0, 1, 2, 3, 4, 5, 6].map((slot) => lineAt(runs, slot))).toEqual([null, 7, 7, null, null, 7, null]);
});

test("whatever the lines, each slot with a value finds its own, and one without finds none", () => {
  const line = fc.integer({ min: 0, max: 40 });
  fc.assert(fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
    const runs = lineRuns(lines);
    lines.forEach((each, slot) => {
      expect(lineAt(runs, slot)).toBe(each === 0 ? null : each);
    });
  }), { seed: 4, numRuns: 500 });
});
