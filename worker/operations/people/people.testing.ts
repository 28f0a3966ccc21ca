/** A small utility in memory for stories about people. */
import { openMemory } from "../../../db/memory.ts";
import { migrate } from "../../../db/migrate.ts";
import { loadMigrations } from "../../../db/migrations-folder.ts";
import { writeRows } from "../../../db/commit.ts";
import { deriveKey } from "../../../db/keys.ts";
import type { SqlPort, Statement } from "../../../db/port.ts";
import { linkOf } from "../../auth/links.ts";
import { hashPassword } from "../../auth/password.ts";
import { sessionOf, type Session } from "../../auth/session.ts";
import { createStaffUser, credentialRow, userRow, type NewUser } from "./users.ts";
import { signIn } from "./sign-in.ts";
import type { From, PeopleWorld } from "./world.ts";

/** The library reads the machine's clock, so stories begin now and move on from there. */
const START = Date.now();
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const PASSWORD = "correct horse battery";
export const HERE: From = { address: "203.0.113.7", userAgent: "test" };

export interface Town extends PeopleWorld {
  readonly port: SqlPort & { close(): void };
  /** Every statement that went to the database, in order. */
  readonly statements: string[];
  wait(ms: number): void;
}

/** An empty, migrated utility. */
export async function newTown(publicUrl = "http://localhost:8787"): Promise<Town> {
  const memory = openMemory();
  const statements: string[] = [];
  const heard = (all: readonly Statement[]) => statements.push(...all.map(({ sql }) => sql));
  const port: Town["port"] = {
    query: (sql, args) => (heard([{ sql }]), memory.query(sql, args)),
    read: (all) => (heard(all), memory.read(all)),
    write: (all) => (heard(all), memory.write(all)),
    close: () => memory.close(),
  };
  await migrate(memory, { migrations: loadMigrations() });
  const env = { SECRET_KEY: Buffer.alloc(32, 7).toString("base64"), PUBLIC_URL: publicUrl };
  let now = START;
  return {
    port, statements, env,
    now: () => now,
    wait: (ms) => void (now += ms),
    newId: () => crypto.randomUUID(),
    key: (use) => deriveKey(env.SECRET_KEY, use),
    wakeOutbox: () => undefined,
  };
}

/** Hashing is slow on purpose: once is enough for everybody of a story. */
let hashed: Promise<string> | null = null;

/** Makes a sign-in with the usual password and answers its id. */
export async function person(town: Town, of: Partial<Omit<NewUser, "password">> & Pick<NewUser, "email">): Promise<string> {
  const user = userRow(town, { name: "Ana Diaz", role: "customer", language: "en", ...of }, town.newId());
  const credential = credentialRow(user.id, await (hashed ??= hashPassword(PASSWORD)), town.now());
  if (user.role === "customer") await writeRows(town.port, { authUser: [user], authCredential: [credential] });
  else await createStaffUser(town, town.newId(), user, "system:setup", { credential });
  return user.id;
}

/** The request of somebody who has just signed in. */
export async function visitOf(town: Town, email: string, password = PASSWORD): Promise<Request> {
  const signedIn = await signIn(town, { email, password }, HERE);
  if (!signedIn.ok) throw new Error(signedIn.refusal.code);
  return requestWith(signedIn.headers);
}

export function requestWith(headers: Headers): Request {
  return new Request("http://localhost:8787/", { headers: { cookie: headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ") } });
}

export const sessionIn = (town: Town, request: Request): Promise<Session | null> => sessionOf(request, town.port, town.env, town.now());

/** Signs somebody in and answers their session. */
export async function sessionFor(town: Town, email: string): Promise<Session> {
  const session = await sessionIn(town, await visitOf(town, email));
  if (!session) throw new Error(`${email} has no session`);
  return session;
}

/** An account with one bill: number B-ID, new charges $84.20, $96.35 to pay. */
export async function billedAccount(town: Town, accountId: string): Promise<void> {
  await writeRows(town.port, {
    account: [{
      id: accountId, personId: `p${accountId}`, customerClass: "residential", billCycle: "1", mailingLine: "1 Main St", mailingCity: "Ames", mailingState: "IA",
      mailingZip: "50010", delivery: "portal", openedOn: "2025-01-01",
    }],
    bill: [{
      id: `bill-${accountId}`, accountId, seq: 2, number: `B-${accountId}`, periodFrom: "2026-09-01", periodTo: "2026-10-01", issuedOn: "2026-10-02", dueOn: "2026-10-22",
      previousBalance: 1215, charges: 8420, balance: 9635, status: "complete", runId: null, snapshotHash: "", snapshot: "{}",
    }],
  });
}

/** The letters in the outbox, newest last, each with the token of its link. */
export async function letters(town: Town): Promise<{ to: string; letter: string; token: string; payload: string }[]> {
  const rows = await town.port.query<{ payload: string }>("SELECT payload FROM outbox WHERE kind = 'email' ORDER BY id");
  return rows.map(({ payload }) => {
    const { to, letter, linkId } = JSON.parse(payload) as { to: string; letter: string; linkId: string };
    return { to, letter, token: linkOf(town.key("link"), linkId).token, payload };
  });
}

/** Types of the events of a stream, in order. */
export async function eventsOf(town: Town, stream: string): Promise<string[]> {
  return (await town.port.query<{ type: string }>("SELECT type FROM event WHERE stream = ? ORDER BY seq", [stream])).map(({ type }) => type);
}
