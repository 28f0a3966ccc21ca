/** Live state for pages: what the loader brought, kept current by the socket. */
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useRevalidator } from "react-router";
import * as v from "valibot";
import { AccountMessageSchema, BoardMessageSchema, type FeedItem } from "../../domain/live/messages.ts";
import type { Connection } from "../components/live.tsx";
import { openLive, type LiveConnection } from "./socket.ts";
import { applyAccountMessage, applyBoardMessage, type AccountLive, type BoardLive } from "./state.ts";

/** State that lives beside React, because the socket must see the newest value the moment a message arrives. */
interface LiveStore<S> {
  readonly get: () => S;
  readonly subscribe: (listener: () => void) => () => void;
  readonly change: (update: (state: S) => S | "gap") => "gap" | void;
  /** Newer data from the loader (after a form, a revalidation) takes the place of what the socket had brought. */
  readonly offer: (loaded: S) => void;
}

function liveStore<S>(initial: S, keyOf: (state: S) => number): LiveStore<S> {
  let state = initial;
  const listeners = new Set<() => void>();
  const set = (next: S) => {
    state = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change: (update) => {
      const next = update(state);
      if (next === "gap") return "gap";
      if (next !== state) set(next);
    },
    offer: (loaded) => {
      if (keyOf(loaded) >= keyOf(state)) set(loaded);
    },
  };
}

/** A store for as long as the page shows one thing, kept in step with its loader. */
function useStore<S>(from: S, keyOf: (state: S) => number): [S, LiveStore<S>] {
  const [store] = useState(() => liveStore(from, keyOf));
  useEffect(() => store.offer(from), [store, from]);
  return [useSyncExternalStore(store.subscribe, store.get, () => from), store];
}

const reload = () => location.reload();
const seqOf = (state: AccountLive) => state.seq;
const positionOf = (state: BoardLive) => state.position;

/**
 * One account, live. `from` is what the loader brought, the same object between renders; a page that can switch
 * accounts gives the component a `key` of the account id.
 */
export function useAccountLive(from: AccountLive): AccountLive & { readonly connection: Connection } {
  const [state, store] = useStore(from, seqOf);
  const [connection, setConnection] = useState<LiveConnection>("fine");
  const { accountId } = from.view;
  useEffect(
    () =>
      openLive({
        path: () => `/live/account/${accountId}?since=${store.get().seq}`,
        onMessage: (message) => {
          const parsed = v.safeParse(AccountMessageSchema, message);
          return parsed.success ? store.change((each) => applyAccountMessage(each, parsed.output)) : undefined;
        },
        onConnection: setConnection,
        onReload: reload,
      }),
    [accountId, store],
  );
  return { ...state, connection: state.readOnly ? "readOnly" : connection };
}

/** The staff's board, live. */
export function useBoardLive(from: BoardLive): BoardLive & { readonly connection: Connection } {
  const [state, store] = useStore(from, positionOf);
  const [connection, setConnection] = useState<LiveConnection>("fine");
  useEffect(
    () =>
      openLive({
        path: () => `/live/board?since=${store.get().position}`,
        onMessage: (message) => {
          const parsed = v.safeParse(BoardMessageSchema, message);
          return parsed.success ? store.change((each) => applyBoardMessage(each, parsed.output)) : undefined;
        },
        onConnection: setConnection,
        onReload: reload,
      }),
    [store],
  );
  return { ...state, connection };
}

/**
 * Loads the page again whenever something that it is about comes through the staff's feed. `place` is where the feed was
 * before the page was read (`feedPlace`): what happens between is told on connecting. `concerns` must be the same function
 * between renders.
 */
export function useFeedReload(place: Pick<BoardLive, "position" | "board">, concerns: (item: FeedItem) => boolean): Connection {
  const from = useMemo((): BoardLive => ({ ...place, feed: [], runs: [] }), [place]);
  const { feed, connection } = useBoardLive(from);
  const { revalidate } = useRevalidator();
  const newest = feed.find(concerns)?.position;
  useEffect(() => {
    if (newest !== undefined) void revalidate();
  }, [newest, revalidate]);
  return connection;
}
