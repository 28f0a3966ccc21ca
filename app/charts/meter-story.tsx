/** A meter's story for the person who decides: what it registered each period, what is usual here, and the read in doubt. */
import { useId } from "react";
import { formatMilli, formatQuantity, unitName, type Milli, type Unit } from "../format/quantities.ts";
import { Table, type Column as TableColumn } from "../components/table.tsx";
import { usePlace } from "../i18n/context.tsx";
import { ChartFigure, Hatch, type ChartWords, type LegendItem } from "./figure.tsx";
import { Column, Plot, SlotHit, SlotLine } from "./plot.tsx";
import { percent, scaleTo } from "./scale.ts";

export interface StoryPeriod {
  key: string;
  label: string;
  tick: string;
  value: Milli | null;
  quality?: "actual" | "estimated" | "edited";
  /** What the rule expected. */
  low?: Milli;
  high?: Milli;
  /** The middle of the neighbors on the same route. */
  neighbors?: Milli | null;
  /** The read in doubt, with the rule's word for it: "High", "Zero". */
  suspect?: string;
  /** Marked as in doubt without the word: the one before says it. */
  quiet?: boolean;
  /** What somebody did there: "Visit", "Meter exchanged". */
  mark?: string;
}

export interface MeterStoryProps extends ChartWords {
  unit: Unit;
  periods: readonly StoryPeriod[];
  height?: "low" | "normal";
  /** What the dotted line is, when it is not the neighbors. */
  lineWord?: string;
  /** At most so many labels on the axis. */
  labels?: number;
}

/** Room above the highest bar: a little, or that of the word for what is in doubt, which stands over all bars. */
const WITHOUT_WORD = 1.08;
const WITH_WORD = 1.15;

export function MeterStory({ unit, periods, height, lineWord = "Neighbors", labels = 13, ...words }: MeterStoryProps) {
  const { locale } = usePlace();
  const hatch = useId();
  const count = periods.length;
  const quantity = (value: Milli) => formatQuantity(locale, value, unit, { form: "short", metered: true });
  const suspects = periods.filter((period) => period.suspect);
  const scale = scaleTo(Math.max(0, ...periods.flatMap((period) => [period.value ?? 0, period.high ?? 0, period.neighbors ?? 0])) * (suspects.length > 0 ? WITH_WORD : WITHOUT_WORD));
  const neighbors = periods.map((period) => period.neighbors ?? null);
  const hasNeighbors = neighbors.some((value) => value !== null);
  const hasRange = periods.some((period) => period.high !== undefined);
  const legend: LegendItem[] = [{ look: "bar", label: "Read" }];
  if (periods.some((period) => period.quality && period.quality !== "actual")) legend.push({ look: "estimated", label: "Estimated or edited" });
  if (suspects.length) legend.push({ look: "suspect", label: "In doubt" });
  if (hasRange) legend.push({ look: "range", label: "Expected" });
  if (hasNeighbors) legend.push({ look: "neighbors", label: lineWord });
  const said = (period: StoryPeriod) =>
    `${period.label}: ${period.value === null ? "no read" : quantity(period.value)}${period.suspect ? `, in doubt: ${period.suspect}` : ""}${period.high !== undefined ? `, expected ${quantity(period.low ?? 0)} to ${quantity(period.high)}` : ""}${period.mark ? `, ${period.mark}` : ""}`;
  const columns: TableColumn<StoryPeriod>[] = [
    { key: "when", head: "Period", main: true, cell: (period) => period.label },
    { key: "value", head: "Read", numeric: true, cell: (period) => (period.value === null ? "No read" : quantity(period.value)) },
    { key: "state", head: "State", cell: (period) => [period.suspect ? `In doubt: ${period.suspect}` : period.quality === "estimated" ? "Estimated" : period.quality === "edited" ? "Edited" : "Measured", period.mark].filter(Boolean).join(", ") },
  ];
  if (hasRange) columns.push({ key: "range", head: "Expected", numeric: true, cell: (period) => (period.high === undefined ? "" : `${quantity(period.low ?? 0)} – ${quantity(period.high)}`) });
  if (hasNeighbors) columns.push({ key: "neighbors", head: lineWord, numeric: true, cell: (period) => (period.neighbors == null ? "–" : quantity(period.neighbors)) });
  return (
    <ChartFigure {...words} legend={legend} description={suspects.length ? suspects.map(said).join(". ") : `${count} periods, none in doubt.`}
      table={<Table caption={words.title} columns={columns} rows={periods} rowKey={(period) => period.key} narrow="scroll" />}>
      {(ids) => (
        <Plot ids={ids} scale={scale} height={height} unit={unitName(unit)} slots={periods.map((period) => period.tick)} labels={labels}
          tickText={(tick) => formatMilli(tick, Number.isInteger((scale.ticks[1] ?? 0) / 1000) ? 0 : 1)}>
          <Hatch id={hatch} />
          {periods.map((period, i) => <SlotHit key={period.key} slot={i} count={count} title={said(period)} look={period.suspect ? "suspect" : undefined} />)}
          {periods.map((period, i) => period.high === undefined ? null : (
            <Column key={period.key} slot={i} count={count} from={Math.max(1, period.low ?? 0)} to={period.high} scale={scale} share={1} className="chart-range" look="band" />
          ))}
          {periods.map((period, i) => period.value === null ? (
            <text key={period.key} className="chart-gap" x={percent((i + 0.5) / count)} y="100%" dy="-0.4em">–</text>
          ) : (
            <Column key={period.key} slot={i} count={count} to={period.value} scale={scale} share={0.56} className="chart-bar"
              look={period.suspect ? "suspect" : period.quality && period.quality !== "actual" ? "estimated" : "bar"}
              fill={!period.suspect && period.quality && period.quality !== "actual" ? `url(#${hatch})` : undefined} />
          ))}
          {hasNeighbors ? <SlotLine values={neighbors} low={0} high={scale.max} look="neighbors" /> : null}
          {periods.map((period, i) => period.suspect && !period.quiet ? (
            <text key={period.key} className="chart-suspect" x={percent((i + 0.5) / count)} textAnchor={i > count * 0.8 ? "end" : i < count * 0.2 ? "start" : "middle"}
              y="0" dy="1em">{period.suspect}</text>
          ) : null)}
          {periods.map((period, i) => period.mark ? (
            <g key={period.key}>
              <line className="chart-mark" x1={percent(i / count)} x2={percent(i / count)} y1="0" y2="100%" />
              <text className="chart-mark-word" x={percent(i / count)} dx={i > count / 2 ? "-0.4em" : "0.4em"} y="0" dy="1em" textAnchor={i > count / 2 ? "end" : "start"}>{period.mark}</text>
            </g>
          ) : null)}
        </Plot>
      )}
    </ChartFigure>
  );
}
