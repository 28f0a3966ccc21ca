/** From anything to a checked rate document, or to the list of what is wrong with it. */
import * as v from "valibot";
import { HALF_A_CHARACTER, halfCharacterAt } from "../text/well-formed.ts";
import { boundIssues } from "./bounds.ts";
import { documentIssues } from "./checks.ts";
import { rateDocumentSchema, type RateDocument } from "./schema.ts";
import type { Issue } from "./tou-calendar.ts";

export { RATE_DOCUMENT_FORMAT, type RateDocument, type RateDocumentInput } from "./schema.ts";

export type ParsedRate = { readonly ok: true; readonly document: RateDocument } | { readonly ok: false; readonly issues: readonly Issue[] };

/** Paths are dotted: `charges.0.rates.1.price`; the empty path is the document itself. */
export function parseRateDocument(input: unknown): ParsedRate {
  const shape = v.safeParse(rateDocumentSchema, input);
  if (!shape.success) return { ok: false, issues: shape.issues.map((issue) => ({ path: v.getDotPath(issue) ?? "", message: issue.message })) };
  const half = halfCharacterAt(shape.output);
  if (half !== null) return { ok: false, issues: [{ path: half, message: HALF_A_CHARACTER }] };
  const fit = documentIssues(shape.output);
  const issues = fit.length > 0 ? fit : boundIssues(shape.output);
  return issues.length > 0 ? { ok: false, issues } : { ok: true, document: shape.output };
}
