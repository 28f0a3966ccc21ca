import { describe, expect, test } from "vitest";
import type { Channel, RegisterRead } from "./channel.ts";
import { NO_HISTORY, type ChannelHistory, type HistoryWindow } from "./history.ts";
import { MISSING } from "./packed-day.ts";
import { registerAdvance } from "./register.ts";
import { scanSpan, thirdLargest } from "./span-scan.ts";
import { parametersFor, type VeeOverrides, type VeeSetting } from "./vee-parameters.ts";
import { thresholdsFor } from "./vee-thresholds.ts";
import { INTERVAL_RULES, maxPlausible, REGISTER_RULES, reportIntervals, validateIntervals, validateRegister, worstOf, type Finding, type IntervalSpan } from "./vee.ts";

const DAY = "2026-03-05";
const electric: Channel = { channelId: 1, meterId: "m", commodity: "electric", kind: "interval", unit: "kWh", stepMinutes: 15, multiplier: "1", direction: "delivered" };
const water: Channel = { ...electric, commodity: "water", unit: "gal", stepMinutes: 60 };
const windowOf = (daily: number, maxSlot: number, more: Partial<HistoryWindow> = {}): HistoryWindow => ({ days: 28, usage: 28 * daily, slots: 2_688, present: 2_688, estimated: 0, maxSlot, ...more });
const usual = (daily: number, maxSlot = daily): ChannelHistory => ({ ...NO_HISTORY, previous: windowOf(daily, maxSlot), lastYear: windowOf(daily, maxSlot) });
/** An ordinary day, thousandths a slot, never twice the same in a row. */
const shape = (slots: number, base: number) => Int32Array.from({ length: slots }, (_, slot) => base + ((slot * 7_919) % base));
const own = (overrides: VeeOverrides): VeeSetting[] => [{ commodity: null, customerClass: null, effectiveFrom: "2020-01-01", overrides }];

interface Case extends Partial<IntervalSpan> {
  readonly values: Int32Array;
  readonly settings?: VeeSetting[];
  readonly customerClass?: string;
}

function judge({ settings = [], customerClass = "residential", ...span }: Case): readonly Finding[] {
  const channel = span.channel ?? electric;
  const whole: IntervalSpan = { channel, day: DAY, days: 1, quality: null, expected: span.values.length, history: NO_HISTORY, serviceActive: true, registerUsage: null, ...span };
  return validateIntervals(whole, parametersFor(settings, channel.commodity, customerClass, DAY));
}

const said = (findings: readonly Finding[]) => findings.map(({ ruleId, severity }) => `${ruleId} ${severity}`);

test("an ordinary day passes every rule", () => {
  expect(judge({ values: shape(96, 200), history: usual(28_000, 600), registerUsage: shape(96, 200).reduce((sum, value) => sum + value, 0) })).toEqual([]);
});

describe("missing intervals", () => {
  const without = (from: number, to: number) => shape(96, 200).fill(MISSING, from, to);

  test("two hours are warned of, more fails", () => {
    expect(judge({ values: without(10, 18) })).toMatchObject([{ ruleId: "missing", severity: "warn", slot: 10, numbers: { missing: 8, expected: 96, longestGap: 8 } }]);
    expect(said(judge({ values: without(10, 19) }))).toEqual(["missing fail"]);
  });

  test("what is not due yet is not missing", () => {
    expect(judge({ values: without(50, 96), expected: 50 })).toEqual([]);
    expect(judge({ values: without(50, 96), expected: 52 })[0]).toMatchObject({ numbers: { missing: 2, longestGap: 2 }, slot: 50 });
  });
});

describe("a spike", () => {
  test("is the highest against the third highest, and large in itself", () => {
    const values = shape(96, 200).with(30, 8_000);
    expect(judge({ values })).toMatchObject([{ ruleId: "spike", severity: "fail", slot: 30, numbers: { max: 8_000, thirdMax: 396 } }]);
    expect(judge({ values: shape(96, 200).with(30, 6_000) })).toEqual([]);
    expect(judge({ values: values.with(31, 7_000).with(32, 7_500) })).toEqual([]);
  });

  test("is none where the history knows as much", () => {
    const values = shape(96, 200).with(30, 8_000);
    expect(judge({ values, history: usual(28_000, 7_000) })).toEqual([]);
    expect(judge({ values, history: usual(28_000, 5_000) })[0]!.sentence).toBe("One interval of 8 kWh where the third highest is 0.396 kWh (1920 % more); the highest of the weeks before was 5 kWh.");
  });

  test("needs twenty intervals", () => expect(judge({ values: shape(19, 200).with(3, 8_000) })).toEqual([]));
});

