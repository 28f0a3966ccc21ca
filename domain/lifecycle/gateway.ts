/** A head-end's credential: what happens to it, and what a request signed with it looks like. */
import type { EventDraft } from "../compliance/chain.ts";

export const GATEWAY_STATUSES = ["active", "revoked"] as const;
export type GatewayStatus = (typeof GATEWAY_STATUSES)[number];

/** `fetching`: the head-end fetches what its meters are asked. `multispeak`: it is called. */
export const HEAD_END_KINDS = ["fetching", "multispeak"] as const;
export type HeadEndKind = (typeof HEAD_END_KINDS)[number];

export interface GatewayEvents {
  GatewayCreated: { gatewayId: string; name: string; keyId: string };
  /** The secret before counts until then, or no longer (null; so do events that do not say). The secrets themselves are nowhere in the log. */
  GatewaySecretRotated: { gatewayId: string; keyId: string; previousUntil?: number | null };
  /** How its meters are asked. The secret is nowhere in the log, only that it is another one. */
  GatewayHeadEndSet: { gatewayId: string; kind: HeadEndKind; readUrl: string | null; switchUrl: string | null; pingUrl: string | null; userName: string | null; newSecret: boolean };
  GatewayRevoked: { gatewayId: string; keyId: string };
}

export function gatewayEvent<T extends keyof GatewayEvents>(type: T, data: GatewayEvents[T]): EventDraft<T, GatewayEvents[T]> {
  return { type, version: 1, data };
}

export const gatewayStream = (gatewayId: string): string => `gateway:${gatewayId}`;

/** Request headers of a signed request. */
export const KEY_HEADER = "x-meterline-key";
export const TIMESTAMP_HEADER = "x-meterline-timestamp";
export const SIGNATURE_HEADER = "x-meterline-signature";
/** The hash that is signed, told beforehand: who sends a large body is then known before any of it is stored. */
export const CONTENT_HASH_HEADER = "x-meterline-content-sha256";

/** A signature counts this long before and after its time: clocks differ, and a copied request must not be good for ever. */
export const SIGNATURE_WINDOW_MS = 5 * 60_000;

/**
 * The text that is signed (HMAC-SHA-256 under the secret, hex): method, path with query, timestamp (seconds since 1970)
 * and the SHA-256 of the body as it is sent (hex), a line each.
 */
export function signedText(method: string, path: string, timestamp: string, bodyHash: string): string {
  return [method.toUpperCase(), path, timestamp, bodyHash].join("\n");
}
