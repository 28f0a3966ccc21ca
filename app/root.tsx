import type { ReactNode } from "react";
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useMatches, useRouteLoaderData } from "react-router";
import type { Route } from "./+types/root";
import { loadPlace } from "../worker/operations/place.ts";
import { PortalShell } from "./components/portal-shell.tsx";
import { Problem } from "./components/problem.tsx";
import { requestContext } from "./context.ts";
import { PlaceProvider } from "./i18n/context.tsx";
import { messageFile, useLoadedLocale } from "./i18n/load.ts";
import type { Locale } from "./i18n/translate.ts";
import { useNonce } from "./nonce.ts";
import { readableForm } from "./readable-form.server.ts";
import { localeOf, readSession, themeOf } from "./session.server.ts";
import { setUpFirst } from "./set-up.server.ts";
import coreStyles from "./styles/core.css?url";
import portalStyles from "./styles/portal.css?url";

export const middleware: Route.MiddlewareFunction[] = [setUpFirst, readSession, readableForm];

export const links: Route.LinksFunction = () => [
  { rel: "stylesheet", href: coreStyles },
  { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
];

/**
 * Where the page is, in which language and how it looks: every component below asks for it. Never fails for an
 * unreachable database, so that the page which says so is in the person's language.
 */
export async function loader({ request, context }: Route.LoaderArgs) {
  const place = await loadPlace(context.get(requestContext));
  return { ...place, locale: localeOf({ request, context }), theme: themeOf(request) };
}

export type RootData = Awaited<ReturnType<typeof loader>>;

/** What the root knows; absent on the error page of a request that never got there. */
export function useRoot(): RootData | undefined {
  return useRouteLoaderData<typeof loader>("root");
}

/** A part of the product that speaks one language says so in its `handle`. */
function useSpoken(chosen: Locale): Locale {
  const own = useMatches().findLast(({ handle }) => typeof handle === "object" && handle !== null && "locale" in handle);
  return (own?.handle as { locale: Locale } | undefined)?.locale ?? chosen;
}

export function Layout({ children }: { children: ReactNode }) {
  const nonce = useNonce();
  const { locale: chosen, zone, today, theme } = useRoot() ?? { locale: "en", zone: "UTC", today: "1970-01-01", theme: "auto" };
  const locale = useLoadedLocale(useSpoken(chosen));
  return (
    <html lang={locale} data-theme={theme === "auto" ? undefined : theme}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme === "auto" ? "light dark" : theme} />
        <Meta />
        <Links nonce={nonce} />
        <link rel="modulepreload" href={messageFile(locale)} nonce={nonce} />
      </head>
      <body>
        <PlaceProvider locale={locale} zone={zone} today={today}>{children}</PlaceProvider>
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function Root() {
  return <Outlet />;
}

/** Whatever no page below could show, in the plain frame that everybody knows. */
export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  const { utility } = useRoot() ?? { utility: { name: "Meterline", phone: "" } };
  return (
    <>
      <link rel="stylesheet" href={portalStyles} precedence="default" />
      <PortalShell utility={{ name: utility.name, phone: utility.phone || undefined }}>
        <Problem error={error} home="/" />
      </PortalShell>
    </>
  );
}
