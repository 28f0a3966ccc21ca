/** The compliance log as people read it: newest first, by stream and by kind of event. The events themselves, nothing beside them. */
import type { EventSummary } from "../../domain/lifecycle/account/summary.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { firstBrokenLink, type BrokenLink, type SealedEvent } from "../../domain/compliance/chain.ts";
import { withSummaries } from "../../db/notes.ts";
import type { SqlPort, SqlValue } from "../../db/port.ts";
import { actorNames } from "./actors.ts";
import type { World } from "./context.ts";

export interface LogEntry {
  readonly position: number;
  readonly stream: string;
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly effectiveAt: number;
  readonly actor: string;
  readonly source: string;
  readonly hash: string;
  readonly commandId: string;
  readonly summary: EventSummary;
}

export interface LogFilter {
  /** A whole stream (`account:10422817`), or what streams begin with (`account:`); empty for all. */
  readonly stream: string;
  /** Empty for all. */
  readonly type: string;
  /** Entries before this position; null for the newest. */
  readonly before: number | null;
}

export interface LogPage {
  readonly entries: readonly LogEntry[];
  /** What to call each actor. */
  readonly names: Readonly<Record<string, string>>;
  /** Where the next page begins; null on the last. */
  readonly older: number | null;
  /** For a whole stream: its events, and the first link of its chain that does not hold. */
  readonly chain: { readonly events: number; readonly broken: BrokenLink | null } | null;
}

const PAGE = 50;
/** Neither kinds nor beginnings of streams have an index (it would cost every event a row): a page looks back this far, and the next goes on. */
const LOOK_BACK = 200_000;
/** Longer chains are left to `npm run log -- verify`. */
const CHAIN_MAX = 5_000;

const COLUMNS = `position, stream, seq, type, data, recorded_at AS "at", effective_at AS "effectiveAt", actor, source, hash, command_id AS "commandId"`;

/** A page of the log. @throws ForbiddenError */
export async function logPage(world: World, actor: UserActor, filter: LogFilter): Promise<LogPage> {
  requirePermission(actor, "read:log:any");
  const { port } = world;
  const whole = /^[^:]+(:.+)?$/.test(filter.stream);
  const end = filter.before ?? (await endOfLog(port));
  const begin = whole ? 0 : Math.max(0, end - LOOK_BACK);
  const where: string[] = ["position < ?", "position >= ?"];
  const args: SqlValue[] = [end, begin];
  if (filter.stream !== "") {
    where.push(whole ? "stream = ?" : "stream LIKE ? || '%'");
    args.push(filter.stream);
  }
  if (filter.type !== "") {
    where.push("type = ?");
    args.push(filter.type);
  }
  const rows = await port.query<Omit<LogEntry, "summary"> & { data: string }>(`SELECT ${COLUMNS} FROM event WHERE ${where.join(" AND ")} ORDER BY position DESC LIMIT ${PAGE + 1}`, args);
  const entries = await withSummaries(port, rows.slice(0, PAGE));
  const more = rows.length > PAGE ? entries.at(-1)!.position : begin > 0 ? begin : null;
  return {
    entries,
    names: await actorNames(port, entries.map((entry) => entry.actor)),
    older: more,
    chain: whole && filter.before === null ? await chainOf(port, filter.stream) : null,
  };
}

async function endOfLog(port: SqlPort): Promise<number> {
  const [row] = await port.query<{ end: number }>(`SELECT coalesce(max(position), 0) + 1 AS "end" FROM event`);
  return row!.end;
}

async function chainOf(port: SqlPort, stream: string): Promise<LogPage["chain"]> {
  const events = await port.query<SealedEvent>(
    `SELECT stream, seq, type, version, data, command_id AS "commandId", batch_id AS "batchId", actor, source, effective_at AS "effectiveAt",
       recorded_at AS "recordedAt", prev_hash AS "prevHash", hash FROM event WHERE stream = ? ORDER BY seq LIMIT ${CHAIN_MAX}`,
    [stream],
  );
  return events.length === 0 || events.length === CHAIN_MAX ? null : { events: events.length, broken: firstBrokenLink(events) };
}

/** One event in full, its data as it was hashed; null when there is none. @throws ForbiddenError */
export async function logEvent(world: World, actor: UserActor, position: number): Promise<(SealedEvent & { readonly position: number }) | null> {
  requirePermission(actor, "read:log:any");
  const [row] = await world.port.query<SealedEvent & { position: number }>(
    `SELECT position, stream, seq, type, version, data, command_id AS "commandId", batch_id AS "batchId", actor, source, effective_at AS "effectiveAt",
       recorded_at AS "recordedAt", prev_hash AS "prevHash", hash FROM event WHERE position = ?`,
    [position],
  );
  return row ?? null;
}
