/** How a person wants to hear of alerts: by which channel of which, and the number to which they have agreed to have texts sent. */
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import type { SqlPort } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import { personalRef } from "../../domain/compliance/chain.ts";
import { DEFAULT_CHANNELS, NOTICE_CHANNELS, NOTICE_KINDS, noticeEvent, noticesStream, parsePhone, type NoticeChoices, type NoticeEvent, type NoticeKind, type ReplyWord } from "../../domain/lifecycle/notice.ts";
import { actorText, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { LIMITS, takeAttempt } from "../auth/attempts.ts";
import type { World } from "./context.ts";
import { LOG_KEY } from "./registry.ts";

/** Kind of the outbox message that confirms that texts will come. */
export const TEXTS_AGREED = "textsAgreed";

export interface NoticeChoice {
  readonly choices: NoticeChoices;
  /** The number to which texts go; null: none is agreed to. */
  readonly phone: string | null;
}

type NumberRow = Required<InsertRow<"textNumber">>;

/** What the person has chosen, as it counts. A person sees and sets their own. */
export async function noticeChoice({ port }: World, { userId }: UserActor): Promise<NoticeChoice> {
  const [rows, number] = await Promise.all([
    port.query<{ kind: string; email: number; text: number }>("SELECT kind, email, text FROM alert_channel WHERE user_id = ?", [userId]), numberOf(port, userId),
  ]);
  const chosen = new Map(rows.map(({ kind, email, text }) => [kind, [...(email ? ["email" as const] : []), ...(text ? ["text" as const] : [])]]));
  return { choices: choicesBy((kind) => chosen.get(kind) ?? DEFAULT_CHANNELS), phone: number !== null && number.endedAt === null ? number.phone : null };
}

const choicesBy = (of: (kind: NoticeKind) => NoticeChoices[NoticeKind]): NoticeChoices => Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, of(kind)])) as unknown as NoticeChoices;

async function numberOf(port: SqlPort, userId: string): Promise<NumberRow | null> {
  return (await port.query<NumberRow>(`SELECT user_id AS "userId", phone, agreed_at AS "agreedAt", ended_at AS "endedAt" FROM text_number WHERE user_id = ?`, [userId]))[0] ?? null;
}

export interface NewNoticeChoice {
  readonly commandId: string;
  /** By kind, the channels; what is none is left out. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** As it was typed; empty: no texts. */
  readonly phone: string;
  /** They have ticked that texts may be sent to it. */
  readonly agreed: boolean;
}

/** Sets how the person hears of alerts. Refused with a code for the page's own words: `phone`, `no-phone`, `consent`, `often`. */
export async function setNotices(world: World, actor: UserActor, { commandId, choices: asked, phone: typed, agreed }: NewNoticeChoice): Promise<StreamAnswer<{ texts: boolean }>> {
  const { port } = world;
  const { userId } = actor;
  const recordedAt = world.now();
  const choices = choicesBy((kind) => NOTICE_CHANNELS.filter((channel) => asked[kind]?.includes(channel)));
  const phone = typed.trim() === "" ? null : parsePhone(typed);
  const refuse = (code: string, field: string, message: string) => ({ status: "refused" as const, refusal: { code, field, message } });
  if (typed.trim() !== "" && phone === null) return refuse("phone", "phone", "Enter a phone number with its area code.");
  if (phone === null && NOTICE_KINDS.some((kind) => choices[kind].includes("text"))) return refuse("no-phone", "phone", "Texts need a number to go to.");
  const input = { choices, phoneRef: phone === null ? null : refOf(world, phone), agreed };
  const answer = await runStreamCommand(port, { commandId, stream: noticesStream(userId), input, provenance: { actor: actorText(actor), source: "portal", recordedAt } }, async () => {
    const before = await numberOf(port, userId);
    const standing = before !== null && before.endedAt === null ? before : null;
    const isNew = phone !== null && phone !== standing?.phone;
    if (isNew && !agreed) return { ok: false, refusal: { code: "consent", field: "agreed", message: "Tick that texts may be sent to this number." } } as const;
    if (isNew && !(await takeAttempt(port, world.key(LOG_KEY), [{ limit: LIMITS.textNumberUser, subject: userId }], recordedAt)).ok) return { ok: false, refusal: { code: "often", field: "phone", message: "The number was changed too often today. Try again tomorrow." } } as const;
    const drafts: NoticeEvent[] = [
      ...(standing !== null && (phone === null || isNew) ? [noticeEvent("TextsEnded", { userId, phoneRef: refOf(world, standing.phone), by: "customer" })] : []),
      ...(isNew ? [noticeEvent("TextsAgreed", { userId, phoneRef: refOf(world, phone), by: "customer" })] : []),
      noticeEvent("NoticeChannelsSet", { userId, choices: Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, choices[kind].join(" ")])) }),
    ];
    const number: NumberRow[] = isNew ? [{ userId, phone, agreedAt: recordedAt, endedAt: null }] : standing !== null && phone === null ? [{ ...standing, endedAt: recordedAt }] : [];
    return {
      ok: true, drafts, result: { texts: phone !== null },
      writes: {
        alertChannel: NOTICE_KINDS.map((kind) => ({ userId, kind, email: choices[kind].includes("email") ? 1 : 0, text: choices[kind].includes("text") ? 1 : 0 })),
        textNumber: number,
        outbox: isNew ? [{ kind: TEXTS_AGREED, key: userId, payload: JSON.stringify({ userId }), createdAt: recordedAt, availableAt: recordedAt, attempts: 0 }] : [],
      },
    } as const;
  });
  if (answer.status === "done") world.wakeOutbox();
  return answer;
}

const refOf = ({ key }: World, phone: string): string => personalRef(key(LOG_KEY), "phone", { phone });

/** What an answer by text changes, for everybody who has given that number. @returns how many it was for */
export async function takeReplyWord(world: World, replyId: string, phone: string, word: Exclude<ReplyWord, "help">): Promise<number> {
  const { port } = world;
  const recordedAt = world.now();
  const people = await port.query<NumberRow>(`SELECT user_id AS "userId", phone, agreed_at AS "agreedAt", ended_at AS "endedAt" FROM text_number WHERE phone = ?`, [phone]);
  const concerned = people.filter(({ endedAt }) => (endedAt === null) === (word === "stop"));
  for (const { userId } of concerned) {
    await runStreamCommand(port, { commandId: `reply:${replyId}:${userId}`, stream: noticesStream(userId), input: { replyId, word }, provenance: { actor: `user:${userId}`, source: "text", recordedAt } }, async () => {
      const now = await numberOf(port, userId);
      if (now === null || now.phone !== phone) return { ok: false, refusal: { code: "number", message: "The number is another one by now." } } as const;
      const data = { userId, phoneRef: refOf(world, phone), by: "reply" } as const;
      return {
        ok: true, result: {}, drafts: [word === "stop" ? noticeEvent("TextsEnded", data) : noticeEvent("TextsAgreed", data)],
        writes: { textNumber: [word === "stop" ? { ...now, endedAt: recordedAt } : { ...now, agreedAt: recordedAt, endedAt: null }] },
      } as const;
    });
  }
  return concerned.length;
}
