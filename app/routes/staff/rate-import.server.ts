/** What staff upload or paste as a rate, in one of the forms in which tariffs are published, as one of our documents. */
import type { RateDocument } from "../../../domain/rating/index.ts";
import { importOwrs } from "../../../domain/rating/importers/owrs.ts";
import { importUrdb } from "../../../domain/rating/importers/urdb.ts";
import { RATE_TEXT_MAX, RATE_TOO_LONG, readRateText } from "../../../worker/operations/first-rate.ts";
import type { NotCarriedOver } from "../../../worker/operations/rate-drafts.ts";
import type { FieldError } from "../../components/form-state.ts";

export type ImportedRate =
  | { readonly ok: true; readonly document: RateDocument; readonly origin: string; readonly notCarriedOver: readonly NotCarriedOver[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

interface RateForm {
  readonly value: string;
  readonly label: string;
  readonly read: (text: string) => ReadRates;
}

/** All rates of a file; it may hold several. */
type ReadRates =
  | { readonly ok: true; readonly rates: readonly { readonly name: string; readonly document: RateDocument }[]; readonly notCarriedOver: readonly NotCarriedOver[] }
  | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly message: string }[] };

const FORMS: readonly RateForm[] = [
  { value: "meterline", label: "Meterline document (JSON)", read: ours },
  { value: "urdb", label: "OpenEI Utility Rate Database (JSON)", read: urdb },
  { value: "owrs", label: "Open Water Rate Specification (YAML)", read: owrs },
];

/** The forms, as a choice. */
export const RATE_FORMS = FORMS.map(({ value, label }) => ({ value, label }));

/** Rates named when somebody has to choose one of them. */
const NAMED_MAX = 20;

/** `which`: the place of the rate in a file of several, from 1; empty where it holds one. */
export function importedRate(form: string, text: string, which: string): ImportedRate {
  const known = FORMS.find(({ value }) => value === form);
  if (!known) return wrong("form", "Choose the form in which the rate is written.");
  if (text.trim() === "") return wrong("document", "Choose a file, or put its text here.");
  if (text.length > RATE_TEXT_MAX) return wrong("document", RATE_TOO_LONG);
  const read = known.read(text);
  if (!read.ok) return { ok: false, errors: read.problems.map(({ path, message }) => ({ field: "document", message: path === "" ? message : `${path}: ${message}` })) };
  const { rates, notCarriedOver } = read;
  const chosen = rates.length === 1 && which.trim() === "" ? rates[0] : rates[Number(which) - 1];
  if (!chosen) return wrong("which", `The file holds ${rates.length} rates. Choose one by its number: ${rates.slice(0, NAMED_MAX).map(({ name }, i) => `${i + 1} ${name}`).join("; ")}${rates.length > NAMED_MAX ? " …" : ""}`);
  return { ok: true, document: chosen.document, origin: form === "meterline" ? "written" : form, notCarriedOver };
}

const wrong = (field: string, message: string): ImportedRate => ({ ok: false, errors: [{ field, message }] });

function ours(text: string): ReadRates {
  const read = readRateText(text);
  return read.ok ? { ok: true, rates: [{ name: read.document.name.en, document: read.document }], notCarriedOver: [] } : read;
}

function urdb(text: string): ReadRates {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, problems: [{ path: "", message: "This is not JSON. Export the rate from the database as JSON." }] };
  }
  const read = importUrdb(json);
  return read.ok ? { ok: true, rates: read.documents.map((document) => ({ name: document.name.en, document })), notCarriedOver: read.notCarriedOver } : { ok: false, problems: read.issues };
}

/** A file has a rate for each class of customers. */
function owrs(text: string): ReadRates {
  const read = importOwrs(text);
  if (!read.ok) return { ok: false, problems: read.issues.map(({ path, reason: message }) => ({ path, message })) };
  if (read.documents.length === 0) return { ok: false, problems: [{ path: "", message: "No class of the file could be carried over." }, ...read.notCarriedOver.map(({ path, reason: message }) => ({ path, message }))] };
  return { ok: true, rates: read.documents.map(({ customerClass, document }) => ({ name: customerClass, document })), notCarriedOver: read.notCarriedOver };
}
