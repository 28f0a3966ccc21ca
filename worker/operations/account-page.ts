/** What the clerk's pages about one account show beyond the customer's own view: who may see it, what comes next, everything that happened. */
import { loadAccount } from "../../db/account/store.ts";
import { STREAMS_OF_ACCOUNT, withSummaries } from "../../db/notes.ts";
import { todayOf } from "../../db/utility.ts";
import { lastClose, nextClose } from "../../domain/billing/cycle.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import type { EventSummary } from "../../domain/lifecycle/account/summary.ts";
import { viewOf, type AccountView } from "../../domain/lifecycle/account/view.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { SqlPort } from "../../db/port.ts";
import { actorNames } from "./actors.ts";
import { accountPage, type AccountPage } from "./accounts.ts";
import type { World } from "./context.ts";
import { usageOfMeters, type ChannelUsage } from "./meters.ts";
import { peopleWithAccess, type PeopleWorld, type PersonWithAccess } from "./people.ts";

export interface TimelineEvent {
  readonly position: number;
  readonly stream: string;
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly effectiveAt: number;
  readonly actor: string;
  readonly source: string;
  readonly summary: EventSummary;
}

export interface TimelinePage {
  readonly events: readonly TimelineEvent[];
  readonly names: Readonly<Record<string, string>>;
  /** Where the next page begins; null on the last. */
  readonly older: number | null;
}

const PAGE = 30;

/** Which part of a timeline: kinds of events (null: all), and where the page begins (null: at the newest). */
export interface TimelinePart {
  readonly types: readonly string[] | null;
  readonly before: number | null;
}

/** Everything that happened around an account, newest first. @throws ForbiddenError */
export async function accountTimeline(world: World, actor: UserActor, accountId: string, { types, before }: TimelinePart): Promise<TimelinePage> {
  requirePermission(actor, "read:account:any", accountId);
  const rows = await world.port.query<Omit<TimelineEvent, "summary"> & { data: string }>(
    `SELECT e.position, e.stream, e.seq, e.type, e.data, e.recorded_at AS "at", e.effective_at AS "effectiveAt", e.actor, e.source FROM event AS e
     WHERE e.stream IN (${STREAMS_OF_ACCOUNT}) AND e.position < ?2 AND (?3 IS NULL OR e.type IN (SELECT value FROM json_each(?3)))
       AND (e.stream NOT LIKE 'access:%' OR e.data->>'accountId' = ?1)
     ORDER BY e.position DESC LIMIT ${PAGE + 1}`,
    [accountId, before ?? Number.MAX_SAFE_INTEGER, types === null ? null : JSON.stringify(types)],
  );
  const events = await withSummaries(world.port, rows.slice(0, PAGE));
  return { events, names: await actorNames(world.port, events.map((event) => event.actor)), older: rows.length > PAGE ? events.at(-1)!.position : null };
}

export interface StaffAccountPage extends AccountPage {
  readonly history: TimelinePage;
  readonly usage: readonly (ChannelUsage & { readonly meterId: string })[];
  readonly people: readonly PersonWithAccess[];
  /** The first day that the next bill does not cover, and so about the day on which it is made. */
  readonly nextBillOn: LocalDate | null;
  /** Reversed payments among the latest. */
  readonly reversed: readonly string[];
}

/** The clerk's one page; null when there is no such account. @throws ForbiddenError */
export async function staffAccountPage(world: PeopleWorld & World, actor: UserActor, accountId: string, part: TimelinePart): Promise<StaffAccountPage | null> {
  const [page, history, people] = await Promise.all([
    accountPage(world, actor, accountId), accountTimeline(world, actor, accountId, part), peopleWithAccess(world, actor, accountId),
  ]);
  if (!page) return null;
  const meters = [...new Set(page.services.filter((service) => service.stopOn === null || service.stopOn > page.today).flatMap((service) => service.meterId ?? []))];
  const [usage, nextBillOn, reversed] = await Promise.all([
    usageOfMeters(world, actor, meters), nextBillOf(world.port, page.header.billCycle, page.today), reversedPayments(world.port, accountId),
  ]);
  return { ...page, history, usage, people, nextBillOn, reversed };
}

async function nextBillOf(port: SqlPort, cycleId: string, today: LocalDate): Promise<LocalDate | null> {
  const [cycle] = await port.query<{ closeDay: number }>(`SELECT close_day AS "closeDay" FROM bill_cycle WHERE id = ?`, [cycleId]);
  // A cycle that closes today is billed today.
  return cycle ? nextClose(lastClose(cycle.closeDay, addDays(today, -1))) : null;
}

async function reversedPayments(port: SqlPort, accountId: string): Promise<string[]> {
  const rows = await port.query<{ paymentId: string }>(
    `SELECT data->>'paymentId' AS "paymentId" FROM event WHERE stream = 'account:' || ? AND type = 'PaymentReversed' ORDER BY seq DESC LIMIT 50`,
    [accountId],
  );
  return rows.map((row) => row.paymentId);
}

export interface AccountHead {
  readonly accountId: string;
  readonly name: string;
  readonly mailing: string;
  readonly today: LocalDate;
  readonly view: AccountView;
  /** Commodities of its services. */
  readonly commodities: readonly string[];
}

/** Who it is and how it stands: beside a form about the account. Null when there is no such account. @throws ForbiddenError */
export async function accountHead(world: World, actor: UserActor, accountId: string): Promise<AccountHead | null> {
  requirePermission(actor, "read:account:any", accountId);
  const { port } = world;
  const today = await todayOf(port, world.now());
  const [[row], { state }] = await Promise.all([
    port.query<{ name: string; mailing: string }>(`SELECT p.name, a.mailing_line || ', ' || a.mailing_city AS mailing FROM account a JOIN person p ON p.id = a.person_id WHERE a.id = ?`, [accountId]),
    loadAccount(port, accountId),
  ]);
  if (!row) return null;
  return { accountId, ...row, today, view: viewOf(state, today), commodities: [...new Set(state.agreements.map((agreement) => agreement.commodity))] };
}
