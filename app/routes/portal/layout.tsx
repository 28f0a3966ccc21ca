import { data, Outlet, useLocation } from "react-router";
import type { Route } from "./+types/layout";
import { portalFrame } from "../../../worker/operations/portal.ts";
import type { AccountLive } from "../../live/state.ts";
import { LiveAccountProvider } from "../../live/live-account.tsx";
import { PortalShell, type PortalAccount } from "../../components/portal-shell.tsx";
import { usePlace, useT } from "../../i18n/context.tsx";
import { useRoot } from "../../root.tsx";
import { answering } from "../../session.server.ts";
import portalStyles from "../../styles/portal.css?url";
import { lookingAt } from "./account.server.ts";

export const links: Route.LinksFunction = () => [{ rel: "stylesheet", href: portalStyles }];

/** Every loader below asks `lookingAt` for itself; a middleware here would keep the root from saying in which language it refuses. */
export async function loader(asked: Route.LoaderArgs) {
  const { session, accountId, world, headers } = lookingAt(asked);
  const { accounts, live } = await answering(() => portalFrame(world, session.actor, accountId));
  const from: AccountLive = { ...live, readOnly: false, arrived: [] };
  return data({ accounts, from, at: world.now(), person: { name: session.name } }, { headers });
}

/** The customer's frame: whose account, four places to go, and one socket for all of them. */
export default function PortalLayout({ loaderData: { accounts, from, at, person } }: Route.ComponentProps) {
  const t = useT();
  const { locale } = usePlace();
  const { utility } = useRoot()!;
  const { pathname, search } = useLocation();
  const other = locale === "en" ? "es" : "en";
  const own = accounts.map(({ accountId, address }): PortalAccount => ({ id: accountId, label: address, number: accountId, to: `/portal?${new URLSearchParams({ account: accountId })}` }));
  return (
    <LiveAccountProvider from={from} key={from.view.accountId}>
      {({ connection, view, arrived }) => (
        <PortalShell
          utility={{ name: utility.name, phone: utility.phone || undefined }}
          home="/portal"
          nav={[
            { to: "/portal", label: t("nav.home"), icon: "home", end: true },
            { to: "/portal/bills", label: t("nav.bills"), icon: "bill" },
            { to: "/portal/usage", label: t("nav.usage"), icon: "usage" },
            { to: "/portal/requests", label: t("nav.requests"), icon: "request" },
          ]}
          account={own.find(({ id }) => id === view.accountId)} accounts={own}
          addAccountTo="/link-account" person={person} settingsTo="/portal/settings" signOutAction="/sign-out"
          otherLocale={{ locale: other, to: `/language/${other}?${new URLSearchParams({ next: pathname + search })}` }}
          connection={connection} asOf={arrived[0]?.at ?? at}
        >
          <Outlet />
        </PortalShell>
      )}
    </LiveAccountProvider>
  );
}
