/** Envelopes come back as they were written, and no mangled one is taken for another or brings the reader down. */
import { describe, expect, test } from "vitest";
import { element, envelope, errorList, fault, leaf, readSoap } from "./soap.ts";

const AT = Date.parse("2026-03-10T15:00:00Z");
const NASTY = `a & b < c > "d" \u0001 \ud800 é ]]>`;
const READ_BACK = `a & b < c > "d" \ufffd \ufffd é ]]>`;

describe("an envelope", () => {
  test("carries who asks and what, whatever characters are in it", () => {
    const written = envelope({ userName: NASTY, secret: NASTY, messageId: "m-1", at: AT }, "CDStateChangedNotification", [leaf("meterNo", NASTY), leaf("stateChange", "Opened"), leaf("transactionID", "t-1")]);
    const read = readSoap(written);
    if (typeof read === "string") throw new Error(read);
    expect([read.operation, read.credential, read.fault]).toEqual(["CDStateChangedNotification", { userName: READ_BACK, secret: READ_BACK }, null]);
    expect(Object.fromEntries(read.texts)).toEqual({ meterNo: READ_BACK, stateChange: "Opened", transactionID: "t-1" });
  });

  test("of errors or of a fault says which", () => {
    const errors = readSoap(envelope({ at: AT }, "PingURLResponse", [element("PingURLResult", errorList([{ objectId: "E1", noun: "Meter", text: NASTY }, { objectId: "", noun: "", text: "two" }], AT))]));
    if (typeof errors === "string") throw new Error(errors);
    expect([errors.operation, errors.credential, errors.items.map(({ objectId, error }) => [objectId, error])]).toEqual(["PingURLResponse", { userName: "", secret: "" }, [["E1", READ_BACK], ["", "two"]]]);
    expect(readSoap(fault("Server", NASTY))).toMatchObject({ operation: null, fault: { code: "soap:Server", text: READ_BACK } });
  });

  test("is not misled by what stands in extensions", () => {
    const read = readSoap(envelope({ at: AT }, "ODEventNotification", [element("ODEvents", [element("outageDetectionEvent", [
      element("extensions", [element("errorObject", [leaf("meterNo", "X")], { errorString: "no" })]), leaf("meterNo", "E1"), leaf("outageEventType", "Outage"),
    ], { objectID: "9" })])]));
    if (typeof read === "string") throw new Error(read);
    expect(read.items).toEqual([{ objectId: "9", error: "", texts: new Map([["meterNo", "E1"], ["outageEventType", "Outage"]]) }]);
  });
});

test("three thousand mangled envelopes are read or refused, and never more than they are", () => {
  const whole = envelope({ userName: "u", secret: "s", at: AT }, "CDStatesChangedNotification", [element("stateChanges", [element("CDStateChange", [leaf("meterNo", "E1"), leaf("stateChange", "Closed")])]), leaf("transactionID", "t")]);
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const PIECES = ["<", ">", "/", "&", "]]>", "<![CDATA[", "<!--", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "&a;", "&#xD800;", "&#0;", "\0", "soap:", "xmlns=''", "<Envelope>", "</soap:Body>", '"', "'"];
  for (let round = 0; round < 3_000; round += 1) {
    let text = whole;
    for (let change = random(4); change >= 0; change -= 1) {
      const at = random(text.length + 1);
      text = text.slice(0, at) + (random(3) === 0 ? "" : PIECES[random(PIECES.length)]!) + text.slice(at + random(random(2) === 0 ? 2 : 60));
    }
    const read = readSoap(text);
    if (typeof read === "string") expect(read).toMatch(/^line \d+: /);
    else for (const value of [...read.texts.values(), ...read.items.flatMap(({ texts }) => [...texts.values()])]) expect(value.length <= text.length && value.isWellFormed()).toBe(true);
  }
});
