/** The lists behind the figures of the staff's pages: accounts, bills, payments, batches of reads, parked messages. Newest first, a page at a time. */
import { todayOf, timeZoneOf } from "../../db/utility.ts";
import { isLocalDate, addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Cents } from "../../domain/money/cents.ts";
import type { SqlPort } from "../../db/port.ts";
import type { World } from "./context.ts";
import { placeIn } from "./cursor.ts";

const PAGE = 50;

/** A page of a list, and where the next one begins: null on the last. */
export interface Listed<Row> {
  readonly rows: readonly Row[];
  readonly older: string | null;
}

function pageOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Listed<Row> {
  return { rows: rows.slice(0, PAGE), older: rows.length > PAGE ? keyOf(rows[PAGE - 1]!) : null };
}

/** From the first to the last instant of a local day; all time without one. */
async function spanOf(port: SqlPort, now: number, day: string | null): Promise<readonly [from: number, to: number]> {
  if (day === null || !isLocalDate(day)) return [0, Number.MAX_SAFE_INTEGER];
  const zone = await timeZoneOf(port, now);
  return [startOfDay(day, zone), startOfDay(addDays(day, 1), zone)];
}

export type AccountList = "all" | "owing" | "credit" | "holds";

export interface AccountListed {
  readonly accountId: string;
  readonly name: string;
  readonly mailing: string;
  readonly customerClass: string;
  readonly billCycle: string;
  readonly balance: Cents;
  readonly holds: number;
}

const ACCOUNT_WHERE: Readonly<Record<AccountList, string>> = {
  all: "true",
  owing: "s.balance > 0",
  credit: "s.balance < 0",
  holds: "json_array_length(s.state, '$.holds') > 0",
};

/** Accounts by number. @throws ForbiddenError */
export async function listAccounts(world: World, actor: UserActor, list: AccountList, after: string): Promise<Listed<AccountListed>> {
  requirePermission(actor, "read:account:any");
  const rows = await world.port.query<AccountListed>(
    `SELECT a.id AS "accountId", p.name, a.mailing_line || ', ' || a.mailing_city AS mailing, a.customer_class AS "customerClass", a.bill_cycle AS "billCycle", s.balance,
       json_array_length(s.state, '$.holds') AS holds
     FROM account a JOIN account_state s ON s.account_id = a.id JOIN person p ON p.id = a.person_id WHERE a.id > ? AND ${ACCOUNT_WHERE[list]} ORDER BY a.id LIMIT ${PAGE + 1}`,
    [after],
  );
  return pageOf(rows, (row) => row.accountId);
}

export interface PaymentListed {
  readonly id: string;
  readonly accountId: string;
  readonly name: string | null;
  readonly amount: Cents;
  readonly tender: string;
  readonly channel: string;
  readonly reference: string | null;
  readonly receivedAt: number;
  readonly recordedAt: number;
  readonly reversed: number;
}

/** A payment that was taken back names itself in the log of its account. */
const REVERSED = `EXISTS (SELECT 1 FROM event e WHERE e.stream = 'account:' || p.account_id AND e.type = 'PaymentReversed' AND json_extract(e.data, '$.paymentId') = p.id)`;

/** Payments as they were recorded; of one local day, or all. @throws ForbiddenError */
export async function listPayments(world: World, actor: UserActor, filter: { readonly day: string | null; readonly before: string | null }): Promise<Listed<PaymentListed> & { readonly today: LocalDate }> {
  requirePermission(actor, "read:account:any");
  const { port } = world;
  const now = world.now();
  const [from, to] = await spanOf(port, now, filter.day);
  const [at, id] = (filter.before ?? "").split("~");
  const rows = await port.query<PaymentListed>(
    `SELECT p.id, p.account_id AS "accountId", o.name, p.amount, p.tender, p.channel, p.reference, p.received_at AS "receivedAt", p.recorded_at AS "recordedAt", ${REVERSED} AS reversed
     FROM payment p LEFT JOIN account a ON a.id = p.account_id LEFT JOIN person o ON o.id = a.person_id
     WHERE p.recorded_at >= ?1 AND p.recorded_at < ?2 AND (p.recorded_at, p.id) < (?3, ?4) ORDER BY p.recorded_at DESC, p.id DESC LIMIT ${PAGE + 1}`,
    [from, to, placeIn(at) ?? Number.MAX_SAFE_INTEGER, id ?? ""],
  );
  return { ...pageOf(rows, (row) => `${row.recordedAt}~${row.id}`), today: await todayOf(port, now) };
}

/** One payment of an account, with what became of it. @throws ForbiddenError */
export async function paymentOf(world: World, actor: UserActor, accountId: string, paymentId: string): Promise<PaymentListed | null> {
  requirePermission(actor, "read:account:any", accountId);
  const [row] = await world.port.query<PaymentListed>(
    `SELECT p.id, p.account_id AS "accountId", o.name, p.amount, p.tender, p.channel, p.reference, p.received_at AS "receivedAt", p.recorded_at AS "recordedAt", ${REVERSED} AS reversed
     FROM payment p LEFT JOIN account a ON a.id = p.account_id LEFT JOIN person o ON o.id = a.person_id WHERE p.id = ? AND p.account_id = ?`,
    [paymentId, accountId],
  );
  return row ?? null;
}

