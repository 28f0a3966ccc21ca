/** What a notice about an alert says, by mail and as a text, in the reader's language. */
import type { NoticeKind } from "../../domain/lifecycle/notice.ts";

export type NoticeLanguage = "en" | "es";

/** Everything in words already. */
export interface NoticeFacts {
  readonly utility: string;
  readonly utilityPhone: string;
  /** Where it is: "1418 Juniper Ave, Apt 2". */
  readonly place: string;
  /** In the reader's language, small: "water". */
  readonly service: string;
  readonly since: string;
  /** Flow: what runs in an hour, at least. */
  readonly hour: string;
  /** High: of a day. A month: what was used. */
  readonly usage: string;
  /** High, freeze: the usual day. A month: the budget. */
  readonly usual: string;
  /** Flow: a further day of it at the present price; null where it has none. */
  readonly costDay: string | null;
  /** Prepaid: what is left. */
  readonly left: string;
  readonly url: string;
}

type Sentence = (facts: NoticeFacts) => string;

interface Words {
  readonly subject: Sentence;
  /** What is so, in one sentence: a text has no more. */
  readonly fact: Sentence;
  /** What to do. */
  readonly advice: Sentence;
}

const cost = { en: ({ costDay }: NoticeFacts) => (costDay === null ? "" : ` That is about ${costDay} a day at your present price.`), es: ({ costDay }: NoticeFacts) => (costDay === null ? "" : ` Son unos ${costDay} por día a su precio actual.`) };

const WORDS: Readonly<Record<NoticeKind, Readonly<Record<NoticeLanguage, Words>>>> = {
  leak: {
    en: { subject: ({ place, service }) => `${capital(service)} runs without a pause at ${place}`, fact: (f) => `${capital(f.service)} has not stopped running at ${f.place} since ${f.since}: at least ${f.hour} every hour.${cost.en(f)}`, advice: () => "Look at toilets, faucets, the water heater and the irrigation." },
    es: { subject: ({ place, service }) => `Consumo de ${service} sin pausa en ${place}`, fact: (f) => `El consumo de ${f.service} no para en ${f.place} desde ${f.since}: al menos ${f.hour} cada hora.${cost.es(f)}`, advice: () => "Revise inodoros, llaves, el calentador y el riego." },
  },
  burst: {
    en: { subject: ({ place }) => `Very high flow at ${place}: a pipe may have burst`, fact: (f) => `Very high flow without a pause at ${f.place} since ${f.since}: at least ${f.hour} every hour. A pipe may have burst.${cost.en(f)}`, advice: (f) => `Look at once, and shut the water off at the main valve if you find nothing.${call(f, "en")}` },
    es: { subject: ({ place }) => `Flujo muy alto en ${place}: puede haberse roto una tubería`, fact: (f) => `Flujo muy alto sin pausa en ${f.place} desde ${f.since}: al menos ${f.hour} cada hora. Puede haberse roto una tubería.${cost.es(f)}`, advice: (f) => `Revise de inmediato, y cierre la llave principal si no encuentra nada.${call(f, "es")}` },
  },
  high: {
    en: { subject: ({ place, service }) => `Much more ${service} than usual at ${place}`, fact: (f) => `${f.usage} of ${f.service} a day at ${f.place}, usually ${f.usual}.`, advice: () => "If you cannot explain it, look for something that runs." },
    es: { subject: ({ place, service }) => `Mucho más consumo de ${service} que de costumbre en ${place}`, fact: (f) => `${f.usage} de ${f.service} al día en ${f.place}; lo habitual es ${f.usual}.`, advice: () => "Si no lo puede explicar, busque algo que esté corriendo." },
  },
  budget: {
    en: { subject: ({ service }) => `You have passed your ${service} budget of this month`, fact: (f) => `${f.usage} of ${f.service} this month at ${f.place}; your budget is ${f.usual}.`, advice: () => "You can change the budget where you see your usage." },
    es: { subject: ({ service }) => `Superó su presupuesto de ${service} de este mes`, fact: (f) => `${f.usage} de ${f.service} este mes en ${f.place}; su presupuesto es ${f.usual}.`, advice: () => "Puede cambiar el presupuesto donde ve su consumo." },
  },
  freeze: {
    en: { subject: ({ place }) => `No water has run in the cold at ${place}`, fact: (f) => `No ${f.service} has run at ${f.place} since ${f.since}; usually it is ${f.usual} a day. A pipe may be frozen.`, advice: () => "If you are away, all is well. If no water comes, open a faucet and warm the pipe gently, never with a flame." },
    es: { subject: ({ place }) => `No ha corrido agua con el frío en ${place}`, fact: (f) => `No ha corrido ${f.service} en ${f.place} desde ${f.since}; lo habitual es ${f.usual} al día. Puede haber una tubería congelada.`, advice: () => "Si está fuera, todo está bien. Si no sale agua, abra una llave y caliente la tubería con suavidad, nunca con llama." },
  },
  prepaid: {
    en: { subject: () => "Your prepaid money runs low", fact: (f) => `${f.left} of what you paid ahead is left for ${f.place}.`, advice: () => "Pay ahead so that it does not run out." },
    es: { subject: () => "Su saldo prepagado se está agotando", fact: (f) => `Quedan ${f.left} de lo que pagó por adelantado para ${f.place}.`, advice: () => "Pague por adelantado para que no se agote." },
  },
};

