/**
 * SOAP 1.1 as MultiSpeak 3.0 uses it: envelopes written as text, and of those that come the few elements that the exchange is
 * about. Readings are not looked at here; they are a format (`domain/metering/formats/multispeak.ts`).
 */
import { XmlScanner, type XmlHandler, type XmlTag } from "../../../domain/metering/formats/xml.ts";

export const NAMESPACE = "http://www.multispeak.org/Version_3.0";
const SOAP_NAMESPACE = "http://schemas.xmlsoap.org/soap/envelope/";
export const SOAP_TYPE = "text/xml; charset=utf-8";

// ---- written ------------------------------------------------------------------------------------------------------

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** Characters that XML 1.0 has no way to write, whatever somebody typed. */
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const escaped = (text: string): string => text.replace(UNWRITABLE, "\ufffd").replace(/[&<>"]/g, (found) => ESCAPES[found]!);

type Attributes = Readonly<Record<string, string>>;

const attributesOf = (attributes: Attributes): string => Object.entries(attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`).join("");

/** An element with text in it. */
export const leaf = (name: string, text: string): string => `<${name}>${escaped(text)}</${name}>`;

/** An element with elements in it, already written. */
export const element = (name: string, content: readonly string[], attributes: Attributes = {}): string => `<${name}${attributesOf(attributes)}>${content.join("")}</${name}>`;

export interface MessageHeader {
  readonly userName?: string;
  readonly secret?: string;
  readonly messageId?: string;
  readonly at: number;
}

/** An envelope around an operation's element. */
export function envelope({ userName, secret, messageId, at }: MessageHeader, operation: string, content: readonly string[]): string {
  const header = element("MultiSpeakMsgHeader", [], {
    xmlns: NAMESPACE, Version: "3.0", ...(userName !== undefined && { UserID: userName }), ...(secret !== undefined && { Pwd: secret }), AppName: "Meterline", AppVersion: "1", Company: "Meterline",
    ...(messageId !== undefined && { MessageID: messageId }), TimeStamp: new Date(at).toISOString(),
  });
  return around(header, element(operation, content, { xmlns: NAMESPACE }));
}

/** A fault: `Client` where sending the same again cannot help, `Server` where it may. */
export const fault = (code: "Client" | "Server", text: string): string => around("", element("soap:Fault", [leaf("faultcode", `soap:${code}`), leaf("faultstring", text)]));

const around = (header: string, body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="${SOAP_NAMESPACE}">${header === "" ? "" : `<soap:Header>${header}</soap:Header>`}<soap:Body>${body}</soap:Body></soap:Envelope>`;

/** What MultiSpeak says of one thing that was not taken. */
export interface ErrorObject {
  /** What it is of: a meter's number where there is one. */
  readonly objectId: string;
  readonly noun: string;
  readonly text: string;
}

/** The list of errors that every operation answers with; empty where all was taken. */
export function errorList(errors: readonly ErrorObject[], at: number): string[] {
  return errors.map(({ objectId, noun, text }) => element("errorObject", [], { objectID: objectId, errorString: text, nounType: noun, eventTime: new Date(at).toISOString() }));
}

// ---- read ---------------------------------------------------------------------------------------------------------

/** What head-ends tell us, and what we may be asked. */
export const TAKEN = ["PingURL", "GetMethods", "ReadingChangedNotification", "CDStateChangedNotification", "CDStatesChangedNotification", "ODEventNotification"] as const;
export type TakenOperation = (typeof TAKEN)[number];
/** What we ask of head-ends. */
export const ASKED = ["PingURL", "InitiateMeterReadByMeterNumber", "InitiateConnectDisconnect", "InitiateOutageDetectionEventRequest"] as const;
export type AskedOperation = (typeof ASKED)[number];

const ITEMS = ["errorObject", "CDStateChange", "outageDetectionEvent"] as const;
const PASSED_OVER = ["extensions", "extensionsList"] as const;
const CONTAINERS = ["Fault", "MultiSpeakMsgHeader", ...TAKEN, ...ASKED.map((name) => `${name}Response`), ...ITEMS, ...PASSED_OVER];
const LEAVES = ["faultcode", "faultstring", "transactionID", "meterNo", "meterID", "stateChange", "errorString", "outageEventType", "outageDetectDeviceID"];
const NAMES = [...CONTAINERS, ...LEAVES];

/** One of several things in a message: an error, a switch's state, an event. `texts` by name of the element. */
export interface SoapItem {
  readonly objectId: string;
  readonly error: string;
  readonly texts: ReadonlyMap<string, string>;
}

export interface SoapMessage {
  /** The operation, or its name with `Response`; null: none that is known. */
  readonly operation: string | null;
  readonly credential: { readonly userName: string; readonly secret: string } | null;
  /** What stands in the operation itself. */
  readonly texts: ReadonlyMap<string, string>;
  readonly items: readonly SoapItem[];
  readonly fault: { readonly code: string; readonly text: string } | null;
}

/** Reads an envelope. A string: why it is none. */
export function readSoap(text: string): SoapMessage | string {
  const reader = new SoapReader();
  const scanner = new XmlScanner({ names: NAMES, leaves: LEAVES, foreign: () => false }, reader);
  scanner.push(text.replace(/^\uFEFF/, "").trimStart());
  scanner.end();
  return reader.malformedBecause ?? reader.message();
}

class SoapReader implements XmlHandler {
  malformedBecause: string | null = null;
  #operation: string | null = null;
  #credential: SoapMessage["credential"] = null;
  readonly #texts = new Map<string, string>();
  readonly #items: SoapItem[] = [];
  #item: Map<string, string> | null = null;
  #isFault = false;
  /** Elements of extensions that are open. */
  #over = 0;

  message(): SoapMessage {
    const texts = this.#texts;
    return {
      operation: this.#operation, credential: this.#credential, texts, items: this.#items,
      fault: this.#isFault ? { code: texts.get("faultcode") ?? "", text: texts.get("faultstring") ?? "" } : null,
    };
  }

  malformed(line: number, reason: string): void {
    this.malformedBecause = `line ${line}: ${reason}`;
  }

  open(number: number, tag: XmlTag): void {
    const name = NAMES[number - 1]!;
    const attribute = (of: string): string => tag.attribute(of)?.trim() ?? "";
    if ((PASSED_OVER as readonly string[]).includes(name)) this.#over++;
    else if (this.#over > 0) return;
    else if (name === "MultiSpeakMsgHeader") this.#credential ??= { userName: attribute("UserID"), secret: attribute("Pwd") };
    else if (name === "Fault") this.#isFault = true;
    else if ((ITEMS as readonly string[]).includes(name)) {
      this.#item = new Map();
      this.#items.push({ objectId: attribute("objectID"), error: attribute("errorString"), texts: this.#item });
    } else this.#operation ??= name;
  }

  close(number: number): void {
    const name = NAMES[number - 1]!;
    if ((PASSED_OVER as readonly string[]).includes(name)) this.#over--;
    else if (this.#over === 0 && (ITEMS as readonly string[]).includes(name)) this.#item = null;
  }

  leaf(number: number, text: string): void {
    if (this.#over === 0) (this.#item ?? this.#texts).set(NAMES[number - 1]!, text.trim());
  }
}
