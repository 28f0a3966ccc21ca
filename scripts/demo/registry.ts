/**
 * The town's premises, meters, accounts and services in the book. Each is a command of the product (its own builders make
 * the events), committed in sets of some hundred.
 */
import { prepareCommand, type LoadedAccount } from "../../db/account/store.ts";
import { commitSet, type CommitUnit } from "../../db/commit.ts";
import { factsOn } from "../../db/utility.ts";
import { inputHash, seal } from "../../domain/compliance/chain.ts";
import type { AccountCommand } from "../../domain/lifecycle/account/commands.ts";
import { emptyAccount } from "../../domain/lifecycle/account/state.ts";
import { actorText } from "../../domain/lifecycle/permissions.ts";
import type { Attachments } from "../../db/account/writes.ts";
import { LOG_KEY, openingOf, premiseOf, type NewPremise } from "../../worker/operations/registry.ts";
import type { Town, TownAccount } from "./town.ts";
import type { Demo } from "./world.ts";

/** Units in one commit: its longest argument stays far below what the server takes. */
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
  const empty = { seq: 0, hash: "" };
  return {
    stream, baseSeq: 0, baseHash: "", inputs: [], writes,
    events: seal(stream, empty, drafts, { commandId: id, batchId, actor, source: "staff", recordedAt }),
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

/** Decides one command for each of many accounts and commits them together. Returns the accounts as they are then. */
export async function commitCommands(demo: Pick<Demo, "port" | "world">, commands: readonly (readonly [account: LoadedAccount, command: SetCommand, by: SetBy])[]): Promise<LoadedAccount[]> {
  const { port, world } = demo;
  const recordedAt = world.now();
  const facts = await factsOn(port, recordedAt);
  const batchId = world.newId();
  const prepared = commands.map(([account, { id, command, attachments, asked }, by]) => {
    const decision = prepareCommand(account, { id, command, provenance: { recordedAt, ...by, batchId }, ...(attachments ? { attachments } : {}), ...(asked === undefined ? {} : { asked }) }, facts);
    if (!decision.ok) throw new Error(`${id} of account ${account.state.accountId} was refused: ${decision.refusal.message}`);
    return decision.prepared;
  });
  await commitAll(demo, batchId, prepared.map(({ unit }) => unit));
  return prepared.map(({ after }) => after);
}

/** Opens accounts and starts their services, as they come over from the system before. */
export async function openAccounts(demo: Demo, accounts: readonly TownAccount[]): Promise<void> {
  const { world, staff } = demo;
  const by: SetBy = { actor: actorText(staff.clerk), source: "staff" };
  for (const some of chunks(accounts, SET_SIZE)) {
    let states = await commitCommands(demo, some.map((account) => [
      { state: emptyAccount(account.accountId), head: { seq: 0, hash: "" } },
      { id: `open-${account.accountId}`, ...openingOf(account.opening, world.key(LOG_KEY), world.now()) },
      by,
    ]));
    // A stream takes one command of a set: the first service of each account, then the second.
    for (let service = 0; some.some(({ services }) => services.length > service); service += 1) {
      const at = some.flatMap(({ services }, i) => (services[service] ? [i] : []));
      const after = await commitCommands(demo, at.map((i) => {
        const { commodity } = some[i]!.services[service]!;
        return [states[i]!, { id: `start-${some[i]!.accountId}-${commodity}`, command: { type: "StartService", ...some[i]!.services[service]! } }, by];
      }));
      const changed = new Map(at.map((i, n) => [i, after[n]!]));
      states = states.map((state, i) => changed.get(i) ?? state);
    }
  }
}
