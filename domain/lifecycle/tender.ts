/** What a counter takes. Cards go through the provider, so that no card number is ever typed here. */
export const COUNTER_TENDERS = ["cash", "check", "moneyOrder"] as const;
export type CounterTender = (typeof COUNTER_TENDERS)[number];
