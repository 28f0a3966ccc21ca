import { expect, test } from "vitest";
import { admin, customerOf } from "../../test/support/utility.ts";
import { day, fillDays, household, openStreet } from "./reads.testing.ts";
import { previewThresholds } from "./threshold-preview.ts";

const DAY = "2026-06-09";

test("a threshold is tried on the last month before it counts: what it would flag more, what no more, and nothing is written", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  await fillDays(street, DAY, 28);
  await street.post([day(DAY, household(DAY).with(40, 30))]);
  const before = await street.port.query("SELECT count(*) AS n FROM event UNION ALL SELECT count(*) FROM exception UNION ALL SELECT count(*) FROM interval_day");

  const off = await previewThresholds(street.world, admin, [{ commodity: "electric", customerClass: null, overrides: { spike: { percent: 1_000_00 } } }]);
  expect(off).toMatchObject({ channels: 1, channelsInAll: 1, days: 29 });
  expect(off.rules.find(({ rule }) => rule === "spike")).toEqual({ rule: "spike", before: 1, after: 0, holdBefore: 1, holdAfter: 0 });
  expect(off.examples).toMatchObject([{ rule: "spike", badge: "E1", day: DAY, gained: false }]);

  const leaky = await previewThresholds(street.world, admin, [{ commodity: "electric", customerClass: null, overrides: { leak: { hours: 24, perHour: 0.1 } } }]);
  expect(leaky.rules[0]).toMatchObject({ rule: "leak", before: 0, after: 29 });
  expect(leaky.examples[0]).toMatchObject({ rule: "leak", gained: true });
  expect((await previewThresholds(street.world, admin, [])).examples).toEqual([]);
  expect(await street.port.query("SELECT count(*) AS n FROM event UNION ALL SELECT count(*) FROM exception UNION ALL SELECT count(*) FROM interval_day")).toEqual(before);
  await expect(previewThresholds(street.world, customerOf("A-1"), [])).rejects.toThrow("nothing here");
});
