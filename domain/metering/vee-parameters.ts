/**
 * The thresholds of validation, as data: defaults per commodity and customer class, and the utility's own changes,
 * each from a day on. Amounts are in the commodity's everyday unit: gallons, kWh, ccf (for a gas channel in heat
 * units a therm is taken for a ccf, which is near enough for a threshold). A figure 0 for hours or percent switches that check off.
 */
import * as v from "valibot";
import { isLocalDate, type LocalDate } from "../calendar/local-date.ts";
import { COMMODITIES, type Channel, type Commodity } from "./channel.ts";
import { multiplierRatio, parseMilli, timesRatio, unitRatio, UNITS, type Milli, type Unit } from "./units.ts";

const percent = v.pipe(v.number(), v.integer("must be whole percent"), v.minValue(0), v.maxValue(100_000, "must be at most 100,000 %"));
const hours = v.pipe(v.number(), v.integer("must be whole hours"), v.minValue(0), v.maxValue(24 * 366, "must be at most a year of hours"));
const days = v.pipe(v.number(), v.integer("must be whole days"), v.minValue(0), v.maxValue(366, "must be at most 366 days"));
const seconds = v.pipe(v.number(), v.integer("must be whole seconds"), v.minValue(0), v.maxValue(86_400, "must be at most a day of seconds"));
const minutes = v.pipe(v.number(), v.integer("must be whole minutes"), v.minValue(0), v.maxValue(60 * 24 * 31, "must be at most a month of minutes"));
const count = v.pipe(v.number(), v.integer("must be a whole number"), v.minValue(0), v.maxValue(100_000, "must be at most 100,000"));
const amount = v.pipe(
  v.number(),
  v.minValue(0),
  v.maxValue(1_000_000, "must be at most 1,000,000"),
  v.check((value) => parseMilli(value) === Math.round(value * 1000) && Math.abs(value * 1000 - Math.round(value * 1000)) < 1e-6, "must have at most three decimals"),
);

/** A day of any year as month × 100 + day: 1115 is November 15. */
const monthDay = v.pipe(v.number(), v.integer(), v.check((value) => isLocalDate(`2000-${String(Math.floor(value / 100)).padStart(2, "0")}-${String(value % 100).padStart(2, "0")}`), "must be a month and a day such as 1115 for November 15"));

/** Every threshold of every rule. Changing one here means: a new field with its default below and its rule beside. */
export const veeParametersSchema = v.strictObject({
  /** Gaps up to `failGapMinutes` are warned of and filled by linear estimation, longer ones fail; a day is due `graceHours` after its end. */
  missing: v.strictObject({ failGapMinutes: minutes, graceHours: hours }),
  /** |meter's clock − reference| above `warnSeconds` is warned of, above `failSeconds` fails. Both 0: not looked at. */
  clock: v.strictObject({ warnSeconds: seconds, failSeconds: seconds }),
  /** From so many flagged intervals a person looks (0: never); under the flag for `failHours` of a day, the day fails. */
  tamper: v.strictObject({ flags: count, failHours: hours }),
  /** (max − 3rd max) ÷ 3rd max above `percent`, over at least `minimumIntervals`, the max at least `minimumPerHour` and `historyPercent` of the largest interval before. */
  spike: v.strictObject({ percent, minimumIntervals: count, minimumPerHour: amount, historyPercent: percent }),
  /** Average daily usage against the same season last year and the period before, in percent of them; `…Day` when a span is shorter than `periodDays`. */
  highLow: v.strictObject({ highPercent: percent, lowPercent: percent, highPercentDay: percent, minimumExcessPerDay: amount, periodDays: days, minimumHistoryDays: days, poorHistoryPercent: percent }),
  /** Zero on an active point is noted, and after `warnDays` in a row of a meter that had usage is queued. */
  zero: v.strictObject({ warnDays: days }),
  /** The same value, at least `minimumPerHour`, for `hours` without change. */
  stuck: v.strictObject({ hours, minimumPerHour: amount }),
  /** Never below `perHour` for `hours`. */
  leak: v.strictObject({ hours, perHour: amount }),
  burst: v.strictObject({ hours, perHour: amount }),
  /** Nothing for `hours` between two days of the year (the cold season) where at least `usualPerDay` is used as a rule, and at most `idlePercent` of the days before were dry. */
  freeze: v.strictObject({ hours, usualPerDay: amount, idlePercent: percent, fromDay: monthDay, toDay: monthDay }),
  /** |sum of intervals − register difference| at most the larger of `dialUnits` × multiplier and `perMille` of the difference. */
  sumCheck: v.strictObject({ dialUnits: amount, perMille: count }),
  /** Usage of a point without a customer above `perDay`. */
  inactive: v.strictObject({ perDay: amount }),
  /** Reactive energy above `perDay` (kvarh) and above that many percent of the active; 0: not looked at. */
  reactive: v.strictObject({ perDay: amount, percentOfActive: percent }),
  /** A water or gas meter's reverse channel above `perDay`. */
  backflow: v.strictObject({ perDay: amount }),
  /** A register that fell rolled over when what that implies is at most `usualMultiple` × the usual usage of the days. */
  rollover: v.strictObject({ usualMultiple: count }),
  /** A bill is held when more than `percent` of its intervals are missing, estimated or edited (0: never). From `estimatedPeriods` estimated periods in a row on, a period is told of by `validateUsage`; what is billed goes by the rules of billing. */
  quality: v.strictObject({ percent, estimatedPeriods: count }),
});

