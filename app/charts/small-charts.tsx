/** Small pictures beside a figure: a trend, a bill on its way, a balance by age. */
import type { ReactNode } from "react";
import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import { percent } from "./scale.ts";

/** A trend without an axis, beside the figure that says how much. `label` says the trend in words. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const high = Math.max(...values, 1);
  const low = Math.min(...values, 0);
  const y = (value: number) => Math.round((1 - (value - low) / Math.max(1, high - low)) * 800 + 100) / 10;
  const points = values.map((value, i) => `${Math.round((i / Math.max(1, values.length - 1)) * 1000) / 10} ${y(value)}`);
  return (
    <svg className="sparkline" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={label}>
      <path className="sparkline-fill" d={`M0 100L${points.join("L")}L100 100Z`} />
      <path className="chart-line" data-look="spark" d={`M${points.join("L")}`} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

export interface ProjectionBarProps {
  soFar: Cents;
  /** The likely range of the whole period, and the likeliest amount. */
  low: Cents;
  high: Cents;
  likely: Cents;
  /** The bill before, as a mark to compare with. */
  last?: Cents;
  /** In words, all of it: the picture's name. */
  label: string;
  soFarWord: ReactNode;
  rangeWord: ReactNode;
  lastWord?: ReactNode;
}

/** The bill so far, where it is heading, and the bill before. */
export function ProjectionBar({ soFar, low, high, likely, last, label, soFarWord, rangeWord, lastWord }: ProjectionBarProps) {
  const end = Math.max(high, soFar, last ?? 0) * 1.04 || 1;
  return (
    <div className="projection">
      <svg className="projection-bar" role="img" aria-label={label}>
        <rect className="projection-track" y="25%" width="100%" height="50%" rx="4" />
        <rect className="chart-range" x={percent(low / end)} width={percent(Math.max(0, high - low) / end)} y="25%" height="50%" rx="2" />
        <line className="projection-likely" x1={percent(likely / end)} x2={percent(likely / end)} y1="25%" y2="75%" />
        <rect className="chart-bar" data-look="bar" width={percent(soFar / end)} y="25%" height="50%" rx="4" />
        {last === undefined ? null : <line className="projection-last" x1={percent(last / end)} x2={percent(last / end)} y1="5%" y2="95%" />}
      </svg>
      <ul className="legend" aria-hidden="true">
        <li><svg className="swatch" width="12" height="12"><rect className="chart-bar" width="12" height="12" rx="2" /></svg>{soFarWord} {formatDollars(soFar)}</li>
        <li><svg className="swatch" width="12" height="12"><rect className="chart-range" x="0.5" y="0.5" width="11" height="11" rx="2" /></svg>{rangeWord}</li>
        {last === undefined ? null : <li><svg className="swatch" width="12" height="12"><line className="projection-last" x1="6" x2="6" y1="0" y2="12" /></svg>{lastWord} {formatDollars(last)}</li>}
      </ul>
    </div>
  );
}

export interface AgeBucket { label: string; cents: Cents; tone?: "plain" | "warn" | "bad" }

/** What is owed, by how long: not yet due first, the oldest last. Every part stands below in words and figures. */
export function AgingBar({ buckets, label }: { buckets: readonly AgeBucket[]; label: string }) {
  const owed = buckets.filter((bucket) => bucket.cents > 0);
  const total = owed.reduce((sum, bucket) => sum + bucket.cents, 0);
  let at = 0;
  return (
    <div className="aging">
      <svg className="aging-bar" aria-hidden="true">
        <rect className="projection-track" width="100%" height="100%" />
        {owed.map((bucket) => {
          const x = at;
          at += bucket.cents / total;
          return <rect key={bucket.label} className="aging-part" data-tone={bucket.tone ?? "plain"} x={percent(x)} width={percent(bucket.cents / total)} height="100%" />;
        })}
      </svg>
      <dl className="aging-words" aria-label={label}>
        {buckets.map((bucket) => (
          <div key={bucket.label} data-tone={bucket.cents > 0 ? bucket.tone ?? "plain" : "none"}><dt>{bucket.label}</dt><dd className="num">{formatDollars(bucket.cents)}</dd></div>
        ))}
      </dl>
    </div>
  );
}
