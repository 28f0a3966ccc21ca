/**
 * Registers: a dial that counts up and begins again at zero when its digits are used up.
 * Consumption is the difference of two reads times the meter's multiplier.
 */
import type { Instant } from "../calendar/zone.ts";
import type { Channel, RegisterRead } from "./channel.ts";
import { quantityText, timesMultiplier, type Milli } from "./units.ts";

export interface Advance {
  /** `negative`: the register went back by more than a rollover explains; the usage is then not to be billed. */
  readonly kind: "advance" | "rollover" | "negative";
  /** End − start × multiplier, after a rollover counted through zero; thousandths of the channel's unit. */
  readonly usage: Milli;
}

/**
 * Without any history a rollover is believed when what it implies is at most this share of the dials' range, in percent:
 * a register that is replaced or misread lands anywhere on it.
 */
export const ROLLOVER_SHARE_MAX = 10;

/** Where the register begins again, in thousandths; null when the meter's dials are not known. */
export function dialRange(channel: Pick<Channel, "dials">): Milli | null {
  return channel.dials ? 10 ** channel.dials * 1000 : null;
}

/**
 * What went through a register between two reads of it.
 * A fall is a rollover when start → top → end is plausible (delta + 10^dials ≤ `maxPlausible`, usage after the multiplier;
 * by custom five times the usual usage of the days between); otherwise it is negative. A net register may fall.
 * The rule: a vendor-neutral VEE convention, "rollover if the wrapped difference is at most the largest plausible".
 */
export function registerAdvance(start: Milli, end: Milli, channel: Pick<Channel, "multiplier" | "dials" | "direction">, maxPlausible: Milli | null = null): Advance {
  const delta = end - start;
  if (delta >= 0 || channel.direction === "net") return { kind: "advance", usage: timesMultiplier(delta, channel.multiplier) };
  const range = dialRange(channel);
  if (range !== null) {
    const usage = timesMultiplier(delta + range, channel.multiplier);
    const limit = maxPlausible ?? timesMultiplier((range / 100) * ROLLOVER_SHARE_MAX, channel.multiplier);
    if (delta + range >= 0 && usage <= limit) return { kind: "rollover", usage };
  }
  return { kind: "negative", usage: timesMultiplier(delta, channel.multiplier) };
}

/** Why a value cannot be a reading of this register, or null. */
export function registerValueProblem(value: Milli, channel: Pick<Channel, "dials" | "direction" | "unit">): string | null {
  if (value < 0 && channel.direction !== "net") return `a register never shows less than zero, this is ${quantityText(value, channel.unit)}`;
  const range = dialRange(channel);
  if (range !== null && value >= range) return `${quantityText(value, channel.unit)} does not fit the meter's ${channel.dials} dials`;
  return null;
}

/** Of each instant the latest version; an estimate only where nothing else was read. In order of time. */
export function bestReads(reads: readonly RegisterRead[]): RegisterRead[] {
  const best = new Map<Instant, RegisterRead>();
  for (const read of reads) {
    const known = best.get(read.readAt);
    if (known === undefined || rankOf(read) > rankOf(known)) best.set(read.readAt, read);
  }
  return [...best.values()].sort((a, b) => a.readAt - b.readAt);
}

/** Versions are far fewer than a million. */
function rankOf({ version, quality }: RegisterRead): number {
  return (quality === "estimated" ? 0 : 1_000_000) + version;
}
