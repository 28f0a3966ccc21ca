import type { RateDocumentInput } from "../schema.ts";

/** A rate as a utility published it; customer-facing names are ours, the figures are theirs (`source`). */
export interface PublishedRate {
  readonly scheduleId: string;
  readonly customerClass: "residential" | "commercial";
  readonly document: RateDocumentInput;
}
