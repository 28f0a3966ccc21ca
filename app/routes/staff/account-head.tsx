/** How an account stands, beside a form about it: who, what is owed by age. */
import type { AccountView } from "../../../domain/lifecycle/account/view.ts";
import { AgingBar, type AgeBucket } from "../../charts/small-charts.tsx";
import { Card } from "../../components/card.tsx";
import { DateText } from "../../components/date-text.tsx";
import { DescriptionList, type Fact } from "../../components/description-list.tsx";
import { LiveValue } from "../../components/live.tsx";
import { Money } from "../../components/money.tsx";
import { balanceWords } from "./event-words.ts";
import { holdName } from "./words.ts";

export const accountPath = (accountId: string, rest = ""): string => `/staff/accounts/${encodeURIComponent(accountId)}${rest}`;

export function agesOf({ aging }: Pick<AccountView, "aging">): AgeBucket[] {
  return [
    { label: "Not yet due", cents: aging.notDue },
    { label: "1–30 days", cents: aging.days1to30, tone: "warn" },
    { label: "31–60 days", cents: aging.days31to60, tone: "warn" },
    { label: "Over 60 days", cents: aging.days61to90 + aging.over90, tone: "bad" },
  ];
}

/** The figure that moves while the page is open. */
export function Balance({ view }: { view: AccountView }) {
  return (
    <>
      <LiveValue value={view.due} announce={`Balance: ${balanceWords(view.due)}`}><Money cents={view.due} size="display" /></LiveValue>
      {view.budget ? <p className="small soft">Due now, on budget billing. In all <Money cents={Math.abs(view.balance)} /> is {view.balance < 0 ? "paid ahead" : "owed"}.</p> : null}
      <AgingBar label="Balance by age" buckets={agesOf(view)} />
    </>
  );
}

/** Beside a form: enough to see that it is the right account. */
export function AccountAside({ head }: { head: { readonly name: string; readonly accountId: string; readonly mailing: string; readonly view: AccountView } }) {
  const { view } = head;
  const facts: Fact[] = [
    { term: "Account", value: <span className="num">{head.accountId}</span> },
    { term: "Mail goes to", value: head.mailing },
  ];
  if (view.dueOn) facts.push({ term: "Due", value: <DateText date={view.dueOn} /> });
  if (view.lastPayment) facts.push({ term: "Last payment", value: <Money cents={view.lastPayment.amount} /> });
  if (view.holds.length > 0) facts.push({ term: "Holds", value: view.holds.map((hold) => holdName(hold.kind)).join(", ") });
  return (
    <Card title={head.name}>
      <Balance view={view} />
      <DescriptionList facts={facts} lines />
    </Card>
  );
}
