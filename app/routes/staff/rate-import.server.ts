/** What staff upload or paste as a rate, in one of the forms in which tariffs are published, as one of our documents. */
import { parseRateDocument } from "../../../domain/rating/index.ts";
import type { NotCarriedOver } from "../../../worker/operations/rate-drafts.ts";
import type { FieldError } from "../../components/form-state.ts";

export type ImportedRate =
  | { readonly ok: true; readonly document: unknown; readonly name: string; readonly commodity: string; readonly origin: string; readonly notCarriedOver: readonly NotCarriedOver[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** The forms, as a choice. */
export const RATE_FORMS: readonly { readonly value: string; readonly label: string }[] = [
  { value: "meterline", label: "Meterline document (JSON)" },
];

/** Everything that is wrong is told at the field it came from. */
const wrong = (...messages: readonly string[]): ImportedRate => ({ ok: false, errors: messages.map((message) => ({ field: "document", message })) });

export function importedRate(form: string, text: string): ImportedRate {
  if (text.trim() === "") return wrong("Choose a file, or put its text here.");
  switch (form) {
    case "meterline": return ours(text);
    default: return { ok: false, errors: [{ field: "form", message: `${form || "Nothing"} is not a form of tariffs that is known here.` }] };
  }
}

function ours(text: string): ImportedRate {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return wrong(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = parseRateDocument(input);
  if (!parsed.ok) return wrong(...parsed.issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)));
  return { ok: true, document: parsed.document, name: parsed.document.name.en, commodity: parsed.document.commodity, origin: "written", notCarriedOver: [] };
}
