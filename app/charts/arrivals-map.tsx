/** What arrived, as days of hours: the more of it is missing, the stronger the color. The days stand in a table behind. */
import { DateText } from "../components/date-text.tsx";
import { Table } from "../components/table.tsx";
import { formatDate, formatHour } from "../format/dates.ts";
import { formatCount } from "../format/quantities.ts";
import { usePlace } from "../i18n/context.tsx";
import { ChartFigure, type ChartWords } from "./figure.tsx";
import { percent } from "./scale.ts";

export interface ArrivedDay {
  readonly day: string;
  readonly hours: readonly { readonly expected: number; readonly received: number }[];
}

/** From this share of the expected on, an hour is drawn at this level. */
const LEVELS = [{ from: 0.99, level: 1 }, { from: 0.95, level: 2 }, { from: 0.8, level: 3 }, { from: 0, level: 4 }] as const;

export const levelOf = (expected: number, received: number): number => LEVELS.find(({ from }) => received >= expected * from)!.level;

/** 99.97 % is not all of it. */
const shareText = (expected: number, received: number): string => (expected === 0 ? "" : `${Math.floor((received * 1000) / expected) / 10} %`);

const sumOf = (day: ArrivedDay, what: "expected" | "received"): number => day.hours.reduce((sum, hour) => sum + hour[what], 0);

export function ArrivalsMap({ days, ...words }: ChartWords & { days: readonly ArrivedDay[] }) {
  const { locale, today } = usePlace();
  const rows = days.map((day) => ({ ...day, expected: sumOf(day, "expected"), received: sumOf(day, "received") }));
  const height = 1 / Math.max(1, rows.length);
  return (
    <ChartFigure {...words} description={rows.map((row) => `${formatDate(locale, row.day, "day", today)}: ${shareText(row.expected, row.received) || "nothing expected"}.`).join(" ")}
      table={
        <Table caption={words.title} narrow="keep" rows={rows} rowKey={(row) => row.day} columns={[
          { key: "day", head: "Day", main: true, cell: (row) => <DateText date={row.day} form="day" /> },
          { key: "expected", head: "Expected", numeric: true, cell: (row) => formatCount(row.expected) },
          { key: "received", head: "Received", numeric: true, cell: (row) => formatCount(row.received) },
          { key: "share", head: "Share", numeric: true, cell: (row) => shareText(row.expected, row.received) },
        ]} />
      }>
      {(ids) => (
        <div className="week">
          <svg className="week-days" width="4.5em" aria-hidden="true">
            {rows.map((row, i) => <text key={row.day} x="0" y={percent((i + 0.5) * height)} dy="0.35em">{formatDate(locale, row.day, "day", today)}</text>)}
          </svg>
          <svg className="week-area" role="img" {...ids}>
            {rows.flatMap((row, i) => row.hours.map(({ expected, received }, hour) => (expected === 0 ? null : (
              <rect key={`${row.day} ${hour}`} className="heat" data-level={levelOf(expected, received)} x={percent(hour / 24)} width={percent(1 / 24)} y={percent(i * height)} height={percent(height)}>
                <title>{`${formatDate(locale, row.day, "day", today)}, ${formatHour(locale, hour)}: ${formatCount(received)} of ${formatCount(expected)}`}</title>
              </rect>
            ))))}
          </svg>
          <svg className="plot-labels week-hours" aria-hidden="true">
            {[0, 6, 12, 18, 24].map((hour) => <text key={hour} data-shown={hour % 12 === 0 ? undefined : "wide"} x={percent(hour / 24)} y="0" dy="1em" textAnchor={hour === 0 ? "start" : hour === 24 ? "end" : "middle"}>{formatHour(locale, hour)}</text>)}
          </svg>
        </div>
      )}
    </ChartFigure>
  );
}
