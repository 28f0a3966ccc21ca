/**
 * "Check my bill" in the browser: everything the bill rests on is fetched, each piece is held against the hash that was
 * frozen with it, and the same engine that billed computes it again, here. Loaded when somebody asks, by nobody else.
 */
import { checkManifest, type BillManifest, type CheckedManifest } from "../../domain/billing/manifest.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import type { Cents } from "../../domain/money/cents.ts";
import { billGroup, type BillGroup } from "../documents/bill-lines.ts";
import type { Locale } from "../i18n/translate.ts";

export interface BillCheck {
  /** Every line and every fingerprint is as it was. */
  readonly same: boolean;
  readonly replayed: Cents;
  /** Fingerprints that were computed. */
  readonly pieces: number;
  /** The charges as computed here, each with its arithmetic. */
  readonly groups: readonly BillGroup[];
}

/** @throws when the bill's manifest cannot be fetched */
export async function checkBillHere(manifestUrl: string, locale: Locale, zone: TimeZone): Promise<BillCheck> {
  const answer = await fetch(manifestUrl, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(`the bill's manifest was answered with ${answer.status}`);
  return wordsOf(await checkManifest((await answer.json()) as BillManifest, sha256), locale, zone);
}

function wordsOf({ segments, replay: { replayed, differences }, pieces }: CheckedManifest, locale: Locale, zone: TimeZone): BillCheck {
  return { same: differences.length === 0, replayed, pieces, groups: segments.map((segment) => billGroup(segment, [], locale, zone)) };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
