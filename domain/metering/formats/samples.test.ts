/** Files that other people made, read where they are there; skipped, with a message, where they are not. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse, told } from "./parse.testing.ts";
import type { FileRead } from "./read.ts";

const FOLDER = new URL("../../../../shared/data/", import.meta.url);
const there = existsSync(FOLDER);
const bytes = (file: string): Uint8Array => readFileSync(new URL(file, FOLDER));
const json = <T>(file: string): T => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as T;
const sum = (reads: readonly FileRead[], scale: number): number => reads.reduce((total, { value }) => total + Math.round(Number(value) * scale), 0);
const LOS_ANGELES = { zone: "America/Los_Angeles" };

describe.skipIf(!there)(`files of ../shared/data${there ? "" : " (skipped: the folder is not there)"}`, () => {
  interface CmepExpectation {
    readonly file: string;
    readonly rows: readonly number[];
    readonly expect: { readonly interval_reads: number; readonly total_merged_reads?: number; readonly register_delta: number; readonly interval_sum: number; readonly first_interval_utc?: string; readonly distinct_flowtimes?: number } | string;
  }

  test("CMEP: every expectation of the rows of a real head-end", () => {
    const { timezone, expectations } = json<{ timezone: string; expectations: readonly Partial<CmepExpectation>[] }>("ami_formats/cmep/expected.json");
    let met = 0;
    for (const { file, rows, expect: wanted } of expectations) {
      if (file === undefined || rows === undefined || typeof wanted !== "object" || !existsSync(new URL(`ami_formats/cmep/${file}`, FOLDER))) continue;
      const lines = readFileSync(new URL(`ami_formats/cmep/${file}`, FOLDER), "utf8").split("\n");
      const { all, refusals } = parse(rows.map((row) => lines[row]!).join("\n"), { zone: timezone });
      const intervals = all.filter(({ kind }) => kind === "interval");
      const registers = all.filter(({ kind }) => kind === "register");
      expect(refusals).toEqual([]);
      expect(intervals).toHaveLength(wanted.interval_reads);
      expect(new Set(intervals.map(({ end }) => end)).size).toBe(wanted.distinct_flowtimes ?? wanted.interval_reads);
      expect(sum(intervals, 1)).toBe(wanted.interval_sum);
      expect(Number(registers[1]!.value) - Number(registers[0]!.value)).toBe(wanted.register_delta);
      if (wanted.first_interval_utc !== undefined) expect(new Date(intervals[0]!.end).toISOString()).toBe(wanted.first_interval_utc.replace("Z", ".000Z"));
      if (wanted.total_merged_reads !== undefined) expect(new Set(all.map(({ end }) => end)).size).toBe(wanted.total_merged_reads);
      met++;
    }
    expect(met).toBe(2);
  });

  test("CMEP: no-reads leave two intervals and a register; a catch-up row is read beside its meter's other", () => {
    const lines = readFileSync(new URL("ami_formats/cmep/sensus_real_rows.cmep", FOLDER), "utf8").split("\n");
    expect(parse([3, 4].map((row) => lines[row]).join("\n"), LOS_ANGELES).all.map(told)).toEqual(["B79224911 CF 2026-06-03T12:00Z..13:00Z 7 ft3", "B79224911 CF 2026-06-03T13:00Z..14:00Z 5 ft3", "B79224911 CFREG 2026-06-03T14:00Z 62743 ft3"]);
    expect(parse([1, 5].map((row) => lines[row]).join("\n"), LOS_ANGELES)).toMatchObject({ reads: 26, refused: 0 });
  });

  interface Facts {
    readonly readings?: number;
    readonly sum_raw?: number;
    readonly usage_points?: number;
    readonly min_start?: number;
    readonly max_start?: number;
    readonly parse_error?: string;
    readonly reading_types?: readonly { readonly powerOfTenMultiplier?: string; readonly uom?: string }[];
  }

  const UNIT_OF: Readonly<Record<string, string>> = { "72": "Wh", "169": "therm", "128": "gal" };

  test("Green Button: counts, sums and times of every feed, to the last digit", () => {
    const facts = Object.entries(there ? json<Record<string, Facts>>("greenbutton/facts_computed.json") : {}).filter(([file]) => existsSync(new URL(`greenbutton/${file}`, FOLDER)));
    expect(facts.length).toBeGreaterThan(20);
    for (const [file, { readings = 0, sum_raw = 0, reading_types: types = [], min_start, max_start, usage_points, parse_error }] of facts) {
      const { all, refusals } = parse(bytes(`greenbutton/${file}`));
      if (parse_error !== undefined) {
        expect({ file, reads: all.length, refusals }).toMatchObject({ reads: 0, refusals: [{ line: Number(/line (\d+)/.exec(parse_error)![1]), kind: "unreadable" }] });
        continue;
      }
      expect({ file, reads: all.length }).toEqual({ file, reads: readings });
      if (readings === 0) continue;
      // An exporter that leaves the type empty means thousandths of therms.
      const { powerOfTenMultiplier: power = "-3", uom = "169" } = types[0]!;
      expect({ file, unit: [...new Set(all.map(({ unit }) => unit))] }).toEqual({ file, unit: [UNIT_OF[uom]] });
      expect({ file, sum: sum(all, 10 ** -Number(power)) }).toEqual({ file, sum: sum_raw });
      expect({ file, points: new Set(all.map(({ meter }) => meter)).size }).toEqual({ file, points: usage_points });
      expect(Math.min(...all.map(({ start }) => start))).toBe(Math.round(min_start! * 1000));
      expect(Math.max(...all.map(({ start }) => start))).toBe(Math.round(max_start! * 1000));
    }
  });

  test("Green Button: value by value what another reader prints", () => {
    for (const folder of ["abridged", "electricity", "natural_gas"]) {
      for (const file of readdirSync(new URL(`greenbutton/objects/${folder}/`, FOLDER)).filter((name) => name.endsWith(".txt"))) {
        const expected = [...readFileSync(new URL(`greenbutton/objects/${folder}/${file}`, FOLDER), "utf8").matchAll(/^ {4}(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\+00:00, .*?: (\d+) (Wh|therm)\b/gm)].map(([, date, time, value, unit]) => `${date}T${time} ${value} ${unit}`);
        const { all } = parse(bytes(`greenbutton/objects/${folder}/${file.replace(".txt", ".xml")}`));
        expect(expected.length).toBeGreaterThan(0);
        expect(all.map(({ start, value, unit }) => `${new Date(start).toISOString().slice(0, 19)} ${value} ${unit}`)).toEqual(expected);
      }
    }
  });

  test("Green Button as CSV: a day of quarter hours of a constant kilowatt", () => {
    const { all, refusals } = parse(bytes("greenbutton/csv/sce_two_days_constant_power.csv"), LOS_ANGELES);
    expect(all).toHaveLength(192);
    expect(refusals).toEqual([]);
    expect(told(all[0]!)).toBe("CA FOO ST MY CITY 12345 - 2020-05-01T07:00Z..07:15Z 0.25 kWh");
    expect(parse(bytes("greenbutton/csv/sce_header_only.csv"))).toMatchObject({ reads: 0, readable: true, refusals: [] });
  });

  test("IEC 61968-9: registers of a head-end's message", () => {
    expect(parse(bytes("ami_formats/cim/cim_meterreadings_eventmessage.xml")).all.map(told)).toEqual([
      "WT20069447 delivered kWh 2022-11-17T22:45Z 6519.0955 kWh", "WT20069447 q1 kvarh 2022-11-17T22:45Z 0.8358 kvarh", "WT20069447 delivered kWh 2022-11-17T23:00Z 6519.1396 kWh", "WT20069447 q1 kvarh 2022-11-17T23:00Z 0.8358 kvarh",
    ]);
  });

  test("Itron, Aclara and Badger as they come", () => {
    expect(parse(bytes("ami_formats/itron/rosevillecityof_Register_20260616_20260619.csv"), { name: "rosevillecityof_Register_20260616_20260619.csv", ...LOS_ANGELES }).all.map(told)).toEqual(["63735693 - 2026-06-17T23:00Z 43490 ft3", "63735693 - 2026-06-18T07:00Z 43495 ft3"]);
    expect(parse(bytes("ami_formats/itron/rosevillecityof_Interval_20260616_20260619.csv"), { name: "rosevillecityof_Interval_20260616_20260619.csv", ...LOS_ANGELES }).all.map(told)).toEqual(["63735693 - 2026-06-17T23:00Z..2026-06-18T00:00Z 3 ft3"]);
    expect(parse(bytes("ami_formats/vendor_csv/aclara_meter_and_read.csv"))).toMatchObject({ reads: 3, refused: 1, refusals: [{ line: 4 }] });
    expect(parse(bytes("ami_formats/vendor_csv/badger_beacon360_export.csv"), LOS_ANGELES).all.map(told)).toEqual([
      "1470158170 - 2024-08-01T07:59Z 227.6 ccf", "1470158170 - 2024-08-01T06:59Z..07:59Z 5 gal", "1470158170 - 2024-08-01T08:59Z 227.6 ccf", "1470158170 - 2024-08-01T07:59Z..08:59Z 5 gal",
    ]);
  });

  test("every landing table of reads is known by its columns", () => {
    const { tables } = json<{ tables: Record<string, readonly (readonly [string, string])[]> }>("ami_formats/vendor_csv/headend_raw_columns.json");
    const known: Readonly<Record<string, string>> = {
      "aclara:ACLARA_BASE": "aclara", "beacon:BEACON_360_BASE": "beacon", "metersense:METERSENSE_INTERVALREADS_BASE": "metersense-interval", "metersense:METERSENSE_REGISTERREADS_BASE": "metersense-register",
      "sentryx:SENTRYX_READ_BASE": "sentryx", "subeca:SUBECA_DEVICE_LATEST_READ_BASE": "subeca-register", "subeca:SUBECA_USAGE_BASE": "subeca-interval",
      "xylem-datalake:XYLEM_DATALAKE_WATER_INTERVALS_BASE": "xylem-interval", "xylem-datalake:XYLEM_DATALAKE_WATER_REGISTERS_BASE": "xylem-register",
      "xylem-moulton-niguel:XYLEM_MOULTON_NIGUEL_AMI_BASE": "sensus-interval", "xylem-moulton-niguel:XYLEM_MOULTON_NIGUEL_REGISTER_READ_BASE": "sensus-register",
    };
    for (const [table, columns] of Object.entries(tables)) {
      const header = columns.map(([name]) => name).join(",");
      const { format } = parse(`${header}\n`, { name: `${table.split(":")[1]}.csv` });
      expect({ table, format }).toEqual({ table, format: known[table] ?? (table.endsWith("SENSUS_METER_AND_READS_BASE") ? "sensus-records" : null) });
    }
  });
});
