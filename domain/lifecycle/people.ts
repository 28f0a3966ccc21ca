/**
 * What happens to sign-ins, as events: who may see which account (`access:USERID`), who works here and as what
 * (`staff:USERID`), who was invited (`invitation:ID`). Names and e-mail addresses are never in them, only ids.
 */
import type { EventDraft } from "../compliance/chain.ts";
import type { Refusal } from "./account/decide.ts";
import { isStaffRole, type StaffRole } from "./permissions.ts";
import type { Why } from "./why.ts";

export interface PeopleEvents {
  /** `how`: by account number and a fact from the bill, by invitation, or by the utility itself. */
  AccessGranted: { userId: string; accountId: string; how: AccessHow };
  AccessEnded: Why & { userId: string; accountId: string };
  StaffCreated: { userId: string; role: StaffRole };
  StaffRoleChanged: { userId: string; from: StaffRole; to: StaffRole };
  StaffDeactivated: { userId: string };
  StaffReactivated: { userId: string };
  /** A one-time link to choose a password was made for somebody else, or used. */
  PasswordLinkMade: { userId: string };
  PasswordSet: { userId: string };
  InvitationSent: { accountId: string; expiresAt: number };
}

export type AccessHow = "accountNumber" | "invitation" | "utility";
export type PeopleEvent = { [T in keyof PeopleEvents]: EventDraft<T, PeopleEvents[T]> }[keyof PeopleEvents];

const PEOPLE_EVENT_VERSION = 1;

export function peopleEvent<T extends keyof PeopleEvents>(type: T, data: PeopleEvents[T]): PeopleEvent {
  return { type, version: PEOPLE_EVENT_VERSION, data } as PeopleEvent;
}

export const accessStream = (userId: string): string => `access:${userId}`;
export const staffStream = (userId: string): string => `staff:${userId}`;
export const invitationStream = (id: string): string => `invitation:${id}`;

/** A member of staff as the decision needs them. */
export interface StaffMember {
  readonly userId: string;
  readonly role: StaffRole;
  readonly active: boolean;
}

export type StaffCommand =
  | { readonly type: "ChangeRole"; readonly to: string }
  | { readonly type: "Deactivate" }
  | { readonly type: "Reactivate" }
  | { readonly type: "MakePasswordLink" };

export type StaffDecision = { readonly ok: true; readonly event: PeopleEvent } | { readonly ok: false; readonly refusal: Refusal };

const refuse = (code: string, message: string, field?: string): StaffDecision => ({ ok: false, refusal: field === undefined ? { code, message } : { code, message, field } });

/**
 * What a command does to a member of staff. Nobody changes themselves: an administrator who erred could not mend it, and one
 * who should not be one any more would decide on that. That one administrator stays is the database's own rule.
 */
export function decideStaff(member: StaffMember, command: StaffCommand, byUserId: string): StaffDecision {
  const { userId, role, active } = member;
  if (userId === byUserId) return refuse("yourself", "You cannot change your own role or deactivate yourself. Ask another administrator.");
  switch (command.type) {
    case "ChangeRole":
      if (!isStaffRole(command.to)) return refuse("role", "Choose one of the roles.", "role");
      if (!active) return refuse("inactive", "This person is deactivated. Reactivate them first.");
      if (command.to === role) return refuse("same-role", "This person has that role already.", "role");
      return { ok: true, event: peopleEvent("StaffRoleChanged", { userId, from: role, to: command.to }) };
    case "Deactivate":
      if (!active) return refuse("inactive", "This person is deactivated already.");
      return { ok: true, event: peopleEvent("StaffDeactivated", { userId }) };
    case "Reactivate":
      if (active) return refuse("active", "This person is active already.");
      return { ok: true, event: peopleEvent("StaffReactivated", { userId }) };
    case "MakePasswordLink":
      if (!active) return refuse("inactive", "This person is deactivated. Reactivate them first.");
      return { ok: true, event: peopleEvent("PasswordLinkMade", { userId }) };
  }
}

/** What a customer must know beside the account number: what the last bill said, and its number. */
export interface LastBillFacts {
  readonly number: string;
  /** New charges, and what was to be paid in all: people copy either. */
  readonly charges: number;
  readonly balance: number;
}

/**
 * Whether the typed fact is on the last bill: one of its two amounts (more than zero; a bill of nothing proves nothing),
 * or its number as printed, whatever the spaces and capitals.
 */
export function factMatches(bill: LastBillFacts, typed: { readonly text: string; readonly cents: number | null }): boolean {
  const { cents } = typed;
  if (cents !== null && cents > 0 && (cents === bill.balance || cents === bill.charges)) return true;
  return plain(typed.text) !== "" && plain(typed.text) === plain(bill.number);
}

const plain = (text: string): string => text.replace(/[\s#]/g, "").toUpperCase();
