/** What became of a form, said on the page that it led to. The address names which; the words stand here. */
import { useSearchParams } from "react-router";
import { Notice } from "../../components/notice.tsx";

const DONE: Readonly<Record<string, string>> = {
  paid: "The payment is posted.",
  reversed: "The payment is taken back.",
  adjusted: "The adjustment is posted.",
  leakAdjusted: "The leak adjustment is posted. The customer sees how it came about.",
  opened: "The account is open.",
  requested: "The request is open.",
  advanced: "The request is moved on.",
  held: "The hold is in place.",
  released: "The hold is released.",
  started: "The service is started.",
  stopped: "The service is stopped. Its last bill comes with the next bill run.",
  registered: "The premise is registered.",
  added: "The service is added.",
  hung: "The meter hangs.",
  exchanged: "The meters are exchanged. The next bill sums what both counted.",
  takenOff: "The meter is taken off.",
  stocked: "The meter is entered.",
  moved: "The meter is moved on.",
  tested: "The test is written down.",
  asked: "The meter is being asked. Its answer shows here as soon as it comes.",
  paired: "The module speaks for the meter from its day on.",
  published: "The rate is in force from its day on.",
  closed: "The month is closed.",
  erased: "The customer's personal data is erased.",
  saved: "Saved.",
  enrolled: "The account is on budget billing. The next bill asks for the budget amount.",
  budgetChanged: "Changed. The next bill asks for the new amount.",
  left: "Budget billing has ended. The difference is due.",
  prepaid: "The account is prepaid. Its days count from the last bill on.",
  prepaidLeft: "The account is not prepaid any more. Bills go on as before.",
  sentBack: "Sent back to its writer, with your reason.",
  discarded: "Discarded.",
  proposed: "Proposed. It counts once another person has approved it.",
  approved: "Approved. It counts from its day on.",
  rejected: "Rejected. Nothing has changed.",
  withdrawn: "Withdrawn. Nothing has changed.",
  corrected: "The bills are corrected. The customer sees the new ones.",
  correctionProposed: "Proposed. The bills are corrected once another person has agreed.",
  dropped: "The correction is withdrawn. The bills stand as they were.",
  refused: "The correction is rejected. The bills stand as they were.",
  sent: "The message is on its way again.",
  many: "All that were listed are decided.",
  decided: "Decided. This is the next one.",
  run: "The run has started.",
};

const PENDING = "Accepted, and safely kept. Our records cannot be reached for the moment; it is posted as soon as they can, and this page shows it then.";

/** `?did=paid` done, `?did=paid&as=pending` accepted and waiting. */
export function AnswerNotice() {
  const [search] = useSearchParams();
  const done = DONE[search.get("did") ?? ""];
  if (!done) return null;
  return search.get("as") === "pending" ? <Notice tone="warn" icon="pending" title="Waiting" live>{PENDING}</Notice> : <Notice tone="good" live>{done}</Notice>;
}

/** The address of a page that says what was done. */
export function didPath(path: string, did: string, status: "done" | "pending"): string {
  return `${path}${path.includes("?") ? "&" : "?"}did=${did}${status === "pending" ? "&as=pending" : ""}`;
}
