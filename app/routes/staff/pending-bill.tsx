/** The bill that is held, beside its account: how far each service is, and why it is not sent. */
import { Link } from "react-router";
import type { PendingBill, SegmentStage } from "../../../domain/lifecycle/bill.ts";
import { Badge } from "../../components/badge.tsx";
import { Card } from "../../components/card.tsx";
import { PeriodText } from "../../components/date-text.tsx";
import { Row } from "../../components/layout.tsx";
import { Money } from "../../components/money.tsx";
import type { Tone } from "../../components/tone.ts";
import { commodityName } from "./words.ts";

/** The stages of a segment in the clerk's words. */
export const SEGMENT_STAGE_WORDS: Readonly<Record<SegmentStage, { readonly name: string; readonly tone: Tone }>> = {
  incomplete: { name: "Not reckoned", tone: "bad" },
  error: { name: "In error", tone: "bad" },
  freezable: { name: "Ready", tone: "good" },
  frozen: { name: "Frozen", tone: "plain" },
  pendingCancel: { name: "To be canceled", tone: "warn" },
  canceled: { name: "Canceled", tone: "plain" },
};

export function PendingBillCard({ bill }: { bill: PendingBill }) {
  const ofServices = new Set(bill.segments.flatMap(({ reasons }) => reasons));
  const whole = bill.reasons.filter((reason) => !ofServices.has(reason));
  return (
    <Card title="A bill is held" action={<Link to={`/staff/billing/runs/${encodeURIComponent(bill.runId)}`}>Its run</Link>}>
      {whole.map((reason) => <p key={reason} className="small">{reason}</p>)}
      <ul className="plain-list">
        {bill.segments.map(({ agreementId, commodity, from, to, stage, reasons, total }) => (
          <li key={agreementId}>
            <Row justify="between" align="baseline">
              <span>{commodityName(commodity)} <Badge tone={SEGMENT_STAGE_WORDS[stage].tone}>{SEGMENT_STAGE_WORDS[stage].name}</Badge></span>
              {total === null ? <span className="soft">No price yet</span> : <Money cents={total} ledger />}
            </Row>
            <p className="small soft"><PeriodText period={{ from, to }} /></p>
            {reasons.map((reason) => <p key={reason} className="small">{reason}</p>)}
          </li>
        ))}
      </ul>
      <p className="small soft">Customers do not see it.</p>
    </Card>
  );
}
