import type { Route } from "./+types/account-budget";
import { formatDollars, parseDollars } from "../../../domain/money/cents.ts";
import { budgetPage, setBudget, type BudgetPage } from "../../../worker/operations/budget-billing.ts";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList } from "../../components/description-list.tsx";
import { MoneyField, TextField } from "../../components/fields.tsx";
import { newCommandId, type FormState } from "../../components/form-state.ts";
import { FormFrame, Submit } from "../../components/form.tsx";
import { Columns, Page } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import { EmptyState, Notice } from "../../components/notice.tsx";
import { Table } from "../../components/table.tsx";
import { answering } from "../../session.server.ts";
import { AccountAside, accountPath } from "./account-head.tsx";
import { accountForm, answerArrangement } from "./account-form.server.ts";
import { AnswerNotice } from "./answer-notice.tsx";
import { labelOf, DIFFERENCE_CHOICES } from "./setting-options.ts";

export const meta: Route.MetaFunction = () => [{ title: "Budget billing" }];

export async function loader(asked: Route.LoaderArgs) {
  const { accountId } = asked.params;
  const { head, commandId, actor, world } = await accountForm(asked, accountId, "edit:budget-billing:any");
  return { head, commandId, leaveId: newCommandId(), page: await answering(() => budgetPage(world, actor, accountId)) };
}

const DID: Readonly<Record<string, string>> = { enrol: "enrolled", change: "budgetChanged", leave: "left" };

export async function action(asked: Route.ActionArgs) {
  return answerArrangement(asked, "/budget", DID, (world, actor, sent, text) => setBudget(world, actor, { ...sent, amount: text("amount") === "" ? null : (parseDollars(text("amount")) ?? undefined) }));
}

export default function Budget({ loaderData: { head, commandId, leaveId, page }, actionData }: Route.ComponentProps) {
  const asked = actionData?.values["what"]?.[0];
  const stateOf = (what: string) => (asked === what ? actionData : null);
  return (
    <Page title="Budget billing" intro="The same amount every month. Bills go on charging what was used; the difference is carried until the year is settled." back={{ to: accountPath(head.accountId), label: head.name }}>
      <AnswerNotice />
      <Columns aside={<><AccountAside head={head} /><Bills page={page} /></>}>
        {page.budget ? (
          <>
            {page.budget.proposed === null ? null : <Notice tone="warn" title={`The review proposes ${formatDollars(page.budget.proposed)} a month`}>The last bills average more than {page.rules.tolerancePercent} % away from {formatDollars(page.budget.amount)}.</Notice>}
            <Standing page={page} budget={page.budget} />
            <Change page={page} budget={page.budget} state={stateOf("change") ?? null} commandId={stateOf("change")?.commandId ?? commandId} />
            <Leave carried={page.budget.carried} state={stateOf("leave") ?? null} commandId={stateOf("leave")?.commandId ?? leaveId} />
          </>
        ) : <Enrol page={page} state={actionData ?? null} commandId={actionData?.commandId ?? commandId} />}
      </Columns>
    </Page>
  );
}

type Running = NonNullable<BudgetPage["budget"]>;
interface Form { readonly state: FormState | null; readonly commandId: string }

function Standing({ page, budget }: { page: BudgetPage; budget: Running }) {
  return (
    <Card title={`${formatDollars(budget.amount)} a month`} action={<span className="soft">since <DateText date={budget.enrolledOn} form="day" /></span>}>
      <DescriptionList lines facts={[
        { term: "Due now", value: <strong><Money cents={page.current} ledger /></strong> },
        { term: "Budget balance", value: <Money cents={budget.carried} ledger />, more: budget.carried < 0 ? "paid ahead of what was used" : "used beyond the budget amounts" },
        { term: "Owed in all", value: <Money cents={page.payoff} ledger /> },
        { term: "Looked at with the first bill from", value: <DateText date={budget.reviewOn} form="day" /> },
        { term: "Settled with the first bill from", value: <DateText date={budget.settleOn} form="day" />, more: labelOf(DIFFERENCE_CHOICES, page.rules.difference) },
        { term: "Ends by itself", value: `with ${page.rules.missedMost} instalments past due, and with the final bill` },
      ]} />
    </Card>
  );
}

function Enrol({ page, state, commandId }: { page: BudgetPage } & Form) {
  const { fitting, rules, months } = page;
  return (
    <Card title="Enroll">
      <p>{fitting === null
        ? `There are ${months.length} bills; an average takes ${rules.billsLeast}. Enter an amount.`
        : `The last ${months.length} bills average to ${formatDollars(fitting)} a month.`} What is owed now stays due on its days.</p>
      <FormFrame state={state} commandId={commandId}>
        <input type="hidden" name="what" value="enrol" readOnly />
        <MoneyField name="amount" label="Budget amount" hint={fitting === null ? "A month." : `A month. Leave empty for ${formatDollars(fitting)}.`} optional={fitting !== null} />
        <TextField name="reason" label="Where it comes from" hint="Needed for an amount of your own. Only staff read it." optional autoComplete="off" maxLength={200} />
        <Submit>Enroll</Submit>
      </FormFrame>
    </Card>
  );
}

function Change({ page, budget, state, commandId }: { page: BudgetPage; budget: Running } & Form) {
  const { proposed } = budget;
  return (
    <Card title="Change the amount">
      <FormFrame state={state} commandId={commandId}>
        <input type="hidden" name="what" value="change" readOnly />
        <MoneyField name="amount" label="New amount" optional={proposed !== null}
          hint={proposed !== null ? `A month. Leave empty for the proposed ${formatDollars(proposed)}.` : page.fitting === null ? "A month." : `A month. The last bills average to ${formatDollars(page.fitting)}.`} />
        <TextField name="reason" label="Why" hint="Needed for an amount of your own." optional={proposed !== null} autoComplete="off" maxLength={200} />
        <Submit>Change the amount</Submit>
      </FormFrame>
    </Card>
  );
}

function Leave({ carried, state, commandId }: { carried: number } & Form) {
  return (
    <Card title="Leave">
      <p>{carried > 0 ? `${formatDollars(carried)} falls due today.` : carried < 0 ? `${formatDollars(-carried)} that was paid ahead is credited.` : "Nothing is carried: nothing falls due."} From the next bill on all charges are due.</p>
      <FormFrame state={state} commandId={commandId}>
        <input type="hidden" name="what" value="leave" readOnly />
        <TextField name="reason" label="Why" optional autoComplete="off" maxLength={200} />
        <Submit kind="secondary">End budget billing</Submit>
      </FormFrame>
    </Card>
  );
}

function Bills({ page: { months } }: { page: BudgetPage }) {
  return (
    <Card title="Bills behind it" flush>
      <Table caption="The last year's bills" narrow="keep" rows={months.toReversed()} rowKey={(bill) => bill.billId} rowTo={(bill) => `/staff/bills/${encodeURIComponent(bill.billId)}`} empty={<EmptyState title="No bills yet" />}
        columns={[
          { key: "to", head: "Until", main: true, cell: (bill) => <DateText date={bill.periodTo} form="day" /> },
          { key: "charges", head: "Charges", numeric: true, cell: (bill) => <Money cents={bill.charges} ledger /> },
        ]} />
    </Card>
  );
}
