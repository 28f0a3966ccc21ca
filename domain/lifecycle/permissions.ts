/**
 * Who may do what. A permission names the verb, the thing and whose it is: `read:bill:own` is the bill of an account that
 * is linked to the person, `read:bill:any` every bill. Roles are rows of one table; nothing else decides.
 */

export const STAFF_ROLES = ["csr", "billing", "field", "supervisor", "admin", "auditor"] as const;
export const ROLES = [...STAFF_ROLES, "customer"] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];
export type Role = (typeof ROLES)[number];

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
export const isStaffRole = (text: string): text is StaffRole => (STAFF_ROLES as readonly string[]).includes(text);

/** Whoever has linked an account may do this with it, in the portal. */
const OWN = [
  "read:account:own", "read:bill:own", "read:usage:own", "pay:account:own",
  "read:request:own", "open:request:own", "edit:delivery:own", "end:access:own", "edit:alerts:own",
] as const;

/** What every member of staff sees: nobody at a counter or in a truck can help without it. */
const LOOK = ["read:board:any", "read:account:any", "read:bill:any", "read:usage:any", "read:request:any", "read:meter:any"] as const;

/** The customer at the counter or on the phone. */
const SERVE = [
  "post:payment:any", "open:request:any", "advance:request:any", "edit:delivery:any", "edit:person:any",
  "open:account:any", "start:service:any", "stop:service:any", "place:hold:any", "release:hold:any",
  "invite:customer:any", "end:access:any", "read:exception:any", "order:reread:any",
  "edit:service-fact:any", "edit:alerts:any", "edit:budget-billing:any", "edit:prepaid:any",
] as const;

/** From reads to bills. */
const BILL = ["read:exception:any", "decide:exception:any", "order:reread:any", "read:billing:any", "run:billing:any", "post:adjustment:any", "correct:bill:any", "read:rates:any", "post:file:any", "edit:mapping:any", "draft:rates:any"] as const;

/** What takes money back or changes what everybody is charged. */
const DECIDE = ["reverse:payment:any", "close:period:any", "edit:rates:any", "approve:rates:any", "edit:cycles:any", "approve:settings:any", "approve:correction:any", "read:settings:any", "read:log:any", "read:staff:any"] as const;

const FIELD = ["read:exception:any", "order:reread:any", "edit:meter:any", "post:read:any", "advance:request:any"] as const;

/** Sees everything, changes nothing. */
const AUDIT = ["read:exception:any", "read:billing:any", "read:rates:any", "read:settings:any", "read:log:any", "read:staff:any"] as const;

const ADMINISTER = ["edit:settings:any", "erase:person:any", "edit:staff:any", "edit:gateways:any", "edit:meter:any", "post:read:any"] as const;

export type Permission = (typeof OWN | typeof LOOK | typeof SERVE | typeof BILL | typeof DECIDE | typeof FIELD | typeof AUDIT | typeof ADMINISTER)[number];

/** Staff are customers of their own utility as well: each role has the portal's permissions for accounts linked to it. */
export const PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  customer: new Set<Permission>(OWN),
  csr: new Set<Permission>([...OWN, ...LOOK, ...SERVE]),
  billing: new Set<Permission>([...OWN, ...LOOK, ...SERVE, ...BILL]),
  field: new Set<Permission>([...OWN, ...LOOK, ...FIELD]),
  supervisor: new Set<Permission>([...OWN, ...LOOK, ...SERVE, ...BILL, ...FIELD, ...DECIDE]),
  admin: new Set<Permission>([...OWN, ...LOOK, ...SERVE, ...BILL, ...FIELD, ...DECIDE, ...ADMINISTER]),
  auditor: new Set<Permission>([...OWN, ...LOOK, ...AUDIT]),
};

/** Something that may be asked of one account, whoever asks: satisfied by its `:own` or its `:any` permission. */
export type AccountAction = Permission extends infer P ? (P extends `${infer Action}:own` | `${infer Action}:any` ? Action : never) : never;

/** A person who has signed in. `accountIds` are the accounts linked to them. */
export interface UserActor {
  readonly kind: "user";
  readonly userId: string;
  readonly role: Role;
  readonly accountIds: readonly string[];
}

/** Who asks: a person, a head-end that posts reads, a payment provider, or the product itself. */
export type Actor =
  | UserActor
  | { readonly kind: "gateway"; readonly gatewayId: string }
  | { readonly kind: "provider"; readonly providerId: string }
  | { readonly kind: "system"; readonly name: string };

/** How the log names an actor: `user:ID`, `gateway:ID`, `provider:ID`, `system:NAME`. Never a name of a person. */
export function actorText(actor: Actor): string {
  switch (actor.kind) {
    case "user": return `user:${actor.userId}`;
    case "gateway": return `gateway:${actor.gatewayId}`;
    case "provider": return `provider:${actor.providerId}`;
    case "system": return `system:${actor.name}`;
  }
}

/**
 * May this person do it? `owns` says whether the account in question is linked to them; leave it out for what concerns no
 * account. An `:own` permission needs the link. An `:any` permission that changes something refuses it: nobody serves
 * themselves through the staff's screens (the portal is there for that). Looking is allowed.
 */
export function may(actor: UserActor, permission: Permission, owns = false): boolean {
  if (!PERMISSIONS[actor.role].has(permission)) return false;
  return permission.endsWith(":own") ? owns : !(owns && changes(permission));
}

const changes = (permission: Permission): boolean => !permission.startsWith("read:");

export const owns = (actor: UserActor, accountId: string): boolean => actor.accountIds.includes(accountId);

/** The person may not. `status` is what a page answers: 404 where even the thing's existence is none of their business. */
export class ForbiddenError extends Error {
  override readonly name = "ForbiddenError";
  readonly status: 403 | 404;
  constructor(status: 403 | 404, message: string) {
    super(message);
    this.status = status;
  }
}

export const NOT_FOUND_MESSAGE = "There is nothing here, or it is not yours to see.";
export const SELF_SERVICE_MESSAGE = "This account is linked to you. Staff cannot act on an account linked to themselves: ask a colleague, or use the customer portal.";

/**
 * Throws unless the person may do it; for an account, name it.
 * @throws ForbiddenError 404 to customers (who must not learn what exists), 403 with the reason to staff
 */
export function requirePermission(actor: UserActor, permission: Permission, accountId?: string): void {
  const mine = accountId !== undefined && owns(actor, accountId);
  if (!may(actor, permission, mine)) throw refusal(actor, permission, mine);
}

/**
 * Throws unless the person may do it with this account, be it because it is theirs or because their role covers every account.
 * Answers the permission that allowed it, which goes with the command as its authority.
 * @throws ForbiddenError as `requirePermission`
 */
export function requireOnAccount(actor: UserActor, action: AccountAction, accountId: string): Permission {
  const mine = owns(actor, accountId);
  const own = `${action}:own` as Permission;
  const any = `${action}:any` as Permission;
  if (may(actor, own, mine)) return own;
  if (may(actor, any, mine)) return any;
  throw refusal(actor, any, mine);
}

function refusal(actor: UserActor, permission: Permission, mine: boolean): ForbiddenError {
  if (actor.role === "customer") return new ForbiddenError(404, NOT_FOUND_MESSAGE);
  if (mine && PERMISSIONS[actor.role].has(permission)) return new ForbiddenError(403, SELF_SERVICE_MESSAGE);
  return new ForbiddenError(403, `Your role (${actor.role}) does not include this. An administrator can change roles.`);
}
