/**
 * A live socket that looks after itself: it comes back after a drop with growing, jittered patience, notices a silent
 * line, and stops for good when access has ended. The page under it came from the server and stays right without it.
 */
import { CLOSE_ACCESS_ENDED, CLOSE_CLIENT_TOO_OLD, PING, PONG } from "../../domain/live/messages.ts";

export type LiveConnection = "fine" | "connecting" | "offline";

export interface LiveSocketOptions {
  /** Path with the place to go on from, asked anew for each attempt. */
  readonly path: () => string;
  /** One message as parsed JSON; answer "gap" to connect again. */
  readonly onMessage: (message: unknown) => "gap" | void;
  readonly onConnection: (state: LiveConnection) => void;
  /** Access has ended or this page is too old: it should be loaded again. */
  readonly onReload: () => void;
}

const PATIENCE_FIRST_MS = 500;
const PATIENCE_MAX_MS = 30_000;
/** A connection that held this long was a good one: the next drop starts patient counting anew. */
const STABLE_MS = 10_000;
/** Nothing is said while a drop heals within this time: phones change networks all day. */
const QUIET_MS = 2_000;
/** The page on which somebody signed out is leaving already: only the others have to be loaded again. */
const LEAVING_MS = 1_000;
const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;

/** Opens the socket and keeps it. @returns a function that ends it */
export function openLive(options: LiveSocketOptions): () => void {
  let socket: WebSocket | null = null;
  let attempts = 0;
  let ended = false;
  let timers: ReturnType<typeof setTimeout>[] = [];
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let waitingForPong = false;

  const later = (work: () => void, ms: number) => void timers.push(setTimeout(work, ms));
  const clear = () => {
    timers.forEach(clearTimeout);
    timers = [];
  };

  function connect(): void {
    clear();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(`${scheme}//${location.host}${options.path()}`);
    socket = mine;
    mine.onopen = () => {
      clearTimeout(quiet);
      quiet = undefined;
      options.onConnection("fine");
      later(() => (attempts = 0), STABLE_MS);
      keepAlive(mine);
    };
    mine.onmessage = (event) => {
      if (event.data === PONG) return void (waitingForPong = false);
      let message: unknown;
      try {
        message = JSON.parse(String(event.data));
      } catch {
        return;
      }
      if (options.onMessage(message) === "gap") mine.close();
    };
    mine.onclose = (event) => {
      if (socket !== mine) return;
      socket = null;
      clear();
      if (ended) return;
      if (event.code === CLOSE_ACCESS_ENDED || event.code === CLOSE_CLIENT_TOO_OLD) {
        ended = true;
        return later(options.onReload, LEAVING_MS);
      }
      quiet ??= setTimeout(() => options.onConnection(navigator.onLine ? "connecting" : "offline"), QUIET_MS);
      const patience = Math.min(PATIENCE_FIRST_MS * 2 ** attempts, PATIENCE_MAX_MS);
      attempts += 1;
      // Jitter: after a deployment every page of the utility comes back at once.
      later(connect, patience / 2 + Math.random() * patience / 2);
    };
  }

  function keepAlive(mine: WebSocket): void {
    later(() => {
      if (socket !== mine) return;
      waitingForPong = true;
      mine.send(PING);
      later(() => (waitingForPong && socket === mine ? mine.close() : keepAlive(mine)), PONG_WITHIN_MS);
    }, PING_EVERY_MS);
  }

  /** The network is back, or the person is: no reason to wait out the patience. */
  function hurry(): void {
    if (socket || ended || document.visibilityState === "hidden") return;
    attempts = 0;
    connect();
  }

  connect();
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  return () => {
    ended = true;
    clear();
    clearTimeout(quiet);
    removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
    socket?.close(1000, "page left");
  };
}
