/** The queue: what needs a person, oldest first, by the page. */
import { requirePermission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import type { ExceptionStage } from "../../../domain/lifecycle/exception.ts";
import type { SqlValue } from "../../../db/port.ts";
import type { World } from "../context.ts";

export interface ExceptionFilter {
  /** `todo` (default): open and not put off; `snoozed`, `waiting` (for a new read), `open` (all of them), `closed`. */
  readonly view?: "todo" | "snoozed" | "waiting" | "open" | "closed";
  readonly kind?: string | null;
  readonly rule?: string | null;
  readonly severity?: string | null;
  readonly commodity?: string | null;
  /** A user's id, or `none` for what nobody has taken. */
  readonly owner?: string | null;
  readonly accountId?: string | null;
  /** Bill cycle of the account, by which routes are walked. */
  readonly cycle?: string | null;
  /** Gateway that sent the day or read. */
  readonly gateway?: string | null;
  /** Opened at least so many days ago. */
  readonly olderThanDays?: number | null;
  /** Where the page before ended. */
  readonly after?: string | null;
  readonly limit?: number;
}

export interface ExceptionItem {
  readonly id: string;
  readonly kind: string;
  readonly rule: string;
  readonly severity: string;
  readonly status: string;
  readonly stage: ExceptionStage;
  readonly sentence: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly decision: string | null;
  readonly snoozedUntil: number | null;
  readonly owner: string | null;
  readonly ownerName: string | null;
  readonly day: string | null;
  readonly readAt: number | null;
  readonly meterId: string | null;
  readonly badge: string | null;
  readonly commodity: string | null;
  readonly servicePointId: string | null;
  readonly premiseId: string | null;
  readonly address: string | null;
  readonly accountId: string | null;
  readonly accountName: string | null;
}

export interface ExceptionList {
  readonly items: readonly ExceptionItem[];
  /** For `after` of the next page; null on the last. */
  readonly next: string | null;
}

const PAGE = 50;
const PAGE_MAX = 200;
const DAY_MS = 86_400_000;

/** Which gateway sent what it is about: the day's batch, or the read's. */
const SENT_BY = `(SELECT b.gateway_id FROM read_batch AS b WHERE b.id = CASE WHEN x.read_at IS NULL THEN (SELECT d.batch_id FROM interval_day AS d WHERE d.channel_id = x.channel_id AND d.day = x.day)
    ELSE (SELECT g.batch_id FROM register_read AS g WHERE g.channel_id = x.channel_id AND g.read_at = x.read_at ORDER BY g.version LIMIT 1) END)`;

type ItemRow = Omit<ExceptionItem, "stage"> & { readonly stage: string | null };

export const ITEM = `SELECT x.id, x.kind, x.rule, x.severity, x.status, x.stage, x.sentence, x.opened_at AS "openedAt", x.closed_at AS "closedAt", x.decision, x.snoozed_until AS "snoozedUntil",
    x.owner, u.name AS "ownerName", x.day, x.read_at AS "readAt", x.meter_id AS "meterId", coalesce(m.badge, x.detail->>'$.reading.meter') AS badge, coalesce(m.commodity, sp.commodity) AS commodity, x.service_point_id AS "servicePointId",
    p.id AS "premiseId", p.line || ', ' || p.city AS address, x.account_id AS "accountId", who.name AS "accountName"
  FROM exception AS x LEFT JOIN auth_user AS u ON u.id = x.owner LEFT JOIN meter AS m ON m.id = x.meter_id
  LEFT JOIN service_point AS sp ON sp.id = x.service_point_id LEFT JOIN premise AS p ON p.id = sp.premise_id
  LEFT JOIN account AS a ON a.id = x.account_id LEFT JOIN person AS who ON who.id = a.person_id`;

export function itemOf(row: ItemRow, now: number): ExceptionItem {
  const base = row.owner === null ? "new" : "assigned";
  const over = row.stage === "snoozed" && (row.snoozedUntil ?? 0) <= now;
  return { ...row, stage: row.status !== "open" ? "closed" : over || row.stage === null ? base : (row.stage as ExceptionStage) };
}

/** One page of the queue. Oldest first; what is closed, newest first. */
export async function listExceptions(world: World, actor: UserActor, filter: ExceptionFilter = {}): Promise<ExceptionList> {
  requirePermission(actor, "read:exception:any");
  const now = world.now();
  const { view = "todo", after = null } = filter;
  const limit = Math.min(Math.max(1, filter.limit ?? PAGE), PAGE_MAX);
  const closed = view === "closed";
  const where: string[] = [];
  const args: SqlValue[] = [];
  const need = (sql: string, ...values: SqlValue[]): void => {
    where.push(sql);
    args.push(...values);
  };
  // The literal, not an argument: only so does the planner know that the index of open ones is enough.
  need(closed ? "x.status <> 'open'" : "x.status = 'open'");
  if (view === "todo") need("(x.stage IS NULL OR x.stage = 'assigned' OR (x.stage = 'snoozed' AND x.snoozed_until <= ?))", now);
  if (view === "snoozed") need("x.stage = 'snoozed' AND x.snoozed_until > ?", now);
  if (view === "waiting") need("x.stage = 'waiting'");
  for (const [column, value] of [["x.kind", filter.kind], ["x.rule", filter.rule], ["x.severity", filter.severity], ["coalesce(m.commodity, sp.commodity)", filter.commodity], ["x.account_id", filter.accountId], ["a.bill_cycle", filter.cycle], [SENT_BY, filter.gateway]] as const) {
    if (value) need(`${column} = ?`, value);
  }
  if (filter.owner === "none") need("x.owner IS NULL");
  else if (filter.owner) need("x.owner = ?", filter.owner);
  if (filter.olderThanDays) need("x.opened_at <= ?", now - filter.olderThanDays * DAY_MS);
  const place = after === null ? null : placeOf(after);
  if (place) need(`(x.opened_at, x.id) ${closed ? "<" : ">"} (?, ?)`, ...place);
  const order = closed ? "x.opened_at DESC, x.id DESC" : "x.opened_at, x.id";
  const rows = await world.port.query<ItemRow>(`${ITEM} WHERE ${where.join(" AND ")} ORDER BY ${order} LIMIT ?`, [...args, limit + 1]);
  const items = rows.slice(0, limit).map((row) => itemOf(row, now));
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? `${last.openedAt}~${last.id}` : null };
}

