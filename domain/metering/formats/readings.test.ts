import { describe, expect, test } from "vitest";
import { MISSING } from "../packed-day.ts";
import { parseMilli } from "../units.ts";
import { BEACON } from "./fixtures.testing.ts";
import type { Refusal } from "./read.ts";
import { ReadingCollector, type ReadingBatch } from "./readings.ts";
import { ReadsFile } from "./reads-file.ts";

function collect(text: string, zone = "America/Chicago"): { batches: ReadingBatch[]; refusals: Refusal[] } {
  const batches: ReadingBatch[] = [];
  const refusals: Refusal[] = [];
  const collector = new ReadingCollector((batch) => void batches.push(batch), (refusal) => void refusals.push(refusal));
  const file = new ReadsFile(collector, { name: "town.txt", zone });
  file.write(new TextEncoder().encode(text));
  file.end();
  collector.end();
  return { batches, refusals };
}

const cmep = (units: string, interval: string, data: readonly string[], meter = "W1"): string => `MEPMD01,19970819,H,T,R,${meter},202606021515,${meter},OK,W,${units},1,${interval},${data.length},${data.join(",")}`;
const hours = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `20260602${String(from + i).padStart(2, "0")}00,R0,${from + i}`);

describe("what ingest takes", () => {
  test("intervals that follow each other are one reading, registers one each, with their lines", () => {
    const { batches } = collect([cmep("CFREG", "00000100", ["202606020000,R0,2931567"]), cmep("CF", "00000100", hours(1, 13)), cmep("CF", "00000100", hours(13, 24))].join("\n"));
    expect(batches).toHaveLength(1);
    const [batch] = batches;
    expect(batch!.reads).toHaveLength(2);
    expect(batch!.reads[0]).toMatchObject({ index: 0, meter: "W1", kind: "register", unit: "ft3", at: Date.UTC(2026, 5, 2, 5), value: 2_931_567_000 });
    expect(batch!.reads[1]).toMatchObject({ index: 1, kind: "interval", start: Date.UTC(2026, 5, 2, 5), stepMinutes: 60, channel: "CF" });
    expect([...(batch!.reads[1] as { values: Int32Array }).values]).toEqual(Array.from({ length: 23 }, (_, i) => (i + 1) * 1000));
    expect(batch!.lines.map((lines) => [...lines])).toEqual([[1], [...Array.from({ length: 12 }, () => 2), ...Array.from({ length: 11 }, () => 3)]]);
  });

  test("a gap is missing values in one reading; another quality, or hours sent again, another reading", () => {
    const { batches } = collect(cmep("CF", "00000100", ["202606020100,R0,1", "202606020200,N32,0", "202606020300,R0,0.125", "202606020400,E0,4", "202606020100,R0,9"]));
    expect(batches[0]!.reads.map((read) => (read.kind === "interval" ? [read.quality, [...read.values]] : []))).toEqual([
      ["actual", [1000, MISSING, 125]],
      ["actual", [9000]],
      ["estimated", [4000]],
    ]);
  });

  test("values are counted in thousandths as posted ones are, whatever digits they come in", () => {
    const written = ["0", "7", "0.5", "0.05", "0.005", "12.34", "1048.576", "-3.25", "-0.001", "0.0004", "0.0005", "1.23456", "999999.999", "1000000.5", "00012.500", "1E2"];
    const stamps = hours(1, written.length + 1).map((each) => each.slice(0, each.lastIndexOf(",")));
    const { batches, refusals } = collect(cmep("CF", "00000100", written.map((value, i) => `${stamps[i]},${value}`)));
    expect(refusals).toEqual([]);
    expect([...(batches[0]!.reads[0] as { values: Int32Array }).values]).toEqual(written.map((value) => parseMilli(value)));
  });

  test("an end written as the last minute of its hour is the hour's end", () => {
    const { batches } = collect(BEACON, "America/Los_Angeles");
    const flows = batches[0]!.reads.filter(({ kind }) => kind === "interval");
    expect(flows.map((read) => (read.kind === "interval" ? new Date(read.start).toISOString() : ""))).toEqual(["2026-06-02T07:00:00.000Z", "2026-06-02T08:00:00.000Z"]);
  });

  test("totals of days and months are not intervals that are stored, and are refused with their line", () => {
    const { batches, refusals } = collect(cmep("CF", "01000000", ["202606010000,R0,900"]));
    expect(batches).toEqual([]);
    expect(refusals[0]).toMatchObject({ line: 1, kind: "refused" });
    expect(refusals[0]!.reason).toContain("is a total");
  });

  test("batches are given out before they grow beyond what one commit takes", () => {
    const lines = Array.from({ length: 25_000 }, (_, i) => cmep("CFREG", "00000100", ["202606020000,R0,5"], `W${i}`));
    const { batches } = collect(lines.join("\n"));
    expect(batches.map(({ reads }) => reads.length)).toEqual([10_000, 10_000, 5_000]);
    expect(batches[1]!.reads[0]).toMatchObject({ index: 0, meter: "W10000" });
    expect([...batches[1]!.lines[0]!]).toEqual([10_001]);
  });
});
