/** Axes with round numbers. Values are whole numbers (thousandths of a unit, or cents). */

export interface Scale {
  /** Top of the axis. */
  readonly max: number;
  /** From 0 to `max`. */
  readonly ticks: readonly number[];
}

/** A scale from zero to a round number at or above `highest`, in 2 to 5 steps of 1, 2, 2.5 or 5 times a power of ten. */
export function scaleTo(highest: number, steps = 4): Scale {
  if (highest <= 0) return { max: 1, ticks: [0] };
  const rough = highest / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((candidate) => candidate >= rough)!;
  const count = Math.ceil(highest / step - 1e-9);
  return { max: step * count, ticks: Array.from({ length: count + 1 }, (_, i) => i * step) };
}

/** A share of the axis as SVG likes it: at most two decimals, `"37.5%"`. */
export function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}

/** Where a label is shown: only where it is wide, also where it is narrow, or always. */
export type Shown = "wide" | "narrow" | "always";

/** Which of `count` slots get an axis label: about `wanted`, evenly, always the first; half of them on a phone, a quarter where text is very large. */
export function labelled(count: number, wanted = 7): ReadonlyMap<number, Shown> {
  const step = Math.max(1, Math.ceil(count / wanted));
  const shown = new Map<number, Shown>();
  for (let i = 0; i < count; i += step) shown.set(i, (i / step) % 2 ? "wide" : (i / step) % 4 ? "narrow" : "always");
  return shown;
}
