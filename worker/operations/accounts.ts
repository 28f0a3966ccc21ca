/** Looking at accounts: the customer's home, the clerk's one page, the timeline of everything, search by anything. */
import { loadAccount } from "../../db/account/store.ts";
import { loadSoFar } from "../../db/billing/so-far.ts";
import type { SqlPort } from "../../db/port.ts";
import { todayOf } from "../../db/utility.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { viewOf, type AccountView } from "../../domain/lifecycle/account/view.ts";
import type { PendingBill } from "../../domain/lifecycle/bill.ts";
import { requireOnAccount, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { SoFar } from "../../domain/live/messages.ts";
import type { Cents } from "../../domain/money/cents.ts";
import type { World } from "./context.ts";

/** Who an account belongs to and where its mail goes. */
export interface AccountHeader {
  readonly accountId: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly customerClass: string;
  readonly billCycle: string;
  readonly delivery: string;
  readonly openedOn: LocalDate;
  readonly mailing: string;
}

async function headerOf(port: SqlPort, accountId: string): Promise<AccountHeader | null> {
  const [row] = await port.query<AccountHeader>(
    `SELECT a.id AS "accountId", p.name, p.email, p.phone, a.customer_class AS "customerClass", a.bill_cycle AS "billCycle", a.delivery, a.opened_on AS "openedOn",
       a.mailing_line || ', ' || a.mailing_city || ', ' || a.mailing_state || ' ' || a.mailing_zip AS mailing
     FROM account a JOIN person p ON p.id = a.person_id WHERE a.id = ?`,
    [accountId],
  );
  return row ?? null;
}

export interface ServiceRow {
  readonly agreementId: string;
  readonly commodity: string;
  readonly rateName: string;
  readonly startOn: LocalDate;
  readonly stopOn: LocalDate | null;
  readonly premiseId: string;
  readonly address: string;
  readonly servicePointId: string;
  readonly meterId: string | null;
  readonly badge: string | null;
}

/** The account's services with where they are delivered and the meter that hangs there now. */
async function servicesOf(port: SqlPort, accountId: string): Promise<ServiceRow[]> {
  return port.query<ServiceRow>(
    `SELECT s.id AS "agreementId", s.commodity, r.name AS "rateName", s.start_on AS "startOn", s.stop_on AS "stopOn", p.id AS "premiseId",
       p.line || ', ' || p.city AS address, sp.id AS "servicePointId", m.id AS "meterId", m.badge
     FROM service_agreement s
     JOIN service_point sp ON sp.id = s.service_point_id
     JOIN premise p ON p.id = sp.premise_id
     LEFT JOIN rate_schedule r ON r.id = s.rate_schedule_id
     LEFT JOIN meter_installation mi ON mi.service_point_id = coalesce(sp.usage_from, sp.id) AND mi.removed_on IS NULL
     LEFT JOIN meter m ON m.id = mi.meter_id
     WHERE s.account_id = ? ORDER BY s.stop_on IS NOT NULL, s.commodity`,
    [accountId],
  );
}

/** The same, alone: for starting and stopping. @throws ForbiddenError */
export async function servicesOfAccount(world: World, actor: UserActor, accountId: string): Promise<ServiceRow[]> {
  requireOnAccount(actor, "read:account", accountId);
  return servicesOf(world.port, accountId);
}

export interface BillRow {
  readonly id: string;
  readonly number: string;
  readonly periodFrom: LocalDate;
  readonly periodTo: LocalDate;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  readonly charges: Cents;
  readonly balance: Cents;
  /** `complete`, or `canceled`. */
  readonly status: string;
}

async function recentBills(port: SqlPort, accountId: string, limit: number): Promise<BillRow[]> {
  return port.query<BillRow>(
    `SELECT id, number, period_from AS "periodFrom", period_to AS "periodTo", issued_on AS "issuedOn", due_on AS "dueOn", charges, balance, status
     FROM bill WHERE account_id = ? ORDER BY seq DESC LIMIT ?`,
    [accountId, limit],
  );
}

export interface PaymentRow {
  readonly id: string;
  readonly amount: Cents;
  readonly tender: string;
  readonly channel: string;
  readonly reference: string | null;
  readonly receivedAt: number;
}

async function recentPayments(port: SqlPort, accountId: string, limit: number): Promise<PaymentRow[]> {
  return port.query<PaymentRow>(
    `SELECT id, amount, tender, channel, reference, received_at AS "receivedAt" FROM payment WHERE account_id = ? ORDER BY received_at DESC LIMIT ?`,
    [accountId, limit],
  );
}

export interface Home {
  readonly header: AccountHeader;
  readonly today: LocalDate;
  /** Where the live socket goes on from. */
  readonly seq: number;
  readonly view: AccountView;
  readonly soFar: SoFar | null;
  /** Version of the usage behind `soFar`: where its live messages go on from. */
  readonly usageVersion: number;
  readonly services: readonly ServiceRow[];
  /** The bill that is held; for staff alone. */
  readonly pendingBill: PendingBill | null;
  readonly bills: readonly BillRow[];
  readonly payments: readonly PaymentRow[];
}

async function homeOf(world: World, accountId: string, rows: number): Promise<Home | null> {
  const { port } = world;
  const now = world.now();
  const [header, account, today, services, bills, payments] = await Promise.all([
    headerOf(port, accountId), loadAccount(port, accountId), todayOf(port, now), servicesOf(port, accountId), recentBills(port, accountId, rows), recentPayments(port, accountId, rows),
  ]);
  if (!header) return null;
  const { soFar, version: usageVersion } = await loadSoFar(port, accountId, account.state, now);
  return { header, today, seq: account.head.seq, view: viewOf(account.state, today), soFar, usageVersion, services, pendingBill: account.state.pendingBill, bills, payments };
}

export interface ExceptionRow {
  readonly id: string;
  readonly kind: string;
  readonly rule: string;
  readonly sentence: string;
  readonly status: string;
  readonly openedAt: number;
}

export interface AccountPage extends Home {
  readonly exceptions: readonly ExceptionRow[];
}

/** The clerk's one page about an account; null when there is no such account. */
export async function accountPage(world: World, actor: UserActor, accountId: string): Promise<AccountPage | null> {
  requirePermission(actor, "read:account:any", accountId);
  const [home, exceptions] = await Promise.all([
    homeOf(world, accountId, 13),
    world.port.query<ExceptionRow>(
      `SELECT id, kind, rule, sentence, status, opened_at AS "openedAt" FROM exception
       WHERE status = 'open' AND (account_id = ? OR channel_id IN (
         SELECT c.id FROM service_agreement s JOIN meter_installation mi ON mi.service_point_id = s.service_point_id JOIN channel c ON c.meter_id = mi.meter_id WHERE s.account_id = ?))
       ORDER BY opened_at LIMIT 20`,
      [accountId, accountId],
    ),
  ]);
  return home ? { ...home, exceptions } : null;
}

export interface Found {
  readonly kind: string;
  readonly id: string;
  readonly accountId: string | null;
  readonly title: string;
  readonly body: string;
}

/** Hits shown; a longer list means the words should say more. */
const FOUND_MAX = 25;

/** Search by anything: name, address, account, meter, bill number. Every word must match the beginning of some word. */
export async function search(world: World, actor: UserActor, words: string): Promise<Found[]> {
  requirePermission(actor, "read:account:any");
  const query = (words.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 8).map((word) => `"${word}"*`).join(" ");
  if (query === "") return [];
  return world.port.query<Found>(`SELECT kind, id, account_id AS "accountId", title, body FROM search_entry WHERE search_entry MATCH ? ORDER BY rank LIMIT ${FOUND_MAX}`, [query]);
}

/** Who lives behind a premise or a meter now: the accounts served there. */
export async function accountsAt(world: World, actor: UserActor, what: { readonly premiseId: string } | { readonly meterId: string }): Promise<{ accountId: string; name: string }[]> {
  requirePermission(actor, "read:account:any");
  const [where, id] = "premiseId" in what ? ["sp.premise_id = ?", what.premiseId] : ["sp.id IN (SELECT service_point_id FROM meter_installation WHERE meter_id = ? AND removed_on IS NULL)", what.meterId];
  return world.port.query(
    `SELECT DISTINCT s.account_id AS "accountId", p.name FROM service_agreement s JOIN service_point sp ON sp.id = s.service_point_id
     JOIN account a ON a.id = s.account_id JOIN person p ON p.id = a.person_id WHERE s.stop_on IS NULL AND ${where}`,
    [id],
  );
}
