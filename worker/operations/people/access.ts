/** Who may see which account: linking one alone, by invitation, and ending it. */
import { runStreamCommand, type StreamDecision } from "../../../db/command.ts";
import { mustHold } from "../../../db/commit.ts";
import type { Statement } from "../../../db/port.ts";
import type { InsertRow } from "../../../db/rows.ts";
import type { Refusal } from "../../../domain/lifecycle/account/decide.ts";
import { accessStream, factMatches, invitationStream, peopleEvent, type AccessHow, type LastBillFacts } from "../../../domain/lifecycle/people.ts";
import { actorText, owns, requirePermission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import { parseDollars } from "../../../domain/money/cents.ts";
import { LIMITS } from "../../auth/attempts.ts";
import { linkExpiry, linkOf, readLink, type Link } from "../../auth/links.ts";
import type { SignInLetter } from "../../auth/letters.ts";
import { noteOf } from "../notes.ts";
import { accessEndedMessage } from "./open-pages.ts";
import { attemptOf, whenAvailable } from "./sign-in.ts";
import { isEmail, normalEmail } from "./users.ts";
import { COMMAND_ID, linkKey, provenanceOf, refuse, utilityName, type From, type Makers, type Outcome, type PeopleWorld } from "./world.ts";

/**
 * Links an account to the person by its number and a fact from the last bill. Every refusal is the same, after the same
 * reads: a wrong number, a wrong fact and an account that somebody else has linked cannot be told apart.
 */
export async function linkAccount(world: PeopleWorld, actor: UserActor, input: { readonly accountNumber: string; readonly fact: string }, from: From): Promise<Outcome<{ accountId: string }>> {
  const typed = input.accountNumber.trim();
  const bare = typed.replace(/[\s-]/g, "");
  return whenAvailable(async () => {
    const mine = actor.accountIds.find((accountId) => accountId === typed || accountId === bare);
    if (mine !== undefined) return refuse("alreadyYours", { field: "accountNumber" });
    const attempt = await attemptOf(world, [
      { limit: LIMITS.linkUser, subject: actor.userId },
      { limit: LIMITS.linkAccount, subject: bare.toLowerCase() },
      { limit: LIMITS.linkAddress, subject: from.address },
    ]);
    if (!attempt.ok) return refuse("tooManyTries", { until: attempt.until });
    const fact = { text: input.fact, cents: parseDollars(input.fact) };
    const command = { commandId: world.newId(), stream: accessStream(actor.userId), input: { userId: actor.userId, typed }, provenance: provenanceOf(world, actor, "portal") };
    const answer = await runStreamCommand(world.port, command, async () => {
      const found = await factsFor(world, typed, bare);
      // All three are worked out before one of them decides.
      const right = [found.accountId !== null, found.bill !== null && factMatches(found.bill, fact), !found.users.some((userId) => userId !== actor.userId)];
      if (found.accountId === null || right.includes(false)) return wrongLink;
      return grant(world, { userId: actor.userId, accountId: found.accountId, how: "accountNumber" }, actorText(actor), [
        mustHold("NOT EXISTS (SELECT 1 FROM account_access WHERE account_id = ? AND user_id <> ? AND ended_at IS NULL)", [found.accountId, actor.userId]),
        ...attempt.giveBack,
      ]);
    });
    return answer.status === "done" ? { ok: true, accountId: answer.result.accountId } : refuse("linkWrong");
  });
}

const wrongLink = { ok: false, refusal: { code: "linkWrong", message: "We could not link an account with these details." } } as const;

interface LinkFacts {
  readonly accountId: string | null;
  readonly bill: LastBillFacts | null;
  /** Who has linked the account. */
  readonly users: readonly string[];
}

/** One round trip of the same three reads, whatever there is to find. */
async function factsFor(world: PeopleWorld, typed: string, bare: string): Promise<LinkFacts> {
  const args = [typed, bare];
  const [accounts, bills, access] = await world.port.read([
    { sql: "SELECT id FROM account WHERE id IN (?, ?) LIMIT 1", args },
    { sql: "SELECT number, charges, balance FROM bill WHERE account_id IN (?, ?) ORDER BY issued_on DESC, seq DESC LIMIT 1", args },
    { sql: `SELECT user_id AS "userId" FROM account_access WHERE account_id IN (?, ?) AND ended_at IS NULL`, args },
  ]);
  const account = accounts!.rows[0] as { id: string } | undefined;
  const bill = bills!.rows[0] as unknown as LastBillFacts | undefined;
  return { accountId: account?.id ?? null, bill: bill ?? null, users: (access!.rows as { userId: string }[]).map((row) => row.userId) };
}

/** What the decision to link an account brings about. */
function grant(world: Makers, access: { readonly userId: string; readonly accountId: string; readonly how: AccessHow }, grantedBy: string, further: readonly Statement[] = []): Extract<StreamDecision<{ accountId: string }>, { ok: true }> {
  const { userId, accountId } = access;
  return {
    ok: true,
    drafts: [peopleEvent("AccessGranted", access)],
    writes: { accountAccess: [{ userId, accountId, grantedAt: world.now(), grantedBy, endedAt: null }] },
    further,
    result: { accountId },
  };
}

/** Links an account without asking the person for anything: for set-up and loading. Nothing happens when it is linked already. */
export async function grantAccess(world: Makers, input: { readonly userId: string; readonly accountId: string }, by = "system:setup"): Promise<void> {
  const command = { commandId: world.newId(), stream: accessStream(input.userId), input, provenance: provenanceOf(world, by, "staff") };
  await runStreamCommand(world.port, command, async () => {
    if (await activeAccess(world, input.userId, input.accountId)) return { ok: false, refusal: { code: "alreadyYours", message: "This account is linked already." } };
    return grant(world, { ...input, how: "utility" }, by);
  });
}

async function activeAccess(world: Makers, userId: string, accountId: string): Promise<InsertRow<"accountAccess"> | null> {
  const [row] = await world.port.query<InsertRow<"accountAccess">>(
    `SELECT user_id AS "userId", account_id AS "accountId", granted_at AS "grantedAt", granted_by AS "grantedBy", ended_at AS "endedAt"
      FROM account_access WHERE user_id = ? AND account_id = ? AND ended_at IS NULL`,
    [userId, accountId],
  );
  return row ?? null;
}

const REASON_MAX = 200;

export interface PersonWithAccess {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly grantedAt: number;
}

/** Who may see an account in the portal. For staff. */
export async function peopleWithAccess(world: PeopleWorld, actor: UserActor, accountId: string): Promise<PersonWithAccess[]> {
  requirePermission(actor, "read:account:any", accountId);
  return world.port.query<PersonWithAccess>(
    `SELECT u.id AS "userId", u.name, u.email, a.granted_at AS "grantedAt" FROM account_access a JOIN auth_user u ON u.id = a.user_id
      WHERE a.account_id = ? AND a.ended_at IS NULL ORDER BY a.granted_at`,
    [accountId],
  );
}

/**
 * Ends a person's access to an account: the person's own wish, or the staff's. Open pages of that person are closed by a
 * message of the same commit.
 * @throws ForbiddenError
 */
export async function endAccess(world: PeopleWorld, actor: UserActor, input: { readonly commandId: string; readonly userId: string; readonly accountId: string; readonly reason: string }): Promise<{ readonly ok: true } | { readonly ok: false; readonly refusal: Refusal }> {
  const { userId, accountId } = input;
  if (!(userId === actor.userId && owns(actor, accountId))) requirePermission(actor, "end:access:any", accountId);
  const { why, rows } = noteOf(world, input.commandId, input.reason.trim().slice(0, REASON_MAX).toWellFormed());
  const command = { commandId: input.commandId, stream: accessStream(userId), input: { userId, accountId, ...why }, provenance: provenanceOf(world, actor, userId === actor.userId ? "portal" : "staff") };
  const answer = await runStreamCommand(world.port, command, async () => {
    const access = await activeAccess(world, userId, accountId);
    if (!access) return { ok: false, refusal: { code: "no-access", message: "This person has no access to this account." } };
    return {
      ok: true,
      drafts: [peopleEvent("AccessEnded", { userId, accountId, ...why })],
      writes: { accountAccess: [{ ...access, endedAt: world.now() }], outbox: [accessEndedMessage(world.now(), { userId }, accountId)], ...rows },
      result: {},
    };
  });
  if (answer.status === "done") world.wakeOutbox();
  if (answer.status === "conflict") return { ok: false, refusal: { code: "conflict", message: "This form was sent before with other content. Open it again." } };
  return answer.status === "refused" ? { ok: false, refusal: answer.refusal } : { ok: true };
}

/**
 * Invites somebody to an account: a link by e-mail, good for 7 days and once. Sending the form twice sends one.
 * @throws ForbiddenError
 */
export async function invite(world: PeopleWorld, actor: UserActor, input: { readonly commandId: string; readonly accountId: string; readonly email: string; readonly language: string }): Promise<{ readonly ok: true; readonly expiresAt: number } | { readonly ok: false; readonly refusal: Refusal }> {
  requirePermission(actor, "invite:customer:any", input.accountId);
  const email = normalEmail(input.email);
  if (!COMMAND_ID.test(input.commandId)) return { ok: false, refusal: { code: "commandId", message: "Open the form again: its number is missing." } };
  if (!isEmail(email)) return { ok: false, refusal: { code: "email", message: "Enter an e-mail address such as ana@example.com.", field: "email" } };
  const link = linkOf(linkKey(world), input.commandId);
  const { accountId, language } = input;
  const command = { commandId: input.commandId, stream: invitationStream(link.id), input: { accountId, email, language }, provenance: provenanceOf(world, actor, "staff") };
  const utility = await utilityName(world.port, world.now());
  const answer = await runStreamCommand(world.port, command, async () => {
    if ((await world.port.query("SELECT 1 FROM account WHERE id = ?", [accountId])).length === 0) {
      return { ok: false, refusal: { code: "no-account", message: `There is no account ${accountId}.`, field: "accountId" } };
    }
    const createdAt = world.now();
    const expiresAt = linkExpiry("invitation", createdAt);
    return {
      ok: true,
      drafts: [peopleEvent("InvitationSent", { accountId, expiresAt })],
      writes: {
        invitation: [{ tokenHash: link.hash, accountId, email, createdBy: actor.userId, createdAt, expiresAt, usedAt: null }],
        outbox: [letterMessage(createdAt, { letter: "invitation", to: email, language, linkId: link.id, utility })],
      },
      result: { expiresAt },
    };
  });
  if (answer.status === "conflict") return { ok: false, refusal: { code: "conflict", message: "This form was sent before with other content. Open it again." } };
  if (answer.status === "refused") return { ok: false, refusal: answer.refusal };
  world.wakeOutbox();
  return { ok: true, expiresAt: answer.result.expiresAt };
}

export function letterMessage(now: number, letter: SignInLetter): InsertRow<"outbox"> {
  return { kind: "email", key: letter.to, payload: JSON.stringify(letter), createdAt: now, availableAt: now, attempts: 0 };
}

interface InvitationRow {
  readonly accountId: string;
  readonly email: string;
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly usedAt: number | null;
}

/** The invitation behind a link, or null when the link is forged, used or over. */
export async function openInvitation(world: PeopleWorld, token: string): Promise<{ readonly accountId: string; readonly email: string } | null> {
  const link = readLink(linkKey(world), token);
  const row = link && (await invitationOf(world, link));
  return row && isOpen(row, world.now()) ? { accountId: row.accountId, email: row.email } : null;
}

async function invitationOf(world: PeopleWorld, link: Link): Promise<InvitationRow | null> {
  const [row] = await world.port.query<InvitationRow>(
    `SELECT account_id AS "accountId", email, created_by AS "createdBy", expires_at AS "expiresAt", used_at AS "usedAt" FROM invitation WHERE token_hash = ?`,
    [link.hash],
  );
  return row ?? null;
}

const isOpen = (row: InvitationRow, now: number): boolean => row.usedAt === null && row.expiresAt > now;

/** Takes an invitation for the person who has signed in. Used twice by the same person it is no error; by another it is over. */
export async function acceptInvitation(world: PeopleWorld, actor: UserActor, token: string): Promise<Outcome<{ accountId: string }>> {
  const link = readLink(linkKey(world), token);
  if (!link) return refuse("linkOver");
  return whenAvailable(async () => {
    const invited = await invitationOf(world, link);
    if (invited && (await activeAccess(world, actor.userId, invited.accountId))) return { ok: true, accountId: invited.accountId };
    // Whoever could send one to themselves could let themselves into any account.
    if (invited?.createdBy === actor.userId) return refuse("ownInvitation");
    const command = { commandId: world.newId(), stream: accessStream(actor.userId), input: { userId: actor.userId, invitation: link.id }, provenance: provenanceOf(world, actor, "portal") };
    const answer = await runStreamCommand(world.port, command, async () => {
      const row = await invitationOf(world, link);
      const now = world.now();
      if (!row || !isOpen(row, now)) return over;
      return grant(world, { userId: actor.userId, accountId: row.accountId, how: "invitation" }, `user:${row.createdBy}`, [
        mustHold("EXISTS (SELECT 1 FROM invitation WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?)", [link.hash, now]),
        { sql: "UPDATE invitation SET used_at = ? WHERE token_hash = ?", args: [now, link.hash] },
        // Whoever opened the letter has that address.
        { sql: "UPDATE auth_user SET email_verified = 1, updated_at = ? WHERE id = ? AND email = ?", args: [now, actor.userId, row.email] },
      ]);
    });
    return answer.status === "done" ? { ok: true, accountId: answer.result.accountId } : refuse("linkOver");
  });
}

const over = { ok: false, refusal: { code: "linkOver", message: "This link has been used or is over." } } as const;
