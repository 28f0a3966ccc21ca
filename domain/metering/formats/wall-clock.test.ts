import { Temporal } from "temporal-polyfill";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimeText } from "./time-text.ts";
import { WallClock } from "./wall-clock.ts";

const LOS_ANGELES = "America/Los_Angeles";
const MINUTE = 60_000;

function wallOf(text: string, dayFirst = false): { wall: string; offset: number | null } | null {
  const time = new TimeText(dayFirst);
  return time.read(text) ? { wall: new Date(time.wall).toISOString().replace(".000Z", ""), offset: time.offset } : null;
}

/** Instants of stamps of one series, in the order of the file. */
function instants(stamps: readonly string[], series = "W1", clock = new WallClock(LOS_ANGELES)): (string | null)[] {
  const time = new TimeText();
  return stamps.map((stamp) => {
    expect(time.read(stamp)).toBe(true);
    const at = clock.instant(time.wall, series);
    return at === null ? null : new Date(at).toISOString().slice(0, 16);
  });
}

describe("a date and time as head-ends write it", () => {
  test.each([
    ["2026-06-02 00:59", "2026-06-02T00:59:00"],
    ["2026-06-02T00:59:30", "2026-06-02T00:59:30"],
    ["2026/06/02 1:05", "2026-06-02T01:05:00"],
    ["06/17/2026 17:00:00.000000", "2026-06-17T17:00:00"],
    ["6/2/2026 5:00 PM", "2026-06-02T17:00:00"],
    ["6/2/26 12:00:00 AM", "2026-06-02T00:00:00"],
    ["12/31/2026 12:15 pm", "2026-12-31T12:15:00"],
    ["06-02-2026 08:00", "2026-06-02T08:00:00"],
    ["02-JUN-26 01.15.00.000000 PM", "2026-06-02T13:15:00"],
    ["2-Jun-2026", "2026-06-02T00:00:00"],
    ["Jun 2, 2026 01:00", "2026-06-02T01:00:00"],
    ["202606020715", "2026-06-02T07:15:00"],
    ["20260602", "2026-06-02T00:00:00"],
    ["20260602071530", "2026-06-02T07:15:30"],
    ["2026-06-02", "2026-06-02T00:00:00"],
    ["2026-06-02 24:00", "2026-06-03T00:00:00"],
    ["2024-02-29 00:00", "2024-02-29T00:00:00"],
    ["2026-06-02 00:00:00\u00a0", "2026-06-02T00:00:00"],
    ["20260602 01:15", "2026-06-02T01:15:00"],
    ["06/02/2026 0015", "2026-06-02T00:15:00"],
    ["6/2/2026 115", "2026-06-02T01:15:00"],
    ["06/02/2026 235959", "2026-06-02T23:59:59"],
    ["6/2/26 2400", "2026-06-03T00:00:00"],
  ])("%j", (text, wall) => expect(wallOf(text)).toEqual({ wall, offset: null }));

  test.each([
    ["2026-06-02T10:00:00+00:00", "2026-06-02T10:00:00", 0],
    ["2026-06-02T10:00:00Z", "2026-06-02T10:00:00", 0],
    ["2026-06-02 10:00:00.000 -0700", "2026-06-02T10:00:00", -420],
    ["2022-11-18T06:45:00.000+08:00", "2022-11-18T06:45:00", 480],
    ["06/02/2026 10:00 CDT", "2026-06-02T10:00:00", -300],
    ["06/02/2026 10:00 PDT", "2026-06-02T10:00:00", -420],
    ["06/02/2026 10:00 AM AKDT", "2026-06-02T10:00:00", -480],
    ["06/02/2026 1000 PST", "2026-06-02T10:00:00", -480],
    ["20260602T100000Z", "2026-06-02T10:00:00", 0],
    ["1780376400", "2026-06-02T05:00:00", 0],
  ])("%j says its offset", (text, wall, minutes) => expect(wallOf(text)).toEqual({ wall, offset: minutes * MINUTE }));

  test("day before month where the mapping says so", () => expect(wallOf("03/06/2026 01:00", true)).toEqual({ wall: "2026-06-03T01:00:00", offset: null }));

  test.each(["", "yesterday", "2026-02-30 00:00", "13/13/2026 00:00", "2026-06-02 25:00", "2026-06-02 00:60", "2026-06-02 24:01", "0001-01-01 00:00", "2023-02-29 00:00", "6/2/2026 13:00 PM", "2026-06-02 10:00 XYZ", "2026-06-02 100:00", "2026-06-02 10:0", "12345", "2026-06-02 00:00:00.0x0", "9999999999999999"])("%j is none", (text) => expect(wallOf(text)).toBeNull());
});

