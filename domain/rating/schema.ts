/**
 * A rate version as a document: what a utility publishes about a price, as data that can be stored, compared, edited and
 * replayed. Everything that decides an amount is in it except the time zone, which is the utility's, and the customer's
 * determinants. Prices are decimal text in dollars; a document is immutable once its version has begun.
 */
import * as v from "valibot";
import { UNIT_NAMES, type Unit } from "../metering/units.ts";
import { isLocalDate } from "../calendar/local-date.ts";
import { FormulaError, parseFormula } from "./formula.ts";

/** Grows when a document of the same text would be rated otherwise; kept with every rated segment. */
export const RATE_DOCUMENT_FORMAT = 1;

/** More charges, rows or tiers than any published tariff has; keeps a broken import from filling memory. */
const CHARGES_MAX = 60;
const RATES_MAX = 400;
const TIERS_MAX = 24;
const SEASONS_MAX = 12;
const FIGURES_MAX = 40;
const ALLOCATIONS_MAX = 8;
const SCHEDULES_MAX = 6;
/** Imported tariffs have one period for each combination of month and hours. */
const TOU_PERIODS_MAX = 48;

/** Digits of a price: published prices have up to six decimals of a dollar, and none is above ten million dollars. */
const DECIMAL_TEXT = /^-?\d{1,8}(\.\d{1,8})?$/;
const ID_TEXT = /^[a-z][a-z0-9-]{0,39}$/;
const MONTH_DAY = /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

const id = v.pipe(v.string(), v.regex(ID_TEXT, "must be a short name of lower-case letters, digits and hyphens, such as water-use"));
const DECIMAL_MESSAGE = 'must be a decimal number in quotes, such as "3.10", with at most eight decimals';
const decimal = v.pipe(v.string(DECIMAL_MESSAGE), v.regex(DECIMAL_TEXT, DECIMAL_MESSAGE));
const localDate = v.pipe(v.string(), v.check(isLocalDate, "must be a real date such as 2026-07-01"));
const label = v.pipe(v.string(), v.trim(), v.minLength(1, "must not be empty"), v.maxLength(120, "must be at most 120 characters"));
const text = v.strictObject({ en: label, es: v.optional(label) });
const unit = v.picklist(UNIT_NAMES, (issue) => `${issue.received} is not a unit; use one of ${UNIT_NAMES.join(", ")}`);
const monthDay = v.pipe(v.string(), v.regex(MONTH_DAY, "must be a month and day such as 06-01"));
const clock = v.pipe(v.string(), v.regex(CLOCK, "must be a time such as 16:00, up to 24:00"));
const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const determinant = v.pipe(v.string(), v.regex(/^[a-zA-Z][a-zA-Z0-9.-]{0,39}$/, "must be the name of a determinant, such as usage"));

const FORMULA_NAME = /^[a-zA-Z][a-zA-Z0-9]{0,39}$/;
const formulaName = v.pipe(v.string(), v.regex(FORMULA_NAME, "must be a name of letters and digits, such as gallonsPerPerson"));
const formula = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    const trouble = dataset.typed ? formulaTrouble(dataset.value) : null;
    if (trouble !== null) addIssue({ message: `the formula ${trouble}` });
  }),
);
/** Numbers by name for the formulas of a charge; they may differ by season, customer and date like every row. */
const figures = v.optional(v.pipe(v.record(formulaName, decimal), v.check((named) => Object.keys(named).length <= FIGURES_MAX, `must be at most ${FIGURES_MAX} figures`)), {});

/** What the customer has that selects a row: `{meterSize: "5/8\""}`, `{cityLimits: "inside"}`. */
const when = v.optional(v.record(v.pipe(v.string(), v.minLength(1)), v.pipe(v.string(), v.minLength(1))));
const season = v.optional(id);
/** The row counts from this day on, until the next dated row; for riders and taxes that change inside a version. */
const from = v.optional(localDate);

