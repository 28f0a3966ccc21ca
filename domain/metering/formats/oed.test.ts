/**
 * The cases of another meter reader (OED): what it makes of rows of value, start and end, ascending and descending, with
 * gaps, resets, changes of clocks and mistakes. Its cumulative columns are registers for us: usage is what the dials advance.
 * It gives up a whole file for one bad row; we refuse the row. It splits what lies over the spring change in two, because it
 * counts wall clocks; instants have no such hour.
 */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { CsvMapping } from "./csv-mapping.ts";
import { parse } from "./parse.testing.ts";
import type { FileRead } from "./read.ts";

const FOLDER = new URL("../../../../shared/data/ami_readings/oed_pipeline/", import.meta.url);
const there = existsSync(FOLDER);

interface Upload {
  readonly kind: "readings" | "meters";
  readonly params: Readonly<Record<string, string>>;
  readonly file: string;
}

interface Case {
  readonly test: string;
  readonly description: string;
  readonly uploads: readonly Upload[];
  readonly expected_readings_file: string;
}

/** Where the two readers mean to differ: why, how many lines we refuse, and what we read instead. */
const DIFFERS: Readonly<Record<string, { readonly why: string; readonly refused?: number; readonly ours: readonly string[] | "a row more" | "the same total" }>> = {
  pipe7: { why: "it gives up the file because the dials go back at midnight, not at noon; that is for validation to judge", ours: ["48", "72", "96", "120"] },
  pipe9: { why: "the same without a reset being allowed", ours: ["48", "72", "96", "120"] },
  pipe22: { why: "it gives up the file for a negative register; that is for validation to judge", ours: ["48", "72", "-1", "120"] },
  pipe23: { why: "the first of rows with an end only is dropped there; here it is as long as the others", ours: "a row more" },
  pipe24: { why: "the same, backwards", ours: "a row more" },
  pipe26: { why: "a bad start is that row's", refused: 1, ours: ["24", "72", "96", "120"] },
  pipe27: { why: "a bad end is that row's", refused: 1, ours: ["24", "72", "96", "120"] },
  pipe29: { why: "a bad value is that row's", refused: 1, ours: ["48.1", "71.9", "216"] },
  pipe30: { why: "a bad value is that row's", refused: 1, ours: ["24", "48.1", "72", "120"] },
  pipe32: { why: "what the dials showed at an end is true whenever its row says it began", ours: "a row more" },
  pipe34: { why: "start and end the same: it is dropped there and refused here", refused: 1, ours: ["24", "72", "96", "120"] },
  pipe110: { why: "the hour that clocks skipped ends at three", ours: ["60", "120", "180"] },
  pipe111: { why: "it splits what lies over the spring change, and shows wall clocks", ours: ["1440", "2760", "4320"] },
  pipe113: { why: "the same", ours: "the same total" },
  pipe114: { why: "the same for registers", ours: "the same total" },
  pipe115: { why: "the same with ends only", ours: "a row more" },
  pipe120: { why: "it drops the hour that happens twice; here both are there", ours: ["23", "0", "0", "46", "69", "92"] },
};

/** Each row of its answer so many times in ours. */
const REPEATED: ReadonlySet<string> = new Set(["pipe74"]);

const column = { value: 1, start: 2, end: 3 };

describe.skipIf(!there)(`OED's cases of ../shared/data${there ? "" : " (skipped: the folder is not there)"}`, () => {
  const cases = there ? (JSON.parse(readFileSync(new URL("cases.json", FOLDER), "utf8")) as Case[]) : [];
  const usable = cases.filter(({ uploads, expected_readings_file: file }) => [file, ...readingsOf(uploads).map((upload) => upload.file)].every((name) => existsSync(new URL(name, FOLDER))));

  test("most of them have their files", () => expect(usable.length).toBeGreaterThanOrEqual(29));

  test.each(usable.map((each) => [each.test, each.description, each] as const))("%s: %s", (name, _, { uploads, expected_readings_file: file }) => {
    const stored = new Map<string, string>();
    let refused = 0;
    for (const { params, file: input } of readingsOf(uploads)) {
      const cumulative = params["cumulative"] === "true" || CUMULATIVE_METERS.has(name);
      const zone = ZONED.test(name) ? "America/Chicago" : "UTC";
      const { all, refusals } = parse(textOf(input), { mapping: mappingOf(params, cumulative), format: "csv", zone });
      refused += refusals.length;
      for (const [value, when] of cumulative ? advances(all, zone) : all.map((read) => rowOf(read.value, read.start, read.end, zone))) if (!stored.has(when) || params["update"] === "true") stored.set(when, value);
    }
    const ours = [...stored].map(([when, value]) => [value, when] as const).filter(([, when]) => !REPEATED.has(name) || new Set(when.split(",")).size > 1);
    const theirs = textOf(file).trim().split("\n").filter(Boolean).map((line) => line.split(/,(.*)/s).slice(0, 2));
    const wanted = DIFFERS[name];
    expect(refused, wanted?.why).toBe(wanted?.refused ?? 0);
    if (wanted === undefined) expect(byTime(ours)).toEqual(byTime(theirs));
    else if (wanted.ours === "a row more") {
      expect(ours).toHaveLength(theirs.length + 1);
      expect(ours).toEqual(expect.arrayContaining(theirs));
    } else if (wanted.ours === "the same total") expect(total(ours)).toBe(total(theirs));
    else expect(ours.map(([value]) => value)).toEqual(wanted.ours);
  });
});

/** Cases in which an upload of meters says that they count up. */
const CUMULATIVE_METERS: ReadonlySet<string> = new Set(["pipe80", "pipe90"]);
/** Cases of a meter in Chicago, whose rows carry offsets. */
const ZONED = /^pipe1[12]\d$/;

const readingsOf = (uploads: readonly Upload[]): readonly Upload[] => uploads.filter(({ kind }) => kind === "readings");
const byTime = (rows: readonly (readonly string[])[]) => rows.toSorted(([, a], [, b]) => (a! < b! ? -1 : 1));
const total = (rows: readonly (readonly string[])[]): number => rows.reduce((sum, [value]) => sum + Number(value), 0);

function mappingOf(params: Upload["params"], cumulative: boolean): CsvMapping {
  return {
    meter: { text: "M1" }, kind: cumulative ? "register" : "interval", header: false, ...(params["headerRow"] === "true" && { skipLines: 1 }),
    time: params["endOnly"] === "true" ? { column: column.start } : { column: column.start, end: column.end },
    values: [{ column: column.value, unit: "kWh" }],
  };
}

function textOf(file: string): string {
  const bytes = readFileSync(new URL(file, FOLDER));
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

function rowOf(value: string, start: number, end: number, zone: string): [value: string, when: string] {
  const local = (at: number): string => new Date(at).toLocaleString("sv-SE", { timeZone: zone });
  return [value, `${local(start)},${local(end)}`];
}

/** What the dials advanced between two reads that follow each other; after a reset, what they show. */
function advances(reads: readonly FileRead[], zone: string): [value: string, when: string][] {
  const inOrder = reads.toSorted((a, b) => a.end - b.end);
  return inOrder.slice(1).map((read, i) => {
    const before = inOrder[i]!;
    const moved = Math.round((Number(read.value) - Number(before.value)) * 1000) / 1000;
    return rowOf(moved < 0 ? read.value : String(moved), before.end, read.end, zone);
  });
}
