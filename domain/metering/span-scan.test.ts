import fc from "fast-check";
import { expect, test } from "vitest";
import { dayStats, MISSING, type PackedDay } from "./packed-day.ts";
import { scanSpan, statsOfScan } from "./span-scan.ts";
import type { Channel } from "./channel.ts";
import { parametersFor } from "./vee-parameters.ts";
import { thresholdsFor } from "./vee-thresholds.ts";

const channel: Channel = { channelId: 1, meterId: "m1", commodity: "water", kind: "interval", unit: "gal", stepMinutes: 60, multiplier: "1", direction: "delivered" };
const thresholds = thresholdsFor(parametersFor([], "water", "residential", "2026-06-09"), channel);
const slot = fc.record({ value: fc.oneof(fc.integer({ min: -1_000, max: 500_000 }), fc.constant(0), fc.constant(MISSING)), code: fc.integer({ min: 0, max: 4 }) });

test("what is stored beside a day is the same from the scan of the rules as from the day itself", () => {
  fc.assert(
    fc.property(fc.array(slot, { minLength: 1, maxLength: 48 }), fc.boolean(), (slots, qualified) => {
      const day: PackedDay = { values: Int32Array.from(slots, ({ value }) => value), quality: qualified ? Uint8Array.from(slots, ({ value, code }) => (value === MISSING ? 0 : code)) : null };
      expect(statsOfScan(scanSpan(day.values, day.quality, day.values.length, 3, thresholds))).toEqual(dayStats(day));
    }),
  );
});
