/** One-time links to choose a password: for new staff, and for whoever forgot theirs. */
import { runStreamCommand } from "../../../db/command.ts";
import { mustHold } from "../../../db/commit.ts";
import type { Statement } from "../../../db/port.ts";
import type { InsertRow } from "../../../db/rows.ts";
import { accessStream, peopleEvent, staffStream } from "../../../domain/lifecycle/people.ts";
import { LIMITS } from "../../auth/attempts.ts";
import { linkExpiry, linkOf, readLink, type Link, type LinkPurpose } from "../../auth/links.ts";
import { hashPassword } from "../../auth/password.ts";
import { pagesToClose } from "./open-pages.ts";
import { attemptOf, whenAvailable } from "./sign-in.ts";
import { newPasswordProblem, normalEmail, setPasswordStatement } from "./users.ts";
import { linkKey, provenanceOf, refuse, utilityName, type From, type Outcome, type PeopleWorld } from "./world.ts";

const IDENTIFIER = "set-password:";

/** The row that lets a link set the password of a user. */
export function passwordLinkRow(link: Link, userId: string, purpose: LinkPurpose, now: number): InsertRow<"authVerification"> {
  return { id: link.id, identifier: IDENTIFIER + link.hash, value: userId, expiresAt: new Date(linkExpiry(purpose, now)), createdAt: new Date(now), updatedAt: new Date(now) };
}

/**
 * Sends a link to whoever has this address, if anybody has. The answer and the work are the same either way: the database
 * looks for the person while it writes.
 */
export async function forgotPassword(world: PeopleWorld, input: { readonly email: string }, from: From): Promise<Outcome<object>> {
  const email = normalEmail(input.email);
  return whenAvailable(async () => {
    const attempt = await attemptOf(world, [{ limit: LIMITS.forgotEmail, subject: email }, { limit: LIMITS.forgotAddress, subject: from.address }]);
    if (!attempt.ok) return refuse("tooManyTries", { until: attempt.until });
    const now = world.now();
    const link = linkOf(linkKey(world), world.newId());
    const utility = await utilityName(world.port, now);
    await world.port.write([
      {
        sql: `INSERT INTO auth_verification (id, identifier, value, expires_at, created_at, updated_at)
          SELECT ?, ?, id, ?, ?, ? FROM auth_user WHERE email = ? AND deactivated_at IS NULL`,
        args: [link.id, IDENTIFIER + link.hash, linkExpiry("password", now), now, now, email],
      },
      {
        sql: `INSERT INTO outbox (kind, key, payload, created_at, available_at, attempts)
          SELECT 'email', email, json_object('letter', 'password', 'to', email, 'language', language, 'linkId', ?, 'utility', ?), ?, ?, 0
          FROM auth_user WHERE email = ? AND deactivated_at IS NULL`,
        args: [link.id, utility, now, now, email],
      },
    ]);
    world.wakeOutbox();
    return { ok: true };
  });
}

interface LinkOwner {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
}

/** Whose password a link sets, or null when it is forged, used or over. */
export async function passwordLinkOwner(world: PeopleWorld, token: string): Promise<LinkOwner | null> {
  const link = readLink(linkKey(world), token);
  return link && ownerOf(world, link);
}

async function ownerOf(world: PeopleWorld, link: Link): Promise<LinkOwner | null> {
  const [row] = await world.port.query<LinkOwner>(
    `SELECT u.id AS "userId", u.email, u.name, u.role FROM auth_verification v JOIN auth_user u ON u.id = v.value
      WHERE v.identifier = ? AND v.expires_at > ? AND u.deactivated_at IS NULL`,
    [IDENTIFIER + link.hash, world.now()],
  );
  return row ?? null;
}

/** Sets the password that a link is for. Every session of the person ends: whoever had the old password is out. */
export async function setPassword(world: PeopleWorld, token: string, password: string): Promise<Outcome<{ email: string }>> {
  const link = readLink(linkKey(world), token);
  if (!link) return refuse("linkOver");
  return whenAvailable(async () => {
    const owner = await ownerOf(world, link);
    if (!owner) return refuse("linkOver");
    const problem = newPasswordProblem(password, owner.email);
    if (problem) return problem;
    const hash = await hashPassword(password);
    const { userId, email, role } = owner;
    const stream = role === "customer" ? accessStream(userId) : staffStream(userId);
    const command = { commandId: world.newId(), stream, input: { userId, link: link.id }, provenance: provenanceOf(world, `user:${userId}`, "portal") };
    const answer = await runStreamCommand(world.port, command, async () => {
      const now = world.now();
      if (!(await ownerOf(world, link))) return { ok: false, refusal: { code: "linkOver", message: "This link has been used or is over." } };
      return {
        ok: true,
        drafts: [peopleEvent("PasswordSet", { userId })],
        writes: { outbox: await pagesToClose(world, { userId }, now) },
        further: [
          mustHold("EXISTS (SELECT 1 FROM auth_verification WHERE identifier = ? AND expires_at > ?)", [IDENTIFIER + link.hash, now]),
          ...endLinksAndSessions(userId),
          setPasswordStatement(userId, hash, now),
          { sql: "UPDATE auth_user SET email_verified = 1, updated_at = ? WHERE id = ?", args: [now, userId] },
        ],
        result: {},
      };
    });
    if (answer.status !== "done") return refuse("linkOver");
    world.wakeOutbox();
    return { ok: true, email };
  });
}

/** Other links to set the same password, and every session, are over. */
export function endLinksAndSessions(userId: string): Statement[] {
  return [
    { sql: "DELETE FROM auth_verification WHERE value = ? AND substr(identifier, 1, ?) = ?", args: [userId, IDENTIFIER.length, IDENTIFIER] },
    { sql: "DELETE FROM auth_session WHERE user_id = ?", args: [userId] },
  ];
}
