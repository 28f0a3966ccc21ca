/** Who works here: list, let in, change the role, let go. Administrators change, supervisors and auditors look. */
import { runStreamCommand } from "../../../db/command.ts";
import { ConstraintError, type Statement } from "../../../db/port.ts";
import type { InsertRow } from "../../../db/rows.ts";
import type { Refusal } from "../../../domain/lifecycle/account/decide.ts";
import { decideStaff, staffStream, type StaffCommand } from "../../../domain/lifecycle/people.ts";
import { actorText, isStaffRole, requirePermission, type StaffRole, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import { linkOf, linkUrl } from "../../auth/links.ts";
import { letterMessage } from "./access.ts";
import { pagesToClose } from "./open-pages.ts";
import { endLinksAndSessions, passwordLinkRow } from "./passwords.ts";
import { createStaffUser, isEmailTaken, normalEmail, userProblem, userRow } from "./users.ts";
import { COMMAND_ID, linkKey, provenanceOf, utilityName, type PeopleWorld } from "./world.ts";

export interface StaffPerson {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: StaffRole;
  readonly active: boolean;
  /** A sign-in without a password waits for its link to be used. */
  readonly hasPassword: boolean;
  readonly lastSignInAt: number | null;
}

export type StaffOutcome<T = object> = ({ readonly ok: true } & T) | { readonly ok: false; readonly refusal: Refusal };

const PEOPLE = `SELECT u.id AS "userId", u.name, u.email, u.role, u.deactivated_at IS NULL AS active,
  EXISTS (SELECT 1 FROM auth_credential c WHERE c.user_id = u.id AND c.password IS NOT NULL) AS "hasPassword",
  (SELECT max(s.created_at) FROM auth_session s WHERE s.user_id = u.id) AS "lastSignInAt"
  FROM auth_user u WHERE u.role <> 'customer'`;

type PersonRow = Omit<StaffPerson, "active" | "hasPassword"> & { readonly active: number; readonly hasPassword: number };

const personOf = (row: PersonRow): StaffPerson => ({ ...row, active: row.active === 1, hasPassword: row.hasPassword === 1 });

/** Everybody who works or worked here. @throws ForbiddenError */
export async function listStaff(world: PeopleWorld, actor: UserActor): Promise<StaffPerson[]> {
  requirePermission(actor, "read:staff:any");
  return (await world.port.query<PersonRow>(`${PEOPLE} ORDER BY active DESC, u.name, u.id`)).map(personOf);
}

/** One of them, or null. @throws ForbiddenError */
export async function staffPerson(world: PeopleWorld, actor: UserActor, userId: string): Promise<StaffPerson | null> {
  requirePermission(actor, "read:staff:any");
  const [row] = await world.port.query<PersonRow>(`${PEOPLE} AND u.id = ?`, [userId]);
  return row ? personOf(row) : null;
}

const refuse = (code: string, message: string, field?: string): { readonly ok: false; readonly refusal: Refusal } => ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });
const conflict = refuse("conflict", "This form was sent before with other content. Open it again.");
const noForm = refuse("commandId", "Open the form again: its number is missing.");

/**
 * Lets somebody in: the person with a role, and a link to choose a password, by e-mail and in the answer. Sending the form
 * twice makes one person and gives the same link.
 * @throws ForbiddenError
 */
export async function createStaff(world: PeopleWorld, actor: UserActor, input: { readonly commandId: string; readonly name: string; readonly email: string; readonly role: string; readonly language?: string }): Promise<StaffOutcome<{ readonly userId: string; readonly url: string }>> {
  requirePermission(actor, "edit:staff:any");
  const { commandId, role } = input;
  if (!COMMAND_ID.test(commandId)) return noForm;
  const problem = userProblem(input);
  if (problem) return problem.refusal.code === "name" ? refuse("name", "Enter a name.", "name") : refuse("email", "Enter an e-mail address such as ana@example.com.", "email");
  if (!isStaffRole(role)) return refuse("role", "Choose one of the roles.", "role");
  const now = world.now();
  const user = userRow(world, { ...input, role, language: input.language ?? "en" }, world.newId());
  const link = linkOf(linkKey(world), commandId);
  try {
    const answer = await createStaffUser(world, commandId, user, actorText(actor), {
      verification: passwordLinkRow(link, user.id, "welcome", now),
      outbox: letterMessage(now, { letter: "welcome", to: user.email, language: "en", linkId: link.id, utility: await utilityName(world.port, now) }),
    });
    if (answer.status !== "done") return answer.status === "conflict" ? conflict : { ok: false, refusal: answer.refusal };
    world.wakeOutbox();
    return { ok: true, userId: answer.result.userId, url: linkUrl(world.env.PUBLIC_URL, "welcome", link.token) };
  } catch (error) {
    if (isEmailTaken(error)) return refuse("emailTaken", `${normalEmail(input.email)} has a sign-in already.`, "email");
    throw error;
  }
}

