/** What the operations about people need of the world, and the words that they share. */
import { settingsOn, isSetUp, todayOf } from "../../../db/utility.ts";
import { openPort } from "../../../db/open.ts";
import { UnavailableError, type SqlPort } from "../../../db/port.ts";
import { actorText, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import type { Provenance } from "../../../domain/compliance/chain.ts";
import { addressOf } from "../../auth/attempts.ts";
import type { AuthEnv } from "../../auth/auth.ts";
import { sessionOf, type Session } from "../../auth/session.ts";
import { worldOf, type RequestContext, type World } from "../context.ts";

/** Enough for everything that signs nobody in: any world will do, the demonstration's too. */
export type Makers = Pick<World, "port" | "now" | "newId" | "key" | "wakeOutbox">;

export interface PeopleWorld extends Makers {
  readonly env: AuthEnv;
}

/** The Worker's. */
export function peopleWorldOf(context: RequestContext): PeopleWorld {
  return { ...worldOf(context), env: context.env };
}

/** Who asks. @throws UnavailableError */
export function sessionOfContext(request: Request, { env }: RequestContext): Promise<Session | null> {
  return sessionOf(request, openPort(env), env);
}

/** Where a form came from. */
export function fromOf(request: Request, { env }: RequestContext): From {
  return { address: addressOf(request, env), userAgent: request.headers.get("user-agent") };
}

/** What is known of where a form came from: the address as the platform says it, and what the browser calls itself. */
export interface From {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** True for an error that says the database could not be reached. */
export const isUnavailable = (error: unknown): boolean => error instanceof UnavailableError;

/** Why a person at a form was not let through. Pages have the words, in both languages. */
export type PeopleRefusalCode =
  | "name" | "email" | "emailTaken" | "passwordShort" | "passwordLong" | "passwordSimple"
  | "signInWrong" | "tooManyTries" | "linkWrong" | "alreadyYours" | "linkOver" | "ownInvitation" | "unavailable";

export interface PeopleRefusal {
  readonly code: PeopleRefusalCode;
  /** The form's field that it is about. */
  readonly field?: string;
  /** `tooManyTries`: when the next try is possible. */
  readonly until?: number;
}

export type Outcome<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly refusal: PeopleRefusal };

export const refuse = (code: PeopleRefusalCode, more: Omit<PeopleRefusal, "code"> = {}): { readonly ok: false; readonly refusal: PeopleRefusal } => ({ ok: false, refusal: { code, ...more } });

/** Who does it, for the log. */
export function provenanceOf(world: Makers, actor: UserActor | string, source: string): Omit<Provenance, "commandId" | "batchId"> {
  return { actor: typeof actor === "string" ? actor : actorText(actor), source, recordedAt: world.now() };
}

/** Key of one-time links. */
export const linkKey = (world: Makers): string => world.key("link");

/** One that becomes the id of a link must fit into an address, and it does. */
export { COMMAND_ID } from "../../../domain/lifecycle/command-id.ts";

/** The utility's name for letters; the product's before it is set up. */
export async function utilityName(port: SqlPort, now: number): Promise<string> {
  return (await isSetUp(port, now)) ? (await settingsOn(port, await todayOf(port, now), now)).utility.name : "Meterline";
}
