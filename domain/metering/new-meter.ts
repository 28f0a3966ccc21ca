/** What may be entered of a meter that is hung: what it counts in, how it is read, how long its intervals are. */
import { COMMODITIES, type Commodity } from "./channel.ts";
import { STEPS_MINUTES } from "./packed-day.ts";
import { isUse, UNITS_OF, type Unit } from "./units.ts";

/** A dial counter; intervals that a head-end sends; or both, which are compared with each other. */
export const METER_KINDS = ["register", "interval", "both"] as const;

export const METER_STEPS = STEPS_MINUTES;

export const isMetered = (commodity: string): commodity is Commodity => (COMMODITIES as readonly string[]).includes(commodity);

/** What an electric meter may count beside the energy that it delivers: from either the power factor follows. */
export const COUNTED_BESIDE = ["kvarh", "kVAh"] as const satisfies readonly Unit[];

export const isCountedBeside = (unit: string): unit is (typeof COUNTED_BESIDE)[number] => (COUNTED_BESIDE as readonly string[]).includes(unit);

/** What a meter can count for billing: what went through it, not how fast. */
export function meterUnits(commodity: Commodity): Unit[] {
  return UNITS_OF[commodity].filter(isUse);
}
