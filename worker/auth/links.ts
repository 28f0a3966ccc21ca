/**
 * One-time links sent to people. A link's token is an id and its MAC under a key of ours, so it can be made again when the
 * message is written, and a forged one costs no query. The database keeps the token's hash alone.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

const LINKS = {
  /** To an account, from the utility. */
  invitation: { path: "/invitation", lastsMs: 7 * 24 * 3_600_000 },
  /** To choose a first password: new staff. */
  welcome: { path: "/set-password", lastsMs: 7 * 24 * 3_600_000 },
  /** To choose a new password: whoever forgot it. */
  password: { path: "/set-password", lastsMs: 3_600_000 },
} as const;

export type LinkPurpose = keyof typeof LINKS;

export interface Link {
  readonly id: string;
  readonly token: string;
  /** What the database keeps. */
  readonly hash: string;
}

/** The link with this id; the same id gives the same link. `key` is the derived key of links. */
export function linkOf(key: string, id: string): Link {
  const token = `${id}.${macOf(key, id)}`;
  return { id, token, hash: createHash("sha256").update(token).digest("hex") };
}

/** The link that a token stands for, or null when we did not make it. */
export function readLink(key: string, token: string): Link | null {
  const [id = "", mac = "", ...rest] = token.split(".");
  const given = Buffer.from(mac);
  const ours = Buffer.from(macOf(key, id));
  return rest.length === 0 && given.length === ours.length && timingSafeEqual(given, ours) ? linkOf(key, id) : null;
}

export const linkUrl = (publicUrl: string, purpose: LinkPurpose, token: string): string => `${publicUrl}${LINKS[purpose].path}/${token}`;
export const linkExpiry = (purpose: LinkPurpose, now: number): number => now + LINKS[purpose].lastsMs;

/** 128 bits: as hard to guess as the key. */
const macOf = (key: string, id: string): string => createHmac("sha256", key).update(`link:${id}`).digest("base64url").slice(0, 22);