const call = ({ utilityPhone }: NoticeFacts, language: NoticeLanguage): string => (utilityPhone === "" ? "" : language === "en" ? ` Call us at ${utilityPhone}.` : ` Llámenos al ${utilityPhone}.`);
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const FRAME: Readonly<Record<NoticeLanguage, { readonly see: string; readonly choose: string; readonly stop: string }>> = {
  en: { see: "See it, and tell us that you know:", choose: "Choose what we tell you, and how:", stop: "Reply STOP to end." },
  es: { see: "Véalo y díganos que ya lo sabe:", choose: "Elija qué le avisamos y cómo:", stop: "Responda PARAR para terminar." },
};

/** Where in the portal it is looked at. */
const pageOf = (kind: NoticeKind): string => (kind === "prepaid" ? "/portal" : "/portal/usage#alerts");

export function noticeMail(kind: NoticeKind, language: NoticeLanguage, facts: NoticeFacts): { subject: string; text: string } {
  const { subject, fact, advice } = WORDS[kind][language];
  const { see, choose } = FRAME[language];
  return { subject: subject(facts), text: `${fact(facts)}\n\n${advice(facts)}\n\n${see}\n${facts.url}${pageOf(kind)}\n\n${choose}\n${facts.url}/portal/settings#alerts\n\n${facts.utility}\n` };
}

export function noticeText(kind: NoticeKind, language: NoticeLanguage, facts: NoticeFacts): string {
  return `${facts.utility}: ${WORDS[kind][language].fact(facts)} ${facts.url}${pageOf(kind)} ${FRAME[language].stop}`;
}

const AGREED: Readonly<Record<NoticeLanguage, (utility: string) => string>> = {
  en: (utility) => `${utility}: you get a text when one of the alerts that you chose begins. Message and data rates may apply. Reply HELP for help, STOP to end.`,
  es: (utility) => `${utility}: recibirá un mensaje cuando comience un aviso que eligió. Pueden aplicarse tarifas de mensajes y datos. Responda AYUDA para ayuda, PARAR para terminar.`,
};

/** Once a number has been agreed to. */
export const agreedText = (language: NoticeLanguage, utility: string): string => AGREED[language](utility);

const HELP: Readonly<Record<NoticeLanguage, (utility: string, phone: string) => string>> = {
  en: (utility, phone) => `${utility}: alerts about your service.${phone === "" ? "" : ` Call ${phone}.`} Reply STOP to end.`,
  es: (utility, phone) => `${utility}: avisos sobre su servicio.${phone === "" ? "" : ` Llame al ${phone}.`} Responda PARAR para terminar.`,
};

export const helpText = (language: NoticeLanguage, utility: string, phone: string): string => HELP[language](utility, phone);
