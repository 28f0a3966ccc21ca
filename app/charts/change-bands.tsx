/** How many changed by how much: a bar for each band of percent, fewer above, more below. */
import { Table } from "../components/table.tsx";
import { formatCount } from "../format/quantities.ts";
import { percent } from "./scale.ts";

export interface Band {
  /** Percent, from this to below the next; open ends are null. */
  readonly from: number | null;
  readonly to: number | null;
  readonly accounts: number;
}

function bandWords({ from, to }: Band): string {
  if (from === null) return `Less by ${-to!}% or more`;
  if (to === null) return `More by ${from}% or more`;
  if (from < 0 && to > 0) return "About the same";
  return from < 0 ? `Less by ${-to}–${-from}%` : `More by ${from}–${to}%`;
}

export function ChangeBands({ bands, caption }: { bands: readonly Band[]; caption: string }) {
  const most = Math.max(1, ...bands.map(({ accounts }) => accounts));
  return (
    <Table<Band> caption={caption} narrow="keep" rows={bands} rowKey={({ from }) => String(from)} columns={[
      { key: "band", head: "A year's bills would have been", main: true, cell: (band) => <span className="nowrap">{bandWords(band)}</span> },
      { key: "bar", head: <span className="unseen">As a bar</span>, cell: ({ accounts }) => <svg width="100%" height="12" aria-hidden="true"><rect className="chart-bar" data-look="bar" width={percent(accounts / most)} height="12" rx="2" /></svg> },
      { key: "accounts", head: "Accounts", numeric: true, cell: ({ accounts }) => formatCount(accounts) },
    ]} />
  );
}
