/** Where the values of one channel's day come from: the file and line of each, and every version that stood before. */
import { loadDaySpan } from "../../db/metering/stored.ts";
import { sourcesBetween, type ReadSource } from "../../db/metering/sources.ts";
import { timeZoneOf } from "../../db/utility.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { bestOfDay, bestReads, decodeDay, MISSING, QUALITIES, slotStart, type Milli, type Quality, type RegisterRead } from "../../domain/metering/index.ts";
import type { SqlPort } from "../../db/port.ts";
import { actorNames } from "./actors.ts";
import type { World } from "./context.ts";
import { CHANNEL_COLUMNS, type ChannelRow } from "./meters.ts";

/** One version of a value. */
export interface ValueVersion {
  readonly value: Milli;
  readonly quality: Quality;
  /** `sent`: a head-end sent it, the first time or again; `edit`, `estimate`: a person or a rule put it in its place. */
  readonly how: "sent" | "edit" | "estimate";
  /** Null: it was posted without a file, or is nobody's reading. */
  readonly source: ReadSource | null;
  /** Who put it there, and why, where it was not a head-end. */
  readonly by: string | null;
  readonly why: string | null;
  /** When we knew; null for what came first of a day that other files filled as well. */
  readonly knownAt: Instant | null;
}

/** A value that was measured at a time, with its versions, the latest first. */
export interface TracedValue {
  /** Start of the interval, or the time of the read. */
  readonly at: Instant;
  readonly value: Milli | null;
  readonly quality: Quality;
  readonly versions: readonly ValueVersion[];
}

export interface ValueSources {
  readonly meterId: string;
  readonly badge: string;
  readonly channels: readonly ChannelRow[];
  readonly channel: ChannelRow;
  readonly day: LocalDate;
  readonly values: readonly TracedValue[];
}

/** A day of a meter's channel (its first where none is named); null when there is no such meter or channel. @throws ForbiddenError */
export async function valueSources(world: World, actor: UserActor, { meterId, channelId, day }: { readonly meterId: string; readonly channelId: number | null; readonly day: LocalDate }): Promise<ValueSources | null> {
  requirePermission(actor, "read:meter:any");
  const { port } = world;
  const [meters, found] = await port.read([
    { sql: "SELECT badge FROM meter WHERE id = ?", args: [meterId] },
    { sql: `SELECT ${CHANNEL_COLUMNS} FROM channel WHERE meter_id = ? ORDER BY kind, id`, args: [meterId] },
  ]);
  const channels = found!.rows as unknown as ChannelRow[];
  const channel = channelId === null ? channels[0] : channels.find((each) => each.channelId === channelId);
  const [meter] = meters!.rows;
  if (!meter || !channel) return null;
  const zone = await timeZoneOf(port, world.now());
  const values = channel.kind === "register" ? await tracedReads(port, channel.channelId, day, zone) : await tracedIntervals(port, channel, day, zone);
  return { meterId, badge: meter["badge"] as string, channels, channel, day, values };
}

interface StoredRevision {
  readonly values: Uint8Array;
  readonly flags: string;
  readonly rule: string;
  readonly actor: string;
  readonly reason: string;
  readonly recordedAt: number;
}

/** A person's words stand apart from what they changed. */
const WORDS = "LEFT JOIN personal_data AS d ON d.ref = r.reason";

