import { DurableObject } from "cloudflare:workers";
import { loadAccount, type LoadedAccount } from "../db/account/store.ts";
import { loadSoFar } from "../db/billing/so-far.ts";
import { openPort } from "../db/open.ts";
import { UnavailableError, type SqlPort } from "../db/port.ts";
import { factsOn, todayOf } from "../db/utility.ts";
import type { SealedEvent } from "../domain/compliance/chain.ts";
import { pushedSummary } from "../domain/lifecycle/account/summary.ts";
import { viewOf } from "../domain/lifecycle/account/view.ts";
import { CLOSE_ACCESS_ENDED, CLOSE_TRY_LATER, PING, PONG, type AccountMessage } from "../domain/live/messages.ts";
import { AccountDesk, type Answer, type Envelope } from "./desk.ts";
import type { Env } from "./env.ts";
import { DurableInbox } from "./inbox.ts";
import { closeQuietly, sendQuietly, socketTag, socketTags, type SocketOwner } from "./socket.ts";
import { recordLateRefusal } from "../db/account/late-refusal.ts";

/** How long until waiting commands are tried again; never zero, an alarm set to "now" inside an alarm may not fire. */
const RETRY_MS = 2_000;
/** More missed events than this, and a fresh snapshot is the shorter answer. */
const REPLAY_MAX = 200;

/**
 * One object for each account: the single writer of its money, the durable inbox of what was accepted for it, and the
 * hub of the pages that show it. The rules are in `AccountDesk`; this is the platform around it.
 */
export class AccountObject extends DurableObject<Env> {
  readonly #port: SqlPort;
  readonly #inbox: DurableInbox;
  readonly #desk: AccountDesk;
  /** What the table `watched` says, as far as this instance knows; null after waking up. */
  #watched: boolean | null = null;
  #watching: Promise<void> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#port = openPort(env);
    this.#inbox = new DurableInbox(ctx.storage.sql);
    this.#desk = new AccountDesk({
      port: this.#port,
      inbox: this.#inbox,
      now: () => Date.now(),
      facts: () => factsOn(this.#port, Date.now()),
      registerPending: async (accountId) => {
        await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
        await this.#operations().registerPending(accountId);
      },
      committed: (account, events) => this.#committed(account, events),
      refusedLater: (envelope, refusal) => recordLateRefusal(this.#port, envelope, refusal, Date.now()),
    });
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    // An alarm may have been lost with the process; whatever waits is tried again as soon as the object lives.
    ctx.blockConcurrencyWhile(async () => {
      if (this.#inbox.all().length > 0 && (await ctx.storage.getAlarm()) === null) await ctx.storage.setAlarm(Date.now() + RETRY_MS);
    });
  }

  /** Runs a command on this account. The caller has authenticated the actor and checked ownership. */
  async execute(envelope: Envelope): Promise<Answer> {
    this.#assertMine(envelope.accountId);
    const answer = await this.#desk.execute(envelope);
    // What was committed is swept once the pages have been told.
    if (answer.status !== "done" || answer.replayed) this.#inbox.sweep();
    return answer;
  }

  /** Tries everything that waits; true when nothing does any more. Called when the database is back, and before a bulk run bills this account. */
  async drain(): Promise<boolean> {
    const empty = await this.#desk.drain();
    if (empty && this.ctx.id.name) await this.#operations().clearPending(this.ctx.id.name);
    return empty;
  }

  override async alarm(): Promise<void> {
    let empty = false;
    try {
      empty = await this.drain();
    } finally {
      // At least once, and never given up: the platform stops calling an alarm that keeps failing.
      if (!empty) await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
    }
  }