/**
 * How an amount or a tier width follows the length of the period. Prices per unit are never prorated.
 * `shortLong`: a period outside the normal days; `firstFinal`: the same for a first or final bill;
 * `change`: when a version begins inside the period, by days, or whole from the version at its start or end.
 */
const proration = v.strictObject({
  shortLong: v.optional(v.boolean(), true),
  firstFinal: v.optional(v.boolean(), true),
  change: v.optional(v.picklist(["prorate", "start", "end"]), "prorate"),
});

const shared = {
  id,
  name: text,
  /** Key under which the line is posted to the general ledger. */
  glKey: v.pipe(v.string(), v.minLength(1, "must name a ledger account key"), v.maxLength(60)),
  /** First day on which the charge exists; absent: as long as the version. */
  from: v.optional(localDate),
  /** First day on which it no longer exists. */
  to: v.optional(localDate),
  /** Only customers enrolled in this program have the charge. */
  onlyFor: v.optional(id),
  proration: v.optional(proration),
};

/**
 * The price follows a table of the utility's that several rates share (power cost, gas cost, fuel), by its dates: a new
 * factor each month needs no new version. The charge's own row counts before the table begins.
 */
const rider = v.optional(v.strictObject({
  id,
  /** No factor of the table may be larger or finer: amounts are proven to be exact up to it. */
  largest: v.optional(decimal, "0.5"),
  decimals: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(8)), 6),
}));

const fixed = v.strictObject({
  ...shared,
  kind: v.literal("fixed"),
  per: v.optional(v.picklist(["period", "day"]), "period"),
  /** Multiplied by this count of the customer: dwelling units, ERUs, fixtures, carts. */
  times: v.optional(determinant),
  rates: rows({ amount: decimal }),
});

const flat = v.strictObject({
  ...shared,
  kind: v.literal("flat"),
  determinant: v.optional(determinant, "usage"),
  unit: v.optional(unit),
  rider,
  rates: rows({ price: decimal }),
});

const tier = v.strictObject({
  /** End of the tier counted from zero; null: without end. */
  upTo: v.nullable(decimal),
  /** The tier ends at the latest after so many hours' use of the demand: kWh for each kW of the charge's `hoursOf`. */
  hours: v.optional(decimal),
  /** `upTo` and `hours` are for a standard period or for each day; absent: as the charge says. */
  widths: v.optional(v.picklist(["period", "day"])),
  price: decimal,
});
const tierList = v.pipe(v.array(tier), v.minLength(1, "must have at least one tier"), v.maxLength(TIERS_MAX));

const tiered = v.strictObject({
  ...shared,
  kind: v.literal("tiered"),
  determinant: v.optional(determinant, "usage"),
  unit: v.optional(unit),
  /**
   * Usage of exactly `upTo` belongs to the tier (`inclusive`) or to the next (`exclusive`; the same amount unless the whole
   * usage is priced by the tier it reaches). `first-unit`: `upTo` names the first whole unit billed in the next tier.
   */
  boundary: v.optional(v.picklist(["inclusive", "exclusive", "first-unit"]), "inclusive"),
  /** `marginal`: each tier's price for the part inside it; `whole`: all usage at the price of the tier it reaches. */
  assess: v.optional(v.picklist(["marginal", "whole"]), "marginal"),
  /** `upTo` is for a standard period (prorated by the switches), or for each day. */
  widths: v.optional(v.picklist(["period", "day"]), "period"),
  /** Widths are multiplied by this count or quantity: dwelling units, kW of demand (hours use), a water budget. */
  times: v.optional(determinant),
  /** Demand by which the `hours` of tiers are multiplied. */
  hoursOf: v.optional(determinant),
  rates: rows({ tiers: tierList }),
});

const pricesByPeriod = v.record(id, decimal);
const tiersByPeriod = v.record(id, tierList);

