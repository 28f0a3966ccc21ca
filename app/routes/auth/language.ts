import { redirect } from "react-router";
import type { Route } from "./+types/language";
import { isLocale } from "../../i18n/translate.ts";
import { languageCookie, refused, safePath } from "../../session.server.ts";

/** Remembers the language that somebody chose, and goes back to the page. */
export function loader({ params, url }: Route.LoaderArgs) {
  if (!isLocale(params.locale)) throw refused(404, "There is no such language.");
  return redirect(safePath(url.searchParams.get("next"), "/"), { headers: { "set-cookie": languageCookie(params.locale, url.protocol === "https:") } });
}
