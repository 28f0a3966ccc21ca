/** Ingest: a batch of reads becomes stored values, exceptions and their events, in one commit. */
import { createHash } from "node:crypto";
import { decodeAnswer, storedAnswer, type BatchAnswer } from "../../db/metering/batches.ts";
import { classifyBatch, commitOf, raisedAlerts, readsStream, type BatchFile, type BatchOrigin, type ReadsSetting } from "../../db/metering/ingest.ts";
import { CommandRepeatedError, commitUnits, FenceLostError } from "../../db/commit.ts";
import type { SqlPort, Statement } from "../../db/port.ts";
import { noticeRows } from "../../db/notices.ts";
import { timeZoneOf, validationSettings } from "../../db/utility.ts";
import { actorText, requirePermission, type Actor, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { badgesOf, parseReadsRequest, type MeterEvent, type Reading, type RequestError } from "../../domain/metering/index.ts";
import type { World } from "./context.ts";
import { SEEN_EVERY_MS } from "./gateways.ts";
import { requireOnMeters } from "./own-meter.ts";

export type { BatchAnswer, ReadAnswer } from "../../db/metering/batches.ts";

/** Batches that touch the same meters are few at a time; one that keeps losing is told to come again. */
const RACES_MAX = 8;

export type IngestAnswer = BatchAnswer & { readonly replayed: boolean };

/** Names a batch: the same body of the same sender is the same batch. */
export function batchIdOf(sender: string, body: Uint8Array | string): string {
  return createHash("sha256").update(`${sender}\n`).update(body).digest("hex");
}

export const bodyHashOf = (body: Uint8Array | string): string => createHash("sha256").update(body).digest("hex");

export interface PostedReads {
  /** `gateway:ID`, or the person who typed them in. */
  readonly actor: Actor;
  readonly batchId: string;
  readonly bodyHash: string;
  readonly readings: readonly Reading[];
  /** What was said of meters without a value. */
  readonly events?: readonly MeterEvent[];
  /** The file of which they are a part. */
  readonly file?: BatchFile;
}

/** What was answered to this batch before, or null; a repetition also shows that its gateway is alive. */
export async function repeatedBatch(world: Pick<World, "port" | "now">, batchId: string): Promise<IngestAnswer | null> {
  const answer = await storedAnswer(world.port, batchId);
  if (!answer) return null;
  const now = world.now();
  await world.port.write([{ sql: "UPDATE gateway SET last_seen_at = ?1 WHERE id = (SELECT gateway_id FROM read_batch WHERE id = ?2) AND coalesce(last_seen_at, 0) < ?3", args: [now, batchId, now - SEEN_EVERY_MS] }]);
  return { ...answer, replayed: true };
}

/**
 * Takes a batch. When it returns, everything accepted is durable and can be queried; posting it again is harmless.
 * @throws UnavailableError: it may or may not have been taken, post it again; FenceLostError after too many lost races
 */
export async function ingestReads(world: World, posted: PostedReads): Promise<IngestAnswer> {
  const { port } = world;
  const origin = originOf(posted);
  for (let race = 1; ; race += 1) {
    const setting = await readsSetting(world);
    const batch = await classifyBatch(port, posted.readings, setting, posted.events);
    const notices = await noticeRows(port, raisedAlerts(batch, setting), setting.now, setting.zone);
    const { answer, units, further } = commitOf(batch, origin, setting, notices);
    try {
      await commitUnits(port, units, {}, [...further, ...seen(posted.actor, setting.now)]);
    } catch (error) {
      if (error instanceof CommandRepeatedError) return { ...(await answerOf(port, origin.batchId)), replayed: true };
      if (error instanceof FenceLostError && race < RACES_MAX) continue;
      throw error;
    }
    world.poke();
    world.wakeOutbox();
    return { ...answer, replayed: false };
  }
}

/** Those of the events that are of meters which nobody has entered: they are passed over, and whoever sent them is to know. */
export async function passedOver({ port }: Pick<World, "port">, events: readonly MeterEvent[]): Promise<readonly { readonly index: number; readonly event: MeterEvent }[]> {
  if (events.length === 0) return [];
  const known = new Set((await port.query<{ badge: string }>("SELECT badge FROM meter WHERE badge IN (SELECT value FROM json_each(?))", [JSON.stringify(badgesOf([], events))])).map(({ badge }) => badge));
  return events.flatMap((event, index) => (known.has(event.meter) ? [] : [{ index, event }]));
}

/**
 * A batch that came before and of which reads were turned away: what was wrong with them may be right by now (they lay in
 * the future by a clock that ran ahead). Where nothing has changed, the first answer stands.
 * @throws as `ingestReads`
 */
export async function ingestAgain(world: World, posted: PostedReads, before: IngestAnswer): Promise<IngestAnswer> {
  if (before.counts.rejected === 0) return before;
  const { result: { counts: { rejected } } } = await classifyBatch(world.port, posted.readings, await readsSetting(world), posted.events);
  if (rejected >= before.counts.rejected) return before;
  return ingestReads(world, { ...posted, batchId: batchIdOf(`${before.batchId} again`, String(rejected)) });
}

/** What reads are judged by now: the clock, the utility's zone and its thresholds. */
export async function readsSetting({ port, now }: Pick<World, "port" | "now">): Promise<ReadsSetting> {
  const at = now();
  const [zone, settings] = await Promise.all([timeZoneOf(port, at), validationSettings(port, at)]);
  return { now: at, zone, settings };
}

function originOf({ actor, batchId, bodyHash, file }: PostedReads): BatchOrigin {
  return { batchId, bodyHash, actor: actorText(actor), source: actor.kind === "gateway" ? "ami" : "staff", gatewayId: senderOf(actor), file };
}

/** In place of a gateway where a person typed reads in. */
export const STAFF = "staff";

/** Under which gateway reads are kept. */
export const senderOf = (actor: Actor): string => (actor.kind === "gateway" ? actor.gatewayId : STAFF);

function seen(actor: Actor, now: number): Statement[] {
  return actor.kind === "gateway" ? [{ sql: "UPDATE gateway SET last_seen_at = ? WHERE id = ?", args: [now, actor.gatewayId] }] : [];
}

async function answerOf(port: SqlPort, batchId: string): Promise<BatchAnswer> {
  const [row] = await port.query<{ outcome: string }>("SELECT outcome FROM read_batch WHERE id = ?", [batchId]);
  if (!row) throw new Error(`${readsStream(batchId)} was refused as a repetition, but is not there`);
  return decodeAnswer(batchId, row.outcome);
}

export type EnteredReads = { readonly status: "done"; readonly answer: IngestAnswer } | { readonly status: "invalid"; readonly errors: readonly RequestError[] };

/** Reads that a person enters: a field worker at the meter, a clerk from a letter. Same checks, same commit, own name in the log. @throws ForbiddenError */
export async function enterReads(world: World, actor: UserActor, input: { readonly commandId: string; readonly reads: readonly unknown[] }): Promise<EnteredReads> {
  requirePermission(actor, "post:read:any");
  const body = JSON.stringify({ reads: input.reads });
  const batchId = batchIdOf(`${actorText(actor)} ${input.commandId}`, body);
  const before = await repeatedBatch(world, batchId);
  if (before) return { status: "done", answer: before };
  const parsed = parseReadsRequest(JSON.parse(body));
  if (!parsed.ok) return { status: "invalid", errors: parsed.errors };
  await requireOnMeters(world, actor, "post:read:any", badgesOf(parsed.reads, parsed.events));
  return { status: "done", answer: await ingestReads(world, { actor, batchId, bodyHash: bodyHashOf(body), readings: parsed.reads, events: parsed.events }) };
}