const timeOfUse = v.strictObject({
  ...shared,
  kind: v.literal("time-of-use"),
  determinant: v.optional(determinant, "usage"),
  unit: v.optional(unit),
  schedule: id,
  /**
   * Tiers of time-of-use periods. `share`: the usage of all periods together fills the tiers, and each period takes its share
   * of every tier by its share of the usage. `period`: each period's usage fills tiers of its own.
   */
  tierSplit: v.optional(v.picklist(["share", "period"]), "share"),
  widths: v.optional(v.picklist(["period", "day"]), "period"),
  hoursOf: v.optional(determinant),
  /** Either a price or tiers for each period. */
  rates: rows({ prices: v.optional(pricesByPeriod), tiersByPeriod: v.optional(tiersByPeriod) }),
});

const demand = v.strictObject({
  ...shared,
  kind: v.literal("demand"),
  determinant: v.optional(determinant, "demand"),
  unit: v.optional(v.picklist(["kW", "W", "MW", "kVA", "kvar"]), "kW"),
  intervalMinutes: v.optional(v.picklist([15, 30, 60]), 15),
  /** Without a schedule: the highest of the whole period. With one: the highest in each time-of-use period. */
  schedule: v.optional(id),
  /** Without a schedule a price or tiers, with one a price or tiers for each period; each tier's price is for the part of the demand inside it. */
  rates: rows({ price: v.optional(decimal), prices: v.optional(pricesByPeriod), tiers: v.optional(tierList), tiersByPeriod: v.optional(tiersByPeriod) }),
  /** The demand of the window in which the whole system peaked, instead of the customer's own highest; the hours are data (`systemPeaks`). */
  coincident: v.optional(v.boolean()),
  /** Below the target the demand is raised, before minimum and ratchet. The factor is measured (`powerFactor`), or of kWh and kvarh, or of kWh and kVAh. */
  powerFactor: v.optional(v.strictObject({
    /** In percent. */
    target: decimal,
    /** kW × target ÷ power factor; or so many percent for each percent below. */
    adjust: v.union([v.literal("ratio"), v.strictObject({ percentPerPoint: decimal })], 'must be "ratio" or { percentPerPoint }'),
    /** Decimals of the percent to which the factor is rounded, half up. */
    decimals: v.optional(v.picklist([0, 1, 2]), 1),
  })),
  /** Billed demand is at least this. */
  minimum: v.optional(decimal),
  /** Billed demand is at least this percent of what the customer has contracted for, which is a count of theirs. */
  contract: v.optional(v.strictObject({ demand: v.optional(determinant, "contractDemand"), percent: v.optional(decimal, "100") })),
  /** Billed demand is at least this percent of the highest of the last months. */
  ratchet: v.optional(v.strictObject({ percent: decimal, months: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24)) })),
  /** Billed demand is rounded to the nearest multiple of this, half up. */
  step: v.optional(decimal, "0.001"),
});

/** Ids of charges, or of named bases, that stand before this charge. */
const base = v.pipe(v.array(id), v.minLength(1, "must name at least one charge"), v.maxLength(CHARGES_MAX));

const percentage = v.strictObject({
  ...shared,
  kind: v.literal("percentage"),
  of: base,
  /** Name under which a customer may be exempt. */
  tax: v.optional(id),
  rider,
  rates: rows({ percent: decimal }),
});

const minimum = v.strictObject({ ...shared, kind: v.literal("minimum"), of: base, rates: rows({ amount: decimal }) });
const maximum = v.strictObject({ ...shared, kind: v.literal("maximum"), of: base, rates: rows({ amount: decimal }) });

const credit = v.strictObject({
  ...shared,
  kind: v.literal("credit"),
  /** The credit is never more than these charges together; a percentage is of them. */
  of: v.optional(base),
  determinant: v.optional(determinant, "usage"),
  unit: v.optional(unit),
  rates: rows({ amount: v.optional(decimal), price: v.optional(decimal), percent: v.optional(decimal) }),
});

/**
 * An amount in dollars by formula. Its names are the row's figures, the amounts of earlier charges (`lines`), `usage`, `days` (of
 * the bill's period), `dwellingUnits`, and otherwise counts of the customer. It is reckoned exactly and rounded once, to 10^-8 dollars.
 */
