/**
 * Loading the demonstration. What stands in the book afterwards was made by the product: commands decided by its own
 * `decide` (committed in sets where there are thousands), reads taken in by its ingest, bills made by its runs, on a clock
 * that lived through thirteen months. Loaded beside that, without a command of its own: the mark that the letters of the
 * past have been sent, since nobody wants a year of mail at the first start.
 */
import { openLibsql } from "../../db/libsql.ts";
import type { SqlPort } from "../../db/port.ts";
import { localDateOf } from "../../domain/calendar/zone.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { grantAccess } from "../../worker/operations/people/access.ts";
import { createUser } from "../../worker/operations/people/users.ts";
import type { DemoJob, DemoReport, LoadDemo } from "./contract.ts";
import { makeGateway } from "./gateway.ts";
import { stockMeters } from "./meters.ts";
import { openAccounts, registerPremises } from "./registry.ts";
import { cameOver, layOut, type Town } from "./town.ts";
import { CUSTOMERS, foundUtility, publishRates } from "./utility.ts";
import { beginDemo, ZONE, type Demo } from "./world.ts";
import { liveThrough, type YearTally } from "./year.ts";

export { tourLines } from "./tour.ts";
export { SIGN_INS } from "./utility.ts";

/** The one that the README's tour was written with. */
const SEED = 4_711;

/** A load of hours is not given up because the machine was busy with something else for a while. */
const PATIENCE_MS = 10 * 60_000;

export const loadDemo: LoadDemo = async ({ url, databaseUrl, secrets, meters, onProgress }: DemoJob): Promise<DemoReport> =>
  fillDemo({ port: openLibsql({ url: databaseUrl, timeoutMs: PATIENCE_MS }), now: Date.now(), meters, secretKey: secrets.secretKey, publicUrl: url, onProgress });

export interface Filling {
  readonly port: SqlPort;
  readonly now: number;
  readonly meters: number;
  readonly secretKey: string;
  readonly publicUrl: string;
  readonly onProgress: (text: string) => void;
}

/** Fills an empty database, whichever it is. */
export async function fillDemo({ meters, ...options }: Filling): Promise<DemoReport> {
  const town = layOut({ seed: SEED, today: localDateOf(options.now, ZONE), meters });
  const begun = beginDemo({ ...options, seed: SEED });
  begun.at(town.from, 0.5);
  const demo: Demo = { ...begun, staff: await foundUtility(begun, town) };
  await publishRates(demo, town);
  await makeGateway(demo);
  await registerPremises(demo, town);
  await openAccounts(demo, town.accounts.filter(({ startOn }) => cameOver(town, startOn)));
  await stockMeters(demo, town);
  const customers = await letCustomersIn(demo, town);
  const tally = await liveThrough(demo, town, customers);
  await sendPastLetters(demo);
  return { facts: factsOf(tally, await countFacts(demo.port)) };
}

/** The customers who can sign in, by each of their accounts. */
async function letCustomersIn({ people }: Demo, town: Town): Promise<Map<string, UserActor>> {
  const byAccount = new Map<string, UserActor>();
  for (const { name, email, password } of CUSTOMERS) {
    const accounts = town.accounts.filter(({ opening }) => opening.person.email === email);
    const outcome = await createUser(people, { role: "customer", name, email, password, language: accounts[0]?.opening.person.language ?? "en" });
    if (!outcome.ok) throw new Error(`the sign-in of ${name} was refused: ${outcome.refusal.code}`);
    const accountIds = accounts.map(({ accountId }) => accountId);
    for (const accountId of accountIds) {
      await grantAccess(people, { userId: outcome.userId, accountId });
      byAccount.set(accountId, { kind: "user", userId: outcome.userId, role: "customer", accountIds });
    }
  }
  return byAccount;
}

const LETTERS_AT_ONCE = 20_000;

/** Bills and receipts of the past have reached their customers. */
async function sendPastLetters({ port }: Demo): Promise<void> {
  const [row] = await port.query<{ last: number }>("SELECT coalesce(max(id), 0) AS last FROM outbox");
  for (let after = 0; after < row!.last; after += LETTERS_AT_ONCE) {
    await port.write([{ sql: "UPDATE outbox SET done_at = available_at WHERE id > ? AND id <= ? AND done_at IS NULL", args: [after, after + LETTERS_AT_ONCE] }]);
  }
}

interface Counted {
  readonly commands: number;
  readonly events: number;
  readonly entries: number;
  readonly letters: number;
  readonly open: number;
}

async function countFacts(port: SqlPort): Promise<Counted> {
  const [row] = await port.query<Counted>(
    `SELECT (SELECT count(*) FROM command) AS commands, (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM ledger_entry) AS entries,
       (SELECT count(*) FROM outbox) AS letters, (SELECT count(*) FROM exception WHERE status = 'open') AS open`,
  );
  return row!;
}

function factsOf({ reads, bills, runs, payments, decisions }: YearTally, { commands, events, entries, letters, open }: Counted): string[] {
  const n = (count: number) => count.toLocaleString("en-US");
  return [
    `Made by commands and runs: ${n(events)} events of ${n(commands)} commands, ${n(bills)} bills in ${n(runs)} runs, ${n(payments)} payments, ${n(entries)} ledger entries.`,
    `Taken in and validated as a gateway's: ${n(reads.intervals)} intervals and ${n(reads.registers)} register reads in ${n(reads.batches)} batches; ${n(decisions)} findings decided, ${n(open)} open.`,
    `Loaded in a set: the mark on ${n(letters)} letters of the past that they have been sent.`,
  ];
}