/** Gives a member of staff another role. It counts from their next request on. @throws ForbiddenError */
export function changeRole(world: PeopleWorld, actor: UserActor, input: { readonly commandId: string; readonly userId: string; readonly role: string }): Promise<StaffOutcome> {
  return change(world, actor, input, { type: "ChangeRole", to: input.role }, async (now) => ({
    further: [{ sql: "UPDATE auth_user SET role = ?, updated_at = ? WHERE id = ?", args: [input.role, now, input.userId] }],
    // What the old role showed live must not stay open under the new one.
    outbox: await pagesToClose(world, input, now),
  }));
}

/** Ends somebody's work here: every session and link at once, open pages with it. @throws ForbiddenError */
export function deactivate(world: PeopleWorld, actor: UserActor, input: { readonly commandId: string; readonly userId: string }): Promise<StaffOutcome> {
  return change(world, actor, input, { type: "Deactivate" }, async (now) => ({
    further: [{ sql: "UPDATE auth_user SET deactivated_at = ?, updated_at = ? WHERE id = ?", args: [now, now, input.userId] }, ...endLinksAndSessions(input.userId)],
    outbox: await pagesToClose(world, input, now),
  }));
}

/** Lets somebody who had left sign in again, with the password they had. @throws ForbiddenError */
export function reactivate(world: PeopleWorld, actor: UserActor, input: { readonly commandId: string; readonly userId: string }): Promise<StaffOutcome> {
  return change(world, actor, input, { type: "Reactivate" }, async (now) => ({
    further: [{ sql: "UPDATE auth_user SET deactivated_at = NULL, updated_at = ? WHERE id = ?", args: [now, input.userId] }],
  }));
}

/** A new link for somebody to choose a password, by e-mail and in the answer. @throws ForbiddenError */
export async function makePasswordLink(world: PeopleWorld, actor: UserActor, input: { readonly commandId: string; readonly userId: string }): Promise<StaffOutcome<{ readonly url: string }>> {
  const link = linkOf(linkKey(world), input.commandId);
  const made = await change(world, actor, input, { type: "MakePasswordLink" }, async (now, person) => ({
    verification: [passwordLinkRow(link, input.userId, "welcome", now)],
    outbox: [letterMessage(now, { letter: "welcome", to: person.email, language: "en", linkId: link.id, utility: await utilityName(world.port, now) })],
  }));
  return made.ok ? { ok: true, url: linkUrl(world.env.PUBLIC_URL, "welcome", link.token) } : made;
}

interface Effects {
  readonly further?: readonly Statement[];
  readonly outbox?: InsertRow<"outbox">[];
  readonly verification?: InsertRow<"authVerification">[];
}

/** One change of one member of staff: decided, logged, and carried out in one batch. */
async function change(
  world: PeopleWorld,
  actor: UserActor,
  { commandId, userId }: { readonly commandId: string; readonly userId: string },
  command: StaffCommand,
  effects: (now: number, person: StaffPerson) => Promise<Effects>,
): Promise<StaffOutcome> {
  requirePermission(actor, "edit:staff:any");
  if (!COMMAND_ID.test(commandId)) return noForm;
  try {
    const answer = await runStreamCommand(world.port, { commandId, stream: staffStream(userId), input: { userId, ...command }, provenance: provenanceOf(world, actor, "staff") }, async () => {
      const person = await staffPerson(world, actor, userId);
      if (!person) return refuse("no-person", "There is no such person.");
      const decision = decideStaff(person, command, actor.userId);
      if (!decision.ok) return decision;
      const { further = [], outbox = [], verification = [] } = await effects(world.now(), person);
      return { ok: true, drafts: [decision.event], writes: { outbox, authVerification: verification }, further, result: {} };
    });
    if (answer.status === "conflict") return conflict;
    if (answer.status === "refused") return { ok: false, refusal: answer.refusal };
    world.wakeOutbox();
    return { ok: true };
  } catch (error) {
    if (error instanceof ConstraintError && error.constraint.includes("last administrator")) return refuse("last-administrator", "This is the last administrator. Make somebody else one first.");
    throw error;
  }
}