const byFormula = v.strictObject({
  ...shared,
  kind: v.literal("formula"),
  determinant: v.optional(determinant, "usage"),
  unit: v.optional(unit),
  amount: formula,
  /** Earlier charges by the name that the formula has for their amount before rounding. */
  lines: v.optional(v.record(formulaName, id), {}),
  rates: rows({ figures }),
});

/**
 * Tiers that end where the customer's own allocation does: a water budget of so much indoors for each person and so much for the
 * irrigated area. Allocations are reckoned in order, each may name those before it.
 */
const budget = v.strictObject({
  ...shared,
  kind: v.literal("budget"),
  determinant: v.optional(determinant, "usage"),
  unit: v.optional(unit),
  allocations: v.optional(v.pipe(v.array(v.strictObject({ name: formulaName, label: text, formula })), v.maxLength(ALLOCATIONS_MAX)), []),
  /** Allocations and ends of tiers in whole units, or to the thousandth (`exact`). */
  wholeUnits: v.optional(v.picklist(["nearest", "down", "up", "exact"]), "nearest"),
  rates: rows({
    figures,
    /** Ends by formula: `1.26 * budget`; the last is without end. An end below the one before it makes an empty tier. */
    tiers: v.pipe(v.array(v.strictObject({ upTo: v.nullable(formula), price: decimal })), v.minLength(1, "must have at least one tier"), v.maxLength(TIERS_MAX)),
  }),
});

const seasonSchema = v.strictObject({
  id,
  name: text,
  /** First and last day, both counted; may run over the new year. */
  ranges: v.pipe(v.array(v.strictObject({ from: monthDay, to: monthDay })), v.minLength(1), v.maxLength(12)),
});

const holiday = v.union(
  [
    v.strictObject({
      name: label,
      on: monthDay,
      /** A Saturday's holiday is kept on Friday and a Sunday's on Monday (`nearest`), only a Sunday's on Monday (`monday`). */
      observed: v.optional(v.picklist(["same-day", "nearest", "monday"]), "same-day"),
    }),
    v.strictObject({
      name: label,
      weekday: v.picklist(WEEKDAYS),
      month: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(12)),
      /** 1 the first … 4 the fourth, -1 the last of the month. */
      nth: v.picklist([1, 2, 3, 4, -1]),
    }),
    v.strictObject({ name: label, date: localDate }),
  ],
  "must be a holiday by day (on), by weekday (weekday, month, nth) or by date (date)",
);

const scheduleSchema = v.strictObject({
  id,
  periods: v.pipe(v.array(v.strictObject({ id, name: text })), v.minLength(1), v.maxLength(TOU_PERIODS_MAX)),
  rules: v.pipe(
    v.array(
      v.strictObject({
        /** Absent: every season. */
        seasons: v.optional(v.pipe(v.array(id), v.minLength(1))),
        days: v.pipe(v.array(v.picklist(["every-day", "weekdays", "weekends", "holidays", ...WEEKDAYS])), v.minLength(1)),
        hours: v.pipe(v.array(v.strictObject({ from: clock, to: clock, period: id })), v.minLength(1), v.maxLength(48)),
      }),
    ),
    v.minLength(1),
    v.maxLength(60),
  ),
});

/** A factor and the day from which it counts, the first without a day; multiplies exactly. */
const factors = v.pipe(v.array(v.strictObject({ from, factor: decimal })), v.minLength(1, "must have at least one row"), v.maxLength(RATES_MAX));

/** Where a derived quantity is rounded: so many decimals of its unit, and how. */
const roundQuantity = v.optional(v.strictObject({ decimals: v.picklist([0, 1, 2, 3]), mode: v.optional(v.picklist(["half-up", "down", "up"]), "half-up") }), { decimals: 3 });

