/**
 * Head-ends that are called by MultiSpeak 3.0ac: what a meter is asked becomes one SOAP question, and its answer comes later as a
 * notification to `POST /api/v1/multispeak/GATEWAY` (`worker/operations/multispeak.ts`), under the command's id as transaction.
 */
import { decryptSecret } from "../../../db/keys.ts";
import type { SqlPort } from "../../../db/port.ts";
import type { MeterCommandKind } from "../../../domain/lifecycle/meter-command.ts";
import type { HeadEnd, HeadEndCommand } from "../port.ts";
import { ask, whyNotCalled, type Fetcher, type Question, type Target } from "./call.ts";
import { element, leaf } from "./soap.ts";

/** Key use under which secrets of head-ends are stored encrypted. */
export const HEAD_END_KEY = "head-end";

export interface MultiSpeakDeps {
  readonly port: SqlPort;
  readonly now: () => number;
  readonly key: (use: string) => string;
  /** Where head-ends reach us, without a slash at the end. */
  readonly publicUrl: string;
  readonly fetcher: Fetcher;
}

/** Where answers are sent. */
export const responseUrl = (publicUrl: string, gatewayId: string): string => `${publicUrl}/api/v1/multispeak/${encodeURIComponent(gatewayId)}`;

/** Services of a head-end, each with an address of its own where the head-end has several. */
export const SERVICES = ["readUrl", "switchUrl", "pingUrl"] as const;
export type Service = (typeof SERVICES)[number];

export const SERVICE_OF: Readonly<Record<MeterCommandKind, Service>> = { read: "readUrl", ping: "pingUrl", connect: "switchUrl", disconnect: "switchUrl", arm: "switchUrl" };

/** The load action that moves a switch. */
const ACTIONS = { connect: "Connect", disconnect: "Disconnect", arm: "Arm" } as const;

export interface CalledHeadEnd extends Readonly<Record<Service, string | null>> {
  readonly userName: string;
  /** Encrypted. */
  readonly secret: string;
}

/** How a gateway's head-end is called; null: it fetches its commands. */
export async function calledHeadEnd(port: SqlPort, gatewayId: string): Promise<CalledHeadEnd | null> {
  const [row] = await port.query<CalledHeadEnd>(`SELECT read_url AS "readUrl", switch_url AS "switchUrl", ping_url AS "pingUrl", user_name AS "userName", secret FROM head_end WHERE gateway_id = ? AND kind = 'multispeak'`, [gatewayId]);
  return row ?? null;
}

/** Where a service answers. A service without an address of its own answers where reads are asked for. */
export function targetOf(headEnd: CalledHeadEnd, service: Service, key: MultiSpeakDeps["key"]): Target {
  return { url: headEnd[service] ?? headEnd.readUrl!, userName: headEnd.userName, secret: decryptSecret(key(HEAD_END_KEY), headEnd.secret) };
}

/** A head-end that could not be reached is left alone this long, so that what else is to be delivered does not wait behind it. */
const REST_MS = 30_000;

/** Calls the head-ends that are called; the others are `otherwise`'s. */
export function multiSpeak({ port, now, key, publicUrl, fetcher }: MultiSpeakDeps, otherwise: HeadEnd): HeadEnd {
  const restingUntil = new Map<string, number>();
  return {
    send: async (command) => {
      const headEnd = await calledHeadEnd(port, command.gatewayId);
      if (!headEnd) return otherwise.send(command);
      const target = targetOf(headEnd, SERVICE_OF[command.kind], key);
      const refusal = whyNotCalled(target.url, publicUrl);
      if (refusal !== null) return { refused: `Its address is not called: ${refusal}` };
      if ((restingUntil.get(target.url) ?? 0) > now()) throw new Error("It did not answer another question a moment ago.");
      const reached = await ask(fetcher, target, questionOf(command, publicUrl, now()), now());
      if (reached.outcome === "taken") return "sent";
      if (reached.outcome === "refused") return { refused: reached.reason };
      restingUntil.set(target.url, now() + REST_MS);
      throw new Error(reached.reason);
    },
  };
}

/** What is asked, with its elements in the order of the schema. */
export function questionOf({ id, kind, gatewayId, meter, deadlineAt }: HeadEndCommand, publicUrl: string, at: number): Question {
  const answer = [leaf("responseURL", responseUrl(publicUrl, gatewayId)), leaf("transactionID", id), leaf("expirationTime", String(Math.max(1, Math.round((deadlineAt - at) / 1000))))];
  const meters = element("meterNos", [leaf("string", meter)]);
  switch (kind) {
    case "read": return { operation: "InitiateMeterReadByMeterNumber", messageId: id, content: [meters, ...answer] };
    case "ping": return { operation: "InitiateOutageDetectionEventRequest", messageId: id, content: [meters, leaf("requestDate", new Date(at).toISOString()), ...answer] };
    default: {
      // Head-ends look for the meter in one of the two places.
      const event = element("connectDisconnectEvent", [leaf("meterID", meter), leaf("loadActionCode", ACTIONS[kind]), leaf("meterNo", meter)], { objectID: id, verb: "New" });
      return { operation: "InitiateConnectDisconnect", messageId: id, content: [element("cdEvents", [event]), ...answer] };
    }
  }
}
