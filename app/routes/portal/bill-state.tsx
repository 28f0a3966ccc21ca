import type { LocalDate } from "../../../domain/calendar/local-date.ts";
import { Badge } from "../../components/badge.tsx";
import { LiveValue } from "../../components/live.tsx";
import { usePlace, useT } from "../../i18n/context.tsx";

/** Paid, not paid yet, past due, or replaced by another, in a word. */
export function BillState({ open, dueOn, canceled = false }: { open: number; dueOn: LocalDate; canceled?: boolean }) {
  const t = useT();
  const { today } = usePlace();
  const [tone, word] = canceled ? (["plain", t("bill.canceled")] as const) : open <= 0 ? (["good", t("bill.paid")] as const) : dueOn < today ? (["bad", t("bill.pastDue")] as const) : (["info", t("bill.open")] as const);
  return <LiveValue value={word}><Badge tone={tone}>{word}</Badge></LiveValue>;
}