/** Heat from volume: gas is metered in volume and sold by heat. Each day's factors multiply the volume of that day. */
const heat = v.strictObject({
  id: determinant,
  kind: v.literal("heat"),
  /** Volume as metered, in the document's unit. */
  of: v.optional(determinant, "usage"),
  unit: v.picklist(["therm", "dth", "MMBtu"]),
  /** Brings the volume to the pressure at which the heat content is measured; absent: metered at that pressure. */
  pressure: v.optional(factors),
  /** Heat in one unit of volume. */
  heatContent: factors,
  /** A table of the utility's whose factors follow the rows above by their dates. */
  heatContentRider: v.optional(id),
  round: roundQuantity,
});

/** What has no meter: so many lamps, hydrants or amplifiers, each with its agreed use. */
const unmetered = v.strictObject({
  id: determinant,
  kind: v.literal("unmetered"),
  unit,
  /** Each item uses so much in a standard period, or a day. */
  per: v.optional(v.picklist(["period", "day"]), "period"),
  items: v.pipe(v.array(v.strictObject({ count: determinant, each: decimal, name: text })), v.minLength(1), v.maxLength(40)),
});

/**
 * Sewer use judged by the winter, when lawns are not watered: the customer's average of the winter months, which billing works
 * out once a year and gives as the determinant `winterAverage`, here with what to do while there is none.
 */
const winterAverage = v.strictObject({
  id: determinant,
  kind: v.literal("winter-average"),
  /** Actual use, for the lesser of the two and for those who have no average. */
  of: v.optional(determinant, "usage"),
  bill: v.optional(v.picklist(["average", "lesser"]), "average"),
  /** Calendar months whose bills count; a bill belongs to the month of its middle day. */
  months: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(12))), v.minLength(1), v.maxLength(6)),
  /** The new average counts from the first of this month on, until it comes round again. */
  effectiveMonth: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(12)),
  /** The average is for so many days. */
  averageDays: v.optional(v.pipe(v.string(), v.regex(/^\d{1,2}(\.\d{1,2})?$/, 'must be days such as "30.42"')), "30"),
  /** With fewer days of qualifying bills there is no average. */
  minimumDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)), 30),
  /** Bills during which a leak was reported do not count. */
  excludeLeaks: v.optional(v.boolean(), true),
  floor: v.optional(decimal),
  cap: v.optional(decimal),
  /** While there is no average: the class's, a fixed one, the actual use, or the lesser of actual and class. */
  without: v.optional(v.picklist(["class-average", "default", "actual", "lesser-of-actual-and-class"]), "actual"),
  default: v.optional(decimal),
  classAverages: v.optional(v.record(v.pipe(v.string(), v.minLength(1)), decimal)),
});

/**
 * What the customer took less what they sent back, never below nothing: the excess goes to a bank of kWh, one or one for each
 * time-of-use period, from which later bills draw. Once a year the bank is settled: `ID.settled` is what it held, for a credit
 * at avoided cost; without such a credit it expires.
 */
const netMetering = v.strictObject({
  id: determinant,
  kind: v.literal("net-metering"),
  unit: v.optional(v.picklist(["kWh"]), "kWh"),
  /** A bank for each period of this schedule; absent: one. */
  schedule: v.optional(id),
  /** The bank is settled by the bill that reaches the first of this month; `every-bill`: nothing is carried on. */
  settle: v.union([v.literal("every-bill"), v.strictObject({ month: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(12)) })], 'must be "every-bill" or { month }'),
});

const derived = v.variant("kind", [heat, unmetered, winterAverage, netMetering], (issue) => `${issue.received} is not a kind of derived quantity`);

const charge = v.variant(
  "kind",
  [fixed, flat, tiered, timeOfUse, demand, percentage, minimum, maximum, credit, byFormula, budget],
  (issue) => `${issue.received} is not a kind of charge`,
);

