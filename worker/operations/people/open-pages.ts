/** Pages that stay open after what let them be opened has ended: which objects hold their sockets, and the messages that close them. */
import type { InsertRow } from "../../../db/rows.ts";
import type { SocketOwner } from "../../../durable/socket.ts";
import type { Makers } from "./world.ts";

/** Closes the pages of a person, or of one of their sign-ins, that show an account. */
export function accessEndedMessage(now: number, owner: SocketOwner, accountId: string): InsertRow<"outbox"> {
  return { kind: "accessEnded", key: accountId, payload: JSON.stringify(owner), createdAt: now, availableAt: now, attempts: 0 };
}

/**
 * Messages that close what a person has open, or one sign-in of theirs: the pages of linked accounts, and for staff the
 * board and whichever account is being looked at.
 */
export async function pagesToClose(world: Makers, { userId, ...session }: { readonly userId: string; readonly sessionId?: string }, now: number): Promise<InsertRow<"outbox">[]> {
  const owner: SocketOwner = session.sessionId === undefined ? { userId } : { sessionId: session.sessionId };
  const seen = await world.port.query<{ accountId: string }>(
    `SELECT account_id AS "accountId" FROM account_access WHERE user_id = ?1 AND ended_at IS NULL
      UNION SELECT account_id FROM watched WHERE EXISTS (SELECT 1 FROM auth_user WHERE id = ?1 AND role <> 'customer')`,
    [userId],
  );
  const board = { kind: "boardAccessEnded", key: "utility", payload: JSON.stringify(owner), createdAt: now, availableAt: now, attempts: 0 };
  return [...seen.map(({ accountId }) => accessEndedMessage(now, owner, accountId)), board];
}
