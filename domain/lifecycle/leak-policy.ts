/** By which rules a utility forgives part of what a repaired leak cost: a topic of its settings. */
import { addMonths, type LocalDate } from "../calendar/local-date.ts";
import type { Milli, Unit } from "../metering/units.ts";
import type { Cents } from "../money/cents.ts";

/** `sameMonths`: the same time of the years before; `previous`: the bills just before the leak. */
export const NORMAL_WAYS = ["sameMonths", "previous"] as const;
export type NormalWay = (typeof NORMAL_WAYS)[number];

export interface LeakPolicy {
  /** Of what the excess over the normal use cost. */
  readonly sharePercent: number;
  /** The same for sewer that is billed on the water: where the water did not reach it, many forgive all. */
  readonly sewerSharePercent: number;
  /** A bill counts from so much of the normal use on; 100: with any excess. */
  readonly excessPercent: number;
  /** Bills in a row that one adjustment may cover. */
  readonly billsMost: number;
  /** One adjustment within so many months; 0: no limit. */
  readonly everyMonths: number;
  /** Asked for within so many days after the leak has ended. */
  readonly withinDays: number;
  /** Somebody has to show that it was repaired. */
  readonly proof: boolean;
  readonly normal: NormalWay;
  /** Bills that the normal use is the average of. */
  readonly normalBills: number;
}

/**
 * Half of the excess, once in twelve months, as Cedar Hill (Texas) forgives; at most two bills in a row and asked for within
 * ninety days, as in Boulder (Colorado); all of the sewer, where the water did not reach it.
 */
export const LEAK_POLICY: LeakPolicy = { sharePercent: 50, sewerSharePercent: 100, excessPercent: 100, billsMost: 2, everyMonths: 12, withinDays: 90, proof: true, normal: "sameMonths", normalBills: 3 };

/** A leak adjustment that an account has had. `alertId` null: posted by hand. */
export interface LeakAdjusted {
  readonly adjustmentId: string;
  readonly alertId: string | null;
  readonly postedOn: LocalDate;
}

/** One bill of one service in a leak adjustment, as it stands in the log. Quantities in thousandths of `unit`. */
export interface LeakBill {
  readonly billId: string;
  readonly number: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly unit: Unit;
  readonly used: Milli;
  readonly normal: Milli;
  readonly charged: Cents;
  readonly atNormal: Cents;
}

/** How a leak adjustment was reckoned. `way`: where the normal use comes from. */
export interface LeakNote {
  readonly alertId: string;
  readonly commodity: string;
  readonly sharePercent: number;
  readonly way: NormalWay | "later";
  readonly bills: readonly LeakBill[];
}

/** The first day on which another adjustment may be posted; null: any day. */
export function nextLeakOn(before: readonly LeakAdjusted[], everyMonths: number): LocalDate | null {
  const last = before.map(({ postedOn }) => postedOn).sort().at(-1);
  return last === undefined || everyMonths === 0 ? null : addMonths(last, everyMonths);
}
