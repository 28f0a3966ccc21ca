import type { ChannelRow } from "../../../worker/operations/meters.ts";

/** How a channel counts, in words. */
export function stepWords({ kind, dials, stepMinutes }: ChannelRow): string {
  if (kind === "register") return `Register${dials ? `, ${dials} dials` : ""}`;
  return stepMinutes === 60 ? "Every hour" : `Every ${stepMinutes} minutes`;
}

export const unitWords = ({ unit, multiplier }: ChannelRow): string => `${unit}${multiplier === "1" ? "" : ` × ${multiplier}`}`;
