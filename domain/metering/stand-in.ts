/**
 * Registers that stand in for missing intervals between two reads that were measured, from the first before which no
 * interval is missing to the last after which none is; the intervals count up to the one and on from the other. So the
 * period is counted from bound to bound like the ones beside it, whatever those were billed by: a read of some days off would
 * bill these days twice, or never.
 */
import { MINUTE_MS, type Instant } from "../calendar/zone.ts";
import type { RegisterRead } from "./channel.ts";
import { MISSING } from "./packed-day.ts";
import { registerAdvance } from "./register.ts";
import type { Bounds, IntervalLeg, RegisterLeg } from "./usage.ts";

export interface StandIn {
  /** With the reads between which they stand in. */
  readonly registers: readonly RegisterLeg[];
  /** Of each leg of intervals, the slots that are counted before and after them. */
  readonly parts: readonly (readonly Slots[])[];
}

/** From `first` up to and without `last`. */
export interface Slots {
  readonly first: number;
  readonly last: number;
}

/** All legs are of one meter and one quantity, and there is a register. Null where the registers cannot stand in. */
export function standIn(intervals: readonly IntervalLeg[], registers: readonly RegisterLeg[], bounds: Bounds): StandIn | null {
  const { leg, reads } = registers[0]!;
  const ends = { from: Math.max(bounds.from, leg.from), to: Math.min(bounds.to, leg.to ?? bounds.to) };
  const common = reads.map((read) => read.readAt).filter((at) => at >= ends.from && at <= ends.to && registers.every((register) => measuredAt(register, at)));
  const start = common.find((at) => intervals.every((each) => isWhole(each, slotsBetween(each, ends, ends.from, at), ends)));
  const end = common.findLast((at) => intervals.every((each) => isWhole(each, slotsBetween(each, ends, at, ends.to), ends)));
  if (start === undefined || end === undefined || start >= end) return null;
  const standing = registers.map((register): RegisterLeg => ({ ...register, start: measuredAt(register, start)!, end: measuredAt(register, end)! }));
  if (standing.some((register) => registerAdvance(register.start!.value, register.end!.value, register.leg.channel).kind === "negative")) return null;
  const partsOf = (each: IntervalLeg): Slots[] => [...(start > ends.from ? [slotsBetween(each, ends, ends.from, start)!] : []), ...(end < ends.to ? [slotsBetween(each, ends, end, ends.to)!] : [])];
  return { registers: standing, parts: intervals.map(partsOf) };
}

function measuredAt({ reads }: RegisterLeg, at: Instant): RegisterRead | undefined {
  return reads.find((read) => read.readAt === at && read.quality !== "estimated");
}

/** The slots of a leg between two instants: those at its ends are in it, however much of them it was there; null where another one is cut. */
function slotsBetween({ leg: { channel }, start, values }: IntervalLeg, ends: Bounds, since: Instant, until: Instant): Slots | null {
  const slotOf = (at: Instant): number => (at === ends.from ? 0 : at === ends.to ? values.length : (at - start) / (channel.stepMinutes! * MINUTE_MS));
  const [first, last] = [slotOf(since), slotOf(until)];
  return Number.isInteger(first) && Number.isInteger(last) ? { first, last } : null;
}

/** None of the slots is missing that lie in the leg as a whole. */
function isWhole({ leg: { channel }, start, values }: IntervalLeg, slots: Slots | null, ends: Bounds): boolean {
  if (slots === null) return false;
  const step = channel.stepMinutes! * MINUTE_MS;
  const first = Math.max(slots.first, Math.ceil((ends.from - start) / step));
  const last = Math.min(slots.last, Math.floor((ends.to - start) / step));
  return last <= first || !values.subarray(first, last).includes(MISSING);
}
