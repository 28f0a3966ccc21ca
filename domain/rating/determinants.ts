/** What is priced: the customer's side of a bill segment. All quantities are integer thousandths (`Milli`) of their unit. */
import type { LocalDate, Period } from "../calendar/local-date.ts";
import type { Instant, TimeZone } from "../calendar/zone.ts";
import type { Milli, Unit } from "../metering/units.ts";
import type { UsageOfPeriod } from "../metering/usage.ts";
import type { Text } from "./schema.ts";

/** Intervals without a gap, one value a step from `start`; it must cover the period and may reach beyond it. */
export interface DeterminantSeries {
  readonly unit: Unit;
  readonly stepMinutes: number;
  readonly start: Instant;
  /** Thousandths of the unit. */
  readonly values: Int32Array | readonly Milli[];
}

/** By rider: factors in decimal text, each from its day on. */
export type RiderTables = Readonly<Record<string, readonly { readonly from: LocalDate; readonly value: string }[]>>;

export interface ProgramEnrollment {
  readonly program: string;
  readonly from?: LocalDate;
  /** First day on which it no longer counts. */
  readonly to?: LocalDate;
}

export interface Determinants {
  /** First day of the segment. */
  readonly from: LocalDate;
  /** First day not in it. */
  readonly to: LocalDate;
  readonly zone: TimeZone;
  /** Days of a standard period of the customer's bill cycle; absent: the document's. */
  readonly standardDays?: number;
  /** The bill's whole period when this is a part of it (a version began inside it). */
  readonly billPeriod?: Period;
  /** First and final bills have a proration switch of their own. */
  readonly occasion?: "regular" | "first" | "final";
  /** By determinant name, then unit: `{usage: {kWh: 812345}}`. Time-of-use registers: `{"usage.peak": {kWh: …}}`. */
  readonly quantities: Readonly<Record<string, Readonly<Partial<Record<Unit, Milli>>>>>;
  readonly series?: readonly DeterminantSeries[];
  readonly meterSize?: string;
  /** Homes behind the meter; absent: one. */
  readonly dwellingUnits?: number;
  /** Counts by name, whole or in thousandths of one: `{eru: 2500}` is two and a half. */
  readonly counts?: Readonly<Record<string, Milli>>;
  /** What else selects a row: `{cityLimits: "inside"}`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Percent (0 to 100, whole) by tax name of which the customer is exempt. */
  readonly exemptions?: Readonly<Record<string, number>>;
  readonly programs?: readonly ProgramEnrollment[];
  /** Billed demand of earlier months, the latest first, for ratchets. */
  readonly demandHistory?: readonly Milli[];
  /** Net metering: kWh in the bank when the bill begins, by time-of-use period, or as `all`; thousandths. */
  readonly bank?: Readonly<Record<string, Milli>>;
  /** When the whole system peaked, for coincident demand: a moment inside each peak. */
  readonly systemPeaks?: readonly Instant[];
  /** The utility's shared tables of factors, by their names. */
  readonly riders?: RiderTables;
  /** How a determinant came about, by its name, as the customer is told. */
  readonly notes?: Readonly<Record<string, Text>>;
  /** Some of the quantities are estimates. */
  readonly estimated?: boolean;
}

/**
 * Determinants from the usage of a service point. Only series of what the customer took count for energy; quantities of
 * other dimensions keep their own unit.
 */
export function determinantsFromUsage(usage: UsageOfPeriod, customer: Omit<Determinants, "from" | "to" | "zone" | "quantities" | "series"> = {}): Determinants {
  const quantities: Record<string, Partial<Record<Unit, Milli>>> = {};
  for (const [name, value] of Object.entries(usage.quantities)) quantities[name] = { [unitOfQuantity(name, usage.unit)]: value };
  const series = usage.series.filter(({ direction }) => direction !== "received");
  return { from: usage.from, to: usage.to, zone: usage.zone, quantities, series, estimated: usage.slots.estimated > 0 || usage.estimatedPerMille > 0, ...customer };
}

const UNIT_OF_QUANTITY: Readonly<Record<string, Unit>> = { demand: "kW", kVA: "kVA", kvar: "kvar", kvarh: "kvarh", kvarhReceived: "kvarh", kVAh: "kVAh", kVAhReceived: "kVAh" };

function unitOfQuantity(name: string, billed: Unit): Unit {
  return UNIT_OF_QUANTITY[name] ?? billed;
}

/** A determinant is missing or cannot be priced: says which charge, what, and what to do. */
export class RatingError extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(`${path}: ${message}`);
    this.name = "RatingError";
    this.path = path;
  }
}
