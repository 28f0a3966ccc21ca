/** Chance that repeats itself: the same seed and the same place always give the same number, on every machine. */

const GOLDEN = 0x9e3779b1;
const RANGE = 4_294_967_296;

/** A number in [0, 1) of a seed and an index. No state: any day of any meter can be asked for in any order. */
export function noise(seed: number, index: number): number {
  let hash = (seed ^ Math.imul(index, GOLDEN)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / RANGE;
}

/** A seed for a part of something: `seedOf(seed, "meter", 12)`. */
export function seedOf(seed: number, what: string, index = 0): number {
  let hash = seed | 0;
  for (let i = 0; i < what.length; i += 1) hash = Math.imul(hash ^ what.charCodeAt(i), 0x01000193);
  return Math.floor(noise(hash, index) * RANGE) | 0;
}

/** Draws one after the other from a seed, for things that are made once. */
export interface Dice {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `low` to `high`, both counted. */
  whole(low: number, high: number): number;
  /** A number from `low` to below `high`. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

export function dice(seed: number): Dice {
  let drawn = 0;
  const next = (): number => noise(seed, (drawn += 1));
  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)]!,
  };
}
