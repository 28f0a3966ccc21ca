/**
 * The vocabulary of metering: what a meter's channel is, what a stored read is, and how good it is.
 * A channel is one stream of one quantity of one meter: a register (a dial that counts up) or an interval series.
 */
import type { LocalDate } from "../calendar/local-date.ts";
import type { Instant } from "../calendar/zone.ts";
import type { Milli, Unit } from "./units.ts";

/** What flows through the meter. Sewer and stormwater have no meter of their own. */
export type Commodity = "water" | "electric" | "gas";

export const COMMODITIES: readonly Commodity[] = ["water", "electric", "gas"];

/** Which way it flowed: from the utility to the customer, back from the customer, or the signed difference. */
export type Direction = "delivered" | "received" | "net";

/**
 * How a channel counts towards the usage of its service point: a compound meter's two registers both `add`,
 * a deduct meter's `subtract`s, a time-of-use register beside a total is a `check`.
 */
export type ChannelUse = "add" | "subtract" | "check";

export interface Channel {
  readonly channelId: number;
  readonly meterId: string;
  readonly commodity: Commodity;
  readonly kind: "register" | "interval";
  /** The head-end's own name for it, e.g. `1` or `kWh-del`; distinguishes channels of one kind on one meter. */
  readonly name?: string | null;
  /** Every stored value is in thousandths of this unit, as the meter shows it (before the multiplier). */
  readonly unit: Unit;
  /** Length of one interval; interval channels only. */
  readonly stepMinutes?: number | null;
  /** Exact decimal text, `1` or `40` or `0.1`: usage = reading × multiplier. */
  readonly multiplier: string;
  /** Digits before the decimal point after which a register begins again at zero; registers only. */
  readonly dials?: number | null;
  readonly direction: Direction;
  readonly use?: ChannelUse | null;
}

/** How a value came to be. The order is the code that is stored; never renumber. */
export const QUALITIES = ["actual", "estimated", "edited", "questionable", "outage"] as const;
export type Quality = (typeof QUALITIES)[number];

export const QUALITY_ACTUAL = 0;
export const QUALITY_ESTIMATED = 1;
export const QUALITY_EDITED = 2;
export const QUALITY_QUESTIONABLE = 3;
export const QUALITY_OUTAGE = 4;

export function qualityCode(quality: Quality): number {
  return QUALITIES.indexOf(quality);
}

/** One reading of a register. A corrected reading of the same instant has a higher version; none is overwritten. */
export interface RegisterRead {
  readonly channelId: number;
  readonly readAt: Instant;
  readonly version: number;
  /** What the dials showed, in thousandths of the channel's unit, before the multiplier. */
  readonly value: Milli;
  readonly quality: Quality;
}

/** When a meter hung at a service point. `to` null: it still does. Half-open in instants. */
export interface Installation {
  readonly servicePointId: string;
  readonly from: Instant;
  readonly to: Instant | null;
}

/** Days on which somebody is the customer of the service point. `to` null: until further notice. */
export interface ServiceSpan {
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

/** A meter with everything ingest must know of it. */
export interface MeterRecord {
  readonly meterId: string;
  /** The number on its face, which head-ends send. */
  readonly badge: string;
  readonly commodity: Commodity;
  /** E.g. `residential`; chooses validation thresholds. */
  readonly customerClass: string;
  readonly channels: readonly Channel[];
  readonly installations: readonly Installation[];
  /** Spans of active service at the point where the meter hangs. */
  readonly service: readonly ServiceSpan[];
}
