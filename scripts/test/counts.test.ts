import { expect, test } from "vitest";
import { countReport, lastLine, NOTHING, sum } from "./counts.ts";

const report = (numPassedTests: number, numFailedTests: number, files: { status: string; assertionResults: unknown[] }[] = []) => ({
  numPassedTests,
  numFailedTests,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults: files,
});

test("passed, failed and skipped tests are counted", () => {
  expect(countReport(report(7, 2), 1)).toEqual({ passed: 7, failed: 2, skipped: 1 });
});

test("a file that could not be loaded is a failure though none of its tests failed", () => {
  expect(countReport(report(7, 0, [{ status: "failed", assertionResults: [] }]), 1)).toMatchObject({ failed: 1 });
});

test("a run that failed outside of its tests is a failure", () => {
  expect(countReport(report(7, 0), 1)).toMatchObject({ passed: 7, failed: 1 });
  expect(countReport(report(7, 0), 0)).toMatchObject({ failed: 0 });
});

test("the last line names the skipped tests only when there are any", () => {
  expect(lastLine(sum({ passed: 1, failed: 0, skipped: 0 }, NOTHING))).toBe("1 passed, 0 failed");
  expect(lastLine({ passed: 3, failed: 1, skipped: 2 })).toBe("3 passed, 1 failed, 2 skipped");
});
