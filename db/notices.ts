/** Who is told of what: rows of the outbox that leave with the commit of an alert, one for each person and channel. */
import { textAt, type NoticeChannel, type NoticeKind } from "../domain/lifecycle/notice.ts";
import type { TimeZone } from "../domain/calendar/zone.ts";
import type { SqlPort } from "./port.ts";
import type { InsertRow } from "./rows.ts";

/** Kind of outbox messages that tell a person of something. */
export const NOTICE = "notice";

/** What a notice is about: an alert, or (`prepaid`) an account whose money runs low. */
export interface ToTell {
  readonly kind: NoticeKind;
  readonly accountId: string;
  readonly alertId: string | null;
}

/** Payload of a notice: who and what by reference, the words and the address are put in when it is sent. `userId` null: the payer, who has no sign-in. */
export interface Notice extends ToTell {
  readonly userId: string | null;
  readonly channel: NoticeChannel;
}

/** People who may see the account and what they chose; the payer by e-mail where nobody has linked the account. */
const TOLD = `SELECT w.key AS at, x.user_id AS "userId", coalesce(c.email, 1) AS email, coalesce(c.text, 0) AND n.user_id IS NOT NULL AS text
  FROM json_each(?1) AS w CROSS JOIN account_access AS x ON x.account_id = w.value->>0 AND x.ended_at IS NULL JOIN auth_user AS u ON u.id = x.user_id AND u.deactivated_at IS NULL
  LEFT JOIN alert_channel AS c ON c.user_id = x.user_id AND c.kind = w.value->>1 LEFT JOIN text_number AS n ON n.user_id = x.user_id AND n.ended_at IS NULL
  UNION ALL SELECT w.key, NULL, 1, 0 FROM json_each(?1) AS w CROSS JOIN account AS a ON a.id = w.value->>0 JOIN person AS p ON p.id = a.person_id AND p.email IS NOT NULL
    WHERE NOT EXISTS (SELECT 1 FROM account_access AS x WHERE x.account_id = a.id AND x.ended_at IS NULL)`;

/** The outbox's rows for what is to be told. Most commits tell nothing, and ask nothing. @throws UnavailableError */
export async function noticeRows(port: SqlPort, toTell: readonly ToTell[], now: number, zone: TimeZone): Promise<InsertRow<"outbox">[]> {
  if (toTell.length === 0) return [];
  const people = await port.query<{ at: number; userId: string | null; email: number; text: number }>(TOLD, [JSON.stringify(toTell.map(({ accountId, kind }) => [accountId, kind]))]);
  return people.flatMap(({ at, userId, email, text }) => {
    const about = toTell[at]!;
    const row = (channel: NoticeChannel, availableAt: number): InsertRow<"outbox"> => {
      const payload: Notice = { kind: about.kind, accountId: about.accountId, alertId: about.alertId, userId, channel };
      // Each its own key: a text that waits for the morning keeps no e-mail waiting.
      return { kind: NOTICE, key: [about.alertId ?? about.accountId, userId ?? "payer", channel].join(" "), payload: JSON.stringify(payload), createdAt: now, availableAt, attempts: 0 };
    };
    return [...(email ? [row("email", now)] : []), ...(text ? [row("text", textAt(about.kind, now, zone))] : [])];
  });
}
