import { describe, expect, test } from "vitest";
import { dateOf, formatDate, formatDuration, formatHour, formatInstant, formatPeriod, formatTime } from "./dates.ts";
import { formatCount, formatMilli, formatPerMille, formatQuantity } from "./quantities.ts";

describe("dates", () => {
  test("a due date names its weekday, and its year only when it is another one", () => {
    expect(formatDate("en", "2026-12-08", "weekday", "2026-11-23")).toBe("Tue, Dec 8");
    expect(formatDate("en", "2027-01-08", "weekday", "2026-11-23")).toBe("Fri, Jan 8, 2027");
    expect(formatDate("es", "2026-12-08", "weekday", "2026-11-23")).toBe("mar, 8 dic");
  });

  test("letters spell it out", () => {
    expect(formatDate("en", "2026-12-08", "long")).toBe("Tuesday, December 8, 2026");
    expect(formatDate("es", "2026-12-08", "long")).toBe("martes, 8 de diciembre de 2026");
  });

  test("a period is shown with its last day, not with the first day after it", () => {
    expect(formatPeriod("en", { from: "2026-11-06", to: "2026-12-06" }, "2026-12-07")).toBe("Nov 6 – Dec 5");
    expect(formatPeriod("en", { from: "2025-12-06", to: "2026-01-06" }, "2026-01-07")).toBe("Dec 6, 2025 – Jan 5");
  });

  test("an instant is read on the utility's wall clock", () => {
    const at = Date.UTC(2026, 11, 9, 5, 5);
    expect(dateOf(at, "America/Chicago")).toBe("2026-12-08");
    expect(formatInstant("en", at, "America/Chicago", "2026-12-08")).toBe("Tue, Dec 8, 11:05 PM");
    expect(formatTime("es", at, "America/Chicago")).toBe("11:05 p. m.");
    expect(formatTime("en", Date.UTC(2026, 6, 1, 5, 0, 7), "America/Chicago", true)).toBe("12:00:07 AM");
  });

  test("hours on an axis, minutes left of a run", () => {
    expect([0, 6, 12, 18, 24].map((h) => formatHour("en", h))).toEqual(["12 AM", "6 AM", "12 PM", "6 PM", "12 AM"]);
    expect([20_000, 240_000, 3_600_000, 4_800_000].map(formatDuration)).toEqual(["under a minute", "4 min", "1 h", "1 h 20 min"]);
  });
});

describe("quantities", () => {
  test("electricity to a tenth, water in whole gallons", () => {
    expect(formatQuantity("en", 1_234_500, "kWh")).toBe("1,234.5 kWh");
    expect(formatQuantity("en", 6_120, "kgal")).toBe("6,120 gallons");
    expect(formatQuantity("es", 6_120_000, "gal")).toBe("6,120 galones");
    expect(formatQuantity("en", 1_000, "gal")).toBe("1 gallon");
  });

  test("staff see the unit of the meter", () => {
    expect(formatQuantity("en", 6_120, "kgal", { form: "short", metered: true })).toBe("6.120 kgal");
  });

  test("rounding is half up and never of the sign", () => {
    expect(formatMilli(1_450, 1)).toBe("1.5");
    expect(formatMilli(-1_450, 1)).toBe("−1.5");
    expect(formatMilli(-4, 1)).toBe("0.0");
    expect(formatMilli(999_999, 0)).toBe("1,000");
  });

  test("counts and shares", () => {
    expect(formatCount(1234567)).toBe("1,234,567");
    expect(formatPerMille(125)).toBe("12.5%");
    expect(formatPerMille(120)).toBe("12%");
  });
});
