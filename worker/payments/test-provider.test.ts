import { expect, test } from "vitest";
import { SIGNATURE_HEADER, TestProvider } from "./test-provider.ts";

const provider = new TestProvider("key", "http://localhost:8787");
const NOON = Date.parse("2026-06-01T12:00:00Z");
const body = JSON.stringify({ kind: "succeeded", eventId: "e1", intentId: "i1", accountId: "1", amount: 4200, tender: "card", reference: "r", at: NOON });
const signed = (text: string, at = NOON) => new Headers({ [SIGNATURE_HEADER]: provider.sign(text, at) });

test("a webhook is believed only with the provider's fresh signature over exactly its body", () => {
  expect(provider.readWebhook(signed(body), body, NOON + 1_000)).toMatchObject({ kind: "succeeded", amount: 4200 });
  expect(provider.readWebhook(signed(body), body.replace("4200", "1"), NOON)).toBeNull();
  expect(provider.readWebhook(signed(body, NOON - 10 * 60_000), body, NOON)).toBeNull();
  expect(provider.readWebhook(new Headers(), body, NOON)).toBeNull();
  expect(new TestProvider("other", "x").readWebhook(signed(body), body, NOON)).toBeNull();
});

test("a signed body that is no event is refused, not half understood", () => {
  for (const text of ["{}", "null", "not json", '{"kind":"succeeded","amount":1.5}']) expect(provider.readWebhook(signed(text), text, NOON)).toBeNull();
});

test("nobody can make up a checkout or change its amount", () => {
  const url = new URL(provider.checkoutUrl({ intentId: "i1", accountId: "1", amount: 4200, returnUrl: "http://localhost:8787/portal" }));
  const token = url.searchParams.get("token")!;
  expect(provider.readCheckout(token)).toMatchObject({ intentId: "i1", amount: 4200 });
  const forged = Buffer.from(JSON.stringify({ intentId: "i1", accountId: "1", amount: 1, returnUrl: "x" })).toString("base64url");
  expect(provider.readCheckout(`${forged}.${token.split(".")[1]}`)).toBeNull();
  expect(provider.readCheckout("nonsense")).toBeNull();
});
