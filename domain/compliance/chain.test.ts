import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { EMPTY_HEAD, firstBrokenLink, hashEvent, inputHash, personalRef, seal, type SealedEvent } from "./chain.ts";

const provenance = { commandId: "c1", batchId: "", actor: "user:u1", source: "counter", recordedAt: 1_700_000_000_000 };
const log = (): SealedEvent[] =>
  seal("account:1", EMPTY_HEAD, [
    { type: "AccountOpened", version: 1, data: { accountId: "1" } },
    { type: "PaymentPosted", version: 1, data: { amount: 4200 }, effectiveAt: 1_699_000_000_000 },
    { type: "PaymentPosted", version: 1, data: { amount: 1 } },
  ], provenance);

test("canonical JSON sorts keys, leaves out undefined, and refuses a fraction with its path", () => {
  expect(canonicalJson({ b: [1, null], a: "é", c: undefined })).toBe('{"a":"é","b":[1,null]}');
  expect(() => canonicalJson({ a: [{ price: 0.1 }] })).toThrow("$.a[0].price: 0.1 is not a whole number");
  expect(canonicalJson(-0)).toBe("0");
});

test("a log that nobody touched verifies, and continues from any head", () => {
  const events = log();
  expect(firstBrokenLink(events)).toBeNull();
  expect(firstBrokenLink(events.slice(1), events[0])).toBeNull();
});

test("an auditor is told the first link that somebody changed, dropped or swapped", () => {
  const events = log();
  expect(firstBrokenLink([events[0]!, { ...events[1]!, data: '{"amount":4300}' }, events[2]!])).toMatchObject({ seq: 2, reason: "its content does not match its hash" });
  expect(firstBrokenLink([events[0]!, events[2]!])).toMatchObject({ seq: 3, reason: "event 2 is missing" });
  const forged = { ...events[1]!, data: '{"amount":4300}' };
  const rehashed = { ...forged, hash: hashEvent(forged) };
  expect(firstBrokenLink([events[0]!, rehashed, events[2]!])).toMatchObject({ seq: 3, reason: "it does not name the hash of event 2" });
});

test("the effective time is hashed as well: back-dating shows", () => {
  const events = log();
  expect(firstBrokenLink([events[0]!, { ...events[1]!, effectiveAt: 1 }])).toMatchObject({ seq: 2 });
});

test("the reference to a name tells nothing without the key", () => {
  expect(personalRef("k1", "name", "Ann Lee")).toBe(personalRef("k1", "name", "Ann Lee"));
  expect(personalRef("k2", "name", "Ann Lee")).not.toBe(personalRef("k1", "name", "Ann Lee"));
});

test("the input hash does not depend on the order in which a form lists its fields", () => {
  expect(inputHash({ amount: 1, to: "a" })).toBe(inputHash({ to: "a", amount: 1 }));
  expect(inputHash({ amount: 1 })).not.toBe(inputHash({ amount: 2 }));
});

test("canonical JSON writes every text as JSON does, and reads back as what it was", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const whole = JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === "number" ? Math.trunc(each % 1e9) + 0 : each))) as unknown;
    const text = canonicalJson(whole);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(whole)));
    expect(canonicalJson(JSON.parse(text))).toBe(text);
  }));
  const odd = ['quote " and \\', "line\nbreak\t\u0000", "é ñ 水", "😀", "\ud800 alone", "\u2028"];
  expect(canonicalJson(odd)).toBe(JSON.stringify(odd));
});
