import { describe, expect, test } from "vitest";
import { parse, told } from "./parse.testing.ts";

const LOS_ANGELES = { zone: "America/Los_Angeles" };
const record = (fields: Partial<Record<"type" | "meter" | "customer" | "purpose" | "commodity" | "units" | "constant" | "interval" | "data", string>> = {}): string => {
  const { type = "MEPMD01", meter = "W500", customer = "W500", purpose = "OK", commodity = "W", units = "CF", constant = "1.0", interval = "00000100", data = "2,202606020100,R0,8,202606020200,R0,9" } = fields;
  return `${type},19970819,HEADEND,TOWN:1,9912,${customer},202606021515,${meter},${purpose},${commodity},${units},${constant},${interval},${data}`;
};
const reads = (line: string, options = {}): string[] => parse(line, { zone: "UTC", ...options }).all.map(told);
const reasons = (line: string): string[] => parse(line, { zone: "UTC" }).refusals.map(({ kind, reason }) => `${kind}: ${reason}`);

describe("interval data, MEPMD01", () => {
  test("stamps are the ends of intervals, in the zone of whoever reads the file", () => {
    expect(reads(record())).toEqual(["W500 CF 2026-06-02T00:00Z..01:00Z 8 ft3", "W500 CF 2026-06-02T01:00Z..02:00Z 9 ft3"]);
    expect(reads(record(), LOS_ANGELES)[0]).toBe("W500 CF 2026-06-02T07:00Z..08:00Z 8 ft3");
  });

  test("REG is a dial, which may stand lower than before", () => {
    expect(reads(record({ units: "CFREG", data: "2,202606010700,R0,62743,202606020700,R0,12" }))).toEqual(["W500 CFREG 2026-06-01T07:00Z 62743 ft3", "W500 CFREG 2026-06-02T07:00Z 12 ft3"]);
  });

  test("a day of 25 hours has 25 intervals, each an hour", () => {
    const hours = ["0000", "0100", "0100", "0200"].map((time, i) => `20261101${time},R0,${i}`);
    expect(reads(record({ data: `4,${hours.join(",")}` }), LOS_ANGELES)).toEqual([
      "W500 CF 2026-11-01T06:00Z..07:00Z 0 ft3", "W500 CF 2026-11-01T07:00Z..08:00Z 1 ft3", "W500 CF 2026-11-01T08:00Z..09:00Z 2 ft3", "W500 CF 2026-11-01T09:00Z..10:00Z 3 ft3",
    ]);
  });

  test("N is no read: neither a zero nor what stands beside it", () => {
    const line = record({ data: "2,202606020100,N32,0,202606020200,R0,7" });
    expect(reads(line)).toEqual(["W500 CF 2026-06-02T01:00Z..02:00Z 7 ft3"]);
    expect(reasons(line)).toEqual(["no-read: reading 1: no read (N32)"]);
  });

  test("flags: empty and R are as read, E estimated, A adjusted; bits behind the letter are the sender's", () => {
    expect(parse(record({ data: "5,202606020100,,1,202606020200,R8,1,202606020300,E,1,202606020400,A2,1,202606020500,X9,1" })).all.map(({ quality, flag }) => [quality, flag])).toEqual([["actual", null], ["actual", "R8"], ["estimated", "E"], ["edited", "A2"]]);
    expect(reasons(record({ data: "1,202606020100,X9,1" }))).toEqual(['refused: reading 1: "X9" is not a quality flag (R, E, A, N or empty)']);
  });

  test("an empty time is one interval after the one before", () => {
    expect(reads(record({ interval: "00000015", units: "KWH", commodity: "E", data: "3,202606020015,R,0.25,,R,0.5,,R,0.75" }))).toEqual([
      "W500 KWH 2026-06-02T00:00Z..00:15Z 0.25 kWh", "W500 KWH 2026-06-02T00:15Z..00:30Z 0.5 kWh", "W500 KWH 2026-06-02T00:30Z..00:45Z 0.75 kWh",
    ]);
    expect(reasons(record({ data: "1,,R0,1" }))[0]).toContain("its time is left out");
  });

  test("days and months are those of the calendar", () => {
    expect(reads(record({ interval: "00010000", data: "1,202603090000,R0,30" }), LOS_ANGELES)).toEqual(["W500 CF 2026-03-08T08:00Z..2026-03-09T07:00Z 30 ft3"]);
    expect(reads(record({ interval: "01000000", data: "1,202603010000,R0,900" }))).toEqual(["W500 CF 2026-02-01T00:00Z..2026-03-01T00:00Z 900 ft3"]);
  });

  test("a blank meter is the receiver's customer", () => {
    expect(reads(record({ meter: "", customer: "C77" }))[0]).toContain("C77 CF");
    expect(reasons(record({ meter: "", customer: "" }))).toEqual(["refused: neither field 8 nor field 6 names the meter"]);
  });

  test("the calculation constant multiplies, exactly; pulses need one", () => {
    expect(reads(record({ units: "KWHREG", commodity: "E", constant: "40", data: "1,202606020000,R,6519.0955" }))).toEqual(["W500 KWHREG 2026-06-02T00:00Z 260763.82 kWh"]);
    expect(reads(record({ units: "PULSE", commodity: "E", constant: "0.025", data: "1,202606020100,R,3" }))).toEqual(["W500 PULSE 2026-06-02T00:00Z..01:00Z 0.075 kWh"]);
    expect(reasons(record({ units: "PULSE", commodity: "E", constant: "" }))[0]).toContain("need a calculation constant");
    expect(reasons(record({ constant: "0" }))[0]).toContain("cannot be a calculation constant");
  });

  test.each([
    ["CCFREG", "G", "ccf"], ["GALREG", "W", "gal"], ["KGAL", "W", "kgal"], ["THERM", "G", "therm"], ["KVARH", "E", "kvarh"], ["KW", "E", "kW"], ["GKWH", "E", "kWh"], ["NKWHREG", "E", "kWh"], ["MCF", "G", "mcf"], ["ACFT", "W", "ft3"], ["kwh", "E", "kWh"],
  ])("unit %s of commodity %s is %s", (units, commodity, unit) => expect(parse(record({ units, commodity })).all[0]).toMatchObject({ unit, channel: units }));

  test("acre-feet are cubic feet, exactly", () => expect(reads(record({ units: "ACFT", data: "1,202606020100,R,0.5" }))[0]).toContain("21780 ft3"));

  test.each([
    ["another record", "MEPAD01,19970912,x,y", "is not a record of metering data"],
    ["a record that ends in its head", "MEPMD01,19970819,HEADEND,TOWN:1", "cut off"],
    ["fewer readings than declared", record({ data: "3,202606020100,R0,8,202606020200,R0,9" }), "declares 3 readings but has fields for 2"],
    ["a reading cut in the middle", record({ data: "2,202606020100,R0,8,202606020200,R0" }), "declares 2 readings but has fields for 1"],
    ["more readings than declared", record({ data: "1,202606020100,R0,8,202606020200,R0,9" }), "goes on after them"],
    ["a total", record({ purpose: "SUMMARY" }), "purpose SUMMARY carry no reads"],
    ["an unknown purpose", record({ purpose: "MAYBE" }), "is not a purpose"],
    ["volts", record({ units: "VOLTS", commodity: "E" }), "is not a unit that is counted here"],
    ["no commodity", record({ commodity: "Q" }), "is not a commodity"],
    ["no interval length", record({ interval: "00000000" }), "is not an interval length"],
    ["a count in words", record({ data: "two,202606020100,R0,8,202606020200,R0,9" }), "is not a count"],
    ["a day that is not in the calendar", record({ data: "1,202602300100,R0,8" }), "is not a date and time"],
    ["no value", record({ data: "1,202606020100,R0," }), "there is no value"],
    ["a word for a value", record({ data: "1,202606020100,R0,ERR" }), '"ERR" is not a number'],
    ["an open quote", `${record()},"`, "double quote"],
  ])("%s is refused with its line", (_, line, reason) => {
    const { all, refusals, refused } = parse(`${record()}\n${line}\n`, { zone: "UTC" });
    expect(all).toHaveLength(2);
    expect(refusals).toHaveLength(1);
    expect(refused).toBe(1);
    expect(refusals[0]).toMatchObject({ line: 2, kind: "refused" });
    expect(refusals[0]!.reason).toContain(reason);
  });

  test("one bad reading does not spoil its record", () => {
    expect(reads(record({ data: "3,202606020100,R0,8,202606020200,R0,x,202606020300,R0,7" }))).toHaveLength(2);
  });

  test("a check sum, a last comma, blanks and quotes are taken", () => {
    const usual = reads(record());
    expect(reads(`${record()},H1A2B`)).toEqual(usual);
    expect(reads(`${record()},`)).toEqual(usual);
    expect(reads(record().replaceAll(",", " , "))).toEqual(usual);
    expect(reads(record().replace("TOWN:1", '"TOWN, 1"'))).toEqual(usual);
    expect(reads(`\n${record()}\n\n`)).toEqual(usual);
  });

  test("senders that put one empty field before the purpose are understood", () => {
    expect(reads("MEPMD01,20080501,VENDOR,UTIL:153000,1234567,9876543,201907091845,,9988776,OK,G,CCFREG,1.0,00000100,2,201907080500,R0,2073,201907090500,R0,2074")).toEqual(["9876543 CCFREG 2019-07-08T05:00Z 2073 ccf", "9876543 CCFREG 2019-07-09T05:00Z 2074 ccf"]);
  });

  test("rows of one meter for other hours, in one file, are all read", () => {
    expect(reads(`${record()}\n${record({ data: "1,202606010600,R0,11" })}`)).toHaveLength(3);
  });
});