export const rateDocumentSchema = v.strictObject({
  format: v.literal(RATE_DOCUMENT_FORMAT),
  commodity: v.picklist(["water", "sewer", "electric", "gas", "stormwater", "refuse"]),
  name: text,
  /** Unit of usage unless a charge says otherwise. */
  unit,
  /** Where the figures are published. */
  source: v.optional(v.pipe(v.string(), v.maxLength(400))),
  proration: v.optional(
    v.strictObject({
      /** Length of a standard period; amounts and widths per period are for so many days. */
      standardDays: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}(\.\d{1,2})?$/, 'must be days such as "30" or "30.42"')), "30"),
      /** A period of this length counts as a standard one. */
      normalDays: v.optional(v.strictObject({ min: days(), max: days() })),
    }),
    {},
  ),
  rounding: v.optional(
    v.strictObject({
      /** Where an amount becomes whole cents: each step of a line (a tier, a time-of-use period), each line, or the bill's sum. */
      at: v.optional(v.picklist(["step", "line", "total"]), "line"),
      /** Ties: `half-up` away from zero (a credit mirrors its charge), `half-even` to the even cent. */
      mode: v.optional(v.picklist(["half-up", "half-even", "down", "up"]), "half-up"),
      /** Usage before it is priced: as measured, or whole units. */
      usage: v.optional(v.picklist(["exact", "down", "nearest", "up"]), "exact"),
    }),
    {},
  ),
  /** Largest that may be priced in one period; amounts are proven to be exact up to it. */
  largest: v.optional(
    v.strictObject({
      /** Units of usage; absent: by the unit (`largestUsage`). */
      usage: v.optional(decimal),
      demand: v.optional(decimal, "100000"),
      count: v.optional(decimal, "10000"),
    }),
    {},
  ),
  seasons: v.optional(v.pipe(v.array(seasonSchema), v.maxLength(SEASONS_MAX)), []),
  holidays: v.optional(v.pipe(v.array(holiday), v.maxLength(40)), []),
  schedules: v.optional(v.pipe(v.array(scheduleSchema), v.maxLength(SCHEDULES_MAX)), []),
  /** Quantities worked out from others before anything is priced; charges name them as their determinant. */
  derived: v.optional(v.pipe(v.array(derived), v.minLength(1), v.maxLength(20))),
  /** Named bases of taxes and fees. */
  bases: v.optional(v.pipe(v.array(v.strictObject({ id, of: base })), v.maxLength(20)), []),
  charges: v.pipe(v.array(charge), v.minLength(1, "must have at least one charge"), v.maxLength(CHARGES_MAX)),
});

function formulaTrouble(text: string): string | null {
  try {
    parseFormula(text);
    return null;
  } catch (error) {
    if (error instanceof FormulaError) return error.message;
    throw error;
  }
}

function days() {
  return v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(400));
}

function rows<T extends v.ObjectEntries>(entries: T) {
  return v.pipe(v.array(v.strictObject({ season, when, from, ...entries })), v.minLength(1, "must have at least one row"), v.maxLength(RATES_MAX));
}

/** A checked document, defaults filled in. */
export type RateDocument = v.InferOutput<typeof rateDocumentSchema>;
/** A document as somebody writes it. */
export type RateDocumentInput = v.InferInput<typeof rateDocumentSchema>;
export type Charge = RateDocument["charges"][number];
export type ChargeKind = Charge["kind"];
export type ChargeOf<K extends ChargeKind> = Extract<Charge, { kind: K }>;
export type Proration = v.InferOutput<typeof proration>;
export type Season = v.InferOutput<typeof seasonSchema>;
export type Schedule = v.InferOutput<typeof scheduleSchema>;
export type Derived = NonNullable<RateDocument["derived"]>[number];
export type DerivedOf<K extends Derived["kind"]> = Extract<Derived, { kind: K }>;
export type Holiday = v.InferOutput<typeof holiday>;
export type Text = v.InferOutput<typeof text>;
export type Weekday = (typeof WEEKDAYS)[number];
export type RoundingMode = RateDocument["rounding"]["mode"];
export type { Unit };

/** The order is ISO's: Monday first. */
export const WEEKDAY_NAMES: readonly Weekday[] = WEEKDAYS;
