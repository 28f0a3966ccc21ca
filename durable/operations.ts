import { DurableObject } from "cloudflare:workers";
import { foldBoard, type BoardFold } from "../db/board.ts";
import { openPort } from "../db/open.ts";
import { UnavailableError, type SqlPort } from "../db/port.ts";
import { CLOSE_ACCESS_ENDED, PING, PONG, type Board, type BoardMessage, type FeedItem, type RunProgress } from "../domain/live/messages.ts";
import type { Env } from "./env.ts";
import { closeQuietly, sendQuietly, socketTag, socketTags, type SocketOwner } from "./socket.ts";

/** Feed items kept to answer a page that comes back; a longer absence gets the board as it is. */
const FEED_KEPT = 100;

/**
 * One object for the utility: the staff's live board, and the durable list of accounts whose commands are still pending.
 * Board and feed are folded from the log, so a poke that gets lost is made good by the next one.
 */
export class OperationsObject extends DurableObject<Env> {
  readonly #port: SqlPort;
  #fold: BoardFold | null = null;
  #recent: FeedItem[] = [];
  #refreshing: Promise<void> | null = null;
  #again = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#port = openPort(env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS pending (account_id TEXT PRIMARY KEY, since INTEGER NOT NULL)");
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  /** Before an account's object acknowledges anything as pending. Durable when it returns. */
  async registerPending(accountId: string): Promise<void> {
    this.ctx.storage.sql.exec("INSERT INTO pending (account_id, since) VALUES (?, ?) ON CONFLICT DO NOTHING", accountId, Date.now());
    await this.ctx.storage.sync();
  }

  async clearPending(accountId: string): Promise<void> {
    this.ctx.storage.sql.exec("DELETE FROM pending WHERE account_id = ?", accountId);
  }

  /** What a bulk run must leave to the accounts' own objects. */
  async pending(): Promise<string[]> {
    return this.ctx.storage.sql.exec<{ account_id: string }>("SELECT account_id FROM pending ORDER BY account_id").toArray().map((row) => row.account_id);
  }

  /** Something was committed: bring board and feed up to date and show them. While the database is away there is nothing to show. */
  async poke(): Promise<void> {
    await this.#refresh().catch((error: unknown) => {
      if (!(error instanceof UnavailableError)) throw error;
    });
  }

  /** Many at once make one refresh. */
  async #refresh(): Promise<void> {
    this.#again = true;
    this.#refreshing ??= this.#refreshWhileAsked().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  /** The board as staff see it, for the first paint. */
  async board(): Promise<{ position: number; board: Board; feed: FeedItem[] }> {
    await this.#refresh();
    const fold = this.#fold!;
    return { position: fold.position, board: fold.board, feed: this.#recent };
  }

  /** Progress of a run: a signal, shown and forgotten. */
  async runProgress(run: RunProgress): Promise<void> {
    this.#broadcast({ t: "run", run });
  }

  /** A person who left, or a sign-in that ended: so do the pages that were open under it. */
  async accessEnded(owner: SocketOwner): Promise<void> {
    for (const socket of this.ctx.getWebSockets(socketTag(owner))) closeQuietly(socket, CLOSE_ACCESS_ENDED, "Access has ended.");
  }

  override async fetch(request: Request): Promise<Response> {
    const tags = socketTags(request);
    if (request.headers.get("upgrade") !== "websocket" || !tags) return new Response("This address answers WebSocket upgrades.", { status: 426 });
    const since = Number(new URL(request.url).searchParams.get("since") ?? "-1");
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, tags);
    try {
      await this.#refresh();
      const { position, board } = this.#fold!;
      const items = this.#recent.filter((item) => item.position > since);
      const message: BoardMessage = since >= 0 && items.length < FEED_KEPT ? { t: "feed", position, items, board } : { t: "board", position, board };
      sendQuietly(server, JSON.stringify(message));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      closeQuietly(server, 4503, "The database is away for the moment.");
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    closeQuietly(socket, code, reason);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    closeQuietly(socket, 1011, "error");
  }

  override async webSocketMessage(): Promise<void> {
    // Pages only ping, and the platform answers that.
  }

  async #refreshWhileAsked(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const before = this.#fold?.position ?? null;
      const { fold, items } = await foldBoard(this.#port, this.#fold, Date.now(), FEED_KEPT);
      this.#fold = fold;
      this.#recent = [...this.#recent, ...items].slice(-FEED_KEPT);
      if (before !== fold.position) this.#broadcast({ t: "feed", position: fold.position, items, board: fold.board });
    }
  }

  #broadcast(message: BoardMessage): void {
    const sockets = this.ctx.getWebSockets();
    if (sockets.length === 0) return;
    const text = JSON.stringify(message);
    for (const socket of sockets) sendQuietly(socket, text);
  }
}
