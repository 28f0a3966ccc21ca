/**
 * Readings that came for a meter before anybody had entered it, or that it hangs there: once it is, they are taken in by
 * themselves, and the work about them is done. Nobody has to find them before a bill estimates what they would have said.
 */
import { cureWork, exceptionUnit, heldReading, loadExceptions, type ExceptionDetail, type ExceptionRecord } from "../../../db/metering/exceptions.ts";
import { classifyBatch, commitOf, raisedAlerts, readsStream } from "../../../db/metering/ingest.ts";
import { CommandRepeatedError, commitUnits, FenceLostError } from "../../../db/commit.ts";
import { linesOf } from "../../../db/metering/sources.ts";
import { noticeRows } from "../../../db/notices.ts";
import type { SqlPort } from "../../../db/port.ts";
import type { Reading } from "../../../domain/metering/index.ts";
import type { World } from "../context.ts";
import { batchIdOf, readsSetting, STAFF } from "../reads.ts";

/** Readings taken in by one commit: a payment beside it stays fast. */
const CHUNK = 100;
/** More in one pass would keep the database from other work; the next hour goes on. */
const PASSES_MAX = 50;

const CLOCK = "system:clock";
const GATEWAY = "gateway:";

/** Open ones whose meter hangs somewhere on their day, with who sent them (the actor of the event that opened the work) and in which file. */
const READY = `SELECT x.id, e.actor, (SELECT b.file_id FROM read_batch AS b WHERE b.id = x.detail->>'$.source.batchId') AS "fileId" FROM exception AS x
    JOIN meter AS m ON m.badge = x.detail->>'$.reading.meter' JOIN meter_installation AS i ON i.meter_id = m.id AND i.installed_on <= x.day AND (i.removed_on IS NULL OR i.removed_on >= x.day)
    JOIN event AS e ON e.stream = 'exception:' || x.id AND e.seq = 1
  WHERE x.status = 'open' AND x.kind = 'reads' AND x.rule IN ('unknown-meter', 'not-installed') AND x.id > ? GROUP BY x.id ORDER BY x.id LIMIT ?`;

interface Ready {
  readonly id: string;
  readonly actor: string;
  readonly fileId: string | null;
}

/** Takes in what can be; how many readings. Safe to call at any time, any number of times. @throws UnavailableError */
export async function takeHeldReads(world: World): Promise<number> {
  let taken = 0;
  let after = "";
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    const ready = await world.port.query<Ready>(READY, [after, CHUNK]);
    for (const own of Map.groupBy(ready, ({ actor, fileId }) => `${actor} ${fileId}`).values()) taken += await takeIn(world, own[0]!, own.map(({ id }) => id));
    if (ready.length < CHUNK) break;
    after = ready.at(-1)!.id;
  }
  if (taken > 0) {
    world.poke();
    world.wakeOutbox();
  }
  return taken;
}

async function takeIn(world: World, { actor: sender, fileId }: Ready, ids: readonly string[]): Promise<number> {
  const { port } = world;
  const setting = await readsSetting(world);
  const open = [...(await loadExceptions(port, ids)).values()].filter(({ row }) => row.status === "open");
  const now = await mended(port, open, setting);
  if (now.length === 0) return 0;
  const readings = readingsOf(now);
  const batch = await classifyBatch(port, readings, setting);
  const batchId = batchIdOf(CLOCK, now.map(({ row }) => row.id).join("\n"));
  const gatewayId = sender.startsWith(GATEWAY) ? sender.slice(GATEWAY.length) : STAFF;
  const file = fileId === null ? undefined : { fileId, lines: now.map(({ row }, i) => linesOf(detailOf(row).source!, valuesIn(readings[i]!))) };
  const origin = { batchId, bodyHash: batchId, actor: CLOCK, source: gatewayId === STAFF ? "staff" : "ami", gatewayId, file };
  const { units, further } = commitOf(batch, origin, setting, await noticeRows(port, raisedAlerts(batch, setting), setting.now, setting.zone));
  const command = units[0]!.command;
  const provenance = { commandId: readsStream(batchId), batchId: "", actor: CLOCK, source: origin.source, recordedAt: setting.now };
  try {
    await commitUnits(port, [...units, ...now.map((record) => exceptionUnit(cureWork(record, setting.now), provenance, command))], {}, further);
  } catch (error) {
    // Reads of these meters arrived, or somebody decided on one of them, in this very moment: the next hour looks again.
    if (error instanceof FenceLostError || error instanceof CommandRepeatedError) return 0;
    throw error;
  }
  return now.length;
}

/** Those that would not be held or turned away any more. */
async function mended(port: SqlPort, records: readonly ExceptionRecord[], setting: Awaited<ReturnType<typeof readsSetting>>): Promise<ExceptionRecord[]> {
  if (records.length === 0) return [];
  const { result } = await classifyBatch(port, readingsOf(records), setting);
  const held = new Set(result.exceptions.flatMap((found) => (found.held === null ? [] : [found.id])));
  return records.filter((_, i) => {
    const { outcome, exceptionIds = [] } = result.outcomes[i]!;
    return outcome !== "rejected" && !exceptionIds.some((id) => held.has(id));
  });
}

function readingsOf(records: readonly ExceptionRecord[]): Reading[] {
  return records.map(({ row }, index): Reading => ({ ...heldReading(detailOf(row).reading!), index }));
}

const detailOf = (row: ExceptionRecord["row"]): ExceptionDetail => JSON.parse(row.detail!) as ExceptionDetail;

const valuesIn = (reading: Reading): number => (reading.kind === "register" ? 1 : reading.values.length);