describe("high and low", () => {
  const month = shape(28 * 96, 200);
  const daily = Math.round(month.reduce((sum, value) => sum + value, 0) / 28);

  test("a period far above both histories fails, above one of them it is warned of", () => {
    expect(said(judge({ values: month, days: 28, history: usual(Math.round(daily / 2.1), 600) }))).toEqual(["high fail"]);
    expect(said(judge({ values: month, days: 28, history: { ...usual(daily, 600), lastYear: windowOf(daily / 3, 600) } }))).toEqual(["high warn"]);
  });

  test("a period far below is queued", () => {
    expect(said(judge({ values: month, days: 28, history: usual(daily * 3, 600) }))).toEqual(["low warn"]);
  });

  test("a poor history is not judged by", () => {
    expect(judge({ values: month, days: 28, history: { ...NO_HISTORY, previous: windowOf(daily / 3, 600, { estimated: 1_000 }) } })).toEqual([]);
    expect(judge({ values: month, days: 28, history: { ...NO_HISTORY, previous: windowOf(daily / 3, 600, { days: 12 }) } })).toEqual([]);
  });

  test("a single day may be twice the usual, and half a day is not judged", () => {
    const day = shape(96, 600);
    expect(judge({ values: day, history: usual(28_000, 2_000) })).toEqual([]);
    const evening = shape(96, 1_500).fill(MISSING, 0, 60);
    expect(judge({ values: evening, expected: 0, history: usual(28_000, 3_000) })).toEqual([]);
  });

  test("a large percentage of very little is nothing", () => {
    const values = shape(28 * 24, 100);
    expect(judge({ channel: water, values, days: 28, history: usual(300, 200) })).toEqual([]);
  });
});

describe("no usage", () => {
  const nothing = new Int32Array(96);

  test("is told once, and queued when a meter that had usage stays at zero", () => {
    expect(said(judge({ values: nothing, history: usual(28_000) }))).toEqual(["zero info"]);
    expect(judge({ values: nothing, history: { ...usual(28_000), zeroDaysBefore: 6 } })).toMatchObject([{ ruleId: "zero", severity: "warn", sentence: "No usage for 7 days although the service is active." }]);
    expect(said(judge({ values: nothing, history: { ...usual(0), zeroDaysBefore: 60 } }))).toEqual(["zero info"]);
  });

  test("is as it should be where nobody is the customer, and usage there is queued", () => {
    expect(judge({ values: nothing, serviceActive: false })).toEqual([]);
    expect(said(judge({ values: shape(96, 200), serviceActive: false }))).toEqual(["inactive warn"]);
    expect(judge({ values: new Int32Array(96).fill(5), serviceActive: false })).toEqual([]);
  });
});

describe("no flow in the cold season", () => {
  const dry = new Int32Array(24);
  const lived = { ...NO_HISTORY, previous: windowOf(180_000, 40_000, { slots: 672, present: 672 }) };
  const frozen = (more: Partial<Case> = {}) => said(judge({ channel: water, values: dry, history: lived, day: "2026-01-20", ...more }));

  test("a day without a drop in a house that is lived in is told, with the hours before midnight", () => {
    expect(judge({ channel: water, values: dry, history: lived, day: "2026-01-20" }).at(-1)).toMatchObject({ ruleId: "freeze", severity: "info", numbers: { slots: 24, usual: 180_000 }, sentence: "Nothing was drawn for 24 hours in the cold season; usually it is 180 gal a day. A pipe may be frozen." });
    expect(frozen({ values: new Int32Array(24).fill(MISSING, 18) })).toEqual(["missing fail"]);
    expect(frozen({ values: new Int32Array(24).fill(MISSING, 18), expected: 18, history: { ...lived, flowSlotsBefore: -6 } })).toEqual(["freeze info"]);
    expect(frozen({ values: dry.with(23, 2_000) })).toEqual([]);
  });

  test("not in summer, not where nobody is the customer, little is used or the house stood still before the season, and not for a shop", () => {
    expect(frozen({ day: "2026-06-20" })).toEqual(["zero info"]);
    expect(frozen({ serviceActive: false })).toEqual([]);
    expect(frozen({ history: { ...lived, previous: windowOf(20_000, 4_000, { slots: 672, present: 672 }) } })).toEqual(["zero info"]);
    expect(frozen({ history: { ...lived, previous: { ...lived.previous, idleDays: 8 } } })).toEqual(["zero info"]);
    expect(frozen({ day: "2026-11-16", history: { ...lived, flowSlotsBefore: -72 } })).toEqual(["zero info"]);
    expect(frozen({ customerClass: "commercial" })).toEqual(["zero info"]);
  });

  test("hours and dates are the utility's to set", () => {
    expect(frozen({ settings: own({ freeze: { hours: 36 } }) })).toEqual(["zero info"]);
    expect(frozen({ settings: own({ freeze: { fromDay: 601, toDay: 831 } }) })).toEqual(["zero info"]);
    expect(frozen({ settings: own({ freeze: { fromDay: 601, toDay: 831 } }), day: "2026-07-04" })).toEqual(["zero info", "freeze info"]);
  });
});

