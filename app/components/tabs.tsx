import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { Count } from "./badge.tsx";

export interface Tab { to: string; label: ReactNode; count?: number; end?: boolean }

/** Parts of one thing, each with its own address. They are links, so Back works and each can be sent to somebody. */
export function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ to, label: word, count, end }) => (
        <NavLink key={to} to={to} end={end} preventScrollReset>{word}{count === undefined ? null : <Count value={count} />}</NavLink>
      ))}
    </nav>
  );
}
