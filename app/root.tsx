import type { ReactNode } from "react";
import { isRouteErrorResponse, Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteLoaderData } from "react-router";
import type { Route } from "./+types/root";
import { loadPlace } from "../worker/operations/place.ts";
import { Page } from "./components/layout.tsx";
import { ButtonLink } from "./components/button.tsx";
import { requestContext } from "./context.ts";
import { PlaceProvider, useT } from "./i18n/context.tsx";
import { useNonce } from "./nonce.ts";
import { answering, localeOf, readSession } from "./session.server.ts";
import coreStyles from "./styles/core.css?url";

export const middleware: Route.MiddlewareFunction[] = [readSession];

export const links: Route.LinksFunction = () => [{ rel: "stylesheet", href: coreStyles }];

/** Where the page is and in which language: every component below asks for it. */
export async function loader({ request, context }: Route.LoaderArgs) {
  const place = await answering(() => loadPlace(context.get(requestContext)));
  return { ...place, locale: localeOf({ request, context }) };
}

export type RootData = Awaited<ReturnType<typeof loader>>;

/** What the root knows; absent on the error page of a request that never got there. */
export function useRoot(): RootData | undefined {
  return useRouteLoaderData<typeof loader>("root");
}

export function Layout({ children }: { children: ReactNode }) {
  const nonce = useNonce();
  const { locale, zone, today } = useRoot() ?? { locale: "en", zone: "UTC", today: "1970-01-01" };
  return (
    <html lang={locale}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <Meta />
        <Links nonce={nonce} />
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

/** What cannot be shown: what happened, what it means, where to go on. */
export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  const t = useT();
  const status = isRouteErrorResponse(error) ? error.status : 500;
  const said = isRouteErrorResponse(error) && typeof (error.data as { message?: unknown } | null)?.message === "string" ? (error.data as { message: string }).message : null;
  const [title, more] =
    status === 404 ? [t("problem.notFound"), t("problem.notFoundMore")]
    // Staff are told the reason; it names their role or their account.
    : status === 403 ? [t("problem.forbidden"), said]
    : status === 503 ? [t("problem.unavailable"), t("problem.unavailableMore")]
    : [t("problem.fault"), t("problem.faultMore")];
  return (
    <main className="portal-main" data-density="portal">
      <title>{title}</title>
      <Page title={title} intro={more}>
        <div><ButtonLink to="/" kind="primary">{t("problem.home")}</ButtonLink></div>
      </Page>
    </main>
  );
}
