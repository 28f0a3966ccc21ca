/** Mappings of tables: made by staff once, kept by name, a new version with every change, counting from a day on. */
import { createHash } from "node:crypto";
import { runStreamCommand, type StreamAnswer } from "../../../db/command.ts";
import type { SqlPort } from "../../../db/port.ts";
import { parseCsvMapping, type CsvMapping } from "../../../domain/metering/formats/index.ts";
import { readsFileEvent, readsMappingStream } from "../../../domain/lifecycle/reads-file.ts";
import { actorText, requirePermission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import { todayOf, timeZoneOf } from "../../../db/utility.ts";
import type { LocalDate } from "../../../domain/calendar/local-date.ts";
import type { TimeZone } from "../../../domain/calendar/zone.ts";
import type { World } from "../context.ts";

export interface SavedMapping {
  readonly name: string;
  readonly version: number;
  readonly mapping: CsvMapping;
  readonly effectiveAt: number;
  readonly actor: string;
  readonly recordedAt: number;
}

type StoredMapping = Omit<SavedMapping, "mapping"> & { readonly mapping: string };

const COLUMNS = `name, version, mapping, effective_at AS "effectiveAt", actor, recorded_at AS "recordedAt"`;

const mappingOf = (row: StoredMapping): SavedMapping => ({ ...row, mapping: JSON.parse(row.mapping) as CsvMapping });

/** A mapping's name stands in addresses and file names. */
const NAME = /^(?!new$)[a-z0-9][a-z0-9-]{0,49}$/;

/** The version of a mapping that counts now; null when there is none. */
export async function mappingInEffect(port: SqlPort, name: string, now: number): Promise<SavedMapping | null> {
  const [row] = await port.query<StoredMapping>(`SELECT ${COLUMNS} FROM reads_mapping WHERE name = ? AND effective_at <= ? ORDER BY effective_at DESC, version DESC LIMIT 1`, [name, now]);
  return row ? mappingOf(row) : null;
}

/** One version of a mapping, as a file was read by it. */
export async function mappingVersion(port: SqlPort, { name, version }: { readonly name: string; readonly version: number }): Promise<SavedMapping | null> {
  const [row] = await port.query<StoredMapping>(`SELECT ${COLUMNS} FROM reads_mapping WHERE name = ? AND version = ?`, [name, version]);
  return row ? mappingOf(row) : null;
}

/** The newest version of every mapping, by name. @throws ForbiddenError */
export async function listMappings(world: World, actor: UserActor): Promise<SavedMapping[]> {
  requirePermission(actor, "read:meter:any");
  const rows = await world.port.query<StoredMapping>(`SELECT ${COLUMNS} FROM reads_mapping AS m WHERE version = (SELECT max(version) FROM reads_mapping WHERE name = m.name) ORDER BY name`);
  return rows.map(mappingOf);
}

/** The newest version of a mapping, or null, with the utility's day and zone. @throws ForbiddenError */
export async function mappingForPage({ port, now }: World, actor: UserActor, name: string): Promise<{ readonly saved: SavedMapping | null; readonly today: LocalDate; readonly zone: TimeZone }> {
  requirePermission(actor, "edit:mapping:any");
  const at = now();
  const [row] = await port.query<StoredMapping>(`SELECT ${COLUMNS} FROM reads_mapping WHERE name = ? ORDER BY version DESC LIMIT 1`, [name]);
  return { saved: row ? mappingOf(row) : null, today: await todayOf(port, at), zone: await timeZoneOf(port, at) };
}

export interface MappingToSave {
  readonly commandId: string;
  readonly name: string;
  /** As somebody filled it in; checked here. */
  readonly mapping: unknown;
  /** Files that come from then on are read by it. */
  readonly effectiveAt: number;
}

/** Saves a mapping under its name: a version more where there is one. @throws ForbiddenError */
export async function saveMapping(world: World, actor: UserActor, { commandId, name, mapping, effectiveAt }: MappingToSave): Promise<StreamAnswer<{ name: string; version: number }>> {
  requirePermission(actor, "edit:mapping:any");
  const refuse = (field: string, message: string) => ({ ok: false, refusal: { code: field, field, message } }) as const;
  const recordedAt = world.now();
  return runStreamCommand<{ name: string; version: number }>(
    world.port,
    { commandId, stream: readsMappingStream(name.toWellFormed()), input: { name, mapping, effectiveAt }, provenance: { actor: actorText(actor), source: "staff", recordedAt } },
    async () => {
      if (!NAME.test(name)) return refuse("name", "A name is of small letters, digits and hyphens, for example town-export.");
      const checked = parseCsvMapping(mapping);
      if (!checked.ok) return refuse("mapping", checked.errors.map(({ path, message }) => `${path || "The mapping"} ${message}`).join("; "));
      const [last] = await world.port.query<{ version: number | null }>("SELECT max(version) AS version FROM reads_mapping WHERE name = ?", [name]);
      const version = (last?.version ?? 0) + 1;
      const text = JSON.stringify(checked.mapping);
      return {
        ok: true,
        drafts: [readsFileEvent("ReadsMappingSaved", { name, version, hash: createHash("sha256").update(text).digest("hex"), effectiveAt })],
        writes: { readsMapping: [{ name, version, mapping: text, effectiveAt, actor: actorText(actor), recordedAt }] },
        result: { name, version },
      };
    },
  );
}
