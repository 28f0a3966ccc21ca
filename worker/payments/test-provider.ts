/**
 * A payment provider for demonstrations and tests that behaves like a real one: a hosted page on its own address, and a
 * webhook signed with a shared key. It takes no money. Switched on by the binding TEST_PROVIDER only.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import type { Checkout, PaymentProvider, ProviderEvent } from "./provider.ts";

export const SIGNATURE_HEADER = "x-test-provider-signature";
/** Older signatures are replays. The common tolerance of payment providers. */
const SIGNATURE_AGE_MS = 5 * 60_000;

const CheckoutSchema = v.object({ intentId: v.string(), accountId: v.string(), amount: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), returnUrl: v.string() });

const EventSchema = v.variant("kind", [
  v.object({ kind: v.literal("succeeded"), eventId: v.string(), intentId: v.string(), accountId: v.string(), amount: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), tender: v.string(), reference: v.string(), at: v.number() }),
  v.object({ kind: v.literal("returned"), eventId: v.string(), intentId: v.string(), accountId: v.string(), reason: v.string(), at: v.number() }),
]);

export class TestProvider implements PaymentProvider {
  readonly name = "test";
  readonly #key: string;
  readonly #origin: string;

  constructor(key: string, origin: string) {
    this.#key = key;
    this.#origin = origin;
  }

  checkoutUrl(checkout: Checkout): string {
    const token = Buffer.from(JSON.stringify(checkout)).toString("base64url");
    return `${this.#origin}/provider/test/checkout?token=${token}.${this.#mac(token)}`;
  }

  /** The checkout a token stands for, or null when somebody made it up. */
  readCheckout(signedToken: string): Checkout | null {
    const [token = "", mac = ""] = signedToken.split(".");
    if (!same(this.#mac(token), mac)) return null;
    const parsed = v.safeParse(CheckoutSchema, JSON.parse(Buffer.from(token, "base64url").toString("utf8")));
    return parsed.success ? parsed.output : null;
  }

  sign(body: string, now: number): string {
    return `t=${now},v1=${this.#mac(`${now}.${body}`)}`;
  }

  readWebhook(headers: Headers, body: string, now: number): ProviderEvent | null {
    const match = /^t=(\d+),v1=([\w-]+)$/.exec(headers.get(SIGNATURE_HEADER) ?? "");
    if (!match || Math.abs(now - Number(match[1])) > SIGNATURE_AGE_MS || !same(this.#mac(`${match[1]}.${body}`), match[2]!)) return null;
    let event: unknown;
    try {
      event = JSON.parse(body);
    } catch {
      return null;
    }
    const parsed = v.safeParse(EventSchema, event);
    return parsed.success ? parsed.output : null;
  }

  #mac(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("base64url");
  }
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
