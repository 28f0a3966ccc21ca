/** Making sign-ins: the one place that writes a user and a password. */
import { runStreamCommand, type StreamAnswer } from "../../../db/command.ts";
import { mustHold, writeRows } from "../../../db/commit.ts";
import { ConstraintError, type SqlValue, type Statement } from "../../../db/port.ts";
import type { InsertRow } from "../../../db/rows.ts";
import { peopleEvent, staffStream } from "../../../domain/lifecycle/people.ts";
import { isStaffRole, type Role } from "../../../domain/lifecycle/permissions.ts";
import { passwordProblem } from "../../../domain/lifecycle/password-rule.ts";
import { hashPassword } from "../../auth/password.ts";
import { provenanceOf, refuse, type Makers, type Outcome } from "./world.ts";

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly role: Role;
  readonly language: string;
}

/** The form of address that the sign-in library takes; one it refuses could never sign in. */
const EMAIL = /^(?!\.)(?!.*\.\.)([a-z0-9_'+\-.]*)[a-z0-9_+-]@([a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/;
/** RFC 5321: the longest path. */
const EMAIL_MAX = 254;
const NAME_MAX = 120;

export const normalEmail = (text: string): string => text.trim().toLowerCase();
export const isEmail = (text: string): boolean => text.length <= EMAIL_MAX && EMAIL.test(text);
export const normalName = (text: string): string => text.trim().replace(/\s+/g, " ");
export const isName = (text: string): boolean => text.length > 0 && text.length <= NAME_MAX;

/**
 * Makes a sign-in: a customer's alone, a member of staff with the event that says so. `by` is who did it, for the log.
 * @throws UnavailableError
 */
export async function createUser(world: Makers, input: NewUser, by = "system:setup"): Promise<Outcome<{ userId: string }>> {
  const problem = userProblem(input);
  if (problem) return problem;
  const user = userRow(world, input, world.newId());
  const credential = credentialRow(user.id, await hashPassword(input.password), world.now());
  try {
    if (input.role === "customer") await writeRows(world.port, { authUser: [user], authCredential: [credential] });
    else await createStaffUser(world, world.newId(), user, by, { credential });
    return { ok: true, userId: user.id };
  } catch (error) {
    if (isEmailTaken(error)) return refuse("emailTaken", { field: "email" });
    throw error;
  }
}

/**
 * The first administrator of a utility, who lets everybody else in. Refused, in words, when anybody works here already: the
 * condition is checked in the same batch, so that two set-ups at once make one administrator.
 */
export async function createFirstAdministrator(world: Makers, input: Omit<NewUser, "role">): Promise<Outcome<{ userId: string }> | { readonly ok: false; readonly refusal: { readonly code: "staffExists" } }> {
  const problem = userProblem(input);
  if (problem) return problem;
  const staffExists = { ok: false, refusal: { code: "staffExists" } } as const;
  if (await hasStaff(world)) return staffExists;
  const user = userRow(world, { ...input, role: "admin" }, world.newId());
  const credential = credentialRow(user.id, await hashPassword(input.password), world.now());
  try {
    const answer = await createStaffUser(world, world.newId(), user, "system:setup", { credential, alone: true });
    return answer.status === "done" ? { ok: true, userId: answer.result.userId } : staffExists;
  } catch (error) {
    if (isEmailTaken(error)) return refuse("emailTaken", { field: "email" });
    throw error;
  }
}

/** What is wrong with a new person's details, or null. */
export function userProblem(input: { readonly email: string; readonly name: string; readonly password?: string }): ReturnType<typeof refuse> | null {
  if (!isName(normalName(input.name))) return refuse("name", { field: "name" });
  if (!isEmail(normalEmail(input.email))) return refuse("email", { field: "email" });
  return input.password === undefined ? null : newPasswordProblem(input.password, input.email);
}

const PASSWORD_CODES = { short: "passwordShort", long: "passwordLong", simple: "passwordSimple" } as const;

export function newPasswordProblem(password: string, email: string): ReturnType<typeof refuse> | null {
  const problem = passwordProblem(password, email);
  return problem ? refuse(PASSWORD_CODES[problem], { field: "password" }) : null;
}

export function userRow(world: Makers, { email, name, role, language }: Omit<NewUser, "password">, id: string): InsertRow<"authUser"> {
  const now = new Date(world.now());
  return { id, name: normalName(name), email: normalEmail(email), emailVerified: false, image: null, role, language: language === "es" ? "es" : "en", deactivatedAt: null, createdAt: now, updatedAt: now };
}

/** One password a user: the row's id says so. */
const credentialId = (userId: string): string => `password:${userId}`;

export function credentialRow(userId: string, hash: string, now: number): InsertRow<"authCredential"> {
  return { id: credentialId(userId), accountId: userId, providerId: "credential", userId, password: hash, createdAt: new Date(now), updatedAt: new Date(now) };
}

/** The statement that gives a user this password, be it the first or a new one. */
export function setPasswordStatement(userId: string, hash: string, now: number): Statement {
  const args: SqlValue[] = [credentialId(userId), userId, userId, hash, now, now];
  return {
    sql: `INSERT INTO auth_credential (id, account_id, provider_id, user_id, password, created_at, updated_at) VALUES (?, ?, 'credential', ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET password = excluded.password, updated_at = excluded.updated_at`,
    args,
  };
}

/** The statement that two users of one address break. */
export const isEmailTaken = (error: unknown): boolean => error instanceof ConstraintError && error.constraint.includes("auth_user.email");

const NOBODY_WORKS_HERE = "NOT EXISTS (SELECT 1 FROM auth_user WHERE role <> 'customer' AND id <> ?)";

async function hasStaff(world: Makers): Promise<boolean> {
  return (await world.port.query("SELECT 1 FROM auth_user WHERE role <> 'customer' LIMIT 1")).length > 0;
}

interface StaffUserParts {
  readonly credential?: InsertRow<"authCredential">;
  readonly verification?: InsertRow<"authVerification">;
  readonly outbox?: InsertRow<"outbox">;
  /** Only if nobody else works here. */
  readonly alone?: boolean;
}

/** The user's row, the event, and what comes with it, in one batch. */
export function createStaffUser(world: Makers, commandId: string, user: InsertRow<"authUser">, by: string, parts: StaffUserParts): Promise<StreamAnswer<{ userId: string }>> {
  const { id: userId, role } = user;
  if (!isStaffRole(role)) throw new Error(`${role} is not a role of staff`);
  const { credential, verification, outbox, alone } = parts;
  const command = { commandId, stream: staffStream(userId), input: { email: user.email, name: user.name, role }, provenance: provenanceOf(world, by, "staff") };
  return runStreamCommand(world.port, command, async () => {
    if (alone && (await hasStaff(world))) return { ok: false, refusal: { code: "staffExists", message: "Somebody works here already. An administrator can let others in." } };
    return {
      ok: true,
      drafts: [peopleEvent("StaffCreated", { userId, role })],
      writes: {
        authUser: [user],
        ...(credential ? { authCredential: [credential] } : {}),
        ...(verification ? { authVerification: [verification] } : {}),
        ...(outbox ? { outbox: [outbox] } : {}),
      },
      further: alone ? [mustHold(NOBODY_WORKS_HERE, [userId])] : [],
      result: { userId },
    };
  });
}
