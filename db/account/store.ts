/** Loading an account and preparing a command on it: what the object, the bill run and the demonstration all do alike. */
import { inputHash, seal, type Head, type Provenance } from "../../domain/compliance/chain.ts";
import type { AccountCommand, Facts } from "../../domain/lifecycle/account/commands.ts";
import { decide, type Refusal } from "../../domain/lifecycle/account/decide.ts";
import type { AccountEvents } from "../../domain/lifecycle/account/events.ts";
import { evolve } from "../../domain/lifecycle/account/evolve.ts";
import { emptyAccount, storedState, type AccountState } from "../../domain/lifecycle/account/state.ts";
import type { CommitUnit, InputStamp } from "../commit.ts";
import type { SqlPort } from "../port.ts";
import type { InsertRow, Writes } from "../rows.ts";
import { accountWrites, type Attachments, type Happened } from "./writes.ts";

export interface LoadedAccount {
  readonly state: AccountState;
  readonly head: Head;
}

export interface StoredCommand {
  readonly id: string;
  readonly inputHash: string;
  readonly result: string;
}

export const accountStream = (accountId: string): string => `account:${accountId}`;

const STATE = "SELECT account_id, seq, hash, state FROM account_state WHERE account_id = ?";
const COMMAND = "SELECT id, input_hash, result FROM command WHERE id = ?";

interface StateRow {
  account_id: string;
  seq: number;
  hash: string;
  state: string;
}

const loaded = (accountId: string, row: StateRow | undefined): LoadedAccount =>
  row ? { state: storedState(accountId, row.state), head: { seq: row.seq, hash: row.hash } } : { state: emptyAccount(accountId), head: { seq: 0, hash: "" } };

/** The account as it is, and the command if it has taken effect already, seen at one moment. */
export async function loadForCommand(port: SqlPort, accountId: string, commandId: string): Promise<LoadedAccount & { readonly command: StoredCommand | null }> {
  const [states, commands] = await port.read([{ sql: STATE, args: [accountId] }, { sql: COMMAND, args: [commandId] }]);
  const command = commands!.rows[0] as { id: string; input_hash: string; result: string } | undefined;
  return {
    ...loaded(accountId, states!.rows[0] as StateRow | undefined),
    command: command ? { id: command.id, inputHash: command.input_hash, result: command.result } : null,
  };
}

export async function loadAccount(port: SqlPort, accountId: string): Promise<LoadedAccount> {
  return loaded(accountId, (await port.query<StateRow>(STATE, [accountId]))[0]);
}

/** Many accounts at once, by id. Accounts that do not exist come back empty. */
export async function loadAccounts(port: SqlPort, accountIds: readonly string[]): Promise<Map<string, LoadedAccount>> {
  const rows = await port.query<StateRow>("SELECT account_id, seq, hash, state FROM account_state WHERE account_id IN (SELECT value FROM json_each(?))", [JSON.stringify(accountIds)]);
  const found = new Map(rows.map((row) => [row.account_id, row]));
  return new Map(accountIds.map((id) => [id, loaded(id, found.get(id))]));
}

export interface CommandToPrepare {
  readonly id: string;
  readonly command: AccountCommand;
  /** What was asked, when the command adds to it (the time of receipt): the same id with the same question is a retry. */
  readonly asked?: unknown;
  readonly attachments?: Attachments;
  readonly inputs?: readonly InputStamp[];
  readonly provenance: Omit<Provenance, "commandId">;
}

export interface Prepared {
  readonly unit: CommitUnit;
  readonly after: LoadedAccount;
  readonly result: CommandResult;
}

/** What a command answers, now and whenever it is asked again under the same id. */
export interface CommandResult {
  readonly accountId: string;
  readonly seq: number;
  readonly balance: number;
  readonly events: readonly string[];
}

/** Decides one command on a loaded account and builds all that its commit needs, or says why not. Pure. */
export function prepareCommand(account: LoadedAccount, input: CommandToPrepare, facts: Facts): { readonly ok: true; readonly prepared: Prepared } | { readonly ok: false; readonly refusal: Refusal } {
  const decision = decide(account.state, input.command, facts);
  if (!decision.ok) return decision;
  const { accountId } = account.state;
  const stream = accountStream(accountId);
  const state = decision.events.reduce(evolve, account.state);
  const events = seal(stream, account.head, decision.events, { ...input.provenance, commandId: input.id });
  const last = events.at(-1)!;
  const happened = events.map((event, i): Happened => ({ event, data: decision.events[i]!.data }));
  const writes = accountWrites(happened, state, facts.booksOpenFrom);
  const after: LoadedAccount = { state, head: { seq: last.seq, hash: last.hash } };
  const result: CommandResult = { accountId, seq: last.seq, balance: writes.accountState![0]!.balance, events: events.map((event) => event.type) };
  return {
    ok: true,
    prepared: {
      after,
      result,
      unit: {
        stream, baseSeq: account.head.seq, baseHash: account.head.hash, events, inputs: input.inputs ?? [],
        writes: withAttachments(writes, input.attachments, happened),
        command: { id: input.id, inputHash: inputHash(input.asked ?? input.command), result: JSON.stringify(result) },
      },
    },
  };
}

function withAttachments(writes: Writes, attachments: Attachments | undefined, happened: readonly Happened[]): Writes {
  if (!attachments) return writes;
  const all: Record<string, object[]> = { ...(writes as Record<string, object[]>) };
  for (const [name, rows] of Object.entries(attachments) as [string, object[]][]) {
    // A bill's row names the seq of the event that completed it and the balances it found, which are only known now.
    const placed = name === "bill" ? (rows as InsertRow<"bill">[]).map((row) => ({ ...row, ...billPlace(row.id, happened) })) : rows;
    all[name] = [...(all[name] ?? []), ...placed];
  }
  return all as Writes;
}

function billPlace(billId: string, happened: readonly Happened[]): { seq: number; previousBalance: number; balance: number } {
  for (const { event, data } of happened) {
    if (event.type !== "BillCompleted") continue;
    const completed = data as AccountEvents["BillCompleted"];
    if (completed.billId === billId) return { seq: event.seq, previousBalance: completed.previousBalance, balance: completed.balance };
  }
  throw new Error(`no event of its command completes bill ${billId}`);
}