async function tracedIntervals(port: SqlPort, { channelId, stepMinutes }: ChannelRow, day: LocalDate, zone: TimeZone): Promise<TracedValue[]> {
  const [stored] = await loadDaySpan(port, channelId, day, addDays(day, 1));
  if (!stored) return [];
  const [sources, revisions] = await Promise.all([
    sourcesBetween(port, { channelId, from: startOfDay(day, zone), to: startOfDay(addDays(day, 1), zone) }),
    port.query<StoredRevision>(`SELECT r."values", r.flags, r.rule, r.actor, coalesce(d.value, r.reason) AS reason, r.recorded_at AS "recordedAt" FROM interval_revision AS r ${WORDS} WHERE r.channel_id = ? AND r.day = ? ORDER BY r.revision`, [channelId, day]),
  ]);
  const names = await actorNames(port, revisions.map(({ actor }) => actor));
  const layers = revisions.map((revision) => ({ ...revision, layer: decodeDay(revision.values, revision.flags) }));
  const best = bestOfDay(stored);
  return Array.from(best.values, (value, slot): TracedValue => {
    const at = slotStart(slot, day, zone, stepMinutes!);
    const from = sources(at, stepMinutes);
    const raw = stored.raw.values[slot]!;
    const later = layers.flatMap(({ layer, rule, actor, reason, recordedAt }): ValueVersion[] => {
      if (layer.values[slot] === MISSING) return [];
      const how = howOf(rule);
      return [{ value: layer.values[slot]!, quality: qualityAt(layer.quality, slot), how, source: how === "sent" ? (from.find(({ receivedAt }) => receivedAt === recordedAt) ?? null) : null, by: how === "sent" ? null : (names[actor] ?? actor), why: how === "sent" ? null : wordsOf(reason), knownAt: recordedAt }];
    });
    // What came first is never overwritten: what was sent again came after it.
    const again = later.find(({ how }) => how === "sent")?.knownAt ?? Number.POSITIVE_INFINITY;
    const first = from.findLast(({ receivedAt }) => receivedAt < again) ?? null;
    const versions = [...later.toReversed(), ...(raw === MISSING ? [] : [{ value: raw, quality: qualityAt(stored.raw.quality, slot), how: "sent" as const, source: first, by: null, why: null, knownAt: first?.receivedAt ?? null }])];
    return { at, value: value === MISSING ? null : value, quality: qualityAt(best.quality, slot), versions };
  });
}

type StoredRead = RegisterRead & { readonly source: string; readonly actor: string; readonly reason: string | null; readonly batchId: string; readonly recordedAt: number };

async function tracedReads(port: SqlPort, channelId: number, day: LocalDate, zone: TimeZone): Promise<TracedValue[]> {
  const span = { channelId, from: startOfDay(day, zone), to: startOfDay(addDays(day, 1), zone) };
  const [sources, rows] = await Promise.all([
    sourcesBetween(port, span),
    port.query<StoredRead>(
      `SELECT r.channel_id AS "channelId", r.read_at AS "readAt", r.version, r.value, r.quality, r.source, r.actor, coalesce(d.value, r.reason) AS reason, r.batch_id AS "batchId", r.recorded_at AS "recordedAt"
       FROM register_read AS r ${WORDS} WHERE r.channel_id = ? AND r.read_at >= ? AND r.read_at < ? ORDER BY r.read_at, r.version`,
      [channelId, span.from, span.to],
    ),
  ]);
  const names = await actorNames(port, rows.map(({ actor }) => actor));
  return bestReads(rows).map(({ readAt: at, value, quality }): TracedValue => {
    const versions = rows.filter(({ readAt }) => readAt === at).map((row): ValueVersion => {
      const source = sources(at, null).find(({ batchId }) => batchId === row.batchId) ?? null;
      const how = row.source === "staff" && source === null ? "edit" : row.quality === "estimated" && row.source !== "ami" ? "estimate" : "sent";
      return { value: row.value, quality: row.quality, how, source, by: how === "sent" ? null : (names[row.actor] ?? row.actor), why: row.reason === null ? null : wordsOf(row.reason), knownAt: row.recordedAt };
    });
    return { at, value, quality, versions: versions.toReversed() };
  });
}

const howOf = (rule: string): ValueVersion["how"] => (rule === "edit" || rule === "estimate" ? rule : "sent");

const qualityAt = (quality: Uint8Array | null, slot: number): Quality => QUALITIES[quality?.[slot] ?? 0]!;

/** A person's words are kept as JSON; a sentence of ours is as it is. */
function wordsOf(reason: string): string {
  if (!reason.startsWith('"')) return reason;
  try {
    return String(JSON.parse(reason));
  } catch {
    return reason;
  }
}
