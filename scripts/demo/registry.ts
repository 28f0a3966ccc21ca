/**
 * The town's premises, meters, accounts and services in the book. Each is a command of the product (its own builders make
 * the events), committed in sets of some hundred.
 */
import { loadAccounts, prepareCommand, type LoadedAccount } from "../../db/account/store.ts";
import { commitSet, type CommitUnit } from "../../db/commit.ts";
import { factsOn } from "../../db/utility.ts";
import { inputHash, seal } from "../../domain/compliance/chain.ts";
import type { AccountCommand } from "../../domain/lifecycle/account/commands.ts";
import { emptyAccount } from "../../domain/lifecycle/account/state.ts";
import { actorText } from "../../domain/lifecycle/permissions.ts";
import type { Attachments } from "../../db/account/writes.ts";
import { LOG_KEY, openingOf, premiseOf, type NewPremise } from "../../worker/operations/registry.ts";
import type { Town, TownAccount, TownService } from "./town.ts";
import type { Demo } from "./world.ts";

/** Units in one commit: its longest argument (four hundred accounts, three megabytes) stays below what the server takes. */
export const SET_SIZE = 400;

export function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Commits a set of which every unit must win: nobody else is at work yet. */
export async function commitAll({ port, world }: Pick<Demo, "port" | "world">, batchId: string, units: readonly CommitUnit[]): Promise<void> {
  if (units.length === 0) return;
  const won = await commitSet(port, batchId, units, world.now());
  const lost = units.find(({ stream }) => !won.has(stream));
  if (lost) throw new Error(`the demonstration lost ${lost.stream}: somebody else is writing into its database`);
}

export async function registerPremises(demo: Demo, town: Town): Promise<void> {
  const { world, staff, onProgress } = demo;
  let done = 0;
  for (const premises of chunks(town.premises, SET_SIZE)) {
    const batchId = world.newId();
    await commitAll(demo, batchId, premises.map((premise) => premiseUnit(demo, premise, batchId, actorText(staff.admin))));
    done += premises.length;
    onProgress(`${done.toLocaleString("en-US")} of ${town.premises.length.toLocaleString("en-US")} premises`);
  }
}

function premiseUnit({ world }: Demo, premise: NewPremise, batchId: string, actor: string): CommitUnit {
  const recordedAt = world.now();
  const { drafts, writes, result } = premiseOf(premise, world.key(LOG_KEY), recordedAt);
  const stream = `premise:${premise.premiseId}`;
  const id = `register-${premise.premiseId}`;
  return {
    stream, baseSeq: 0, baseHash: "", inputs: [], writes,
    events: seal(stream, EMPTY, drafts, { commandId: id, batchId, actor, source: "staff", recordedAt }),
    command: { id, inputHash: inputHash({ ...premise }), result: JSON.stringify(result) },
  };
}

/** A command on an account, to be committed with those of others. */
export interface SetCommand {
  readonly id: string;
  readonly command: AccountCommand;
  readonly attachments?: Attachments;
  readonly asked?: unknown;
}

export interface SetBy {
  readonly actor: string;
  readonly source: string;
  /** Now, when left out. */
  readonly recordedAt?: number;
}

export type AccountCommands = readonly (readonly [account: LoadedAccount, command: SetCommand, by: SetBy])[];

/** Decides one command for each of many accounts, to be committed together. */
export async function prepareSet({ port, world }: Pick<Demo, "port" | "world">, commands: AccountCommands): Promise<{ readonly after: LoadedAccount[]; commit(): Promise<void> }> {
  const recordedAt = world.now();
  const facts = await factsOn(port, recordedAt);
  const batchId = world.newId();
  const prepared = commands.map(([account, { id, command, attachments, asked }, by]) => {
    const decision = prepareCommand(account, { id, command, provenance: { recordedAt, ...by, batchId }, ...(attachments ? { attachments } : {}), ...(asked === undefined ? {} : { asked }) }, facts);
    if (!decision.ok) throw new Error(`${id} of account ${account.state.accountId} was refused: ${decision.refusal.message}`);
    return decision.prepared;
  });
  return { after: prepared.map(({ after }) => after), commit: () => commitAll({ port, world }, batchId, prepared.map(({ unit }) => unit)) };
}

/** Decides and commits. Returns the accounts as they are then. */
async function commitCommands(demo: Pick<Demo, "port" | "world">, commands: AccountCommands): Promise<LoadedAccount[]> {
  const { after, commit } = await prepareSet(demo, commands);
  await commit();
  return after;
}

const EMPTY = { seq: 0, hash: "" };

/** Opens accounts and starts their services. */
export async function openAccounts(demo: Demo, accounts: readonly TownAccount[]): Promise<void> {
  const { world, staff, onProgress } = demo;
  const by: SetBy = { actor: actorText(staff.clerk), source: "staff" };
  let done = 0;
  for (const some of chunks(accounts, SET_SIZE)) {
    const opened = await commitCommands(demo, some.map((account) => [
      { state: emptyAccount(account.accountId), head: EMPTY },
      { id: `open-${account.accountId}`, ...openingOf(account.opening, world.key(LOG_KEY), world.now()) },
      by,
    ]));
    await forEachService(demo, some, opened, (service, { accountId }) => ({ id: `start-${accountId}-${service.commodity}`, command: { type: "StartService", ...service } }));
    done += some.length;
    onProgress(`${done.toLocaleString("en-US")} of ${accounts.length.toLocaleString("en-US")} accounts`);
  }
}

/** Stops the services of customers who move out. */
export async function stopServices(demo: Demo, accounts: readonly TownAccount[]): Promise<void> {
  for (const some of chunks(accounts, SET_SIZE)) {
    const loaded = await loadAccounts(demo.port, some.map(({ accountId }) => accountId));
    await forEachService(demo, some, some.map(({ accountId }) => loaded.get(accountId)!), ({ agreementId, commodity }, { accountId, stopOn }) => ({
      id: `stop-${accountId}-${commodity}`, command: { type: "StopService", agreementId, stopOn: stopOn! },
    }));
  }
}

/** A command for each service of each account. A stream takes one command of a set: the first service of each account, then the second. */
async function forEachService(demo: Demo, accounts: readonly TownAccount[], loaded: readonly LoadedAccount[], commandOf: (service: TownService, account: TownAccount) => SetCommand): Promise<void> {
  const by: SetBy = { actor: actorText(demo.staff.clerk), source: "staff" };
  const states = [...loaded];
  for (let round = 0; accounts.some(({ services }) => services.length > round); round += 1) {
    const at = accounts.flatMap(({ services }, i) => (services[round] ? [i] : []));
    const after = await commitCommands(demo, at.map((i) => [states[i]!, commandOf(accounts[i]!.services[round]!, accounts[i]!), by]));
    at.forEach((i, n) => void (states[i] = after[n]!));
  }
}