export type VeeParameters = v.InferOutput<typeof veeParametersSchema>;

/** A part of the thresholds, as a commodity, a class or the utility changes them. */
export const veeOverridesSchema = v.partial(
  v.strictObject({
    missing: v.partial(veeParametersSchema.entries.missing),
    clock: v.partial(veeParametersSchema.entries.clock),
    tamper: v.partial(veeParametersSchema.entries.tamper),
    spike: v.partial(veeParametersSchema.entries.spike),
    highLow: v.partial(veeParametersSchema.entries.highLow),
    zero: v.partial(veeParametersSchema.entries.zero),
    stuck: v.partial(veeParametersSchema.entries.stuck),
    leak: v.partial(veeParametersSchema.entries.leak),
    burst: v.partial(veeParametersSchema.entries.burst),
    freeze: v.partial(veeParametersSchema.entries.freeze),
    sumCheck: v.partial(veeParametersSchema.entries.sumCheck),
    inactive: v.partial(veeParametersSchema.entries.inactive),
    reactive: v.partial(veeParametersSchema.entries.reactive),
    backflow: v.partial(veeParametersSchema.entries.backflow),
    rollover: v.partial(veeParametersSchema.entries.rollover),
    quality: v.partial(veeParametersSchema.entries.quality),
  }),
);

export type VeeOverrides = v.InferOutput<typeof veeOverridesSchema>;

/** One change of thresholds by the utility. Null means: for every commodity, every class. */
export const veeSettingSchema = v.strictObject({
  commodity: v.nullable(v.picklist(COMMODITIES)),
  customerClass: v.nullable(v.pipe(v.string(), v.nonEmpty())),
  effectiveFrom: v.pipe(v.string(), v.check(isLocalDate, "must be a day, YYYY-MM-DD")),
  overrides: veeOverridesSchema,
});

export type VeeSetting = v.InferOutput<typeof veeSettingSchema>;

/**
 * Common to all. Spike: the (max − 3rd max) formula over at least 20 intervals and California's published 180 %.
 * High/low: 200 % and 50 % of the expected over a period; a single day swings further. Rollover: five times the usual.
 * Clock: three minutes are usual; half an hour is half of water's and gas's interval, after which most of an hour may stand in the
 * wrong one. Reactive: ten times the active energy is a power factor of a tenth, which no load has. Tamper: any flag is looked at, a whole day under it is not billed. Stuck: a whole day, and the shortest has 23 hours. Sum check: two dial units for the cut-off digits of start and stop read, else 1 %. Gate:
 * none, as what is missing is estimated and billed in its window, so many bills in a row as a utility allows; 2 % for the large customers of electricity, as MDM systems publish it.
 */
const COMMON: VeeParameters = {
  missing: { failGapMinutes: 120, graceHours: 24 },
  clock: { warnSeconds: 180, failSeconds: 1_800 },
  tamper: { flags: 1, failHours: 23 },
  spike: { percent: 180, minimumIntervals: 20, minimumPerHour: 0, historyPercent: 150 },
  highLow: { highPercent: 200, lowPercent: 50, highPercentDay: 400, minimumExcessPerDay: 0, periodDays: 7, minimumHistoryDays: 28, poorHistoryPercent: 25 },
  zero: { warnDays: 7 },
  stuck: { hours: 23, minimumPerHour: 0 },
  leak: { hours: 0, perHour: 0 },
  burst: { hours: 0, perHour: 0 },
  freeze: { hours: 0, usualPerDay: 0, idlePercent: 10, fromDay: 1115, toDay: 315 },
  sumCheck: { dialUnits: 2, perMille: 10 },
  inactive: { perDay: 0 },
  reactive: { perDay: 1, percentOfActive: 1_000 },
  backflow: { perDay: 0 },
  rollover: { usualMultiple: 5 },
  quality: { percent: 0, estimatedPeriods: 2 },
};

/**
 * By commodity, then by class within it. Water leak: 3 gallons an hour for 24 hours, burst 30 for 8 (commercial 10 for a
 * week), as published by AMI water utilities; freeze risk: a day without a drop where somebody uses 30 gallons a day, which is
 * less than one person does (mid-November to mid-March unless the utility says otherwise); a high bill is more than 200 % and 2,000 gallons a month above the usual.
 * A water meter that counts whole gallons repeats itself under a steady leak, and a vacant house draws the same few
 * watts all day, so stuck needs far more than that.
 */