describe("flow that does not stop", () => {
  const steady = Int32Array.from({ length: 24 }, (_, hour) => 4_000 + (hour % 5) * 1_000);

  test("24 hours above three gallons is told as a leak", () => {
    expect(judge({ channel: water, values: steady })).toMatchObject([{ ruleId: "leak", severity: "info", numbers: { hours: 24, leastPerHour: 4_000 }, sentence: "Flow has not stopped for 24 hours; the lowest interval was 4 gal. This looks like a leak." }]);
    expect(judge({ channel: water, values: steady.with(12, 2_000) })).toEqual([]);
  });

  test("the hours before midnight count", () => {
    const morning = steady.with(6, 0);
    expect(judge({ channel: water, values: morning, history: { ...NO_HISTORY, flowSlotsBefore: 20 } })).toMatchObject([{ ruleId: "leak", numbers: { hours: 26 } }]);
    expect(judge({ channel: water, values: steady.with(0, 0), history: { ...NO_HISTORY, flowSlotsBefore: 200 } })).toEqual([]);
  });

  test("estimated hours neither raise it nor end it", () => {
    const quality = new Uint8Array(24);
    quality[12] = 1;
    expect(judge({ channel: water, values: steady.with(12, 0), quality, history: { ...NO_HISTORY, flowSlotsBefore: 1 } })).toMatchObject([{ ruleId: "leak", numbers: { hours: 24 } }]);
    expect(judge({ channel: water, values: steady, quality: new Uint8Array(24).fill(1) })).toEqual([]);
  });

  test("thirty gallons an hour for eight hours may be a burst; a commercial customer may use as much", () => {
    const values = new Int32Array(24).fill(0).map((_, hour) => (hour >= 10 && hour < 18 ? 40_000 + hour * 100 : 0));
    expect(judge({ channel: water, values })).toMatchObject([{ ruleId: "burst", severity: "warn", slot: 10, numbers: { hours: 8, perHour: 30_000 } }]);
    expect(judge({ channel: water, values, customerClass: "commercial" })).toEqual([]);
  });

  test("a meter in ccf is judged by the same flow", () => {
    const ccf: Channel = { ...water, unit: "ccf" };
    expect(said(judge({ channel: ccf, values: new Int32Array(24).fill(5) }))).toEqual(["leak info"]);
    expect(judge({ channel: ccf, values: new Int32Array(24).fill(3) })).toEqual([]);
  });
});

test("the same value for a day is a stuck meter; zeros are not", () => {
  expect(judge({ values: new Int32Array(96).fill(250) })).toMatchObject([{ ruleId: "stuck", severity: "fail", slot: 0, sentence: "Every interval was exactly 0.25 kWh for 24 hours." }]);
  expect(judge({ values: new Int32Array(96).fill(250).with(50, 251) })).toEqual([]);
  expect(said(judge({ values: new Int32Array(96) }))).toEqual(["zero info"]);
});

test("usage cannot run backwards, except on a net channel", () => {
  const values = shape(96, 200).with(3, -40).with(9, -1);
  expect(judge({ values })).toMatchObject([{ ruleId: "negative", severity: "fail", slot: 3, numbers: { negatives: 2, first: -40 } }]);
  expect(judge({ values, channel: { ...electric, direction: "net" } })).toEqual([]);
});

