/** Codes of the trade in a customer's words. */
import type { MessageKey } from "../../i18n/catalogue.ts";
import type { useT } from "../../i18n/context.tsx";
import type { IconName } from "../../components/icons.tsx";

type Translate = ReturnType<typeof useT>;

const SERVICES = ["water", "sewer", "electric", "gas"] as const;
const isService = (text: string): text is (typeof SERVICES)[number] => (SERVICES as readonly string[]).includes(text);

export function serviceWord(t: Translate, commodity: string): string {
  return isService(commodity) ? t(`service.${commodity}`) : t("service.other");
}

export function serviceIcon(commodity: string): IconName {
  return isService(commodity) ? commodity : "bill";
}

const TENDERS: Readonly<Record<string, "card" | "bank" | "cash" | "check" | "moneyOrder">> = { card: "card", bank: "bank", ach: "bank", cash: "cash", check: "check", moneyOrder: "moneyOrder" };

/** "Card ending 4242" where the provider told, else "Check". */
export function tenderWord(t: Translate, { tender, reference }: { tender: string; reference: string | null }): string {
  const kind = t(`tender.${TENDERS[tender] ?? "other"}`);
  const ending = /\b(\d{4})$/.exec(reference ?? "")?.[1];
  return ending && (tender === "card" || tender === "bank" || tender === "ach") ? t("tender.ending", { kind, digits: ending }) : kind;
}

const KINDS = ["highBill", "leak", "meterProblem", "outage", "moveOut", "payment", "other"] as const;

export function requestKindWord(t: Translate, kind: string): string {
  return t(`request.kind.${(KINDS as readonly string[]).includes(kind) ? (kind as (typeof KINDS)[number]) : "other"}`);
}

export const REQUEST_ICONS: Readonly<Record<string, IconName>> = { highBill: "bill", leak: "water", meterProblem: "meter", outage: "electric", moveOut: "truck", payment: "pay" };

const STATES: Readonly<Record<string, { key: Extract<MessageKey, `request.state.${string}`>; tone: "info" | "warn" | "good" }>> = {
  open: { key: "request.state.open", tone: "info" },
  inProgress: { key: "request.state.inProgress", tone: "info" },
  waiting: { key: "request.state.waiting", tone: "warn" },
  closed: { key: "request.state.closed", tone: "good" },
};

export function requestState(status: string) {
  return STATES[status] ?? STATES["open"]!;
}

const ADJUSTMENTS = ["leak", "correction", "goodwill", "feeWaived", "fee", "returnedPaymentFee", "lateFee"] as const;

export function adjustmentWord(t: Translate, kind: string): string {
  return t(`adjustment.${(ADJUSTMENTS as readonly string[]).includes(kind) ? (kind as (typeof ADJUSTMENTS)[number]) : "other"}`);
}
