/** A topic of the settings as it counts now, to be read. */
import type { Setting } from "../../../domain/lifecycle/settings.ts";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { zoneName } from "./setting-fields.tsx";
import type { TopicPath } from "./setting-topics.ts";
import { commodityName } from "./words.ts";

type Topic = Exclude<TopicPath, "cycles">;

const NOW: { readonly [T in Topic]: (value: Setting<T>) => React.ReactNode } = {
  utility: (value) => <DescriptionList lines facts={[
    { term: "Name", value: value.name },
    { term: "Time zone", value: zoneName(value.timeZone) },
    { term: "Phone", value: value.phone || <span className="soft">None</span> },
    { term: "E-mail", value: value.email || <span className="soft">None</span> },
    { term: "Address", value: value.addressLines.join(", ") || <span className="soft">None</span> },
    { term: "Delivers", value: value.commodities.map(commodityName).join(", ") },
  ]} />,
  billing: (value) => <DescriptionList lines facts={[
    { term: "A bill is due after", value: `${value.dueDays} days` },
    { term: "A held bill is tried again for", value: `${value.windowDays} days` },
    { term: "Estimated bills in a row", value: value.estimatesInRowMax },
    { term: "A bill is looked at first from", value: `${value.highBillPercent} % of the usual` },
    { term: "And only from", value: <Money cents={value.highBillMin} /> },
  ]} />,
  holidays: (value) => <Table caption="Holidays" narrow="keep" rows={value.toSorted((a, b) => a.on.localeCompare(b.on))} rowKey={(row) => `${row.on} ${row.name}`} empty={<EmptyState title="No holidays">Then only weekends move a due date on.</EmptyState>}
    columns={[{ key: "name", head: "Name", main: true, cell: (row) => row.name }, { key: "on", head: "Day", cell: (row) => <DateText date={row.on} /> }]} />,
  fees: (value) => <Table caption="Fees" narrow="keep" rows={value} rowKey={(row) => row.code} empty={<EmptyState title="No fees" />}
    columns={[{ key: "name", head: "Fee", main: true, cell: (row) => row.name }, { key: "gl", head: "GL account", cell: (row) => row.gl }, { key: "amount", head: "Amount", numeric: true, cell: (row) => <Money cents={row.amount} ledger /> }]} />,
  gl: (value) => <Table caption="GL accounts" narrow="keep" rows={[
    { key: "receivable", code: value.receivable, name: "Receivable" }, { key: "cash", code: value.cash, name: "Cash" }, { key: "suspense", code: value.suspense, name: "Suspense" }, ...value.accounts,
  ]} rowKey={(row) => row.key} columns={[{ key: "name", head: "Account", main: true, cell: (row) => row.name }, { key: "key", head: "Key", cell: (row) => <code>{row.key}</code> }, { key: "code", head: "GL account", numeric: true, cell: (row) => row.code }]} />,
};

export function SettingNow({ topic, value }: { topic: Topic; value: Setting<Topic> }) {
  return (NOW[topic] as (value: Setting<Topic>) => React.ReactNode)(value);
}
