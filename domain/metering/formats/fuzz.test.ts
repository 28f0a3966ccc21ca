/**
 * Damaged files: every parser meets mutations of a good file, seeded, so that a failure can be met again. Whatever comes,
 * nothing is thrown, nothing hangs, memory does not grow with what was fed, every refusal names a line of the file, and every
 * read is whole. `npm test` makes a fixed number of mutations, the nightly run ten times as many.
 */
import { describe, expect, test } from "vitest";
import { FIXTURES, type Fixture } from "./fixtures.testing.ts";
import { mutated, random } from "./mutations.testing.ts";
import type { FileRead, Refusal } from "./read.ts";
import { ReadsFile } from "./reads-file.ts";

/** Mutated files a parser. */
const MUTATIONS = process.env["METERLINE_NIGHTLY"] ? 1_000_000 : 100_000;

/**
 * A hundred thousand take a parser three to nine seconds of one processor. There is no clock in the loop: on a machine that
 * is busy they take longer, and are a hundred thousand all the same.
 */
const TIMEOUT_MS = process.env["METERLINE_NIGHTLY"] ? 3_600_000 : 600_000;

const encoder = new TextEncoder();

/** `named`: whether the format is named; otherwise the damaged content decides. */
function check({ format, options }: Fixture, text: string, seed: number, piece: number, named: boolean): void {
  const told = (what: string): string => `${what} (${format}, seed ${seed}): ${JSON.stringify(text).slice(0, 2_000)}`;
  let bad: string | null = null;
  let reads = 0;
  let refusals = 0;
  let last = 1;
  const sink = {
    read({ meter, value, start, end, kind, line, unit }: FileRead) {
      reads++;
      if (line > last) last = line;
      const span = kind === "register" ? start === end : start < end;
      if (!(meter.length > 0 && meter.length <= 64 && span && Number.isSafeInteger(start) && Number.isSafeInteger(end) && line >= 1 && unit.length > 0 && /^-?\d+(?:\.\d+)?$/.test(value))) bad = "a read that is not whole";
    },
    refuse({ line, reason }: Refusal) {
      refusals++;
      if (line > last) last = line;
      if (!(Number.isInteger(line) && line >= 1 && reason.length > 0)) bad = `a refusal on line ${line}: ${reason}`;
    },
  };
  try {
    const file = new ReadsFile(sink, { name: "reads.txt", zone: "America/Chicago", format: named ? format : null, ...options });
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length; at += piece) file.write(bytes.subarray(at, at + piece));
    const result = file.end();
    if (result.reads !== reads || (refusals === 0) !== (result.readable && result.refused + result.noReads === 0)) bad = "a result that was not told";
    if (last > 1 && last > linesOf(text)) bad = `line ${last}, which is not there`;
  } catch (error) {
    throw new Error(told(`thrown: ${(error as Error).stack}`), { cause: error });
  }
  if (bad !== null) throw new Error(told(bad));
}

function linesOf(text: string): number {
  let lines = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) lines++;
  }
  return lines;
}

describe("damaged files", () => {
  test.each(FIXTURES)("of $format: $reads reads when it is whole", { timeout: TIMEOUT_MS }, (fixture) => {
    let done = 0;
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      const next = random(seed * 2_654_435_761);
      check(fixture, mutated(fixture.text, next), seed, next(6) === 0 ? 1 + next(60) : 65_536, next(8) > 0);
      done++;
    }
    expect(done).toBe(MUTATIONS);
  });
});

describe("what never ends", () => {
  const endless: readonly (readonly [string, string, string])[] = [
    ["a line", "cmep", "MEPMD01,x,"],
    ["a row in quotes", "sentryx", 'DEVICE_ID,TIME_STAMP,READING,UNITS\n"'],
    ["rows that open quotes", "sentryx", 'DEVICE_ID,TIME_STAMP,READING,UNITS\n"a\n"b\n"c\n'],
    ["a tag", "espi", "<feed xmlns='"],
    ["a comment", "espi", "<feed><!-- "],
    ["elements inside each other", "espi", "<feed>"],
    ["a value", "iec61968", "<MeterReadings><MeterReading><Readings><value>"],
    ["a list inside a list", "meterline", "["],
    ["an object", "meterline", '{"reads":[{"meter":"'],
    ["a string of quotes", "meterline", '{"a":"\\"'],
  ];

  test.each(endless)("%s does not fill the memory", (_, format, text) => {
    const bytes = encoder.encode(text.repeat(Math.ceil(65_536 / text.length)));
    const first = encoder.encode(text);
    const file = new ReadsFile({ read: () => {}, refuse: () => {} }, { name: "reads.txt", format });
    file.write(first);
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 512; i++) file.write(bytes);
    // 32 MB were fed; what is kept is one token or line of at most a million characters, and garbage.
    const kept = process.memoryUsage().heapUsed - before;
    file.end();
    expect(kept).toBeLessThan(400_000_000);
  });
});
