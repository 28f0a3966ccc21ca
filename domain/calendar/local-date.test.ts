import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { addMonths } from "./local-date.ts";

test("the 31st becomes the last day of a shorter month, in leap years too", () => {
  expect([addMonths("2026-01-31", 1), addMonths("2028-01-31", 1), addMonths("2026-03-31", -1), addMonths("2026-11-15", 14), addMonths("2026-01-10", -1)]).toEqual(["2026-02-28", "2028-02-29", "2026-02-28", "2028-01-15", "2025-12-10"]);
});

test("months are added as the calendar does", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: -300, max: 300 }), (day, months) => {
    const date = Temporal.PlainDate.from("1990-01-01").add({ days: day });
    expect(addMonths(date.toString(), months)).toBe(date.add({ months }).toString());
  }));
});
