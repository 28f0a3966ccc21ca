import { describe, expect, test } from "vitest";
import { parseCsvMapping, type CsvMapping } from "./csv-mapping.ts";
import { parse, told } from "./parse.testing.ts";

const mapping = (changes: object = {}): CsvMapping => {
  const result = parseCsvMapping({ meter: "Meter", kind: "interval", time: { column: "Day" }, values: [{ columns: { from: "V1", to: "V24" }, unit: "kWh" }], ...changes });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.mapping;
};
const range = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => i + from);
const numbered = (count: number, from = 1): string[] => range(count, from).map((i) => `V${i}`);
/** `00:15` … `24:00`, or from `00:00` on. */
const clock = (step: number, from = step): string[] => Array.from({ length: 1440 / step }, (_, i) => from + i * step).map((minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`);
const table = (columns: readonly string[], ...rows: readonly (readonly [day: string, values: readonly (number | string)[]])[]): string =>
  [`Meter,Day,${columns.join(",")}`, ...rows.map(([day, values]) => `E-1,${day},${values.join(",")}`)].join("\n");
const between = (from: string, to: string): { columns: { from: string; to: string }; unit: string } => ({ columns: { from, to }, unit: "kWh" });
const starts = (text: string, by: CsvMapping): string[] => parse(text, { mapping: by }).all.map(({ start, value }) => `${new Date(start).toISOString().slice(5, 16)} ${value}`);

/** Of Chicago: an ordinary day, that of 23 hours and that of 25. */
const DAY = "2026-06-02";
const SPRING = "2026-03-08";
const AUTUMN = "2026-11-01";

describe("a row a day, a column an interval", () => {
  test.each([[24, 60], [48, 30], [96, 15], [288, 5]])("%i columns are intervals of %i minutes", (count, minutes) => {
    const { all, refusals } = parse(table(numbered(count), [DAY, range(count)]), { mapping: mapping({ values: [between("V1", `V${count}`)] }) });
    expect(refusals).toEqual([]);
    expect(all).toHaveLength(count);
    expect(told(all[0]!)).toBe(`E-1 - 2026-06-02T05:00Z..${minutes === 60 ? "06:00" : `05:${String(minutes).padStart(2, "0")}`}Z 1 kWh`);
    expect(all.at(-1)!.end).toBe(Date.parse("2026-06-03T05:00Z"));
    expect(all.every(({ start }, i) => start === all[0]!.start + i * minutes * 60_000)).toBe(true);
  });

  test("every value says its line, and takes the row's channel, flag, unit and multiplier", () => {
    const text = "Meter,Day,Ch,Unit,Flag,Times,V1,V2\nE-1,06/02/2026,rec,Wh,E,40,1.5,2\n\nE-1,06/03/2026,del,kWh,A,1,,4\n";
    const { all, refusals } = parse(text, { mapping: mapping({ channel: "Ch", intervalMinutes: 720, quality: { column: "Flag", codes: { E: "estimated" } }, values: [{ columns: { from: "V1", to: "V2" }, unit: { column: "Unit" }, multiplier: { column: "Times" } }] }) });
    expect(all.map((read) => `${told(read)} ${read.line}`)).toEqual(["E-1 rec 2026-06-02T05:00Z..17:00Z 60 Wh estimated 2", "E-1 rec 2026-06-02T17:00Z..2026-06-03T05:00Z 80 Wh estimated 2", "E-1 del 2026-06-03T17:00Z..2026-06-04T05:00Z 4 kWh 4"]);
    expect(refusals).toEqual([{ line: 4, kind: "no-read", reason: "meter E-1, 06/03/2026: 1 of 2 intervals have no value" }]);
  });

  test("two sets of columns in one row; by number, without a header", () => {
    const both = mapping({ meter: 1, header: false, time: { column: 2 }, intervalMinutes: 720, values: [{ columns: { from: 3, to: 4 }, unit: "kWh", channel: "in" }, { columns: { from: 5, to: 6 }, unit: "kWh", channel: "out" }] });
    expect(parse("E-1,2026-06-02,1,2,3,4\n", { mapping: both }).all.map(({ channel, value }) => `${channel} ${value}`)).toEqual(["in 1", "in 2", "out 3", "out 4"]);
  });
});

describe("titles that are times", () => {
  const ends = mapping({ values: [between("00:15", "24:00")] });
  const begins = mapping({ values: [between("00:00", "23:45")] });

  test("the first tells whether they are ends or starts", () => {
    expect(starts(table(clock(15), [DAY, range(96)]), ends).slice(0, 2)).toEqual(["06-02T05:00 1", "06-02T05:15 2"]);
    expect(starts(table(clock(15, 0), [DAY, range(96)]), begins)).toEqual(starts(table(clock(15), [DAY, range(96)]), ends));
    expect(starts(table([...clock(15).slice(0, -1), "00:00"], [DAY, range(96)]), mapping({ values: [between("00:15", "00:00")] }))).toEqual(starts(table(clock(15), [DAY, range(96)]), ends));
    const am = clock(60, 0).map((_, i) => `${i % 12 || 12}:00 ${i < 12 ? "AM" : "PM"}`);
    expect(starts(table(am, [DAY, range(24)]), mapping({ values: [between("12:00 AM", "11:00 PM")] })).at(-1)).toBe("06-03T04:00 24");
    const ranges = clock(60, 0).map((from, i) => `${from} - ${clock(60)[i]}`);
    expect(starts(table(ranges, [DAY, range(24)]), mapping({ values: [between(ranges[0]!, ranges[23]!)] }))[1]).toBe("06-02T06:00 2");
  });

  test("on the day of 23 hours the skipped hour's columns are blank or zero", () => {
    for (const filler of ["", 0]) {
      const values = range(96).map((i) => (i >= 9 && i <= 12 ? filler : i));
      const got = starts(table(clock(15, 0), [SPRING, values]), begins);
      expect(got).toHaveLength(92);
      expect(got.slice(7, 10)).toEqual(["03-08T07:45 8", "03-08T08:00 13", "03-08T08:15 14"]);
    }
    const wrong = parse(table(clock(15, 0), [SPRING, range(96)]), { mapping: begins });
    expect(wrong).toMatchObject({ reads: 92, refused: 4 });
    expect(wrong.refusals[0]).toEqual({ line: 2, kind: "refused", reason: "02:00: there is no such interval on 2026-03-08, but a value" });
  });

  test("the interval before the gap stands under 02:00 or under 03:00, but not under both", () => {
    const under = (two: number | string, three: number | string): (number | string)[] => range(96).map((i) => (i === 8 ? two : i === 12 ? three : i > 8 && i < 12 ? "" : i));
    const wanted = starts(table(clock(15), [SPRING, under(8, "")]), ends);
    expect(wanted).toHaveLength(92);
    expect(wanted[7]).toBe("03-08T07:45 8");
    expect(starts(table(clock(15), [SPRING, under("", 8)]), ends)).toEqual(wanted);
    expect(starts(table(clock(15), [SPRING, under(0, 8)]), ends)).toEqual(wanted);
    expect(starts(table(clock(15), [SPRING, under(8, 0)]), ends)).toEqual(wanted);
    expect(parse(table(clock(15), [SPRING, under(8, 9)]), { mapping: ends }).refusals).toEqual([{ line: 2, kind: "refused", reason: "03:00: another column has a value of the same interval" }]);
  });

  test("on the day of 25 hours one column for an hour that was twice is refused; with a column each, both are read", () => {
    const once = parse(table(clock(60, 0), [AUTUMN, range(24)]), { mapping: mapping({ values: [between("00:00", "23:00")] }) });
    expect(once.refusals).toEqual([{ line: 2, kind: "refused", reason: "01:00: 01:00 was twice on that day, and there is one column for it" }]);
    expect(once.reads).toBe(23);
    for (const mark of ["01:00", "01:00*", "01:00 DST"]) {
      const titles = [...clock(60, 0).slice(0, 2), mark, ...clock(60, 0).slice(2)];
      const both = mapping({ values: [between("00:00", "23:00")] });
      expect(starts(table(titles, [AUTUMN, range(25)]), both).slice(0, 4)).toEqual(["11-01T05:00 1", "11-01T06:00 2", "11-01T07:00 3", "11-01T08:00 4"]);
      expect(starts(table(titles, [DAY, range(25).map((i) => (i === 3 ? "" : i))]), both)).toHaveLength(24);
    }
  });
});

describe("columns that only count", () => {
  const hundred = mapping({ values: [between("V1", "V100")] });

  test("follow each other from midnight on: 92 on the short day, 100 on the long one", () => {
    const short = starts(table(numbered(100), [SPRING, [...range(92), "", "", "", "", "", "", "", ""]]), hundred);
    expect(short).toHaveLength(92);
    expect(short.slice(7, 9)).toEqual(["03-08T07:45 8", "03-08T08:00 9"]);
    expect(short.at(-1)).toBe("03-09T04:45 92");
    const long = starts(table(numbered(100), [AUTUMN, range(100)]), hundred);
    expect(long).toHaveLength(100);
    expect(long.at(-1)).toBe("11-02T05:45 100");
    expect(parse(table(numbered(100), [DAY, range(100)]), { mapping: hundred })).toMatchObject({ reads: 96, refused: 4 });
  });

  test("the last hour's may be left out of the rows of other days, no others", () => {
    expect(parse(table(numbered(100), [DAY, range(96)]), { mapping: hundred })).toMatchObject({ reads: 96, refused: 0 });
    expect(parse(table(numbered(100), [DAY, range(95)]), { mapping: hundred }).refusals[0]!.reason).toContain("it is cut off");
  });

  test("are of the clock where the mapping says so: the hour at the end is the one that was twice", () => {
    const byClock = mapping({ days: "clock", values: [between("V1", "V25")] });
    const text = (day: string, last: number | string): string => table(numbered(25), [day, [...range(24), last]]);
    expect(parse(text(AUTUMN, 99), { mapping: byClock }).all.map(({ start, value }) => `${new Date(start).toISOString().slice(5, 16)} ${value}`).slice(1, 3)).toEqual(["11-01T06:00 2", "11-01T08:00 3"]);
    expect(starts(text(AUTUMN, 99), byClock)).toContain("11-01T07:00 99");
    expect(starts(text(DAY, ""), byClock)).toHaveLength(24);
  });
});

describe("what is no such table", () => {
  test.each([
    ["columns that no day has", mapping({ values: [between("V1", "V24")] }), table([...numbered(23), "x", "V24"], [DAY, range(25)]).replaceAll(",V22", ",V22,a,b"), "27 columns of intervals are no day's"],
    ["columns the wrong way round", mapping({ values: [between("V24", "V1")] }), table(numbered(24), [DAY, range(24)]), "does not come after the first"],
    ["more columns than the longest day has intervals", mapping({ intervalMinutes: 60, values: [between("V1", "V48")] }), table(numbered(48), [DAY, range(48)]), "48 columns are more than the 25 intervals of 60 minutes"],
    ["midnight first where titles are ends", mapping({ stamp: "end", values: [between("00:00", "23:00")] }), table(clock(60, 0), [DAY, range(24)]), "its titles are the starts of intervals"],
  ])("%s cannot be read", (_, by, text, reason) => {
    const { readable, refusals } = parse(text, { mapping: by });
    expect(readable).toBe(false);
    expect(refusals[0]).toMatchObject({ line: 1, kind: "unreadable" });
    expect(refusals[0]!.reason).toContain(reason);
  });

  test.each([
    ["no date", table(numbered(24), ["soon", range(24)]), '"soon" is not the date of a day'],
    ["a time in the middle of a day", table(numbered(24), ["2026-06-02 10:00", range(24)]), "is not the date of a day"],
    ["a word for a value", table(numbered(24), [DAY, range(24).map((i) => (i === 5 ? "lots" : i))]), 'V5: "lots" is not a number'],
  ])("%s is refused with its line", (_, text, reason) => {
    const { refusals } = parse(text, { mapping: mapping() });
    expect(refusals[0]).toMatchObject({ line: 2, kind: "refused" });
    expect(refusals[0]!.reason).toContain(reason);
  });

  test("a mapping that mixes both is told what is wrong", () => {
    const wrong = (changes: object): string[] => {
      const result = parseCsvMapping({ meter: "Meter", kind: "interval", time: { column: "Day" }, values: [between("V1", "V24")], ...changes });
      return result.ok ? [] : result.errors.map(({ path, message }) => `${path} ${message}`);
    };
    expect(wrong({ values: [{ ...between("V1", "V24"), column: "V1" }] })).toEqual(["values.0.column and columns cannot both be given"]);
    expect(wrong({ values: [{ unit: "kWh" }] })).toEqual(["values.0.column must not be empty"]);
    expect(wrong({ kind: "register" })).toEqual(["values.0.columns are intervals: the kind must be interval"]);
    expect(wrong({ time: { column: "Day", clock: "Time", end: "End" }, intervalMinutes: { column: "L" } }).map((line) => line.split(" ")[0])).toEqual(["time.clock", "time.end", "intervalMinutes"]);
    expect(wrong({ days: "clock", values: [{ column: "V1", unit: "kWh" }] })).toEqual(["days is for values with columns: a row a day"]);
    expect(wrong({ header: false })[0]).toContain("must be given by its number");
  });
});
