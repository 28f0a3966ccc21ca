import { Outlet, useLocation } from "react-router";
import type { Route } from "./+types/layout";
import { PortalShell } from "../../components/portal-shell.tsx";
import { usePlace } from "../../i18n/context.tsx";
import { useRoot } from "../../root.tsx";
import { homeOf, sessionIn } from "../../session.server.ts";
import portalStyles from "../../styles/portal.css?url";

export const links: Route.LinksFunction = () => [{ rel: "stylesheet", href: portalStyles }];

export function loader({ context }: Route.LoaderArgs) {
  const session = sessionIn({ context });
  return session ? { person: { name: session.name }, home: homeOf(session.role) } : { person: undefined, home: "/sign-in" };
}

/** The customer's frame without the places that need an account. */
export default function AuthLayout({ loaderData: { person, home } }: Route.ComponentProps) {
  const { utility } = useRoot()!;
  const { locale } = usePlace();
  const { pathname, search } = useLocation();
  const other = locale === "en" ? "es" : "en";
  return (
    <PortalShell utility={{ name: utility.name, phone: utility.phone || undefined }} home={home} person={person} signOutAction="/sign-out"
      otherLocale={{ locale: other, to: `/language/${other}?${new URLSearchParams({ next: pathname + search })}` }}>
      <Outlet />
    </PortalShell>
  );
}
