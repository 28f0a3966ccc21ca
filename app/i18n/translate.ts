/** Looking up messages: typed keys, typed parameters, plural forms by the language's own rules. */
import { catalogue, type MessageKey, type MessageText } from "./catalogue.ts";

export const LOCALES = ["en", "es"] as const;
export type Locale = (typeof LOCALES)[number];

/** What each language calls itself. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = { en: "English", es: "Español" };

/** The names in braces of a text: `"Due {date}"` has `date`. */
type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type NamesOf<Text> = Text extends string ? NamesIn<Text> : { [Form in keyof Text]: NamesIn<Text[Form]> }[keyof Text];
type Plural<Text> = Text extends string ? never : "count";
type English<Key extends MessageKey> = (typeof catalogue)[Key]["en"];

/** The parameters that a message takes; a plural message always takes `count`. */
export type ParamsOf<Key extends MessageKey, Value = string | number> = {
  readonly [Name in NamesOf<English<Key>> | Plural<English<Key>>]: Name extends "count" ? number : Value;
};

/** The rest of `t`'s arguments: none when the message has no parameters. */
export type Params<Key extends MessageKey, Value = string | number> =
  keyof ParamsOf<Key, Value> extends never ? [] : [params: ParamsOf<Key, Value>];

const pluralRules: Partial<Record<Locale, Intl.PluralRules>> = {};

/** `one` or `other`; Spanish's `many` (round millions) reads as `other` here. */
function pluralForm(locale: Locale, count: number): "one" | "other" {
  const rules = (pluralRules[locale] ??= new Intl.PluralRules(locale));
  return rules.select(count) === "one" ? "one" : "other";
}

/** The text of a message in a language, its plural form chosen, its parameters still in braces. */
export function template(locale: Locale, key: MessageKey, count?: number): string {
  const text: MessageText = catalogue[key][locale];
  return typeof text === "string" ? text : text[pluralForm(locale, count ?? 0)];
}

/** A message as text: `t("es", "money.due", { date: "mar 8 dic" })` gives `Vence el mar 8 dic`. */
export function t<Key extends MessageKey>(locale: Locale, key: Key, ...[params]: Params<Key>): string {
  const values = (params ?? {}) as Readonly<Record<string, string | number>>;
  const count = typeof values["count"] === "number" ? values["count"] : undefined;
  return template(locale, key, count).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** True for a language that the product speaks. */
export function isLocale(text: string | null | undefined): text is Locale {
  return text === "en" || text === "es";
}

/** The best of our languages for an `Accept-Language` header; English when it names none of them. */
export function localeFromHeader(header: string | null): Locale {
  const wanted = (header ?? "")
    .split(",")
    .map((part, place) => {
      const [tag = "", ...rest] = part.trim().split(";");
      const quality = rest.map((r) => /^\s*q=([\d.]+)\s*$/.exec(r)?.[1]).find((q) => q !== undefined);
      return { language: tag.slice(0, 2).toLowerCase(), quality: quality === undefined ? 1 : Number(quality), place };
    })
    .filter((choice) => choice.quality > 0)
    .sort((a, b) => b.quality - a.quality || a.place - b.place);
  for (const { language } of wanted) if (isLocale(language)) return language;
  return "en";
}