export interface BillListed {
  readonly id: string;
  readonly number: string;
  readonly accountId: string;
  readonly name: string | null;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  readonly charges: Cents;
  readonly balance: Cents;
  readonly runId: string | null;
}

const BILL = `b.id, b.number, b.account_id AS "accountId", o.name, b.issued_on AS "issuedOn", b.due_on AS "dueOn", b.charges, b.balance, b.run_id AS "runId"`;
const BILL_OWNER = "LEFT JOIN account a ON a.id = b.account_id LEFT JOIN person o ON o.id = a.person_id";

/** Days and runs have no index of their own (it would cost every bill a row): a list looks back so many rows, which is more than a year of most utilities. */
const LOOK_BACK = 200_000;

/** Bills as they were made, newest first; of one day, or all. @throws ForbiddenError */
export async function listBills(world: World, actor: UserActor, filter: { readonly day: string | null; readonly before: string | null }): Promise<Listed<BillListed> & { readonly today: LocalDate }> {
  requirePermission(actor, "read:bill:any");
  const { port } = world;
  const rows = await port.query<BillListed & { at: number }>(
    `SELECT b.rowid AS "at", ${BILL} FROM bill b ${BILL_OWNER}
     WHERE b.rowid > (SELECT coalesce(max(rowid), 0) - ${LOOK_BACK} FROM bill) AND b.rowid < ?1 AND (?2 IS NULL OR b.issued_on = ?2) ORDER BY b.rowid DESC LIMIT ${PAGE + 1}`,
    [placeIn(filter.before) ?? Number.MAX_SAFE_INTEGER, filter.day],
  );
  return { ...pageOf(rows, (row) => String(row.at)), today: await todayOf(port, world.now()) };
}

/** The bills that a run made, by account. @throws ForbiddenError */
export async function billsOfRun(world: World, actor: UserActor, runId: string, after: string): Promise<Listed<BillListed>> {
  requirePermission(actor, "read:bill:any");
  const rows = await world.port.query<BillListed>(
    `SELECT ${BILL} FROM bill_run_account r JOIN bill b ON b.account_id = r.account_id AND b.run_id = r.run_id ${BILL_OWNER}
     WHERE r.run_id = ? AND r.account_id > ? AND r.outcome = 'billed' ORDER BY r.account_id LIMIT ${PAGE + 1}`,
    [runId, after],
  );
  return pageOf(rows, (row) => row.accountId);
}

export interface BatchListed {
  readonly id: string;
  readonly gatewayId: string;
  readonly gateway: string | null;
  readonly receivedAt: number;
  readonly reads: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** As `LOOK_BACK`, of rows that are larger: some weeks of a gateway that posts every few minutes. */
const BATCHES_BACK = 20_000;

/** Batches that gateways posted; of one local day, or all. @throws ForbiddenError */
export async function listBatches(world: World, actor: UserActor, filter: { readonly day: string | null; readonly before: string | null }): Promise<Listed<BatchListed> & { readonly today: LocalDate }> {
  requirePermission(actor, "read:meter:any");
  const { port } = world;
  const now = world.now();
  const [from, to] = await spanOf(port, now, filter.day);
  const rows = await port.query<Omit<BatchListed, "counts"> & { counts: string | null; at: number }>(
    `SELECT b.rowid AS "at", b.id, b.gateway_id AS "gatewayId", g.name AS gateway, b.received_at AS "receivedAt", b.reads, b.outcome -> '$.counts' AS counts
     FROM read_batch b LEFT JOIN gateway g ON g.id = b.gateway_id
     WHERE b.rowid > (SELECT coalesce(max(rowid), 0) - ${BATCHES_BACK} FROM read_batch) AND b.rowid < ?3 AND b.received_at >= ?1 AND b.received_at < ?2 ORDER BY b.rowid DESC LIMIT ${PAGE + 1}`,
    [from, to, placeIn(filter.before) ?? Number.MAX_SAFE_INTEGER],
  );
  const page = pageOf(rows, (row) => String(row.at));
  return { rows: page.rows.map((row) => ({ ...row, counts: row.counts === null ? {} : (JSON.parse(row.counts) as Record<string, number>) })), older: page.older, today: await todayOf(port, now) };
}

export interface MessageParked {
  readonly id: number;
  readonly kind: string;
  readonly key: string;
  readonly createdAt: number;
  readonly parkedAt: number;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** Messages that could not be delivered and wait for a person. @throws ForbiddenError */
export async function listParked(world: World, actor: UserActor): Promise<MessageParked[]> {
  requirePermission(actor, "read:board:any");
  return world.port.query<MessageParked>(
    `SELECT id, kind, key, created_at AS "createdAt", parked_at AS "parkedAt", attempts, last_error AS "lastError" FROM outbox WHERE parked_at IS NOT NULL ORDER BY parked_at DESC LIMIT 200`,
  );
}

/** Puts a parked message back in line. Putting it back twice sends it once more, as any delivery may be repeated. @throws ForbiddenError */
export async function sendAgain(world: World, actor: UserActor, id: number): Promise<void> {
  requirePermission(actor, "edit:settings:any");
  const now = world.now();
  await world.port.write([{ sql: "UPDATE outbox SET parked_at = NULL, attempts = 0, available_at = ?, last_error = ? WHERE id = ? AND parked_at IS NOT NULL", args: [now, `sent again by ${actorText(actor)}`, id] }]);
  world.wakeOutbox();
}