describe("the hour that happens twice", () => {
  test("hours in order: the first is the earlier one", () => {
    expect(instants(["202611010000", "202611010100", "202611010100", "202611010200"])).toEqual(["2026-11-01T07:00", "2026-11-01T08:00", "2026-11-01T09:00", "2026-11-01T10:00"]);
  });

  test("quarter hours in order", () => {
    const stamps = ["0045", "0100", "0115", "0130", "0145", "0100", "0115", "0130", "0145", "0200"].map((time) => `20261101${time}`);
    expect(instants(stamps).map((at) => at!.slice(11))).toEqual(["07:45", "08:00", "08:15", "08:30", "08:45", "09:00", "09:15", "09:30", "09:45", "10:00"]);
  });

  test("a file that runs backwards", () => {
    const stamps = ["0215", "0200", "0145", "0130", "0115", "0100", "0145", "0130", "0115", "0100", "0045"].map((time) => `20261101${time}`);
    expect(instants(stamps).map((at) => at!.slice(11))).toEqual(["10:15", "10:00", "09:45", "09:30", "09:15", "09:00", "08:45", "08:30", "08:15", "08:00", "07:45"]);
  });

  test("meters side by side, hour by hour", () => {
    const clock = new WallClock(LOS_ANGELES);
    const seen = ["0000", "0100", "0100", "0200"].map((time) => ["A", "B"].map((series) => instants([`20261101${time}`], series, clock)[0]!.slice(11)));
    expect(seen).toEqual([["07:00", "07:00"], ["08:00", "08:00"], ["09:00", "09:00"], ["10:00", "10:00"]]);
  });

  test("the same day sent again begins again", () => {
    expect(instants(["0000", "0100", "0100", "0200", "0000", "0100", "0100"].map((time) => `20261101${time}`)).map((at) => at!.slice(11))).toEqual(["07:00", "08:00", "09:00", "10:00", "07:00", "08:00", "09:00"]);
  });
});

describe("the hour that does not exist", () => {
  test("is no instant", () => {
    expect(instants(["202603080145", "202603080200", "202603080230", "202603080300"])).toEqual(["2026-03-08T09:45", null, null, "2026-03-08T10:00"]);
  });

  test("there is none on a clock that keeps standard time", () => {
    expect(instants(["202603080230"], "W1", new WallClock("-08:00"))).toEqual(["2026-03-08T10:30"]);
    expect(instants(["202603080230"], "W1", new WallClock("UTC"))).toEqual(["2026-03-08T02:30"]);
  });
});

test("any other wall-clock time is the instant that Temporal says", () => {
  const zones = fc.constantFrom(LOS_ANGELES, "America/Chicago", "America/Phoenix", "America/Anchorage", "Pacific/Guam", "America/St_Johns", "UTC");
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2015, 0, 1) / MINUTE, max: Date.UTC(2035, 0, 1) / MINUTE }), zones, (minute, zone) => {
      const wall = minute * MINUTE;
      const local = Temporal.PlainDateTime.from(new Date(wall).toISOString().slice(0, 16));
      const [early, late] = (["earlier", "later"] as const).map((disambiguation) => local.toZonedDateTime(zone, { disambiguation }).epochMilliseconds);
      if (early === late) expect(new WallClock(zone).instant(wall, "x")).toBe(early);
    }),
  );
});
