/**
 * Damaged files: every parser meets mutations of a good file, seeded, so that a failure can be met again. Whatever comes,
 * nothing is thrown, nothing hangs, memory does not grow with what was fed, every refusal names a line of the file, and every
 * read is whole. `npm test` spends a fixed number of mutations, the nightly run ten times as many.
 */
import { describe, expect, test } from "vitest";
import { FIXTURES, type Fixture } from "./fixtures.testing.ts";
import type { FileRead, Refusal } from "./read.ts";
import { ReadsFile } from "./reads-file.ts";

/** Mutated files a parser. */
const MUTATIONS = process.env["METERLINE_NIGHTLY"] ? 1_000_000 : 100_000;

/** A hundred thousand take a parser some seconds; on a machine that is busy they must not take all the time there is. */
const SECONDS_MAX = process.env["METERLINE_NIGHTLY"] ? 180 : 15;

const encoder = new TextEncoder();

/** xorshift32; the same seed, the same damage. */
function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What breaks formats: their own signs, numbers at limits, and what does not belong. */
const SCRAPS = ["", ",", ",,", '"', '""', "\n", "\r", "\r\n", "\0", "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "&", "&#0;", "&lt;", "{", "}", "[", "]", ":", "\\", "-", "+", ".", "0", "9", "-1", "00000000", "99999999999999999999", "1e308", "1e-308", "NaN", "null", "true", "4294967294", "20261101", "0100", "202611010100", "2026-03-08 02:30", "ERROR", "N32", "MEPMD01", "RDG", "300", "900", "\uFEFF", "\u00e9", "\ud83d\ude00", " ", "\t", ";", "|", "=", "'", "é".repeat(50), "x".repeat(300), "<item>".repeat(120), '{"a":'.repeat(60), "[".repeat(60)];

function mutated(text: string, next: (below: number) => number): string {
  let result = text;
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(result.length + 1);
    const to = Math.min(result.length, at + (next(4) === 0 ? next(200) : next(8)));
    switch (next(7)) {
      case 0:
        result = result.slice(0, at) + result.slice(to);
        break;
      case 1:
        result = result.slice(0, at) + SCRAPS[next(SCRAPS.length)]! + result.slice(at);
        break;
      case 2:
        result = result.slice(0, at) + SCRAPS[next(SCRAPS.length)]! + result.slice(to);
        break;
      case 3:
        result = result.slice(0, at) + result.slice(at, to).repeat(2) + result.slice(to);
        break;
      case 4:
        result = result.slice(0, at) + String.fromCharCode(next(next(3) === 0 ? 65_536 : 128)) + result.slice(at + 1);
        break;
      case 5:
        result = result.slice(0, at);
        break;
      default: {
        const other = next(result.length + 1);
        result = result.slice(0, at) + result.slice(other, other + 60) + result.slice(at);
      }
    }
  }
  return result;
}

function check({ format, options }: Fixture, text: string, seed: number, piece: number): void {
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
    const file = new ReadsFile(sink, { name: "reads.txt", zone: "America/Chicago", format, ...options });
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
  test.each(FIXTURES)("of $format", { timeout: (SECONDS_MAX + 30) * 1000 }, (fixture) => {
    const end = performance.now() + SECONDS_MAX * 1000;
    let done = 0;
    for (let seed = 1; seed <= MUTATIONS && (seed % 64 !== 0 || performance.now() < end); seed++) {
      const next = random(seed * 2_654_435_761);
      check(fixture, mutated(fixture.text, next), seed, next(6) === 0 ? 1 + next(60) : 65_536);
      done++;
    }
    expect(done).toBeGreaterThan(0);
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
