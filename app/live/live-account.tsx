/** The account that every page of the portal shows, kept current by one socket in the frame around them. */
import { createContext, useContext, useEffect, useRef, type ReactNode } from "react";
import { useRevalidator } from "react-router";
import type { Connection } from "../components/live.tsx";
import type { AccountLive } from "./state.ts";
import { useAccountLive } from "./use-live.ts";

export type LiveAccount = AccountLive & { readonly connection: Connection };

/**
 * The new balance is painted before anything is asked of the server for it, and a burst of pushes loads the page once. About
 * three frames; nobody notices it on a list that is loaded again.
 */
const LOAD_BEHIND_MS = 50;

const LiveAccountContext = createContext<LiveAccount | null>(null);

/**
 * `from` is what the loader brought; it must be the same object between renders. Balance, bill so far and requests move
 * with the push itself; what else the page shows (a list, a step of a request) is loaded again behind it.
 */
export function LiveAccountProvider({ from, children }: { from: AccountLive; children: (live: LiveAccount) => ReactNode }) {
  const live = useAccountLive(from);
  const { revalidate } = useRevalidator();
  const shown = useRef({ accountId: from.view.accountId, seq: from.seq, usageVersion: from.usageVersion });
  const behind = useRef<ReturnType<typeof setTimeout> | null>(null);
  const { seq, usageVersion, view: { accountId } } = live;
  useEffect(() => {
    const before = shown.current;
    shown.current = { accountId, seq: Math.max(seq, from.seq), usageVersion: Math.max(usageVersion, from.usageVersion) };
    const pushed = before.accountId === accountId && (seq > Math.max(before.seq, from.seq) || usageVersion > Math.max(before.usageVersion, from.usageVersion));
    if (pushed) behind.current ??= setTimeout(() => {
      behind.current = null;
      void revalidate();
    }, LOAD_BEHIND_MS);
  }, [accountId, seq, usageVersion, from, revalidate]);
  useEffect(() => () => clearTimeout(behind.current ?? undefined), []);
  return <LiveAccountContext value={live}>{children(live)}</LiveAccountContext>;
}

/** The account as it is at this moment. Throws outside of the portal's frame. */
export function useLiveAccount(): LiveAccount {
  const live = useContext(LiveAccountContext);
  if (!live) throw new Error("useLiveAccount needs the portal's frame around it");
  return live;
}
