/** Time-of-use prices of a season as a week of hours: seven rows, 24 columns, the dearest darkest. Every block carries its name. */
import { formatHour, weekdayNames } from "../format/dates.ts";
import { Table } from "../components/table.tsx";
import { usePlace } from "../i18n/context.tsx";
import { ChartFigure, type ChartWords } from "./figure.tsx";
import { percent } from "./scale.ts";

export interface TouPeriod {
  id: string;
  /** "On-peak", "Overnight". */
  name: string;
  priceText: string;
  /** 1 (cheapest) to 4 (dearest): how dark it is. */
  level: 1 | 2 | 3 | 4;
}

export interface TouMapProps extends ChartWords {
  periods: readonly TouPeriod[];
  /** Seven days from Monday, each with the period id of its 24 hours. */
  week: readonly (readonly string[])[];
}

interface Block { id: string; day: number; days: number; hour: number; hours: number }

/** Blocks of equal price: runs of hours, joined over days that have the same run. */
export function blocksOf(week: readonly (readonly string[])[]): Block[] {
  const blocks: Block[] = [];
  week.forEach((hours, day) => {
    for (let hour = 0; hour < hours.length; ) {
      let end = hour + 1;
      while (end < hours.length && hours[end] === hours[hour]) end += 1;
      const above = blocks.find((b) => b.day + b.days === day && b.hour === hour && b.hours === end - hour && b.id === hours[hour]);
      if (above) above.days += 1;
      else blocks.push({ id: hours[hour]!, day, days: 1, hour, hours: end - hour });
      hour = end;
    }
  });
  return blocks;
}

/** A name stands in its block only where the block is long enough for it, in hours for each letter. */
const HOURS_PER_LETTER = 0.42;

export function TouMap({ periods, week, ...words }: TouMapProps) {
  const { locale } = usePlace();
  const byId = new Map(periods.map((period) => [period.id, period]));
  const blocks = blocksOf(week);
  const days = weekdayNames(locale);
  const dayWords = (block: Block) => (block.days === 1 ? days[block.day] : `${days[block.day]}–${days[block.day + block.days - 1]}`);
  const rows = periods.map((period) => ({
    ...period,
    when: blocks.filter((block) => block.id === period.id).map((block) => `${dayWords(block)} ${block.hours === 24 ? "all day" : `${formatHour(locale, block.hour)} – ${formatHour(locale, block.hour + block.hours)}`}`),
  }));
  return (
    <ChartFigure {...words} description={rows.map((row) => `${row.name}, ${row.priceText}: ${row.when.join("; ")}.`).join(" ")}>
      {(ids) => (
        <>
          <div className="week">
            <svg className="week-days" width="2.6em" aria-hidden="true">
              {days.map((day, i) => <text key={day} x="0" y={percent((i + 0.5) / 7)} dy="0.35em">{day}</text>)}
            </svg>
            <svg className="week-area" role="img" {...ids}>
              {blocks.map((block) => {
                const period = byId.get(block.id)!;
                return (
                  <rect key={`${block.day} ${block.hour}`} className="heat" data-level={period.level} x={percent(block.hour / 24)} width={percent(block.hours / 24)} y={percent(block.day / 7)} height={percent(block.days / 7)}>
                    <title>{`${period.name}, ${period.priceText}`}</title>
                  </rect>
                );
              })}
              {Array.from({ length: 6 }, (_, i) => <line key={i} className="week-line" x1="0" x2="100%" y1={percent((i + 1) / 7)} y2={percent((i + 1) / 7)} />)}
              {blocks.map((block) => {
                const period = byId.get(block.id)!;
                return block.hours >= period.name.length * HOURS_PER_LETTER ? (
                  <text key={`${block.day} ${block.hour}`} className="heat-word" data-level={period.level} x={percent((block.hour + block.hours / 2) / 24)} y={percent((block.day + block.days / 2) / 7)} dy="0.35em">{period.name}</text>
                ) : null;
              })}
            </svg>
            <svg className="plot-labels week-hours" aria-hidden="true">
              {[0, 6, 12, 18, 24].map((hour) => (
                <text key={hour} x={percent(hour / 24)} y="0" dy="1em" textAnchor={hour === 0 ? "start" : hour === 24 ? "end" : "middle"}>{formatHour(locale, hour)}</text>
              ))}
            </svg>
          </div>
          <Table caption={words.title} rows={rows} rowKey={(row) => row.id} columns={[
            { key: "name", head: "Period", main: true, cell: (row) => <span className="keyed"><svg className="swatch" width="12" height="12" aria-hidden="true"><rect className="heat" data-level={row.level} width="12" height="12" rx="2" /></svg>{row.name}</span> },
            { key: "when", head: "When", cell: (row) => row.when.join("; ") },
            { key: "price", head: "Price", numeric: true, cell: (row) => row.priceText },
          ]} />
        </>
      )}
    </ChartFigure>
  );
}
