/** The words of a page's language in the browser. On the server both languages are there from the start. */
import { useEffect } from "react";
import { messageFiles } from "virtual:messages";
import { catalogue, type MessageText } from "./catalogue.ts";
import type { Locale } from "./translate.ts";

/** The language that has been loaded; null on the server. */
let loaded: Locale | null = null;

/** Fetches the words of the language and makes them the catalogue's. */
export async function loadMessages(locale: Locale): Promise<void> {
  const { default: texts } = (await import(/* @vite-ignore */ messageFiles[locale])) as { default: Readonly<Record<string, MessageText>> };
  const known = catalogue as unknown as Record<string, Partial<Record<Locale, MessageText>>>;
  for (const [key, text] of Object.entries(texts)) known[key] = { [locale]: text };
  loaded = locale;
}

/** The file that `loadMessages` will fetch, for fetching it beside the scripts. */
export const messageFile = (locale: Locale): string => messageFiles[locale];

/**
 * The language to speak now. Where another one is asked for than was loaded (somebody signed in whose language it is), the
 * page is loaded anew in it, and speaks the old one until then.
 */
export function useLoadedLocale(locale: Locale): Locale {
  const other = loaded !== null && loaded !== locale;
  useEffect(() => {
    if (other) location.reload();
  }, [other]);
  return other ? loaded! : locale;
}
