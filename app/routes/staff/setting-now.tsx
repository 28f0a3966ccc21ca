/** A topic of the settings as it counts now, to be read. */
import type { Setting } from "../../../domain/lifecycle/settings.ts";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { ACCOUNTING_CHOICES, ACTION_CHOICES, CAUSE_CHOICES, CLASS_CHOICES, DIFFERENCE_CHOICES, DIRECTION_CHOICES, NORMAL_CHOICES, PROOF_CHOICES, ESTIMATE_WAYS, labelOf, REASON_CHOICES, SETTLE_CHOICES } from "./setting-options.ts";
import { figureText, forWhom, lineKey, linesOf, thresholdName, type ThresholdLine } from "./thresholds.ts";
import { zoneName } from "./setting-fields.tsx";
import type { TopicPath } from "./setting-topics.ts";
import { roleName } from "./role-names.ts";
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
    { term: "A bill is looked at first below", value: `${value.lowBillPercent} % of the usual` },
    { term: "And only where usual is", value: <Money cents={value.lowBillMin} /> },
    { term: "Alarm without a bill for", value: `${value.unbilledDays} days` },
  ]} />,
  windows: (value) => <Table caption="Bill windows" rows={value} rowKey={(row) => row.cycleId} empty={<EmptyState title="No window of its own">Each cycle is tried as the billing rules say, and posted by the bill's date.</EmptyState>}
    columns={[
      { key: "cycle", head: "Cycle", main: true, cell: (row) => row.cycleId }, { key: "estimate", head: "Estimates after", numeric: true, cell: (row) => `${row.estimateAfter} days` },
      { key: "close", head: "Closes after", numeric: true, cell: (row) => `${row.closeAfter} days` }, { key: "accounting", head: "Posted in the month of", cell: (row) => labelOf(ACCOUNTING_CHOICES, row.accounting) },
    ]} />,
  holds: (value) => <Table caption="Reasons" rows={value.map((row, i) => ({ ...row, line: i }))} rowKey={(row) => String(row.line)} empty={<EmptyState title="Every reason holds">Each unusual bill waits for a person.</EmptyState>}
    columns={[
      { key: "rule", head: "Reason", main: true, cell: (row) => labelOf(REASON_CHOICES, row.rule) }, { key: "class", head: "Class", cell: (row) => labelOf(CLASS_CHOICES, row.customerClass) },
      { key: "action", head: "What happens", cell: (row) => labelOf(ACTION_CHOICES, row.action) },
    ]} />,
  estimation: (value) => <DescriptionList lines facts={[
    ...value.methods.map(({ method }, i) => ({ term: i === 0 ? "A missing read is reckoned from" : "else from", value: labelOf(ESTIMATE_WAYS, method) })),
    { term: "A catch-up comes with a plan from", value: <Money cents={value.planFrom} /> },
    { term: "Months of the plan", value: `${value.planMonthsPerEstimate} for each month estimated` },
  ]} />,
  corrections: (value) => (
    <>
      <DescriptionList lines facts={[
        ...value.approvals.map(({ role, most }) => ({ term: `${roleName(role)}, alone up to`, value: <Money cents={most} /> })),
        { term: "Offered in parts from", value: <Money cents={value.offerFrom} /> },
      ]} />
      <Table caption="How far back" rows={value.rules.map((row, i) => ({ ...row, line: i }))} rowKey={(row) => String(row.line)} empty={<EmptyState title="No rules">Then nothing limits how far back is billed.</EmptyState>}
        columns={[
          { key: "rule", head: "Whose rule", main: true, cell: (row) => row.source }, { key: "state", head: "State", cell: (row) => row.state ?? "Any" }, { key: "class", head: "Class", cell: (row) => labelOf(CLASS_CHOICES, row.customerClass) },
          { key: "cause", head: "Cause", cell: (row) => labelOf(CAUSE_CHOICES, row.cause) }, { key: "direction", head: "About", cell: (row) => labelOf(DIRECTION_CHOICES, row.direction) },
          { key: "months", head: "Months", numeric: true, cell: (row) => row.months ?? "No limit" }, { key: "share", head: "Share", numeric: true, cell: (row) => `${row.sharePercent} %` },
        ]} />
    </>
  ),
  budget: (value) => <DescriptionList lines facts={[
    { term: "An average takes", value: `${value.billsLeast} bills at least` },
    { term: "Amounts are rounded up to", value: <Money cents={value.roundUpTo} /> },
    { term: "Looked at every", value: `${value.reviewMonths} months` },
    { term: "A new amount is proposed when it is off by more than", value: `${value.tolerancePercent} %` },
    { term: "The year is settled in", value: labelOf(SETTLE_CHOICES, String(value.settleMonth)) },
    { term: "The difference is", value: labelOf(DIFFERENCE_CHOICES, value.difference) },
    { term: "Instalments past due that end it", value: value.missedMost },
  ]} />,
  leaks: (value) => <DescriptionList lines facts={[
    { term: "Forgiven of the excess", value: `${value.sharePercent} %` },
    { term: "Of sewer billed on the water", value: `${value.sewerSharePercent} %` },
    { term: "A bill counts from, of the normal use", value: `${value.excessPercent} %` },
    { term: "Bills of one adjustment", value: `${value.billsMost} at most` },
    { term: "How often", value: value.everyMonths === 0 ? "No limit" : `once in ${value.everyMonths} months` },
    { term: "Asked for within", value: `${value.withinDays} days after the leak` },
    { term: "Proof", value: labelOf(PROOF_CHOICES, value.proof ? "yes" : "no") },
    { term: "Normal use", value: `${labelOf(NORMAL_CHOICES, value.normal)}, up to ${value.normalBills}` },
  ]} />,
  holidays: (value) => <Table caption="Holidays" narrow="keep" rows={value.toSorted((a, b) => a.on.localeCompare(b.on))} rowKey={(row) => `${row.on} ${row.name}`} empty={<EmptyState title="No holidays">Then only weekends move a due date on.</EmptyState>}
    columns={[{ key: "name", head: "Name", main: true, cell: (row) => row.name }, { key: "on", head: "Day", cell: (row) => <DateText date={row.on} /> }]} />,
  riders: (value) => <Table caption="Riders" narrow="keep" rows={value} rowKey={(row) => row.id} empty={<EmptyState title="No riders">Rates have all their prices in themselves.</EmptyState>}
    columns={[{ key: "name", head: "Rider", main: true, cell: (row) => row.name }, { key: "id", head: "Name in rates", cell: (row) => <code>{row.id}</code> }, { key: "value", head: "Factor", numeric: true, cell: (row) => row.value }]} />,
  systemPeaks: (value) => <Table caption="System peaks" narrow="keep" rows={value.toSorted((a, b) => b.on.localeCompare(a.on))} rowKey={(row) => `${row.on} ${row.at}`} empty={<EmptyState title="No peaks">No rate can charge by them until they are entered.</EmptyState>}
    columns={[{ key: "on", head: "Day", main: true, cell: (row) => <DateText date={row.on} /> }, { key: "at", head: "Time", cell: (row) => row.at }]} />,
  fees: (value) => <Table caption="Fees" narrow="keep" rows={value} rowKey={(row) => row.code} empty={<EmptyState title="No fees" />}
    columns={[{ key: "name", head: "Fee", main: true, cell: (row) => row.name }, { key: "gl", head: "GL account", cell: (row) => row.gl }, { key: "amount", head: "Amount", numeric: true, cell: (row) => <Money cents={row.amount} ledger /> }]} />,
  validation: (value) => <Table<ThresholdLine> caption="Figures that differ from what is built in" narrow="keep" rows={linesOf(value)} rowKey={lineKey}
    empty={<EmptyState icon="flag" title="Nothing is changed">The figures that are built in count, as they stand below.</EmptyState>}
    columns={[
      { key: "what", head: "Figure", main: true, cell: (row) => thresholdName(row.path) },
      { key: "who", head: "For", cell: forWhom },
      { key: "value", head: "Counts", numeric: true, cell: (row) => figureText(row.path, row.value, row.commodity) },
    ]} />,
  gl: (value) => <Table caption="GL accounts" narrow="keep" rows={[
    { key: "receivable", code: value.receivable, name: "Receivable" }, { key: "cash", code: value.cash, name: "Cash" }, { key: "suspense", code: value.suspense, name: "Suspense" }, ...value.accounts,
  ]} rowKey={(row) => row.key} columns={[{ key: "name", head: "Account", main: true, cell: (row) => row.name }, { key: "key", head: "Key", cell: (row) => <code>{row.key}</code> }, { key: "code", head: "GL account", numeric: true, cell: (row) => row.code }]} />,
};

export function SettingNow({ topic, value }: { topic: Topic; value: Setting<Topic> }) {
  return (NOW[topic] as (value: Setting<Topic>) => React.ReactNode)(value);
}