describe("time-of-use data, MEPMD02", () => {
  const tou = (units: string, data: string): string => `MEPMD02,19970819,HEADEND,TOWN:1,9913,E700,202606021515,E700,OK,E,${units},S,1,202605010700,202606010700,${data}`;

  test("registers are read at the end of the span, a channel a period", () => {
    expect(reads(tou("KWHREG", "2,ON-PEAK,,10412,OFF-PEAK,R,20800"))).toEqual(["E700 KWHREG:ON-PEAK 2026-06-01T07:00Z 10412 kWh", "E700 KWHREG:OFF-PEAK 2026-06-01T07:00Z 20800 kWh"]);
  });

  test("usage is of the whole span", () => {
    expect(reads(tou("KWH", "1,TOTAL,E,900.5"))).toEqual(["E700 KWH:TOTAL 2026-05-01T07:00Z..2026-06-01T07:00Z 900.5 kWh estimated"]);
  });

  test("a label that is none, and a span that ends first, are refused", () => {
    expect(reasons(tou("KWH", "1,at night,E,900.5"))[0]).toContain("is not a time-of-use label");
    expect(reasons(tou("KWH", "1,TOTAL,E,1").replace("202605010700,202606010700", "202606010700,202605010700"))[0]).toContain("ends before it begins");
  });
});
