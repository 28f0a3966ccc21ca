/**
 * The language, the utility's time zone and its today, for every component below.
 * Today comes from the server with the page, so that server and browser write the same words.
 */
import { createContext, Fragment, useContext, useMemo, type ReactNode } from "react";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { t, template, type Locale, type Params } from "./translate.ts";
import type { MessageKey } from "./catalogue.ts";

export interface Place {
  readonly locale: Locale;
  /** IANA name of the utility's one time zone. */
  readonly zone: string;
  /** The utility's local day when the page was made. */
  readonly today: LocalDate;
}

const PlaceContext = createContext<Place>({ locale: "en", zone: "UTC", today: "1970-01-01" });

export function PlaceProvider({ locale, zone, today, children }: Place & { children: ReactNode }) {
  const place = useMemo(() => ({ locale, zone, today }), [locale, zone, today]);
  return <PlaceContext value={place}>{children}</PlaceContext>;
}

export function usePlace(): Place {
  return useContext(PlaceContext);
}

/** `const t = useT(); t("nav.home")` in the page's language. */
export function useT() {
  const { locale } = usePlace();
  return <Key extends MessageKey>(key: Key, ...params: Params<Key>): string => t(locale, key, ...params);
}

/** A message with elements for parameters: `<Message k="money.due" values={{ date: <DateText … /> }} />`. */
export function Message<Key extends MessageKey>({ k, values }: { k: Key; values: NonNullable<Params<Key, ReactNode>[0]> }) {
  const { locale } = usePlace();
  const given = values as Readonly<Record<string, ReactNode>>;
  const count = typeof given["count"] === "number" ? given["count"] : undefined;
  const parts = template(locale, k, count).split(/\{(\w+)\}/);
  return parts.map((part, i) => <Fragment key={i}>{i % 2 ? given[part] : part}</Fragment>);
}
