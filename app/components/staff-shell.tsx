/** The staff's frame: a quiet rail, a search that is always there, help and commands by key. All of it works as plain links and forms. */
import { lazy, Suspense, useRef, useState, type ReactNode } from "react";
import { Form, Link, NavLink, useNavigation } from "react-router";
import { Count } from "./badge.tsx";
import { Icon, Mark, type IconName } from "./icons.tsx";
import { ConnectionState, LiveRegion, type Connection } from "./live.tsx";
import { focusRow, pressKeyed, useKeys } from "./keys.ts";
import type { Tone } from "./tone.ts";
import { useT } from "../i18n/context.tsx";
import type { Instant } from "../../domain/calendar/zone.ts";

export interface StaffNavItem {
  to: string; label: string; icon: IconName; end?: boolean;
  /** Waiting there for a person. */
  count?: number; countLabel?: string; tone?: Tone;
  /** After `g`: `g b` goes to the board. */
  key?: string;
}
export interface StaffNavGroup { label?: string; items: readonly StaffNavItem[] }

/** Something to do from the palette, beyond going somewhere. */
export interface StaffCommand { to: string; label: string; hint?: string; icon?: IconName }

/** A key of this page, for the help. */
export interface KeyHelp { keys: readonly string[]; does: string }

export interface StaffShellProps {
  utility: { name: string };
  nav: readonly StaffNavGroup[];
  home?: string;
  /** GET form; the query is `q`. */
  searchAction: string;
  query?: string;
  commands?: readonly StaffCommand[];
  pageKeys?: readonly KeyHelp[];
  /** Off for a person who speaks to the machine or presses keys by accident: then only Ctrl K is left. */
  singleKeys?: boolean;
  person?: { name: string; role: string };
  settingsTo?: string;
  signOutAction?: string;
  connection?: Connection;
  asOf?: Instant;
  children: ReactNode;
}

const CommandPalette = lazy(() => import("./command-palette.tsx"));

const EVERYWHERE: readonly KeyHelp[] = [
  { keys: ["/"], does: "Search" },
  { keys: ["Ctrl", "K"], does: "Commands" },
  { keys: ["j"], does: "Next row" },
  { keys: ["k"], does: "Previous row" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["?"], does: "This help" },
  { keys: ["Esc"], does: "Close" },
];

export function StaffShell({ utility, nav, home = "/staff", searchAction, query, commands = [], pageKeys = [], singleKeys = true, person, settingsTo, signOutAction, connection = "fine", asOf, children }: StaffShellProps) {
  const t = useT();
  const search = useRef<HTMLInputElement>(null);
  const help = useRef<HTMLDivElement>(null);
  const [palette, setPalette] = useState<"never" | "open" | "closed">("never");
  const items = nav.flatMap((group) => group.items);
  const busy = useNavigation().state !== "idle";

  const openPalette = { "mod+k": () => setPalette("open") };
  useKeys(!singleKeys ? openPalette : {
    ...openPalette,
    "/": () => { search.current?.focus(); search.current?.select(); },
    "?": () => help.current?.togglePopover(),
    "j": () => focusRow(1),
    "k": () => focusRow(-1),
    "*": pressKeyed,
    ...Object.fromEntries(items.filter((item) => item.key).map((item) => [`g ${item.key}`, () => document.querySelector<HTMLAnchorElement>(`[data-go="${item.key}"]`)?.click()])),
  });

  return (
    <LiveRegion>
      <div className="staff" data-density="staff" data-busy={busy || undefined}>
        <a className="skip" href="#main">{t("page.skip")}</a>
        <header className="staff-rail">
          <Link className="staff-name" to={home}><Mark /><span className="staff-name-words">{utility.name}</span></Link>
          <button type="button" className="staff-menu-button" popoverTarget="staff-nav"><Icon name="menu" /><span>{t("page.menu")}</span></button>
          {/* A menu where it is narrow; where it is wide the style sheet sets it open in the rail. */}
          <nav className="staff-nav" id="staff-nav" popover="auto" aria-label={t("page.navigation")}>
            <NavGroups nav={nav} />
          </nav>
          {person ? (
            <div className="staff-person">
              <button type="button" className="staff-person-button" popoverTarget="staff-menu">
                <Icon name="person" /><span className="clip">{person.name}<span className="staff-role">{person.role}</span></span><Icon name="more" />
              </button>
              <div className="staff-menu menu" id="staff-menu" popover="auto">
                {settingsTo ? <Link className="menu-item" to={settingsTo}><Icon name="settings" /><span>{t("page.settings")}</span></Link> : null}
                {signOutAction ? <form method="post" action={signOutAction}><button className="menu-item"><Icon name="exit" /><span>{t("page.signOut")}</span></button></form> : null}
              </div>
            </div>
          ) : null}
        </header>
        <div className="staff-body">
          <div className="staff-bar">
            <search>
              <Form action={searchAction} className="staff-search">
                <Icon name="search" />
                <label className="unseen" htmlFor="staff-q">Search name, address, account, meter or bill</label>
                <input ref={search} id="staff-q" name="q" type="search" defaultValue={query} placeholder="Name, address, account, meter, bill" autoComplete="off" spellCheck={false} />
                <kbd aria-hidden="true">/</kbd>
                <button className="unseen">Search</button>
              </Form>
            </search>
            <button type="button" className="staff-tool" popoverTarget="staff-help"><Icon name="help" /><span className="unseen">Keys</span></button>
          </div>
          <ConnectionState state={connection} asOf={asOf} />
          <main id="main" className="staff-main" tabIndex={-1}>{children}</main>
        </div>
        <div className="keys-help menu" id="staff-help" popover="auto" ref={help}>
          <h2>Keys</h2>
          <dl className="keys-list">
            {(singleKeys ? [...pageKeys, ...EVERYWHERE] : EVERYWHERE.filter((key) => key.keys[0] === "Ctrl")).map((key) => <KeyLine key={key.does} {...key} />)}
            {items.filter((item) => singleKeys && item.key).map((item) => <KeyLine key={item.to} keys={["g", item.key!]} does={`Go to ${item.label.toLowerCase()}`} />)}
          </dl>
        </div>
        {palette === "never" ? null : (
          <Suspense fallback={null}>
            <CommandPalette open={palette === "open"} onClose={() => setPalette("closed")} searchAction={searchAction}
              commands={[...items.map(({ to, label, icon, key }) => ({ to, label, icon, hint: key ? `g ${key}` : undefined })), ...commands]} />
          </Suspense>
        )}
      </div>
    </LiveRegion>
  );
}

function KeyLine({ keys, does }: KeyHelp) {
  return <div><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>;
}

function NavGroups({ nav }: { nav: readonly StaffNavGroup[] }) {
  return nav.map((group, i) => (
    <div className="nav-group" key={group.label ?? i}>
      {group.label ? <p className="nav-label">{group.label}</p> : null}
      {group.items.map(({ to, label, icon, end, count = 0, countLabel, tone, key }) => (
        <NavLink key={to} to={to} end={end} prefetch="intent" data-go={key}>
          <Icon name={icon} /><span className="clip">{label}</span><Count value={count} label={countLabel} tone={tone} />
        </NavLink>
      ))}
    </div>
  ));
}