describe("the sum check", () => {
  const values = shape(96, 200);
  const sum = values.reduce((total, value) => total + value, 0);

  test("allows the digits that two reads cut off, and one percent", () => {
    expect(judge({ values, registerUsage: sum + 2_000 })).toEqual([]);
    expect(judge({ values, registerUsage: sum - 2_001 })).toMatchObject([{ ruleId: "sum", severity: "fail", numbers: { difference: 2_001, tolerance: 2_000 } }]);
  });

  test("counts after the multiplier, and not where intervals are missing", () => {
    const scaled = { ...electric, multiplier: "40" };
    expect(judge({ channel: scaled, values, registerUsage: sum * 40 + 80_000 })).toEqual([]);
    expect(said(judge({ channel: scaled, values, registerUsage: sum }))).toEqual(["sum fail"]);
    expect(said(judge({ values: values.with(5, MISSING), registerUsage: sum * 2 }))).toEqual(["missing warn"]);
  });
});

test("what the head-end itself doubts is queued", () => {
  const quality = new Uint8Array(96);
  quality[4] = 3;
  expect(said(judge({ values: shape(96, 200), quality }))).toEqual(["questionable warn"]);
});

describe("what runs backwards", () => {
  const reverse: Channel = { ...water, direction: "received" };
  const gallons = (count: number) => new Int32Array(24).with(3, count * 1_000);

  test("through a water meter is looked at, above a gallon a day", () => {
    expect(judge({ channel: reverse, values: gallons(5) })).toMatchObject([{ ruleId: "backflow", severity: "warn", numbers: { usage: 5_000 }, sentence: expect.stringContaining("ran backwards") }]);
    expect(judge({ channel: reverse, values: gallons(1) })).toEqual([]);
    expect(judge({ channel: reverse, values: gallons(5), settings: own({ backflow: { perDay: 10 } }) })).toEqual([]);
  });

  test("is what a customer with panels means to do", () => {
    expect(judge({ channel: { ...electric, direction: "received" }, values: shape(96, 200) })).toEqual([]);
    expect(judge({ values: gallons(5), channel: water })).toEqual([]);
  });

  test("on a reverse register is seen when it moves", () => {
    const dial: Channel = { ...reverse, kind: "register", stepMinutes: null, dials: 5 };
    const read = (value: number, day: number): RegisterRead => ({ channelId: 1, readAt: day * 86_400_000, version: 1, value, quality: "actual" });
    const span = (end: number) => ({ channel: dial, day: DAY, days: 1, previous: read(1_000, 0), read: read(end, 1), advance: registerAdvance(1_000, end, dial), maxPlausible: null, history: NO_HISTORY, serviceActive: true });
    expect(said(validateRegister(span(9_000), parametersFor([], "water", "residential", DAY)))).toEqual(["backflow warn"]);
    expect(said(validateRegister(span(1_500), parametersFor([], "water", "residential", DAY)))).toEqual([]);
  });
});

describe("a register read", () => {
  const dial: Channel = { ...water, kind: "register", stepMinutes: null, dials: 5 };
  const read = (value: number, day: number): RegisterRead => ({ channelId: 1, readAt: day * 86_400_000, version: 1, value, quality: "actual" });
  const check = (start: number, end: number, days: number, history: ChannelHistory = NO_HISTORY, serviceActive = true) => {
    const parameters = parametersFor([], "water", "residential", DAY);
    const largest = maxPlausible(history, days, parameters);
    const advance = registerAdvance(start, end, dial, largest);
    return validateRegister({ channel: dial, day: DAY, days, previous: read(start, 0), read: read(end, days), advance, maxPlausible: largest, history, serviceActive }, parameters);
  };
  const steady = { ...NO_HISTORY, previous: { days: 30, usage: 30 * 200_000, slots: 2, present: 2, estimated: 0, maxSlot: 0 } };

  test("as ever passes", () => expect(check(1_000_000, 7_100_000, 30, steady)).toEqual([]));

  test("high, low and zero are found against history", () => {
    expect(check(1_000_000, 15_000_000, 30, steady)).toMatchObject([{ ruleId: "high", severity: "fail", sentence: "Usage is high: 466.667 gal a day against 200 gal in the weeks before." }]);
    expect(said(check(1_000_000, 3_000_000, 30, steady))).toEqual(["low warn"]);
    expect(check(1_000_000, 1_000_000, 30, steady)).toMatchObject([{ ruleId: "zero", severity: "warn", sentence: "The register has not moved for 30 days although the service is active." }]);
    expect(said(check(1_000_000, 1_000_000, 3, steady))).toEqual(["zero info"]);
  });

  test("a rollover is believed up to five times the usual", () => {
    expect(said(check(99_000_000, 5_000_000, 30, steady))).toEqual(["rollover info"]);
    expect(said(check(60_000_000, 5_000_000, 30, steady))).toEqual(["negative fail"]);
  });

  test("usage without a customer is queued", () => expect(said(check(1_000_000, 7_000_000, 30, NO_HISTORY, false))).toEqual(["inactive warn"]));
});

