/** Usage by hour, day or month: bars, last year as a ghost behind, the expected with its range, estimates hatched, temperature above. */
import { useId } from "react";
import { Link } from "react-router";
import { formatDate, formatHour } from "../format/dates.ts";
import { formatMilli, formatQuantity, shownUnit, unitName, type Milli, type Unit } from "../format/quantities.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { Table, type Column as TableColumn } from "../components/table.tsx";
import { usePlace, useT } from "../i18n/context.tsx";
import type { Locale } from "../i18n/translate.ts";
import { ChartFigure, Hatch, type ChartWords, type LegendItem } from "./figure.tsx";
import { Column, Plot, SlotHit, SlotLine } from "./plot.tsx";
import { percent, scaleTo } from "./scale.ts";

export interface UsageBar {
  key: string;
  /** In full, for the table and the hint: "Tue, Dec 8". */
  label: string;
  /** On the axis: "Dec 8". */
  tick: string;
  /** Thousandths of the unit; `null` when nothing was read. */
  value: Milli | null;
  /** Why there is no value, when it is not that nothing was read; empty for what is still to come. */
  gap?: string;
  quality?: "actual" | "estimated" | "projected";
  /** The likely range of a projected value. */
  low?: Milli;
  high?: Milli;
  lastYear?: Milli | null;
  /** Whole degrees Fahrenheit. */
  temperature?: number | null;
  /** Where this bar's own detail is; linked from the table. */
  to?: string;
}

export interface UsageBarsProps extends ChartWords {
  unit: Unit;
  bars: readonly UsageBar[];
  /** What one bar is, as the table's first column. */
  each?: "hour" | "day" | "month";
  height?: "low" | "normal";
  /** Figures behind a toggle; off where a table stands beside the chart anyway. */
  figures?: boolean;
}

/** Labels for bars that are days. */
export function dayLabels(locale: Locale, date: LocalDate, today?: LocalDate) {
  return { key: date, label: formatDate(locale, date, "weekday", today), tick: formatDate(locale, date, "day", date) };
}

/** Labels for bars that are months, by any day of the month. */
export function monthLabels(locale: Locale, date: LocalDate) {
  return { key: date.slice(0, 7), label: formatDate(locale, date, "monthLong"), tick: formatDate(locale, date, "monthShort") };
}

/** Labels for bars that are hours of one local day, by their wall-clock hour; `key` tells the repeated hour of autumn apart. */
export function hourLabels(locale: Locale, hour: number, key: string) {
  return { key, label: formatHour(locale, hour), tick: formatHour(locale, hour) };
}

