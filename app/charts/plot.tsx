/**
 * The drawing surface of all charts with columns: an axis at the left, slots from left to right, labels below.
 * Positions are percentages and sizes of text are the page's, so that a drawing made on the server fits every
 * screen without a script, and its height never changes while it loads.
 */
import type { ReactNode } from "react";
import { labelled, percent, type Scale } from "./scale.ts";

export interface PlotProps {
  scale: Scale;
  /** Words of a tick on the value axis. */
  tickText: (value: number) => string;
  /** Stands over the value axis. */
  unit: string;
  /** One label for each slot; some of them are shown. */
  slots: readonly string[];
  /** How many labels are wanted at most. */
  labels?: number;
  height?: "low" | "normal";
  /** `aria-labelledby` and `aria-describedby` of the picture. */
  ids: { "aria-labelledby": string; "aria-describedby": string };
  /** A second, lower panel over the first on the same slots (temperature). */
  upper?: { max: string; min: string; drawing: ReactNode; label: string };
  children: ReactNode;
}

/** Width that a text needs at most, in its own em; tabular figures are a little over half as wide as high. */
function emWidth(texts: readonly string[]): string {
  return `${Math.round(Math.max(1, ...texts.map((text) => text.length)) * 0.62 * 100) / 100 + 0.5}em`;
}

export function Plot({ scale, tickText, unit, slots, labels = 7, height = "normal", ids, upper, children }: PlotProps) {
  const words = scale.ticks.map(tickText);
  const gutter = emWidth([...words, ...(upper ? [upper.max, upper.min] : [])]);
  const shown = labelled(slots.length, labels);
  const last = slots.length - 1;
  return (
    <div className="plot" data-height={height}>
      {upper ? (
        <>
          <div className="plot-unit">{upper.label}</div>
          <svg className="plot-axis plot-upper" width={gutter} aria-hidden="true">
            <text x="100%" y="0" dy="0.8em">{upper.max}</text>
            <text x="100%" y="100%" dy="-0.1em">{upper.min}</text>
          </svg>
          <svg className="plot-area plot-upper" aria-hidden="true">{upper.drawing}</svg>
        </>
      ) : null}
      <div className="plot-unit">{unit}</div>
      <svg className="plot-axis" width={gutter} aria-hidden="true">
        {scale.ticks.map((tick, i) => (
          <text key={tick} x="100%" y={percent(1 - tick / scale.max)} dy={i === scale.ticks.length - 1 ? "0.8em" : i === 0 ? "-0.1em" : "0.35em"}>{words[i]}</text>
        ))}
      </svg>
      <svg className="plot-area" role="img" {...ids}>
        {scale.ticks.slice(1).map((tick) => <line key={tick} className="chart-grid" x1="0" x2="100%" y1={percent(1 - tick / scale.max)} y2={percent(1 - tick / scale.max)} />)}
        {children}
        <line className="chart-grid" data-zero x1="0" x2="100%" y1="100%" y2="100%" />
      </svg>
      <svg className="plot-labels" aria-hidden="true">
        {slots.map((label, i) => shown.has(i) ? (
          <text key={i} data-shown={shown.get(i)} x={i === last && last > 6 ? "100%" : percent((i + 0.5) / slots.length)} textAnchor={i === last && last > 6 ? "end" : "middle"} y="0" dy="1em">{label}</text>
        ) : null)}
      </svg>
    </div>
  );
}

/** A column of a slot: `from` and `to` on the scale, as wide as `share` of the slot. Drawn below the base line so that only its top is round. */
export function Column({ slot, count, from = 0, to, scale, share, className, look, fill }: {
  slot: number; count: number; from?: number; to: number; scale: Scale; share: number;
  className: string; look?: string; fill?: string;
}) {
  const top = 1 - to / scale.max;
  const floating = from > 0;
  return (
    <rect
      className={className} data-look={look} fill={fill} rx={2}
      x={percent((slot + (1 - share) / 2) / count)} width={percent(share / count)}
      y={percent(top)} height={percent((floating ? (to - from) / scale.max : 1 - top + 0.05))}
    />
  );
}

/** The whole height of a slot: shows the browser's own hint on hover, and marks a slot. */
export function SlotHit({ slot, count, title, look }: { slot: number; count: number; title: string; look?: string }) {
  return <rect className="chart-slot" data-look={look} x={percent(slot / count)} width={percent(1 / count)} y="0" height="100%"><title>{title}</title></rect>;
}

/** A line through the middles of slots; gaps where there is no value. Stretched without getting thicker. */
export function SlotLine({ values, low, high, look }: { values: readonly (number | null)[]; low: number; high: number; look: string }) {
  const count = values.length;
  const runs: string[] = [];
  let run = "";
  values.forEach((value, i) => {
    if (value === null) { if (run) runs.push(run); run = ""; return; }
    const x = Math.round(((i + 0.5) / count) * 10_000) / 10;
    const y = Math.round((1 - (value - low) / Math.max(1, high - low)) * 10_000) / 10;
    run += `${run ? "L" : "M"}${x} ${y}`;
  });
  if (run) runs.push(run);
  return (
    <svg className="plot-line" x="0" y="0" width="100%" height="100%" viewBox="0 0 1000 1000" preserveAspectRatio="none">
      <path className="chart-line" data-look={look} d={runs.join("")} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
