/** A notice on its way out: to whom by now, about what, in their language. What nobody wants any more is not written. */
import { ALERT_COLUMNS, type AlertRow } from "../../db/metering/alerts.ts";
import type { Notice } from "../../db/notices.ts";
import type { SqlPort } from "../../db/port.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import { prepaidNoticeStream, type NoticeEvents } from "../../domain/lifecycle/notice.ts";
import { convertMilli, quantityText, type Milli, type Unit } from "../../domain/metering/index.ts";
import { formatDollars } from "../../domain/money/cents.ts";
import { flowCost, perHourOf } from "../operations/alerts.ts";
import { TEXTS_AGREED } from "../operations/notices.ts";
import { shownUnitOf } from "../operations/usage.ts";
import type { OutboxMessage } from "./drain.ts";
import type { Letter } from "./mail.ts";
import { agreedText, noticeMail, noticeText, type NoticeFacts, type NoticeLanguage } from "./notice-words.ts";

/** What a notice is written with. */
export interface NoticeWorld {
  readonly port: SqlPort;
  readonly publicUrl: string;
  readonly now: number;
}

interface Reader {
  readonly email: string | null;
  readonly language: NoticeLanguage;
  /** The number that is agreed to at this moment. */
  readonly phone: string | null;
}

/** The letter or text of a notice; null when it has no reader any more, or a text would tell of what is over. @throws UnavailableError */
export async function noticeLetter(world: NoticeWorld, message: OutboxMessage): Promise<Letter | null> {
  const { port } = world;
  if (message.kind === TEXTS_AGREED) return agreedLetter(world, message);
  const notice = message.payload as Notice;
  const reader = await readerOf(port, notice);
  if (reader === null) return null;
  const about = await factsOf(world, notice, reader.language);
  if (about === null) return null;
  if (notice.channel === "text") return reader.phone === null || about.over ? null : { channel: "text", to: reader.phone, subject: "", text: noticeText(notice.kind, reader.language, about.facts) };
  return reader.email === null ? null : { channel: "email", to: reader.email, ...noticeMail(notice.kind, reader.language, about.facts) };
}

async function agreedLetter(world: NoticeWorld, { payload }: OutboxMessage): Promise<Letter | null> {
  const { userId } = payload as { readonly userId: string };
  const [row] = await world.port.query<{ phone: string; language: string }>("SELECT n.phone, u.language FROM text_number AS n JOIN auth_user AS u ON u.id = n.user_id WHERE n.user_id = ? AND n.ended_at IS NULL", [userId]);
  return row ? { channel: "text", to: row.phone, subject: "", text: agreedText(languageOf(row.language), (await utilityNow(world)).name) } : null;
}

const languageOf = (text: string): NoticeLanguage => (text === "es" ? "es" : "en");

/** Whoever may still see the account; the payer where nobody has a sign-in for it. */
async function readerOf(port: SqlPort, { userId, accountId }: Notice): Promise<Reader | null> {
  const [row] = userId === null
    ? await port.query<{ email: string | null; language: string; phone: null }>("SELECT p.email, p.language, NULL AS phone FROM account AS a JOIN person AS p ON p.id = a.person_id WHERE a.id = ?", [accountId])
    : await port.query<{ email: string; language: string; phone: string | null }>(
      `SELECT u.email, u.language, n.phone FROM account_access AS x JOIN auth_user AS u ON u.id = x.user_id AND u.deactivated_at IS NULL LEFT JOIN text_number AS n ON n.user_id = u.id AND n.ended_at IS NULL
       WHERE x.user_id = ? AND x.account_id = ? AND x.ended_at IS NULL`, [userId, accountId],
    );
  return row ? { ...row, language: languageOf(row.language) } : null;
}

async function utilityNow({ port, now }: NoticeWorld) {
  return (await settingsOn(port, await todayOf(port, now), now)).utility;
}

const SERVICES: Readonly<Record<NoticeLanguage, Readonly<Record<string, string>>>> = {
  en: { water: "water", electric: "electricity", gas: "natural gas" },
  es: { water: "agua", electric: "electricidad", gas: "gas natural" },
};

const ALERT = `SELECT ${ALERT_COLUMNS}, m.commodity, p.line FROM usage_alert AS a JOIN meter AS m ON m.id = a.meter_id JOIN service_point AS sp ON sp.id = a.service_point_id JOIN premise AS p ON p.id = sp.premise_id WHERE a.id = ?`;
const PLACE = `SELECT coalesce((SELECT p.line FROM service_agreement AS s JOIN service_point AS sp ON sp.id = s.service_point_id JOIN premise AS p ON p.id = sp.premise_id
  WHERE s.account_id = a.id ORDER BY s.stop_on IS NOT NULL, s.start_on DESC LIMIT 1), a.mailing_line) AS line FROM account AS a WHERE a.id = ?`;

async function factsOf(world: NoticeWorld, { alertId, accountId }: Notice, language: NoticeLanguage): Promise<{ readonly facts: NoticeFacts; readonly over: boolean } | null> {
  const { port, publicUrl: url, now } = world;
  const { name: utility, phone: utilityPhone, timeZone } = await utilityNow(world);
  const none = { utility, utilityPhone, url, service: "", since: "", hour: "", usage: "", usual: "", costDay: null, left: "" };
  if (alertId === null) return prepaidFacts(port, accountId, none);
  const [alert] = await port.query<AlertRow & { commodity: string; line: string }>(ALERT, [alertId]);
  if (!alert) return null;
  const quantity = (value: Milli): string => shownQuantity(value, alert.unit as Unit);
  const cost = await flowCost(port, accountId, alertId, now);
  return {
    over: alert.endedAt !== null,
    facts: {
      ...none, place: alert.line, service: SERVICES[language][alert.commodity] ?? alert.commodity, since: timeText(alert.startedAt, timeZone, language),
      hour: alert.stepMinutes > 0 ? quantity(perHourOf(alert)) : "", usage: quantity(alert.usage), usual: quantity(alert.least), costDay: cost === null || cost.perDay <= 0 ? null : formatDollars(cost.perDay),
    },
  };
}

/** As it stood when it was told. */
async function prepaidFacts(port: SqlPort, accountId: string, none: Omit<NoticeFacts, "place">): Promise<{ readonly facts: NoticeFacts; readonly over: boolean } | null> {
  const [[place], [last]] = await Promise.all([
    port.query<{ line: string }>(PLACE, [accountId]),
    port.query<{ type: string; data: string }>("SELECT type, data FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1", [prepaidNoticeStream(accountId)]),
  ]);
  if (!place || !last) return null;
  const { left } = JSON.parse(last.data) as NoticeEvents["PrepaidLowTold"];
  return { over: last.type !== "PrepaidLowTold", facts: { ...none, place: place.line, left: formatDollars(Math.max(0, left)) } };
}

/** "Sun, Nov 15, 12:00 AM", by the utility's clock. */
function timeText(at: number, timeZone: TimeZone, language: NoticeLanguage): string {
  return new Intl.DateTimeFormat(language === "es" ? "es-US" : "en-US", { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZone }).format(at);
}

/** From ten on nobody needs the decimals. */
function shownQuantity(value: Milli, unit: Unit): string {
  const shown = shownUnitOf(unit);
  const converted = convertMilli(value, unit, shown);
  return quantityText(converted >= 10_000 ? Math.round(converted / 1000) * 1000 : Math.round(converted / 100) * 100, shown);
}
