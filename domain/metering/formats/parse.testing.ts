/** For the tests: a whole file parsed at once, or in pieces. */
import type { FileRead, Refusal } from "./read.ts";
import { ReadsFile, type ReadsFileOptions, type ReadsFileResult } from "./reads-file.ts";

export interface Parsed extends ReadsFileResult {
  readonly all: readonly FileRead[];
  readonly refusals: readonly Refusal[];
}

const CHICAGO = "America/Chicago";

/** Parses a text; `piece` is the number of bytes fed at a time. */
export function parse(file: string | Uint8Array, options: Partial<ReadsFileOptions> = {}, piece = 65_536): Parsed {
  const all: FileRead[] = [];
  const refusals: Refusal[] = [];
  const reader = new ReadsFile({ read: (read) => void all.push(read), refuse: (refusal) => void refusals.push(refusal) }, { name: "reads.txt", zone: CHICAGO, ...options });
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  for (let at = 0; at < bytes.length; at += piece) reader.write(bytes.subarray(at, at + piece));
  return { ...reader.end(), all, refusals };
}

/** A read in a line: `E1 kWh interval 2026-06-02T05:00Z..05:15Z 0.25 actual`. */
export function told({ meter, channel, unit, kind, start, end, value, quality }: FileRead): string {
  const from = time(start);
  const when = kind === "register" ? from : `${from}..${from.slice(0, 10) === time(end).slice(0, 10) ? time(end).slice(11) : time(end)}`;
  return [meter, channel ?? "-", when, value, unit, ...(quality === "actual" ? [] : [quality])].join(" ");
}

function time(instant: number): string {
  return new Date(instant).toISOString().replace(/:00\.000Z$/, "Z").replace(".000Z", "Z");
}
