/** One question to a MultiSpeak server: posted, answered within a time and a size, and what the answer means. */
import { envelope, NAMESPACE, readSoap, SOAP_TYPE, type AskedOperation } from "./soap.ts";

/** Where a head-end answers, and as whom we ask. */
export interface Target {
  readonly url: string;
  readonly userName: string;
  readonly secret: string;
}

export interface Question {
  readonly operation: AskedOperation;
  /** The operation's elements, written. */
  readonly content: readonly string[];
  readonly messageId?: string;
}

/**
 * `taken`: the head-end has it. `refused`: it said no, and asking again cannot help. `unreached`: it may or may not have it;
 * the same is asked again under the same id.
 */
export type Reached = { readonly outcome: "taken" } | { readonly outcome: "refused" | "unreached"; readonly reason: string };

/** A head-end only notes the question; one that cannot within this time is in trouble, and others wait behind it. */
const ANSWER_MS = 10_000;
/** An answer is an empty list, or a few errors. */
const ANSWER_BYTES_MAX = 256 * 1024;
/** Of the head-end's own words, as much as a line on a page holds. */
const WORDS_MAX = 200;

export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

/** Asks. Never throws: what went wrong is in the answer, in words for staff. */
export async function ask(fetcher: Fetcher, { url, userName, secret }: Target, { operation, content, messageId }: Question, at: number): Promise<Reached> {
  const body = envelope({ userName, secret, at, ...(messageId !== undefined && { messageId }) }, operation, content);
  // One clock over the whole exchange: a server may be quick to begin and never end.
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const response = await fetcher(url, { method: "POST", body, headers: { "content-type": SOAP_TYPE, soapaction: `"${NAMESPACE}/${operation}"` }, redirect: "manual", signal });
    const text = await bounded(response.body, ANSWER_BYTES_MAX);
    return text === null ? unreached(`It answered with more than ${ANSWER_BYTES_MAX / 1024} KB, which is no answer to a question.`) : meaning(operation, response.status, text);
  } catch (error) {
    if (signal.aborted) return unreached(`It did not answer within ${ANSWER_MS / 1000} seconds.`);
    return unreached(`It could not be reached, or broke off (${words(error instanceof Error ? error.message : String(error))}).`);
  }
}

const unreached = (reason: string): Reached => ({ outcome: "unreached", reason });
const refused = (reason: string): Reached => ({ outcome: "refused", reason });

/** Too many requests, and a request that came in too slowly: later may be better. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

function meaning(operation: AskedOperation, status: number, text: string): Reached {
  if (status === 401 || status === 403) return refused(`It refused our user name or secret (HTTP ${status}).`);
  if (status >= 300 && status < 400) return refused(`Its address has moved (HTTP ${status}). Set the address at which it answers.`);
  const soap = readSoap(text);
  if (typeof soap !== "string" && soap.fault) {
    const said = words(soap.fault.text) || "no reason";
    // SOAP 1.1: `Client` is ours to mend, `Server` is its own trouble and may pass.
    return /\bClient\b/.test(soap.fault.code) ? refused(`It refused the question: ${said}`) : unreached(`It is in trouble: ${said}`);
  }
  if (status >= 400 && status < 500 && !LATER.has(status)) return refused(`Nothing answers at its address (HTTP ${status}).`);
  if (status !== 200) return unreached(`It is in trouble (HTTP ${status}).`);
  if (typeof soap === "string" || soap.operation !== `${operation}Response`) return unreached("What it answered is not a MultiSpeak answer. Look at the address.");
  const errors = soap.items.map(({ error }) => words(error)).filter((each) => each !== "");
  return errors.length === 0 ? { outcome: "taken" } : refused(errors.slice(0, 3).join("; "));
}

const words = (text: string): string => text.replace(/\s+/g, " ").trim().slice(0, WORDS_MAX);

/** The text of a body, or null where it is longer. */
async function bounded(stream: ReadableStream<Uint8Array> | null, max: number): Promise<string | null> {
  if (stream === null) return "";
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  for (let length = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > max) {
      await reader.cancel().catch(() => undefined);
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
const URL_MAX = 500;

/**
 * Why a head-end may not be called at an address, or null. Passwords and customers' meters go over it: only https, or a
 * loopback address where the utility itself runs on one (a developer's machine).
 */
export function whyNotCalled(address: string, publicUrl: string): string | null {
  if (address.length > URL_MAX) return `At most ${URL_MAX} characters.`;
  if (!URL.canParse(address)) return "Enter the whole address, such as https://headend.example/MR_Server.asmx.";
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username !== "" || password !== "") return "Leave user name and password out of the address; they have fields of their own.";
  if (hash !== "") return "Leave out what follows the #.";
  if (protocol === "https:") return null;
  return protocol === "http:" && LOOPBACK.has(hostname) && LOOPBACK.has(new URL(publicUrl).hostname) ? null : "Only addresses that begin with https:// are called.";
}

