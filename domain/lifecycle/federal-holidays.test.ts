import { expect, test } from "vitest";
import { federalHolidays } from "./federal-holidays.ts";

const days = (year: number) => federalHolidays(year).map(({ on }) => on);

test("2026 as the Office of Personnel Management lists it: July 4 is a Saturday and is kept on Friday", () => {
  expect(federalHolidays(2026)).toEqual([
    { on: "2026-01-01", name: "New Year's Day" },
    { on: "2026-01-19", name: "Martin Luther King Jr. Day" },
    { on: "2026-02-16", name: "Presidents' Day" },
    { on: "2026-05-25", name: "Memorial Day" },
    { on: "2026-06-19", name: "Juneteenth" },
    { on: "2026-07-03", name: "Independence Day" },
    { on: "2026-09-07", name: "Labor Day" },
    { on: "2026-10-12", name: "Columbus Day" },
    { on: "2026-11-11", name: "Veterans Day" },
    { on: "2026-11-26", name: "Thanksgiving Day" },
    { on: "2026-12-25", name: "Christmas Day" },
  ]);
});

test("a Sunday's holiday is kept on Monday", () => {
  expect(days(2027)).toContain("2027-07-05");
  expect(days(2022)).toContain("2022-06-20");
});

test("New Year's Day on a Saturday is kept in the year before, and that year has twelve", () => {
  expect(days(2027).at(-1)).toBe("2027-12-31");
  expect(days(2027)).toHaveLength(12);
  expect(days(2028)[0]).toBe("2028-01-17");
});
