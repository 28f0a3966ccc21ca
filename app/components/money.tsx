import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import { t, type Locale } from "../i18n/translate.ts";
import { usePlace } from "../i18n/context.tsx";

/** An amount as a customer reads it, in words of the language: "$12.00", "Credit $12.00"; never a minus sign. */
export function moneyText(locale: Locale, cents: Cents): string {
  return cents < 0 ? t(locale, "money.credit", { amount: formatDollars(-cents) }) : formatDollars(cents);
}

/** An amount as a ledger shows it: "$12.00", "−$12.00" (a true minus, so that columns align). */
export function ledgerText(cents: Cents): string {
  return cents < 0 ? `−${formatDollars(-cents)}` : formatDollars(cents);
}

export interface MoneyProps {
  cents: Cents;
  /** Signed, for staff's ledgers. Customers never see it. */
  ledger?: boolean;
  /** `display`: the one big figure of a page. `large`: the figure of a card. */
  size?: "large" | "display";
}

/** Money, with figures that line up. */
export function Money({ cents, ledger, size }: MoneyProps) {
  const { locale } = usePlace();
  return <span className={size ? `${size} num` : "num"}>{ledger ? ledgerText(cents) : moneyText(locale, cents)}</span>;
}
