/** What a page knows of an account and what each message does to it. Pure, so that every order of messages can be tried in a test. */
import type { AccountView } from "../../domain/lifecycle/account/view.ts";
import type { AccountMessage, Board, BoardMessage, FeedItem, RunProgress, SoFar } from "../../domain/live/messages.ts";

export interface AccountLive {
  /** The last event this page has seen: where the socket goes on from. */
  readonly seq: number;
  readonly view: AccountView;
  readonly soFar: SoFar | null;
  readonly usageVersion: number;
  readonly readOnly: boolean;
  /** The events that arrived while the page was open, newest first. */
  readonly arrived: readonly { readonly seq: number; readonly type: string; readonly at: number; readonly summary: Record<string, string | number | boolean | null> }[];
}

/** Kept for the page's own list; older ones are in the timeline after a reload. */
const ARRIVED_KEPT = 20;

/** The state after a message, or "gap": something was missed, and the page must connect again with the seq it has. */
export function applyAccountMessage(state: AccountLive, message: AccountMessage): AccountLive | "gap" {
  switch (message.t) {
    case "ready":
    case "snapshot":
      // A snapshot older than what is shown was made before a push that overtook it.
      return message.seq < state.seq ? state : { ...state, seq: message.seq, view: message.view, readOnly: false };
    case "event": {
      if (message.seq <= state.seq) return state;
      if (message.seq > state.seq + 1) return "gap";
      const { seq, type, at, summary, view } = message;
      return { ...state, seq, view, readOnly: false, arrived: [{ seq, type, at, summary }, ...state.arrived].slice(0, ARRIVED_KEPT) };
    }
    case "usage":
      return message.version < state.usageVersion ? state : { ...state, usageVersion: message.version, soFar: message.soFar };
    case "readOnly":
      return { ...state, readOnly: message.on };
  }
}

export interface BoardLive {
  readonly position: number;
  readonly board: Board;
  /** Newest first. */
  readonly feed: readonly FeedItem[];
  readonly runs: readonly RunProgress[];
}

const FEED_SHOWN = 50;

/** The board after a message. Feed items are known by their position, so a repeated one changes nothing. */
export function applyBoardMessage(state: BoardLive, message: BoardMessage): BoardLive {
  switch (message.t) {
    case "board":
      return { ...state, position: message.position, board: message.board };
    case "feed": {
      const news = message.items.filter((item) => item.position > state.position).reverse();
      return { ...state, position: Math.max(state.position, message.position), board: message.board, feed: [...news, ...state.feed].slice(0, FEED_SHOWN) };
    }
    case "run": {
      const others = state.runs.filter((run) => run.runId !== message.run.runId);
      return { ...state, runs: [message.run, ...others] };
    }
  }
}