const BY_COMMODITY: Readonly<Record<Commodity, { readonly all: VeeOverrides; readonly classes: Readonly<Record<string, VeeOverrides>> }>> = {
  water: {
    all: {
      spike: { minimumPerHour: 1_500 },
      highLow: { minimumExcessPerDay: 66 },
      stuck: { hours: 48, minimumPerHour: 60 },
      leak: { hours: 24, perHour: 3 },
      burst: { hours: 8, perHour: 30 },
      freeze: { hours: 24, usualPerDay: 30 },
      sumCheck: { dialUnits: 10 },
      inactive: { perDay: 10 },
      backflow: { perDay: 1 },
    },
    classes: {
      commercial: { spike: { minimumPerHour: 10_000 }, leak: { hours: 168, perHour: 10 }, burst: { hours: 0, perHour: 0 }, freeze: { hours: 0 }, highLow: { minimumExcessPerDay: 500 } },
      irrigation: { spike: { minimumPerHour: 15_000 }, burst: { hours: 0, perHour: 0 }, freeze: { hours: 0 }, highLow: { minimumExcessPerDay: 500 } },
    },
  },
  electric: {
    // Prices go by the hour: what is out of tolerance is not billed as it is.
    all: { clock: { warnSeconds: 120, failSeconds: 180 }, spike: { minimumPerHour: 25 }, stuck: { minimumPerHour: 0.1 }, highLow: { highPercent: 175, minimumExcessPerDay: 10 }, inactive: { perDay: 1 } },
    classes: { commercial: { spike: { minimumPerHour: 250 }, highLow: { minimumExcessPerDay: 100 }, quality: { percent: 2 } }, industrial: { spike: { minimumPerHour: 5_000 }, highLow: { minimumExcessPerDay: 1_000 }, quality: { percent: 2 } } },
  },
  gas: {
    all: { spike: { minimumPerHour: 5 }, highLow: { minimumExcessPerDay: 2 }, stuck: { minimumPerHour: 0.1 }, inactive: { perDay: 0.1 } },
    classes: { commercial: { spike: { minimumPerHour: 50 }, highLow: { minimumExcessPerDay: 20 } } },
  },
};

/** The thresholds in force: defaults, then the commodity's, the class's, then the utility's own from the widest to the narrowest and the oldest to the newest. */
export function parametersFor(settings: readonly VeeSetting[], commodity: Commodity, customerClass: string, day: LocalDate): VeeParameters {
  const { all, classes } = BY_COMMODITY[commodity];
  const own = settings
    .filter((setting) => setting.effectiveFrom <= day && (setting.commodity ?? commodity) === commodity && (setting.customerClass ?? customerClass) === customerClass)
    .toSorted((a, b) => width(a) - width(b) || (a.effectiveFrom < b.effectiveFrom ? -1 : a.effectiveFrom > b.effectiveFrom ? 1 : 0))
    .map((setting) => setting.overrides);
  return [all, classes[customerClass] ?? {}, ...own].reduce(overlay, COMMON);
}

function width(setting: VeeSetting): number {
  return (setting.commodity === null ? 0 : 1) + (setting.customerClass === null ? 0 : 2);
}

function overlay(base: VeeParameters, overrides: VeeOverrides): VeeParameters {
  const sections = Object.keys(base) as (keyof VeeParameters)[];
  return Object.fromEntries(sections.map((section) => [section, { ...base[section], ...overrides[section] }])) as VeeParameters;
}

/** The everyday unit in which a commodity's amounts are written. */
export const EVERYDAY_UNIT: Readonly<Record<Commodity, Unit>> = { water: "gal", electric: "kWh", gas: "ccf" };

/** An amount of a threshold in thousandths of the channel's unit as the meter shows it (before the multiplier). */
export function amountFor(amountInEverydayUnit: number, channel: Pick<Channel, "commodity" | "unit" | "multiplier">): Milli {
  const milli = parseMilli(amountInEverydayUnit);
  if (milli === null) throw new RangeError(`threshold ${amountInEverydayUnit} is not an amount`);
  const { num, den } = multiplierRatio(channel.multiplier);
  return timesRatio(timesRatio(milli, everydayRatio(channel)), { num: den, den: num });
}

function everydayRatio(channel: Pick<Channel, "commodity" | "unit">): { num: number; den: number } {
  const everyday = EVERYDAY_UNIT[channel.commodity];
  const dimension = UNITS[channel.unit].dimension;
  if (dimension === "heat") return unitRatio("therm", channel.unit);
  if (dimension !== UNITS[everyday].dimension) return { num: 1, den: 1 };
  return unitRatio(everyday, channel.unit);
}
