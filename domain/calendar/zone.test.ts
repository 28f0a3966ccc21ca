import { Temporal } from "temporal-polyfill";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localDateOf, localDayOf, MINUTE_MS } from "./zone.ts";

const CHICAGO = "America/Chicago";

describe("the local day of an instant", () => {
  test("a minute before midnight in Chicago is still yesterday, although it is today in London", () => {
    expect(localDateOf(Date.UTC(2026, 0, 15, 5, 59), CHICAGO)).toBe("2026-01-14");
    expect(localDateOf(Date.UTC(2026, 0, 15, 6, 0), CHICAGO)).toBe("2026-01-15");
  });

  test("the day on which clocks go forward has 23 hours, the one on which they go back 25", () => {
    const hours = (at: number) => (localDayOf(at, CHICAGO).end - localDayOf(at, CHICAGO).start) / (60 * MINUTE_MS);
    expect(hours(Date.UTC(2026, 2, 8, 18))).toBe(23);
    expect(hours(Date.UTC(2026, 10, 1, 18))).toBe(25);
    expect(hours(Date.UTC(2026, 6, 1, 18))).toBe(24);
  });

  test("agrees with Temporal at any instant and in any of our zones", () => {
    const zones = fc.constantFrom(CHICAGO, "America/New_York", "America/Phoenix", "Pacific/Honolulu", "Pacific/Guam", "Pacific/Pago_Pago", "UTC");
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) }), zones, (at, zone) => {
        expect(localDateOf(at, zone)).toBe(Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString());
      }),
    );
  });
});
