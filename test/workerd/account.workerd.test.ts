import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { openPort } from "../../db/open.ts";
import type { AccountMessage } from "../../domain/live/messages.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import { setNetwork } from "./database.ts";
import { worldOf } from "../../worker/operations/context.ts";
import { setUpUtility } from "../../worker/operations/settings.ts";
import type { Envelope } from "../../durable/desk.ts";

const world = worldOf({ env, ctx: { waitUntil: () => {} } });
const port = openPort(env);

beforeAll(async () => {
  await setUpUtility(world, "system:test", {
    utility: { name: "Workerd Test Utility", timeZone: "America/Chicago", phone: "", email: "", addressLines: [], commodities: ["water"] },
    cycles: [{ id: "01", name: "Cycle 1", closeDay: 1 }], holidays: [], fees: SETTING_DEFAULTS.fees, gl: SETTING_DEFAULTS.gl,
  });
});

afterEach(() => setNetwork("up"));

const objectOf = (accountId: string) => env.ACCOUNT.getByName(accountId);
const base = (accountId: string, commandId: string) => ({ commandId: `${accountId}:${commandId}`, accountId, actor: "system:test", authority: "test", source: "test", acceptedAt: Date.now() });

async function openAccount(): Promise<string> {
  const accountId = `acct-${crypto.randomUUID()}`;
  const command = { type: "OpenAccount", accountId, personRef: "p", mailingRef: "m", customerClass: "residential", billCycle: "01", openedOn: "2026-01-01" } as const;
  expect(await objectOf(accountId).execute({ ...base(accountId, "open"), command })).toMatchObject({ status: "done" });
  return accountId;
}

const payment = (accountId: string, id: string, amount: number, mustNotBeLost = true): Envelope => ({
  ...base(accountId, id), mustNotBeLost,
  command: { type: "PostPayment", paymentId: `${accountId}:${id}`, amount, tender: "card", channel: "portal", reference: null, receivedAt: 1_780_000_000_000 },
});

async function book(accountId: string) {
  const [row] = await port.query<{ payments: number; balance: number; total: number; events: number }>(
    `SELECT (SELECT count(*) FROM payment WHERE account_id = s.account_id) AS payments, s.balance,
       (SELECT sum(amount) FROM ledger_entry WHERE stream = 'account:' || s.account_id) AS total,
       (SELECT count(*) FROM event WHERE stream = 'account:' || s.account_id) AS events
     FROM account_state s WHERE s.account_id = ?`, [accountId]);
  return row;
}

test("the same payment twice posts once; the same id with another amount is a conflict", async () => {
  const id = await openAccount();
  expect(await objectOf(id).execute(payment(id, "p1", 4_200))).toMatchObject({ status: "done", replayed: false });
  expect(await objectOf(id).execute(payment(id, "p1", 4_200))).toMatchObject({ status: "done", replayed: true });
  expect(await objectOf(id).execute(payment(id, "p1", 4_300))).toEqual({ status: "conflict" });
  expect(await book(id)).toMatchObject({ payments: 1, balance: -4_200, total: 0 });
});

test("thirty-two payments at once all post, one after the other", async () => {
  const id = await openAccount();
  const answers = await Promise.all(Array.from({ length: 32 }, (_, n) => objectOf(id).execute(payment(id, `r${n}`, 100 + n))));
  expect(answers.every((answer) => answer.status === "done")).toBe(true);
  expect(await book(id)).toMatchObject({ payments: 32, balance: -(32 * 100 + (31 * 32) / 2), total: 0, events: 33 });
});

test("the reply of a commit is lost: the payment is pending, and turns out to be posted exactly once", async () => {
  const id = await openAccount();
  await objectOf(id).execute(payment(id, "before", 1));
  await setNetwork("deaf");
  expect(await objectOf(id).execute(payment(id, "p1", 900))).toEqual({ status: "pending" });
  await setNetwork("up");
  expect(await env.OPERATIONS.getByName("utility").pending()).toContain(id);
  expect(await runDurableObjectAlarm(objectOf(id))).toBe(true);
  expect(await book(id)).toMatchObject({ payments: 2, balance: -901 });
  expect(await env.OPERATIONS.getByName("utility").pending()).not.toContain(id);
  expect(await objectOf(id).execute(payment(id, "p1", 900))).toMatchObject({ status: "done", replayed: true });
});

