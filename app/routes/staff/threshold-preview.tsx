import { Link } from "react-router";
import type { PreviewExample, RulePreview, ThresholdPreview } from "../../../worker/operations/threshold-preview.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatCount } from "../../format/quantities.ts";
import { ruleName } from "./words.ts";

/** "3", or "3 → 5" where the change makes another number of it. */
const change = (before: number, after: number) => (before === after ? <span className="soft">{formatCount(before)}</span> : <strong>{formatCount(before)} → {formatCount(after)}</strong>);

/** What the figures that were typed would have flagged last month, beside what was. */
export function PreviewCard({ preview: { channels, channelsInAll, days, rules, examples } }: { preview: ThresholdPreview }) {
  return (
    <Card id="preview" flush title="What it would have flagged last month">
      <div className="card-note soft">{formatCount(days)} days of {channels < channelsInAll ? `${formatCount(channels)} of ${formatCount(channelsInAll)} interval meters, drawn at random` : `${formatCount(channels)} interval meters`}, judged again as the rules are and as they would be. Nothing has been saved.</div>
      <Table<RulePreview> caption="Days flagged, now and with the change" narrow="keep" rows={rules} rowKey={(row) => row.rule}
        empty={<EmptyState icon="good" title="Nothing is flagged">Neither as the rules are nor as they would be.</EmptyState>}
        columns={[
          { key: "rule", head: "Rule", main: true, cell: (row) => ruleName("reads", row.rule) },
          { key: "days", head: "Days flagged", numeric: true, cell: (row) => change(row.before, row.after) },
          { key: "hold", head: "Hold bills", numeric: true, cell: (row) => change(row.holdBefore, row.holdAfter) },
        ]} />
      {examples.length > 0 ? (
        <Table<PreviewExample> caption="Days that change" rows={examples} rowKey={(row) => `${row.rule} ${row.badge} ${row.day}`}
          columns={[
            { key: "meter", head: "Meter", main: true, cell: (row) => <Link to={`/staff/meters/${encodeURIComponent(row.meterId)}`}>{row.badge}</Link> },
            { key: "day", head: "Day", cell: (row) => <DateText date={row.day} /> },
            { key: "what", head: "What", cell: (row) => <><Badge tone={row.gained ? "warn" : "good"}>{row.gained ? `Flagged: ${ruleName("reads", row.rule).toLowerCase()}` : `No more: ${ruleName("reads", row.rule).toLowerCase()}`}</Badge> <span className="soft">{row.sentence}</span></> },
          ]} />
      ) : null}
    </Card>
  );
}
