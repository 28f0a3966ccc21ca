import type { Route } from "./+types/periods";
import { closeMonth, periodsPage, type ClosedMonth, type GlTotal } from "../../../worker/operations/periods.ts";
import { Card } from "../../components/card.tsx";
import { TimeText } from "../../components/date-text.tsx";
import { CheckboxField } from "../../components/fields.tsx";
import { newCommandId } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { formatDate } from "../../format/dates.ts";
import { formatCount } from "../../format/quantities.ts";
import { answering } from "../../session.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { textOf } from "./forms.server.ts";
import { answerForm, atWork, backToForm } from "./staff.server.ts";

export const meta: Route.MetaFunction = () => [{ title: "Month close" }];

export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:billing:any");
  return { page: await answering(() => periodsPage(world, actor)), commandId: newCommandId() };
}

export async function action(asked: Route.ActionArgs) {
  const { actor, world } = atWork(asked, "close:period:any");
  const form = await asked.request.formData();
  if (!form.has("final")) return backToForm(form, [{ field: "final", message: "Tick the box: a closed month is never opened again." }]);
  return answerForm(form, () => closeMonth(world, actor, { commandId: textOf(form, "commandId"), month: textOf(form, "month") }), () => "/staff/periods?did=closed");
}

const monthName = (month: string): string => formatDate("en", `${month}-01`, "monthLong");

/** The books, month by month: what the next one to be closed holds, and those that are closed. */
export default function Periods({ loaderData: { page: { next, closed, mayClose }, commandId }, actionData }: Route.ComponentProps) {
  return (
    <Page title="Month close" intro="A month is closed once it is over, in order, and for good. What comes to be known of it later is posted on the first open day.">
      <AnswerNotice />
      <Columns aside={
        <Card title="Closed" flush>
          <Table<ClosedMonth> caption="Closed months, newest first" narrow="keep" rows={closed} rowKey={(row) => row.month}
            empty={<EmptyState icon="log" title="No month is closed yet" />}
            columns={[
              { key: "month", head: "Month", main: true, cell: (row) => <>{monthName(row.month)}<span className="row-more">{row.by}, <TimeText at={row.closedAt} form="full" /></span></> },
              { key: "debits", head: "Posted", numeric: true, cell: (row) => <Money cents={row.debits} ledger /> },
            ]} />
        </Card>
      }>
        {next === null ? <Card><EmptyState icon="rates" title="Nothing has been posted yet">The first bill or payment opens the books.</EmptyState></Card> : (
          <>
            <Card title={`${monthName(next.month)}, to be closed next`} flush>
              <Table<GlTotal> caption={`Entries of ${monthName(next.month)} by GL account`} rows={next.totals} rowKey={(row) => row.code}
                empty={<EmptyState icon="rates" title="Nothing was posted in this month" />}
                columns={[
                  { key: "name", head: "Account", main: true, cell: (row) => <>{row.code} {row.name}</>, foot: "Total" },
                  { key: "entries", head: "Entries", numeric: true, extra: true, cell: (row) => formatCount(row.entries), foot: formatCount(sumOf(next.totals, "entries")) },
                  { key: "debits", head: "Debit", numeric: true, cell: (row) => (row.debits ? <Money cents={row.debits} ledger /> : ""), foot: <Money cents={sumOf(next.totals, "debits")} ledger /> },
                  { key: "credits", head: "Credit", numeric: true, cell: (row) => (row.credits ? <Money cents={row.credits} ledger /> : ""), foot: <Money cents={sumOf(next.totals, "credits")} ledger /> },
                ]} />
            </Card>
            {next.problem ? <Notice tone="info">{next.problem}</Notice> : mayClose ? (
              <Card title={`Close ${monthName(next.month)}`}>
                <FormFrame state={actionData} commandId={commandId}>
                  <input type="hidden" name="month" value={next.month} readOnly />
                  <CheckboxField name="final" label="I know that it is never opened again" />
                  <Submit icon="check">Close the month</Submit>
                </FormFrame>
              </Card>
            ) : null}
          </>
        )}
      </Columns>
    </Page>
  );
}

const sumOf = (totals: readonly GlTotal[], field: "entries" | "debits" | "credits"): number => totals.reduce((sum, each) => sum + each[field], 0);
