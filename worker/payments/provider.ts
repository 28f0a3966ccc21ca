/**
 * The port to a payment provider: a hosted page takes the money, a signed webhook says so. Card numbers never reach us
 * (a full redirect keeps the utility at PCI DSS SAQ A). What the provider signs is the only proof that money moved; a
 * customer who comes back from its page proves nothing.
 */
import type { Cents } from "../../domain/money/cents.ts";

/** A checkout that is about to be handed to the provider. All of it comes back, signed, in the webhook. */
export interface Checkout {
  readonly intentId: string;
  readonly accountId: string;
  readonly amount: Cents;
  readonly returnUrl: string;
}

/** What a provider reports, after its signature was checked. */
export type ProviderEvent =
  | { readonly kind: "succeeded"; readonly eventId: string; readonly intentId: string; readonly accountId: string; readonly amount: Cents; readonly tender: string; readonly reference: string; readonly at: number }
  | { readonly kind: "returned"; readonly eventId: string; readonly intentId: string; readonly accountId: string; readonly reason: string; readonly at: number };

export interface PaymentProvider {
  readonly name: string;
  /** Where to send the customer. */
  checkoutUrl(checkout: Checkout): string;
  /** The event of a webhook, or null when the signature does not hold or is too old. */
  readWebhook(headers: Headers, body: string, now: number): ProviderEvent | null;
}
