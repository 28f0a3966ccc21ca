import { describe, expect, test } from "vitest";
import { GREEN_BUTTON_CSV } from "./fixtures.testing.ts";
import { parse, told } from "./parse.testing.ts";

const reads = (text: string, options = {}): string[] => parse(text, options).all.map(told);

describe("the Green Button download as CSV", () => {
  const dated = (header: string, ...rows: string[]): string => ["Name,ROSA DIAZ", 'Address,"12 MAPLE ST, SPRINGFIELD"', "Account Number,1234567890", "Service,Service 1", "", header, ...rows].join("\r\n");

  test("with dates and times in columns of their own: the end is the last minute, the hour that comes twice is two", () => {
    const { all, refusals } = parse(dated("TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES", ...["00:00,00:59,0.13", "01:00,01:59,0.23", "01:00,01:59,0.33", "02:00,02:59,0.43"].map((row) => `Electric usage,2024-11-03,${row},kWh,$0.02,`)), { zone: "America/Los_Angeles" });
    expect(refusals).toEqual([]);
    expect(all.map(told)).toEqual([
      "1234567890 - 2024-11-03T07:00Z..08:00Z 0.13 kWh", "1234567890 - 2024-11-03T08:00Z..09:00Z 0.23 kWh", "1234567890 - 2024-11-03T09:00Z..10:00Z 0.33 kWh", "1234567890 - 2024-11-03T10:00Z..11:00Z 0.43 kWh",
    ]);
  });

  test("with usage both ways, whole days of gas, and rows that cannot be used", () => {
    expect(parse(dated("TYPE,DATE,START TIME,END TIME,IMPORT (kWh),EXPORT (kWh),COST,NOTES", "Electric usage,2024-06-03,00:00,00:14,0.13,1.5,$0.02,estimated"), { zone: "America/Los_Angeles" }).all.map(told)).toEqual([
      "1234567890 delivered 2024-06-03T07:00Z..07:15Z 0.13 kWh estimated", "1234567890 received 2024-06-03T07:00Z..07:15Z 1.5 kWh estimated",
    ]);
    const gas = parse(dated("TYPE,DATE,START TIME,END TIME,USAGE,UNITS,COST,NOTES", "Natural gas usage,2024-11-03,00:00,23:59,1.04,therms,$2,", "Natural gas usage,2024-11-04,00:00,23:59,,therms,$2,", "Natural gas usage,2024-11-05,00:00,23:59,x,therms,$2,", "Natural gas usage,soon,00:00,23:59,1,therms,$2,"), { zone: "America/Los_Angeles" });
    expect(gas.all.map(told)).toEqual(["1234567890 - 2024-11-03T07:00Z..2024-11-04T08:00Z 1.04 therm"]);
    expect(gas.refusals.map(({ line, kind }) => [line, kind])).toEqual([[8, "no-read"], [9, "refused"], [10, "refused"]]);
  });

  test("without times a row is of its day, and with two dates of all the days of its bill", () => {
    const gas = parse(dated("TYPE,DATE,USAGE (therms),COST,NOTES", "Natural gas usage,2026-03-08,3.13,$4.09,", "Natural gas usage,2026-03-09,,$4.09,"), { zone: "America/Los_Angeles" });
    expect(gas.all.map(told)).toEqual(["1234567890 - 2026-03-08T08:00Z..2026-03-09T07:00Z 3.13 therm"]);
    expect(gas.refusals).toEqual([{ line: 8, kind: "no-read", reason: "2026-03-09: there is no value" }]);
    const bills = parse(dated("TYPE,START DATE,END DATE,USAGE,UNITS,COST,NOTES", 'Electric billing,2025-08-02,2025-08-25,"1,241.47",kWh,$35.51,', "Electric billing,2025-08-26,2025-08-01,5,kWh,$1,"), { zone: "America/Los_Angeles" });
    expect(bills.all.map(told)).toEqual(["1234567890 - 2025-08-02T07:00Z..2025-08-26T07:00Z 1241.47 kWh"]);
    expect(bills.refusals).toEqual([{ line: 8, kind: "refused", reason: "the span ends before it begins" }]);
  });

  test("of solar customers: a block for each way", () => {
    const received = GREEN_BUTTON_CSV.slice(GREEN_BUTTON_CSV.indexOf("Energy consumption")).replace("Energy consumption", "Energy Received");
    const { all, refusals } = parse(`${GREEN_BUTTON_CSV.replace("Energy consumption", "Energy\u00a0Delivered")}\n${received}`);
    expect(refusals).toEqual([]);
    expect(all.map(({ channel, value, line }) => [channel, value, line])).toEqual([["delivered", "0.25", 9], ["delivered", "0.3", 10], ["received", "0.25", 13], ["received", "0.3", 14]]);
  });

  test("of solar customers: both ways in one table", () => {
    const table = '"For location: 12 MAPLE ST"\nEnergy consumption time period start,Energy consumption time period end,Delivered,Received\n01/02/26 12:00 AM,01/02/26 12:15 AM,0.1,1.5\n01/02/26 12:15 AM,01/02/26 12:30 AM,0.2,\n01/02/26 12:30 AM,soon,0.2,0\n';
    const { all, refusals } = parse(table, { zone: "America/Los_Angeles" });
    expect(all.map(told)).toEqual(["12 MAPLE ST delivered 2026-01-02T08:00Z..08:15Z 0.1 kWh", "12 MAPLE ST received 2026-01-02T08:00Z..08:15Z 1.5 kWh", "12 MAPLE ST delivered 2026-01-02T08:15Z..08:30Z 0.2 kWh"]);
    expect(refusals.map(({ line, kind }) => [line, kind])).toEqual([[4, "no-read"], [5, "refused"]]);
  });

  test("by meter: gas says its unit and the length of its intervals above the table", () => {
    const gas = (unit: string, every: string, duration: string): string => `Title,CSV Export Gas Meter(s)\nMeter Number,0123\nInterval UOM,${every}\nUOM,${unit}\nMeter Number,Date,Start Time,Duration,Consumption\n"0123","1/1/25","6:00 AM","${duration}","0.4"\n`;
    const options = { zone: "America/Los_Angeles" };
    expect(parse(gas("Therms", "Day", "Day"), options).all.map(told)).toEqual(["0123 delivered 2025-01-01T14:00Z..2025-01-02T14:00Z 0.4 therm"]);
    expect(parse(gas("kWh", "Hour(s)", "1"), options).all.map(told)).toEqual(["0123 delivered 2025-01-01T14:00Z..15:00Z 0.4 kWh"]);
    expect(parse(gas("hogsheads", "Day", "Day"), options).refusals[0]).toMatchObject({ line: 6, reason: 'Consumption: "hogsheads" is not a unit that is counted here' });
    expect(parse(gas("Therms", "Fortnight", "1"), options).refusals[0]).toMatchObject({ line: 6, reason: '"1 Fortnight" is not an interval\'s length in minutes' });
  });

  test("of Texas: a number with an apostrophe before it, the end of the day as 00:00, a blank for what is not there yet", () => {
    const header = "ESIID,USAGE_DATE,REVISION_DATE,USAGE_START_TIME,USAGE_END_TIME,USAGE_KWH,ESTIMATED_ACTUAL,CONSUMPTION_SURPLUSGENERATION\n";
    const row = (rest: string): string => `'10443720001,05/06/2026,05/07/2026 07:40:29, ${rest}\n`;
    const { format, all, refusals } = parse(header + row("00:00, 00:15,0.859,A,Consumption") + row("00:00, 00:15,0.1,E,Surplus Generation") + row("23:45, 00:00,,E,Consumption"));
    expect(format).toBe("smt");
    expect(all.map(told)).toEqual(["10443720001 Consumption 2026-05-06T05:00Z..05:15Z 0.859 kWh", "10443720001 Surplus Generation 2026-05-06T05:00Z..05:15Z 0.1 kWh estimated"]);
    expect(refusals).toEqual([{ line: 4, kind: "no-read", reason: "meter 10443720001: there is no value" }]);
  });

  test("by meter, with a duration and both ways", () => {
    expect(parse("Name,ROSA\n\nMeter Number,Date,Start Time,Duration,Consumption,Generation,Net\n01234567,12/1/2023,12:15 AM,15,0.1200,0.0300,0.0900\n", { zone: "America/Los_Angeles" }).all.map(told)).toEqual([
      "01234567 delivered 2023-12-01T08:15Z..08:30Z 0.12 kWh", "01234567 received 2023-12-01T08:15Z..08:30Z 0.03 kWh",
    ]);
  });

  test("names no meter, only the place", () => {
    expect(reads(GREEN_BUTTON_CSV)).toEqual(["12 MAPLE ST SPRINGFIELD - 2026-06-02T05:00Z..05:15Z 0.25 kWh", "12 MAPLE ST SPRINGFIELD - 2026-06-02T05:15Z..05:30Z 0.3 kWh estimated"]);
  });

  test("on the days on which clocks change every interval is as long as the others", () => {
    const rows = (spans: readonly string[]): string => GREEN_BUTTON_CSV.replace(/"2026-06-02 00:00:00\u00a0to[^]*$/, spans.map((span) => `"${span}","1",""`).join("\n"));
    const day = (date: string, times: readonly string[]): string[] => times.map((time) => `${date} ${time.slice(0, 5)}:00 to ${date} ${time.slice(6)}:00`);
    const lengths = (text: string): number[] => parse(text).all.map(({ start, end }) => (end - start) / 60_000);
    expect(lengths(rows(day("2026-11-01", ["00:30-01:00", "01:00-01:30", "01:30-02:00", "01:00-01:30", "01:30-02:00", "02:00-02:30"])))).toEqual([30, 30, 30, 30, 30, 30]);
    expect(lengths(rows(day("2026-03-08", ["01:00-01:30", "01:30-02:00", "03:00-03:30"])))).toEqual([30, 30, 30]);
    expect(lengths(rows(day("2026-03-08", ["01:30-03:00"])))).toEqual([30]);
  });

  test("missing usage is a gap; a row that is none is refused", () => {
    expect(parse(GREEN_BUTTON_CSV.replace('"0.25",""', '"","Missing"'))).toMatchObject({ reads: 1, refused: 0, noReads: 1 });
    expect(parse(GREEN_BUTTON_CSV.replace('"0.25"', '"much"')).refusals[0]).toMatchObject({ line: 9, kind: "refused" });
  });
});