/** Where a page ended: time and id. Anything else begins at the beginning. */
function placeOf(text: string): [number, string] | null {
  const cut = text.indexOf("~");
  const at = Number(text.slice(0, cut));
  return cut > 0 && Number.isSafeInteger(at) ? [at, text.slice(cut + 1)] : null;
}

export interface ExceptionCounts {
  readonly todo: number;
  readonly mine: number;
  readonly unowned: number;
  readonly snoozed: number;
  readonly waiting: number;
  /** What holds bills. */
  readonly holding: number;
  /** Of what is to do, most first. */
  readonly byRule: readonly { readonly kind: string; readonly rule: string; readonly count: number }[];
}

/** What is in the queue, for its head and its groups. */
export async function countExceptions(world: World, actor: UserActor): Promise<ExceptionCounts> {
  requirePermission(actor, "read:exception:any");
  const rows = await world.port.query<{ kind: string; rule: string; place: string; owner: string | null; severity: string; count: number }>(
    `SELECT kind, rule, CASE WHEN stage = 'waiting' THEN 'waiting' WHEN stage = 'snoozed' AND snoozed_until > ? THEN 'snoozed' ELSE 'todo' END AS place, owner, severity, count(*) AS count
     FROM exception WHERE status = 'open' GROUP BY 1, 2, 3, 4, 5`,
    [world.now()],
  );
  const sum = (is: (row: (typeof rows)[number]) => boolean): number => rows.filter(is).reduce((total, row) => total + row.count, 0);
  const todo = rows.filter((row) => row.place === "todo");
  const byRule = [...Map.groupBy(todo, ({ kind, rule }) => JSON.stringify([kind, rule])).values()].map((group) => ({ kind: group[0]!.kind, rule: group[0]!.rule, count: group.reduce((total, row) => total + row.count, 0) }));
  return {
    todo: sum(({ place }) => place === "todo"),
    mine: sum(({ place, owner }) => place === "todo" && owner === actor.userId),
    unowned: sum(({ place, owner }) => place === "todo" && owner === null),
    snoozed: sum(({ place }) => place === "snoozed"),
    waiting: sum(({ place }) => place === "waiting"),
    holding: sum(({ severity }) => severity === "fail"),
    byRule: byRule.toSorted((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1)),
  };
}

export interface ExceptionGroup {
  readonly value: string;
  readonly name: string;
  readonly count: number;
}

/** What is to do, by where it comes from: for narrowing the queue to what has one cause. */
export interface ExceptionGroups {
  readonly cycles: readonly ExceptionGroup[];
  readonly gateways: readonly ExceptionGroup[];
}

const GROUPED = `FROM exception AS x LEFT JOIN account AS a ON a.id = x.account_id WHERE x.status = 'open' AND (x.stage IS NULL OR x.stage = 'assigned' OR (x.stage = 'snoozed' AND x.snoozed_until <= ?1)) AND (?2 IS NULL OR x.rule = ?2)`;

/** The groups of a rule's exceptions (null: of all). @throws ForbiddenError */
export async function exceptionGroups(world: World, actor: UserActor, rule: string | null): Promise<ExceptionGroups> {
  requirePermission(actor, "read:exception:any");
  const now = world.now();
  const [cycles, gateways] = await Promise.all([
    world.port.query<ExceptionGroup>(`SELECT q.value, coalesce(c.name, q.value) AS name, q.count FROM (SELECT a.bill_cycle AS value, count(*) AS count ${GROUPED} AND a.bill_cycle IS NOT NULL GROUP BY 1) AS q LEFT JOIN bill_cycle AS c ON c.id = q.value ORDER BY q.count DESC, q.value`, [now, rule]),
    world.port.query<ExceptionGroup>(`SELECT q.value, coalesce(w.name, q.value) AS name, q.count FROM (SELECT ${SENT_BY} AS value, count(*) AS count ${GROUPED} GROUP BY 1) AS q LEFT JOIN gateway AS w ON w.id = q.value WHERE q.value IS NOT NULL ORDER BY q.count DESC, q.value`, [now, rule]),
  ]);
  return { cycles, gateways };
}