test("the database is away: a clerk is refused, a provider's money waits and survives the object's eviction", async () => {
  const id = await openAccount();
  // Nothing remembered: what must be read first cannot be, so nothing was tried.
  await evictDurableObject(objectOf(id));
  await setNetwork("down");
  expect(await objectOf(id).execute(payment(id, "clerk", 100, false))).toEqual({ status: "unavailable" });
  expect(await objectOf(id).execute(payment(id, "card", 2_500))).toEqual({ status: "pending" });
  await evictDurableObject(objectOf(id));
  expect(await objectOf(id).drain()).toBe(false);
  await setNetwork("up");
  expect(await objectOf(id).drain()).toBe(true);
  expect(await book(id)).toMatchObject({ payments: 1, balance: -2_500, total: 0 });
});

test("an object evicted between accepting and committing finishes what it had accepted", async () => {
  const id = await openAccount();
  const envelope = payment(id, "accepted", 700);
  await runInDurableObject(objectOf(id), (_object, state) => {
    state.storage.sql.exec("INSERT INTO inbox (command_id, hash, envelope) VALUES (?, ?, ?)", envelope.commandId, "set-below", JSON.stringify(envelope));
  });
  await evictDurableObject(objectOf(id));
  // Waking up finds the row and sets the alarm that tries it.
  expect(await runInDurableObject(objectOf(id), async (_object, state) => (await state.storage.getAlarm()) !== null)).toBe(true);
  expect(await runDurableObjectAlarm(objectOf(id))).toBe(true);
  expect(await book(id)).toMatchObject({ payments: 1, balance: -700 });
});

const inboxRows = (accountId: string) => runInDurableObject(objectOf(accountId), (_object, state) => state.storage.sql.exec("SELECT command_id FROM inbox").toArray().length);

test("the inbox is empty soon after the answer; a row that an object left behind when it died is asked for again and posts nothing", async () => {
  const id = await openAccount();
  const envelope = payment(id, "p1", 700);
  expect(await objectOf(id).execute(envelope)).toMatchObject({ status: "done" });
  await vi.waitFor(async () => expect(await inboxRows(id)).toBe(0));
  await runInDurableObject(objectOf(id), (_object, state) => {
    state.storage.sql.exec("INSERT INTO inbox (command_id, hash, envelope) VALUES (?, ?, ?)", envelope.commandId, "set-below", JSON.stringify(envelope));
  });
  await evictDurableObject(objectOf(id));
  expect(await objectOf(id).drain()).toBe(true);
  expect(await inboxRows(id)).toBe(0);
  expect(await book(id)).toMatchObject({ payments: 1, balance: -700 });
});

test("while the book writes, the command is in the inbox already, and another question under its id is told apart", async () => {
  const id = await openAccount();
  await objectOf(id).execute(payment(id, "before", 1));
  await vi.waitFor(async () => expect(await inboxRows(id)).toBe(0));
  await setNetwork("slow");
  const answer = objectOf(id).execute(payment(id, "p1", 900));
  await vi.waitFor(async () => expect(await inboxRows(id)).toBe(1));
  expect(await objectOf(id).execute(payment(id, "p1", 901))).toEqual({ status: "conflict" });
  await setNetwork("up");
  expect(await answer).toMatchObject({ status: "done", replayed: false });
  expect(await objectOf(id).execute(payment(id, "p1", 900))).toMatchObject({ status: "done", replayed: true });
  await vi.waitFor(async () => expect(await inboxRows(id)).toBe(0));
  expect(await book(id)).toMatchObject({ payments: 2, balance: -901 });
});

