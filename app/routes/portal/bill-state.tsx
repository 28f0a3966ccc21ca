import type { LocalDate } from "../../../domain/calendar/local-date.ts";
import { Badge } from "../../components/badge.tsx";
import { LiveValue } from "../../components/live.tsx";
import { usePlace, useT } from "../../i18n/context.tsx";

/** Paid, not paid yet, or past due, in a word. */
export function BillState({ open, dueOn }: { open: number; dueOn: LocalDate }) {
  const t = useT();
  const { today } = usePlace();
  const [tone, word] = open <= 0 ? (["good", t("bill.paid")] as const) : dueOn < today ? (["bad", t("bill.pastDue")] as const) : (["info", t("bill.open")] as const);
  return <LiveValue value={word}><Badge tone={tone}>{word}</Badge></LiveValue>;
}
