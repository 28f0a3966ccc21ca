/** The customer's frame: who serves me, which account, four places to go. Phone first, no script needed. */
import type { ReactNode } from "react";
import { Link, NavLink, useNavigation } from "react-router";
import { Icon, type IconName } from "./icons.tsx";
import { ConnectionState, LiveRegion, type Connection } from "./live.tsx";
import { LOCALE_NAMES, type Locale } from "../i18n/translate.ts";
import { usePlace, useT } from "../i18n/context.tsx";
import type { Instant } from "../../domain/calendar/zone.ts";

export interface PortalNavItem { to: string; label: string; icon: IconName; end?: boolean }
export interface PortalAccount { id: string; label: string; number: string; to: string }

export interface PortalShellProps {
  utility: { name: string; phone?: string; hours?: string; emergencyPhone?: string };
  /** Up to five; four fit every phone. Absent before sign-in. */
  nav?: readonly PortalNavItem[];
  home?: string;
  /** The account being looked at, and those that the person may look at. */
  account?: PortalAccount;
  accounts?: readonly PortalAccount[];
  /** Where an account can be added. */
  addAccountTo?: string;
  person?: { name: string };
  settingsTo?: string;
  /** Posted to sign out. */
  signOutAction?: string;
  /** This page in the other language. */
  otherLocale?: { locale: Locale; to: string };
  connection?: Connection;
  asOf?: Instant;
  children: ReactNode;
}

export function PortalShell({ utility, nav = [], home = "/", account, accounts = [], addAccountTo, person, settingsTo, signOutAction, otherLocale, connection = "fine", asOf, children }: PortalShellProps) {
  const t = useT();
  const { locale } = usePlace();
  const busy = useNavigation().state !== "idle";
  return (
    <LiveRegion>
      <div className="portal" data-density="portal" data-busy={busy || undefined} lang={locale}>
        <a className="skip" href="#main">{t("page.skip")}</a>
        <header className="portal-head">
          <div className="portal-bar">
            <Link className="portal-name" to={home}>{utility.name}</Link>
            {nav.length ? <PortalNav nav={nav} /> : null}
            {person ? (
              <>
                <button type="button" className="portal-menu-button" popoverTarget="portal-menu">
                  <Icon name="person" /><span className="unseen">{t("page.menu")}: </span><span className="portal-menu-name clip">{person.name}</span>
                </button>
                <div className="portal-menu menu" id="portal-menu" popover="auto">
                  <p className="menu-head">{t("page.signedInAs", { name: person.name })}</p>
                  {accounts.length > 1 || addAccountTo ? (
                    <nav aria-label={t("account.yours")}>
                      <p className="menu-label">{t("account.yours")}</p>
                      {accounts.map((other) => (
                        <Link key={other.id} className="menu-item" to={other.to} aria-current={other.id === account?.id ? "true" : undefined}>
                          <Icon name="place" /><span><span>{other.label}</span><span className="menu-more num">{t("account.number", { number: other.number })}</span></span>
                          {other.id === account?.id ? <Icon name="check" /> : null}
                        </Link>
                      ))}
                      {addAccountTo ? <Link className="menu-item" to={addAccountTo}><Icon name="plus" /><span>{t("account.add")}</span></Link> : null}
                    </nav>
                  ) : null}
                  <div className="menu-group">
                    {otherLocale ? <Link className="menu-item" to={otherLocale.to} lang={otherLocale.locale} reloadDocument><Icon name="globe" /><span>{LOCALE_NAMES[otherLocale.locale]}</span></Link> : null}
                    {settingsTo ? <Link className="menu-item" to={settingsTo}><Icon name="settings" /><span>{t("page.settings")}</span></Link> : null}
                    {signOutAction ? <form method="post" action={signOutAction}><button className="menu-item"><Icon name="exit" /><span>{t("page.signOut")}</span></button></form> : null}
                  </div>
                </div>
              </>
            ) : otherLocale ? (
              <Link className="portal-language" to={otherLocale.to} lang={otherLocale.locale} reloadDocument><Icon name="globe" />{LOCALE_NAMES[otherLocale.locale]}</Link>
            ) : null}
          </div>
          {account ? (
            <p className="portal-account"><Icon name="place" /><span className="clip">{account.label}</span><span className="num nowrap soft">{t("account.number", { number: account.number })}</span></p>
          ) : null}
        </header>
        <ConnectionState state={connection} asOf={asOf} />
        <main id="main" className="portal-main" tabIndex={-1}>{children}</main>
        <footer className="portal-foot">
          {utility.emergencyPhone ? <p><Icon name="phone" /><a href={`tel:${utility.emergencyPhone}`}>{t("page.emergency", { phone: utility.emergencyPhone })}</a></p> : null}
          {utility.phone ? <p><a href={`tel:${utility.phone}`}>{utility.hours ? t("page.questions", { phone: utility.phone, hours: utility.hours }) : t("page.call", { phone: utility.phone })}</a></p> : null}
        </footer>
      </div>
    </LiveRegion>
  );
}

/** In the head where there is room, at the thumb where there is not; the same links, and first in reading order. */
function PortalNav({ nav }: { nav: readonly PortalNavItem[] }) {
  const t = useT();
  return (
    <nav className="portal-nav" aria-label={t("page.navigation")}>
      {nav.map(({ to, label, icon, end }) => (
        <NavLink key={to} to={to} end={end}><Icon name={icon} /><span>{label}</span></NavLink>
      ))}
    </nav>
  );
}