async function connect(accountId: string, since: number | null, sessionId = "s1"): Promise<{ socket: WebSocket; messages: AccountMessage[] }> {
  const query = since === null ? "" : `?since=${since}`;
  const response = await objectOf(accountId).fetch(`http://object/live${query}`, { headers: { upgrade: "websocket", "x-meterline-user": "u1", "x-meterline-session": sessionId } });
  const socket = response.webSocket!;
  const messages: AccountMessage[] = [];
  socket.addEventListener("message", (event) => messages.push(JSON.parse(event.data as string) as AccountMessage));
  socket.accept();
  return { socket, messages };
}

test("a page that is up to date is told so, one that missed events gets them, one that is far behind gets a snapshot", async () => {
  const id = await openAccount();
  for (const n of [1, 2, 3]) await objectOf(id).execute(payment(id, `p${n}`, n * 100));
  const [ready, behind, fresh] = [await connect(id, 4), await connect(id, 2), await connect(id, null)];
  await vi.waitFor(() => expect([ready, behind, fresh].map(({ messages }) => messages.length)).toEqual([1, 2, 1]));
  expect(ready.messages).toMatchObject([{ t: "ready", seq: 4, view: { balance: -600 } }]);
  expect(behind.messages).toMatchObject([{ t: "event", seq: 3, type: "PaymentPosted", summary: { amount: 200 } }, { t: "event", seq: 4, summary: { amount: 300 } }]);
  expect(fresh.messages).toMatchObject([{ t: "snapshot", seq: 4 }]);
  for (const { socket } of [ready, behind, fresh]) socket.close(1000, "done");
});

test("a payment reaches every open page of the account, also after the object hibernated", async () => {
  const id = await openAccount();
  const [clerk, customer] = [await connect(id, 1), await connect(id, 1)];
  await vi.waitFor(() => expect(customer.messages).toHaveLength(1));
  await evictDurableObject(objectOf(id), { webSockets: "hibernate" });
  await objectOf(id).execute(payment(id, "p1", 4_200));
  await vi.waitFor(() => expect(customer.messages.at(-1)).toMatchObject({ t: "event", seq: 2, type: "PaymentPosted", view: { balance: -4_200 } }));
  await vi.waitFor(() => expect(clerk.messages.at(-1)).toMatchObject({ t: "event", seq: 2 }));
  for (const { socket } of [clerk, customer]) socket.close(1000, "done");
});

test("the book knows who is watched, from the first page that opens to the last that closes", async () => {
  const id = await openAccount();
  const watched = async () => (await port.query("SELECT account_id FROM watched WHERE account_id = ?", [id])).length;
  expect(await watched()).toBe(0);
  const [one, two] = [await connect(id, 1), await connect(id, 1)];
  expect(await watched()).toBe(1);
  one.socket.close(1000, "done");
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await watched()).toBe(1);
  two.socket.close(1000, "done");
  await vi.waitFor(async () => expect(await watched()).toBe(0), { timeout: 3_000 });
});

test("when a person's access ends, that person's pages close and others stay", async () => {
  const id = await openAccount();
  const { socket } = await connect(id, 1);
  const closed = new Promise<number>((resolve) => socket.addEventListener("close", (event) => resolve(event.code)));
  await objectOf(id).accessEnded({ userId: "u1" });
  expect(await closed).toBe(4403);
});

test("when one sign-in ends, its pages close; the same person's on another device stay", async () => {
  const id = await openAccount();
  const [{ socket: signedOut }, { socket: phone, messages }] = [await connect(id, 1, "s1"), await connect(id, 1, "s2")];
  const closed = new Promise<number>((resolve) => signedOut.addEventListener("close", (event) => resolve(event.code)));
  await objectOf(id).accessEnded({ sessionId: "s1" });
  expect(await closed).toBe(4403);
  await objectOf(id).execute(payment(id, "after", 100));
  await vi.waitFor(() => expect(messages.at(-1)).toMatchObject({ t: "event", type: "PaymentPosted" }));
  expect(phone.readyState).toBe(WebSocket.OPEN);
});
