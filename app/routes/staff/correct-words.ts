/** What the figures of a correction are called. */
import type { Effect, SegmentDiff } from "../../../domain/billing/branch.ts";
import type { Limit } from "../../../worker/operations/corrections.ts";
import { formatDate } from "../../format/dates.ts";
import { ledgerText } from "../../components/money.tsx";

export const EFFECT_WORDS: Readonly<Record<Effect, string>> = { usage: "usage", tier: "tiers and prices", demand: "demand", fixed: "fixed charges", tax: "taxes", other: "other charges" };

/** "usage −$17.07, tiers and prices −$3.73": what changed, and by how much. */
export function effectsText({ effects }: Pick<SegmentDiff, "effects">): string {
  const changed = (Object.keys(EFFECT_WORDS) as Effect[]).filter((effect) => effects[effect] !== 0);
  return changed.length === 0 ? "no change" : changed.map((effect) => `${EFFECT_WORDS[effect]} ${ledgerText(effects[effect])}`).join(", ");
}

/** What a rule allows, in a sentence. */
export function limitText(limit: Limit | null, direction: "charge" | "refund"): string {
  if (limit === null) return direction === "charge" ? "No rule limits how far back this may be charged." : "No rule says how far back this must be given back; all of it is.";
  const { rule, from } = limit;
  const back = from === null ? "without limit" : `back to ${formatDate("en", from, "weekday")}`;
  if (direction === "refund") return `What was billed too much must be given back ${back}; all of it is. ${rule.source}.`;
  const share = rule.sharePercent === 100 ? "" : `, ${rule.sharePercent} % of it`;
  return `What was billed too little may be charged ${back}${share}. ${rule.source}.`;
}
