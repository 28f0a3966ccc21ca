/** By which channels people hear of alerts, when a text may come, and the words that end or begin texts. */
import { addDays } from "../calendar/local-date.ts";
import { MINUTE_MS, startOfDay, wallClockOf, type Instant, type TimeZone } from "../calendar/zone.ts";
import type { EventDraft } from "../compliance/chain.ts";
import { ALERT_KINDS } from "../metering/alerts.ts";

/** What a person is told of. `prepaid`: the money that was paid ahead runs low. */
export const NOTICE_KINDS = [...ALERT_KINDS, "prepaid"] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];
export const NOTICE_CHANNELS = ["email", "text"] as const;
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number];

export type NoticeChoices = Readonly<Record<NoticeKind, readonly NoticeChannel[]>>;

/** Who has chosen nothing hears of everything by e-mail; a text needs a number and a yes. */
export const DEFAULT_CHANNELS: readonly NoticeChannel[] = ["email"];

/** Nobody is woken for what can wait: texts come from 8 in the morning until 9 in the evening, as the rules on calls to consumers say (47 CFR 64.1200). */
const TEXTS_FROM = 8 * 60;
const TEXTS_UNTIL = 21 * 60;
/** A burst pipe and a frozen one do damage by the hour. */
const URGENT: ReadonlySet<NoticeKind> = new Set<NoticeKind>(["burst", "freeze"]);

/** When a text of this kind may be sent at the earliest. */
export function textAt(kind: NoticeKind, now: Instant, zone: TimeZone): Instant {
  const { date, minute } = wallClockOf(now, zone);
  if (URGENT.has(kind) || (minute >= TEXTS_FROM && minute < TEXTS_UNTIL)) return now;
  const morning = startOfDay(minute < TEXTS_FROM ? date : addDays(date, 1), zone) + TEXTS_FROM * MINUTE_MS;
  // Clocks change in the night: the wall clock decides.
  return morning + (TEXTS_FROM - wallClockOf(morning, zone).minute) * MINUTE_MS;
}

/** A phone number of North America as people type it, with its country; null when it is none. */
export function parsePhone(typed: string): string | null {
  const digits = typed.replace(/[\s().-]/g, "").replace(/^\+?1(?=\d{10}$)/, "");
  return /^[2-9]\d{2}[2-9]\d{6}$/.test(digits) ? `+1${digits}` : null;
}

/** `+13195550142` as people read it. */
export const phoneText = (phone: string): string => phone.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");

export type ReplyWord = "stop" | "start" | "help";

/** The words that carriers know, and their Spanish. */
const REPLY_WORDS: Readonly<Record<string, ReplyWord>> = {
  stop: "stop", stopall: "stop", unsubscribe: "stop", cancel: "stop", end: "stop", quit: "stop", parar: "stop", alto: "stop", basta: "stop",
  start: "start", unstop: "start", yes: "start", empezar: "start", si: "start", "sí": "start",
  help: "help", info: "help", ayuda: "help",
};

/** What an answer to a text asks for; null when it is no such word, and nothing happens. */
export function replyWord(text: string): ReplyWord | null {
  const word = text.trim().toLowerCase().replace(/[.!]+$/, "");
  return Object.hasOwn(REPLY_WORDS, word) ? REPLY_WORDS[word]! : null;
}

/** What the log says of it (streams `notices:USER` and `prepaid-notice:ACCOUNT`). A number is referred to by a keyed hash. */
export interface NoticeEvents {
  NoticeChannelsSet: { userId: string; choices: Readonly<Record<string, string>> };
  TextsAgreed: { userId: string; phoneRef: string; by: "customer" | "reply" };
  TextsEnded: { userId: string; phoneRef: string; by: "customer" | "reply" };
  /** `left`: cents that were left of what was paid ahead. Told once until there is more again. */
  PrepaidLowTold: { accountId: string; prepaidId: string; left: number; lowAt: number };
  PrepaidLowOver: { accountId: string; prepaidId: string; left: number };
}

export type NoticeEvent = { [T in keyof NoticeEvents]: EventDraft<T, NoticeEvents[T]> }[keyof NoticeEvents];

export const noticesStream = (userId: string): string => `notices:${userId}`;
export const prepaidNoticeStream = (accountId: string): string => `prepaid-notice:${accountId}`;

export function noticeEvent<T extends keyof NoticeEvents>(type: T, data: NoticeEvents[T]): EventDraft<T, NoticeEvents[T]> {
  return { type, version: 1, data };
}
