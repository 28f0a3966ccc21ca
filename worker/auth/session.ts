/** Who is asking: one local check of the cookie's signature, then one indexed query. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { SqlPort } from "../../db/port.ts";
import type { Role, UserActor } from "../../domain/lifecycle/permissions.ts";
import { sessionCookieName, sessionSecret, type AuthEnv } from "./auth.ts";

export interface Session {
  readonly sessionId: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly language: string;
  /** Accounts linked to the person, in the order in which they were linked. */
  readonly accountIds: readonly string[];
  readonly expiresAt: number;
  /** The same person as permissions know them. */
  readonly actor: UserActor;
}

/** Sessions, people and links are read as they are at this moment: whatever was ended counts from the next request on. */
const SESSION = `SELECT s.id AS "sessionId", s.expires_at AS "expiresAt", u.id AS "userId", u.name, u.email, u.role, u.language,
  (SELECT json_group_array(a.account_id) FROM (SELECT account_id FROM account_access WHERE user_id = u.id AND ended_at IS NULL ORDER BY granted_at, account_id) AS a) AS accounts
  FROM auth_session s JOIN auth_user u ON u.id = s.user_id
  WHERE s.token = ? AND s.expires_at > ? AND u.deactivated_at IS NULL`;

type SessionRow = Omit<Session, "accountIds" | "actor"> & { readonly accounts: string };

/**
 * The session of a request, or null when there is none, it has ended, or its cookie was not signed by us (then the
 * database is not even asked).
 * @throws UnavailableError
 */
export async function sessionOf(request: Request, port: SqlPort, env: AuthEnv, now: number = Date.now()): Promise<Session | null> {
  const token = sessionToken(request, env);
  if (token === null) return null;
  const [row] = await port.query<SessionRow>(SESSION, [token, now]);
  if (!row) return null;
  const { accounts, ...session } = row;
  const accountIds = JSON.parse(accounts) as string[];
  return { ...session, accountIds, actor: { kind: "user", userId: row.userId, role: row.role, accountIds } };
}

/** The token that the cookie carries as `TOKEN.SIGNATURE` (HMAC-SHA-256, base64), if we signed it. */
export function sessionToken(request: Request, env: AuthEnv): string | null {
  const value = cookieOf(request, sessionCookieName(env));
  const dot = value?.lastIndexOf(".") ?? -1;
  if (value === null || dot < 1) return null;
  const token = value.slice(0, dot);
  const given = Buffer.from(value.slice(dot + 1), "base64");
  const ours = createHmac("sha256", sessionSecret(env)).update(token).digest();
  return given.length === ours.length && timingSafeEqual(given, ours) ? token : null;
}

/** A cookie's value, decoded; null when it is absent or cannot be decoded. */
export function cookieOf(request: Request, name: string): string | null {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (pair.slice(0, at).trim() !== name) continue;
    try {
      return decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      return null;
    }
  }
  return null;
}
