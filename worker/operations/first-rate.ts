/**
 * A utility's first rates, put in force from documents while it is set up: by its first administrator alone, as long as
 * nobody is served and no colleague could look at them. After that a rate is a draft that a second person publishes.
 */
import { createHash } from "node:crypto";
import type { StreamAnswer } from "../../db/command.ts";
import { isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { CUSTOMER_CLASSES } from "../../domain/lifecycle/customer-class.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { compileRate, parseRateDocument, RatingError, type RateDocument } from "../../domain/rating/index.ts";
import type { World } from "./context.ts";
import { COMMAND_ID } from "./form-answer.ts";
import { publishRateVersion } from "./rates.ts";
import { isAloneInSetUp, mustBeAlone } from "./setting-approval.ts";

/** What is wrong with a document, at its dotted path (`charges.0.rates.1.price`); an empty path is the document itself. */
export interface DocumentProblem {
  readonly path: string;
  readonly message: string;
}

export type ReadRate = { readonly ok: true; readonly document: RateDocument } | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/** Characters of a file of rates: as many rates as one import takes, each of them long. */
export const RATE_TEXT_MAX = 10_000_000;

export const RATE_TOO_LONG = `The file has more than ${RATE_TEXT_MAX.toLocaleString("en-US")} characters. Send the part that is needed.`;

/** A rate document from its JSON text: read, checked and compiled, so that what passes can be billed by. */
export function readRateText(text: string): ReadRate {
  if (text.trim() === "") return { ok: false, problems: [{ path: "", message: "Paste the document, or choose its file." }] };
  if (text.length > RATE_TEXT_MAX) return { ok: false, problems: [{ path: "", message: RATE_TOO_LONG }] };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [{ path: "", message: `This is not JSON${placeOf(text, error)}.` }] };
  }
  const parsed = parseRateDocument(json);
  if (!parsed.ok) return { ok: false, problems: parsed.issues };
  try {
    compileRate(parsed.document);
  } catch (error) {
    if (error instanceof RatingError) return { ok: false, problems: [{ path: error.path, message: error.message }] };
    throw error;
  }
  return { ok: true, document: parsed.document };
}

/** ": line 3, column 7", where the engine says so. */
function placeOf(text: string, error: unknown): string {
  const at = /position (\d+)/.exec(String(error))?.[1];
  if (at === undefined) return ": it ends too early, or begins with something else";
  const before = text.slice(0, Number(at)).split("\n");
  return `: see line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/** Whether this person may put first rates in force alone. @throws ForbiddenError */
export async function mayPublishAlone(world: World, actor: UserActor): Promise<boolean> {
  requirePermission(actor, "edit:rates:any");
  return isAloneInSetUp(world.port, actor);
}

const NOT_ALONE = { code: "", field: "", message: "A second person publishes rates here, now that somebody is served or a colleague can look at them." };

export interface FirstRate {
  readonly commandId: string;
  readonly customerClass: string;
  readonly effectiveOn: LocalDate;
  readonly document: RateDocument;
}

/** Publishes the first version of a new schedule, named as the document names itself. @throws ForbiddenError, UnavailableError */
export async function publishFirst(world: World, actor: UserActor, { commandId, customerClass, effectiveOn, document }: FirstRate): Promise<StreamAnswer<{ scheduleId: string }>> {
  requirePermission(actor, "edit:rates:any");
  const refused = (field: string, message: string) => ({ status: "refused", refusal: { code: field, field, message } }) as const;
  if (!COMMAND_ID.test(commandId)) return refused("", "Open the form again: its number is missing.");
  if (!(CUSTOMER_CLASSES as readonly string[]).includes(customerClass)) return refused("customerClass", "Choose the class of customers that the rate is for.");
  if (!isLocalDate(effectiveOn)) return refused("effectiveOn", "Choose the day from which it counts.");
  const { commodity, name } = document;
  const scheduleId = `${commodity}-${customerClass}-${createHash("sha256").update(`rate ${commandId}`).digest("hex").slice(0, 6)}`;
  return publishRateVersion(world, actor, commandId, { scheduleId, name: name.en, commodity, customerClass, version: 1, effectiveOn, document }, {
    refusal: async () => ((await isAloneInSetUp(world.port, actor)) ? null : NOT_ALONE),
    further: [mustBeAlone(actor)],
  });
}
