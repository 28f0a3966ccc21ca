/** What every chart has: a title, a legend, a sentence for those who do not see it, and the same figures as a table. */
import { useId, type ReactNode } from "react";
import { useT } from "../i18n/context.tsx";

export interface ChartWords {
  title: string;
  /** Shown beside the title, small: the unit, the span. */
  note?: ReactNode;
  /** `unseen` when a heading above already says it. */
  showTitle?: boolean;
}

export interface LegendItem { look: "bar" | "estimated" | "projected" | "ghost" | "range" | "line" | "suspect" | "neighbors"; label: ReactNode }

/**
 * The frame of a chart. `children` gets the ids for the drawing's `aria-labelledby` and `aria-describedby`.
 * `table` stands behind a toggle; it is the same data, so nothing is only a picture.
 */
export function ChartFigure({ title, note, showTitle = true, legend = [], description, table, children }: ChartWords & {
  legend?: readonly LegendItem[]; description: string; table?: ReactNode;
  children: (ids: { "aria-labelledby": string; "aria-describedby": string }) => ReactNode;
}) {
  const t = useT();
  const id = useId();
  return (
    <figure className="chart">
      <figcaption className={showTitle ? "chart-head" : "unseen"}>
        <span className="chart-title" id={`${id}t`}>{title}</span>
        {note ? <span className="chart-note">{note}</span> : null}
      </figcaption>
      <p className="unseen" id={`${id}d`}>{description}</p>
      {legend.length > 1 ? (
        <ul className="legend" aria-hidden="true">
          {legend.map(({ look, label }) => <li key={look}><Swatch look={look} />{label}</li>)}
        </ul>
      ) : null}
      {children({ "aria-labelledby": `${id}t`, "aria-describedby": `${id}d` })}
      {table ? <details className="chart-figures"><summary>{t("chart.figures")}</summary>{table}</details> : null}
    </figure>
  );
}

/** A sample of how a thing is drawn. */
function Swatch({ look }: { look: LegendItem["look"] }) {
  const id = useId();
  if (look === "line" || look === "neighbors") {
    return <svg className="swatch" width="16" height="12"><line className="chart-line" data-look={look} x1="0" x2="16" y1="6" y2="6" /></svg>;
  }
  return (
    <svg className="swatch" width="12" height="12">
      {look === "estimated" ? <Hatch id={id} /> : null}
      <rect className={look === "range" ? "chart-range" : look === "ghost" ? "chart-ghost" : "chart-bar"} data-look={look}
        fill={look === "estimated" ? `url(#${id})` : undefined} x="0.5" y="0.5" width="11" height="11" rx="2" />
    </svg>
  );
}

/** Diagonal stripes: a figure that was not measured. */
export function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className="hatch-ground" width="5" height="5" />
        <rect className="hatch-line" width="2.25" height="5" />
      </pattern>
    </defs>
  );
}
