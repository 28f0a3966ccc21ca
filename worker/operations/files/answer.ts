/** What a sender is told of a file, and how a file is asked to be read. */
import { firstRefusals, type FileCounts, type FileNote, type FileOptions, type FileRow } from "../../../db/metering/files.ts";
import { timeZoneOf } from "../../../db/utility.ts";
import { isTimeZone } from "../../../domain/calendar/zone.ts";
import { CHARSETS, FORMATS, formatsNamed } from "../../../domain/metering/formats/index.ts";
import type { World } from "../context.ts";
import { mappingInEffect } from "./mappings.ts";

/** Refused lines in the answer itself; the rest is on the file's page. */
const REFUSALS_SHOWN = 50;

const DAY_MINUTES = 1440;

export interface FileAnswer {
  readonly file: string;
  readonly name: string;
  readonly status: FileRow["status"];
  readonly format: string | null;
  /** SHA-256 of the file as it was sent. */
  readonly hash: string;
  readonly bytes: number;
  /** True: the same file was there before; this is what became of it then. */
  readonly replayed: boolean;
  readonly counts: FileCounts | null;
  readonly refusals: readonly FileNote[];
  /** Refused lines beyond those listed. */
  readonly furtherRefusals: number;
  /** Where all of them are listed. */
  readonly lines: string;
}

export async function fileAnswer({ port }: World, { id, name, status, format, hash, bytes, counts }: FileRow, replayed: boolean): Promise<FileAnswer> {
  const refusals = await firstRefusals(port, id, REFUSALS_SHOWN);
  const refused = counts === null ? refusals.length : counts.refused + counts.rejected;
  return { file: id, name, status, format, hash, bytes, replayed, counts, refusals, furtherRefusals: Math.max(0, refused - refusals.length), lines: `/api/v1/ami/files/${id}` };
}

/** A file's name as it is shown; what an address or a header may carry beside is cut. */
const NAME_MAX = 200;

export type AskedOptions = { readonly ok: true; readonly name: string; readonly options: FileOptions } | { readonly ok: false; readonly field: string; readonly message: string };

/** How a file is to be read, from the words of a request or a form. What is left out: by the content, in the utility's zone. */
export async function askedOptions({ port, now }: World, asked: { readonly [field in "name" | "format" | "timezone" | "interval" | "charset" | "mapping"]?: string | null }): Promise<AskedOptions> {
  const fail = (field: string, message: string): AskedOptions => ({ ok: false, field, message });
  const at = now();
  const [format, zone, interval, charset, mappingName] = [asked.format, asked.timezone, asked.interval, asked.charset, asked.mapping].map((text) => text?.trim() || null);
  if (format && formatsNamed(format).length === 0) return fail("format", `${format.slice(0, 40)} is not a format. Leave it out, or give one of ${FORMATS.map((each) => each.format).join(", ")}.`);
  if (zone && !isTimeZone(zone)) return fail("timezone", `${zone.slice(0, 40)} is not a time zone. Give one such as America/Chicago, UTC or -06:00.`);
  const minutes = interval ? Number(interval) : null;
  if (minutes !== null && !(Number.isInteger(minutes) && minutes > 0 && minutes <= DAY_MINUTES)) return fail("interval", "The length of an interval is a number of minutes.");
  if (charset && !(CHARSETS as readonly string[]).includes(charset.toLowerCase())) return fail("charset", `The charset is one of ${CHARSETS.join(", ")}.`);
  const mapping = mappingName ? await mappingInEffect(port, mappingName, at) : null;
  if (mappingName && mapping === null) return fail("mapping", `There is no mapping ${mappingName.slice(0, 50)} in effect. Staff make one under Mappings.`);
  return {
    ok: true,
    name: nameOf(asked.name ?? ""),
    options: {
      format: format?.toLowerCase() ?? null, zone: zone ?? (await timeZoneOf(port, at)), intervalMinutes: minutes, charset: charset?.toLowerCase() ?? null,
      mapping: mapping && { name: mapping.name, version: mapping.version },
    },
  };
}

function nameOf(text: string): string {
  const name = text.replace(/^.*[\\/]/, "").replace(/\p{Cc}/gu, "").trim();
  return name === "" ? "reads" : name.slice(0, NAME_MAX).toWellFormed();
}
