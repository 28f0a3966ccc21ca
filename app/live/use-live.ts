/** Live state for pages: what the loader brought, kept current by the socket. */
import { useEffect, useRef, useState } from "react";
import * as v from "valibot";
import { AccountMessageSchema, BoardMessageSchema } from "../../domain/live/messages.ts";
import type { Connection } from "../components/live.tsx";
import { openLive, type LiveConnection } from "./socket.ts";
import { applyAccountMessage, applyBoardMessage, type AccountLive, type BoardLive } from "./state.ts";

/** Newer data from the loader (after a form, a revalidation) takes the place of what the socket had brought. */
function useLiveState<S>(fromServer: S, keyOf: (state: S) => number): [S, (update: (state: S) => S | "gap") => "gap" | void] {
  const [state, setState] = useState(fromServer);
  const latest = useRef(state);
  const loaded = useRef(fromServer);
  if (loaded.current !== fromServer) {
    loaded.current = fromServer;
    if (keyOf(fromServer) >= keyOf(latest.current)) latest.current = fromServer;
  }
  const update = (change: (state: S) => S | "gap"): "gap" | void => {
    const next = change(latest.current);
    if (next === "gap") return "gap";
    latest.current = next;
    setState(next);
  };
  return [keyOf(latest.current) >= keyOf(state) ? latest.current : state, update];
}

const reload = () => location.reload();

/** One account, live. `from` is what the loader brought; it must be the same object between renders. */
export function useAccountLive(from: AccountLive): AccountLive & { readonly connection: Connection } {
  const [state, update] = useLiveState(from, (each) => each.seq);
  const [connection, setConnection] = useState<LiveConnection>("fine");
  const current = useRef(state);
  current.current = state;
  const { accountId } = from.view;
  useEffect(
    () =>
      openLive({
        path: () => `/live/account/${accountId}?since=${current.current.seq}`,
        onMessage: (message) => {
          const parsed = v.safeParse(AccountMessageSchema, message);
          return parsed.success ? update((each) => applyAccountMessage(each, parsed.output)) : undefined;
        },
        onConnection: setConnection,
        onReload: reload,
      }),
    // The socket belongs to the account; everything else reaches it through refs.
    [accountId],
  );
  return { ...state, connection: state.readOnly ? "readOnly" : connection };
}

/** The staff's board, live. */
export function useBoardLive(from: BoardLive): BoardLive & { readonly connection: Connection } {
  const [state, update] = useLiveState(from, (each) => each.position);
  const [connection, setConnection] = useState<LiveConnection>("fine");
  const current = useRef(state);
  current.current = state;
  useEffect(
    () =>
      openLive({
        path: () => `/live/board?since=${current.current.position}`,
        onMessage: (message) => {
          const parsed = v.safeParse(BoardMessageSchema, message);
          return parsed.success ? update((each) => applyBoardMessage(each, parsed.output)) : undefined;
        },
        onConnection: setConnection,
        onReload: reload,
      }),
    [],
  );
  return { ...state, connection };
}