  /** A bulk commit changed this account: tell the pages that show it. */
  async accountChanged(): Promise<void> {
    this.#desk.forget();
    const sockets = this.ctx.getWebSockets();
    if (sockets.length === 0) return;
    const accountId = this.#accountId();
    const account = await loadAccount(this.#port, accountId);
    const view = viewOf(account.state, await todayOf(this.#port, Date.now()));
    const [last] = await this.#eventsSince(accountId, account.head.seq - 1);
    this.#broadcast(
      last
        ? { t: "event", seq: account.head.seq, type: last.type, at: last.recordedAt, summary: pushedSummary(last.type, JSON.parse(last.data) as object), view }
        : { t: "snapshot", seq: account.head.seq, view },
    );
    await this.#pushUsage(accountId, account);
  }

  /** Reads of this account's meters arrived: price the open period again and show it. */
  async usageChanged(): Promise<void> {
    if (this.ctx.getWebSockets().length === 0) return;
    const accountId = this.#accountId();
    await this.#pushUsage(accountId, await loadAccount(this.#port, accountId));
  }

  /** Somebody's access to this account, or one of their sign-ins, has ended: so do the pages that were open under it. */
  async accessEnded(owner: SocketOwner): Promise<void> {
    for (const socket of this.ctx.getWebSockets(socketTag(owner))) closeQuietly(socket, CLOSE_ACCESS_ENDED, "Access to this account has ended.");
  }

  /** The upgrade of a live socket, authenticated by the Worker. `?since=SEQ` resumes. */
  override async fetch(request: Request): Promise<Response> {
    const tags = socketTags(request);
    if (request.headers.get("upgrade") !== "websocket" || !tags) return new Response("This address answers WebSocket upgrades.", { status: 426 });
    const accountId = this.#accountId();
    const since = Number(new URL(request.url).searchParams.get("since") ?? "-1");
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, tags);
    try {
      // Watched first, read second: a bulk commit in between either shows in what we read or sees that we watch.
      await this.#syncWatched();
      await this.#greet(server, accountId, since);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      sendQuietly(server, JSON.stringify({ t: "readOnly", on: true } satisfies AccountMessage));
      closeQuietly(server, CLOSE_TRY_LATER, "The database is away for the moment.");
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    closeQuietly(socket, code, reason);
    await this.#unwatchAfterLast();
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    closeQuietly(socket, 1011, "error");
    await this.#unwatchAfterLast();
  }

  override async webSocketMessage(): Promise<void> {
    // Clients only ping, and the platform answers that without waking us.
  }

  async #greet(socket: WebSocket, accountId: string, since: number): Promise<void> {
    const account = await loadAccount(this.#port, accountId);
    const view = viewOf(account.state, await todayOf(this.#port, Date.now()));
    const { seq } = account.head;
    const missed = since >= 0 && since < seq && seq - since <= REPLAY_MAX ? await this.#eventsSince(accountId, since) : null;
    const send = (message: AccountMessage) => sendQuietly(socket, JSON.stringify(message));
    if (since === seq) send({ t: "ready", seq, view });
    else if (missed && missed.length === seq - since) {
      for (const event of missed) send({ t: "event", seq: event.seq, type: event.type, at: event.recordedAt, summary: pushedSummary(event.type, JSON.parse(event.data) as object), view });
    } else send({ t: "snapshot", seq, view });
  }

  async #eventsSince(accountId: string, since: number): Promise<{ seq: number; type: string; data: string; recordedAt: number }[]> {
    return this.#port.query(`SELECT seq, type, data, recorded_at AS "recordedAt" FROM event WHERE stream = ? AND seq > ? ORDER BY seq`, [`account:${accountId}`, since]);
  }

  #committed(account: LoadedAccount, events: readonly SealedEvent[]): void {
    this.ctx.waitUntil(this.#tell(account, events).catch(() => undefined));
  }

  async #tell(account: LoadedAccount, events: readonly SealedEvent[]): Promise<void> {
    if (this.ctx.getWebSockets().length > 0) {
      const view = viewOf(account.state, await todayOf(this.#port, Date.now()));
      for (const event of events) {
        this.#broadcast({ t: "event", seq: event.seq, type: event.type, at: event.recordedAt, summary: pushedSummary(event.type, JSON.parse(event.data) as object), view });
      }
    }
    await this.#operations().poke();
    this.#inbox.sweep();
  }

  async #pushUsage(accountId: string, account: LoadedAccount): Promise<void> {
    const { soFar, version } = await loadSoFar(this.#port, accountId, account.state, Date.now());
    this.#broadcast({ t: "usage", version, soFar });
  }

  #broadcast(message: AccountMessage): void {
    const text = JSON.stringify(message);
    for (const socket of this.ctx.getWebSockets()) sendQuietly(socket, text);
  }

  async #unwatchAfterLast(): Promise<void> {
    // When this fails the account stays watched: a notice too many, never one too few.
    await this.#syncWatched().catch(() => undefined);
  }

  /** Makes the book of record say whether anybody looks. In turn, so that a page that opens never loses to one that closes. */
  #syncWatched(): Promise<void> {
    const turn = this.#watching.then(async () => {
      const open = this.ctx.getWebSockets().some((socket) => socket.readyState === WebSocket.OPEN);
      if (open === this.#watched) return;
      const accountId = this.#accountId();
      await this.#port.write([
        open
          ? { sql: "INSERT INTO watched (account_id, since) VALUES (?, ?) ON CONFLICT DO NOTHING", args: [accountId, Date.now()] }
          : { sql: "DELETE FROM watched WHERE account_id = ?", args: [accountId] },
      ]);
      this.#watched = open;
    });
    this.#watching = turn.catch(() => undefined);
    return turn;
  }

  #operations() {
    return this.env.OPERATIONS.getByName("utility");
  }

  #accountId(): string {
    const { name } = this.ctx.id;
    if (!name) throw new Error("an account object is reached by its account id");
    return name;
  }

  #assertMine(accountId: string): void {
    if (accountId !== this.#accountId()) throw new Error(`a command for ${accountId} reached the object of ${this.#accountId()}`);
  }
}