describe("thresholds", () => {
  test("the utility's own count from their day, the narrower over the wider", () => {
    const settings: VeeSetting[] = [
      { commodity: "water", customerClass: "residential", effectiveFrom: "2026-01-01", overrides: { leak: { perHour: 6 } } },
      { commodity: null, customerClass: null, effectiveFrom: "2026-02-01", overrides: { leak: { perHour: 9 }, zero: { warnDays: 3 } } },
      { commodity: "water", customerClass: null, effectiveFrom: "2026-06-01", overrides: { zero: { warnDays: 5 } } },
    ];
    expect(parametersFor(settings, "water", "residential", "2025-12-31").leak.perHour).toBe(3);
    expect(parametersFor(settings, "water", "residential", "2026-03-01")).toMatchObject({ leak: { hours: 24, perHour: 6 }, zero: { warnDays: 3 } });
    expect(parametersFor(settings, "water", "commercial", "2026-03-01").leak).toEqual({ hours: 168, perHour: 9 });
    expect(parametersFor(settings, "water", "residential", "2026-06-01").zero.warnDays).toBe(5);
  });

  test("a rule can be switched off", () => {
    expect(judge({ values: shape(96, 200).with(30, 8_000), settings: own({ spike: { percent: 0 } }) })).toEqual([]);
    expect(judge({ values: new Int32Array(96).fill(250), settings: own({ stuck: { hours: 0 } }) })).toEqual([]);
  });

  test("are divided by the multiplier, so that a commercial meter is judged by what it really passes", () => {
    const parameters = parametersFor([], "electric", "residential", DAY);
    expect(thresholdsFor(parameters, electric).spikeMinimum).toBe(6_250);
    expect(thresholdsFor(parameters, { ...electric, multiplier: "40" }).spikeMinimum).toBe(156);
  });
});

test("a page can show every rule with its verdict", () => {
  const span: IntervalSpan = { channel: electric, day: DAY, days: 1, values: new Int32Array(96), quality: null, expected: 96, history: NO_HISTORY, serviceActive: true, registerUsage: null };
  const report = reportIntervals(span, parametersFor([], "electric", "residential", DAY));
  expect(report).toHaveLength(INTERVAL_RULES.length);
  expect(report.filter(({ verdict }) => verdict !== null).map(({ id }) => id)).toEqual(["zero"]);
  for (const rule of [...INTERVAL_RULES, ...REGISTER_RULES]) expect([rule.title, rule.what, rule.source].every((text) => text.length > 3)).toBe(true);
});

test("the worst of the findings counts", () => {
  expect(worstOf([{ severity: "info" }, { severity: "fail" }, { severity: "warn" }])).toBe("fail");
  expect(worstOf([])).toBeNull();
});

describe("the scan", () => {
  test("finds runs that last to the end, and in whichever part they lie", () => {
    const thresholds = thresholdsFor(parametersFor([], "water", "residential", DAY), water);
    const scan = scanSpan(Int32Array.of(0, 5_000, 5_000, MISSING, 70_000, 70_000, 70_000), null, 7, 0, thresholds);
    expect(scan).toMatchObject({ present: 6, sum: 220_000, max: 70_000, zeros: 1, missing: 1, longestGap: 1, longestGapStart: 3, leakRun: 5, leakRunAtEnd: 5, leakLeast: 5_000, burstRun: 3, burstStart: 4, stuckRun: 3, stuckStart: 4, stuckValue: 70_000 });
  });

  test("the third largest counts equal values each", () => {
    expect(thirdLargest(Int32Array.of(1, 9, 9, 4, MISSING, 7))).toBe(7);
    expect(thirdLargest(Int32Array.of(9, 9, 9))).toBe(9);
    expect(thirdLargest(Int32Array.of(1, 2))).toBe(MISSING);
  });
});
