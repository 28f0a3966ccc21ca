/** Holds that staff may place on an account, as a table: what each keeps from happening, and whether a payment ends it. */

export const HOLD_KINDS = ["dispute", "medical", "bankruptcy", "promise"] as const;
export type HoldKind = (typeof HOLD_KINDS)[number];

export interface HoldRule {
  readonly name: string;
  readonly what: string;
  /** Released by itself by the payment after which nothing is past due. */
  readonly curedByPayment: boolean;
}

export const HOLDS: Readonly<Record<HoldKind, HoldRule>> = {
  dispute: { name: "Bill in dispute", what: "No late fee and no shut-off while we look into a bill.", curedByPayment: false },
  medical: { name: "Medical certificate", what: "No shut-off: somebody's health depends on the service.", curedByPayment: false },
  bankruptcy: { name: "Bankruptcy", what: "Nothing is collected while the court's stay is in force.", curedByPayment: false },
  promise: { name: "Promise to pay", what: "No late fee and no shut-off until the promised payment. It ends when nothing is past due.", curedByPayment: true },
};

export const isHoldKind = (text: string): text is HoldKind => (HOLD_KINDS as readonly string[]).includes(text);
