/**
 * The letters about sign-ins. A message in the outbox names its link by id only: the link itself is made again here, when
 * the letter is written, so that it lies in no table.
 */
import { linkOf, linkUrl, type LinkPurpose } from "./links.ts";

/** Payload of an outbox message of kind `email` about a sign-in. */
export interface SignInLetter {
  readonly letter: LinkPurpose;
  readonly to: string;
  readonly language: string;
  readonly linkId: string;
  /** The utility's name, as it was when the message was made. */
  readonly utility: string;
}

interface Words {
  readonly subject: (utility: string) => string;
  readonly text: (utility: string, url: string) => string;
}

const WORDS: Readonly<Record<LinkPurpose, { readonly en: Words; readonly es: Words }>> = {
  invitation: {
    en: {
      subject: (utility) => `See your ${utility} account online`,
      text: (utility, url) => `${utility} invites you to see your bills and usage and to pay online.\n\nOpen this link within 7 days. It works once:\n${url}\n\nIf you did not expect this, you can leave it; nothing will happen.\n`,
    },
    es: {
      subject: (utility) => `Consulte su cuenta de ${utility} en línea`,
      text: (utility, url) => `${utility} le invita a ver sus facturas y su consumo y a pagar en línea.\n\nAbra este enlace en un plazo de 7 días. Funciona una sola vez:\n${url}\n\nSi no esperaba este mensaje, no haga nada; no pasará nada.\n`,
    },
  },
  welcome: {
    en: {
      subject: (utility) => `Your sign-in at ${utility}`,
      text: (utility, url) => `You have a sign-in for the staff pages of ${utility}.\n\nChoose your password within 7 days. The link works once:\n${url}\n`,
    },
    es: {
      subject: (utility) => `Su acceso a ${utility}`,
      text: (utility, url) => `Usted tiene acceso a las páginas del personal de ${utility}.\n\nElija su contraseña en un plazo de 7 días. El enlace funciona una sola vez:\n${url}\n`,
    },
  },
  password: {
    en: {
      subject: () => "Choose a new password",
      text: (utility, url) => `Somebody, probably you, asked for a new password at ${utility}.\n\nOpen this link within 1 hour. It works once:\n${url}\n\nIf it was not you, leave it: your password stays as it is.\n`,
    },
    es: {
      subject: () => "Elija una contraseña nueva",
      text: (utility, url) => `Alguien, probablemente usted, pidió una contraseña nueva en ${utility}.\n\nAbra este enlace en un plazo de 1 hora. Funciona una sola vez:\n${url}\n\nSi no fue usted, no haga nada: su contraseña no cambia.\n`,
    },
  },
};

/** True for a message of this kind; other e-mails carry their text. */
export function isSignInLetter(payload: unknown): payload is SignInLetter {
  return typeof payload === "object" && payload !== null && "letter" in payload && "linkId" in payload;
}

/** What the letter says. `key` is the derived key of links. */
export function writeSignInLetter(payload: SignInLetter, key: string, publicUrl: string): { to: string; subject: string; text: string } {
  const words = WORDS[payload.letter][payload.language === "es" ? "es" : "en"];
  const url = linkUrl(publicUrl, payload.letter, linkOf(key, payload.linkId).token);
  return { to: payload.to, subject: words.subject(payload.utility), text: words.text(payload.utility, url) };
}