export function UsageBars({ unit, bars, each = "day", height, figures = true, ...words }: UsageBarsProps) {
  const { locale } = usePlace();
  const t = useT();
  const hatch = useId();
  const shown = shownUnit(unit);
  const quantity = (value: Milli) => formatQuantity(locale, value, unit);
  const tops = bars.flatMap((bar) => [bar.value ?? 0, bar.high ?? 0, bar.lastYear ?? 0]);
  const scale = scaleTo(Math.max(...tops, 0));
  const count = bars.length;
  const has = (quality: UsageBar["quality"]) => bars.some((bar) => bar.value !== null && (bar.quality ?? "actual") === quality);
  const hasLastYear = bars.some((bar) => bar.lastYear != null);
  const degrees = bars.map((bar) => bar.temperature ?? null);
  const known = degrees.filter((degree) => degree !== null);
  const [cold, hot] = [Math.min(...known), Math.max(...known)];
  const measured = bars.filter((bar) => bar.value !== null && bar.quality !== "projected");
  const highest = measured.reduce<UsageBar | undefined>((best, bar) => (best && best.value! >= bar.value! ? best : bar), undefined);
  const total = measured.reduce((sum, bar) => sum + bar.value!, 0);

  const legend: LegendItem[] = [];
  if (has("actual")) legend.push({ look: "bar", label: t("usage.actual") });
  if (has("estimated")) legend.push({ look: "estimated", label: t("usage.estimated") });
  if (has("projected")) legend.push({ look: "projected", label: t("usage.projected") });
  if (bars.some((bar) => bar.high !== undefined)) legend.push({ look: "range", label: t("usage.range") });
  if (hasLastYear) legend.push({ look: "ghost", label: t("usage.lastYear") });

  const hint = (bar: UsageBar) =>
    [
      [bar.label, bar.value === null ? (bar.gap ?? t("usage.noData")) : quantity(bar.value)].filter(Boolean).join(": "),
      bar.quality === "estimated" ? t("usage.estimated") : bar.quality === "projected" ? t("usage.projected") : "",
      bar.lastYear != null ? `${t("usage.lastYear")}: ${quantity(bar.lastYear)}` : "",
      bar.temperature != null ? `${bar.temperature} °F` : "",
    ].filter(Boolean).join("\n");

  return (
    <ChartFigure {...words} legend={legend}
      description={highest ? `${t("chart.total", { value: quantity(total) })} ${t("chart.highest", { label: highest.label, value: quantity(highest.value!) })}` : t("usage.none")}
      table={figures ? <UsageTable bars={bars} unit={unit} each={each} title={words.title} /> : undefined}>
      {(ids) => (
        <Plot ids={ids} scale={scale} height={height} unit={unitName(shown.unit, locale, "short")} slots={bars.map((bar) => bar.tick)}
          tickText={(tick) => formatMilli(tick * shown.times, Number.isInteger((scale.ticks[1] ?? 0) * shown.times / 1000) ? 0 : 1)}
          upper={known.length > 1 ? {
            label: t("usage.temperature"), max: `${hot}°`, min: `${cold}°`,
            drawing: <SlotLine values={degrees} low={cold - (hot - cold) * 0.1 - 1} high={hot + (hot - cold) * 0.1 + 1} look="line" />,
          } : undefined}>
          <Hatch id={hatch} />
          {bars.map((bar, i) => <SlotHit key={bar.key} slot={i} count={count} title={hint(bar)} />)}
          {bars.map((bar, i) => bar.lastYear == null ? null : (
            <g key={bar.key}>
              <Column slot={i} count={count} to={bar.lastYear} scale={scale} share={0.86} className="chart-ghost" />
            </g>
          ))}
          {bars.map((bar, i) => bar.value === null ? bar.gap === "" ? null : (
            <text key={bar.key} className="chart-gap" x={percent((i + 0.5) / count)} y="100%" dy="-0.4em">–</text>
          ) : (
            <Column key={bar.key} slot={i} count={count} to={bar.value} scale={scale} share={hasLastYear ? 0.5 : 0.68} className="chart-bar"
              look={bar.quality === "projected" ? "projected" : bar.quality === "estimated" ? "estimated" : "bar"}
              fill={bar.quality === "estimated" ? `url(#${hatch})` : undefined} />
          ))}
          {bars.map((bar, i) => bar.low === undefined || bar.high === undefined ? null : (
            <Column key={bar.key} slot={i} count={count} from={Math.max(1, bar.low)} to={bar.high} scale={scale} share={0.3} className="chart-range" />
          ))}
        </Plot>
      )}
    </ChartFigure>
  );
}

function UsageTable({ bars, unit, each, title }: { bars: readonly UsageBar[]; unit: Unit; each: "hour" | "day" | "month"; title: string }) {
  const { locale } = usePlace();
  const t = useT();
  const quantity = (value: Milli | null | undefined) => (value == null ? "–" : formatQuantity(locale, value, unit, { form: "short" }));
  const columns: TableColumn<UsageBar>[] = [
    { key: "when", head: t(`usage.${each}`), main: true, cell: (bar) => (bar.to ? <Link to={bar.to}>{bar.label}</Link> : bar.label) },
    { key: "value", head: t("usage.title"), numeric: true, cell: (bar) =>
      bar.value === null ? (bar.gap ?? t("usage.noData"))
      : <>{quantity(bar.value)}{bar.quality && bar.quality !== "actual" ? <span className="soft"> {t(`usage.${bar.quality}`).toLowerCase()}</span> : null}</> },
  ];
  if (bars.some((bar) => bar.high !== undefined)) columns.push({ key: "range", head: t("usage.range"), numeric: true, cell: (bar) => (bar.low === undefined ? "" : `${quantity(bar.low)} – ${quantity(bar.high)}`) });
  if (bars.some((bar) => bar.lastYear != null)) columns.push({ key: "lastYear", head: t("usage.lastYear"), numeric: true, cell: (bar) => quantity(bar.lastYear) });
  if (bars.some((bar) => bar.temperature != null)) columns.push({ key: "degrees", head: t("usage.temperature"), numeric: true, cell: (bar) => (bar.temperature == null ? "–" : String(bar.temperature)) });
  return <Table caption={t("chart.figuresOf", { title })} columns={columns} rows={bars} rowKey={(bar) => bar.key} narrow="scroll" />;
}
