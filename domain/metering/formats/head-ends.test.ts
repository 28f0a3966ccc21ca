import { describe, expect, test } from "vitest";
import { BEACON, ITRON_INTERVAL } from "./fixtures.testing.ts";
import { parse, told } from "./parse.testing.ts";

const LOS_ANGELES = { zone: "America/Los_Angeles" };
const reads = (text: string, options = {}): string[] => parse(text, options).all.map(told);
const refused = (text: string, options = {}): string[] => parse(text, options).refusals.map(({ line, reason }) => `${line}: ${reason}`);

describe("Itron", () => {
  const header = "Timestamp,Read_Value,Meter_Serial_Number,EndpointID,Location_ID,Meter_Install_Date,Read_Units\n";
  const row = (time: string, value: string, meter = "63700001"): string => `06/17/2026 ${time}:00.000000,${value},${meter},2.16.840.1.1,3054_2,11/18/2011 00:00:00.000000,CF_WAT\n`;

  test("stamps of intervals are their ends, on the utility's clock; the head-end's mark for a fault is refused", () => {
    const { all, refusals } = parse(ITRON_INTERVAL, { name: "town_Interval_20260602.csv" });
    expect(all.map(told)).toEqual(["63700001 - 2026-06-02T05:00Z..06:00Z 3 ft3", "63700001 - 2026-06-02T06:00Z..07:00Z 0.5 ft3"]);
    expect(refusals).toEqual([{ line: 4, kind: "refused", reason: "Read_Value 4294967294 is this head-end's mark for a reading that failed" }]);
  });

  test("the name tells registers from intervals, and a name is not needed when the values do", () => {
    const dial = header + row("00:00", "43490.000000000") + row("08:00", "43495.0") + row("16:00", "43502.0");
    const use = header + ["00:00", "01:00", "02:00", "03:00", "04:00"].map((time, i) => row(time, String([3, 0, 7, 1, 5][i]))).join("");
    expect(parse(dial, { name: "town_Register_202606.csv" }).format).toBe("itron-register");
    expect(parse(dial, { name: "upload.csv" }).format).toBe("itron-register");
    expect(parse(use, { name: "upload.csv" }).format).toBe("itron-interval");
    expect(reads(dial, { name: "upload.csv", ...LOS_ANGELES })[0]).toBe("63700001 - 2026-06-17T07:00Z 43490 ft3");
  });

  test("where neither tells, the file is refused rather than guessed", () => {
    const { readable, refusals } = parse(header + row("00:00", "5"), { name: "upload.csv" });
    expect(readable).toBe(false);
    expect(refusals[0]!.reason).toContain("itron-register or itron-interval");
    expect(parse(header + row("00:00", "5"), { name: "upload.csv", format: "itron-interval" }).reads).toBe(1);
  });

  test("the length of an interval is the step between its stamps, or what is told", () => {
    const quarter = header + row("00:15", "1") + row("00:30", "2") + row("00:45", "3");
    expect(reads(quarter, { name: "interval.csv", zone: "UTC" })[0]).toBe("63700001 - 2026-06-17T00:00Z..00:15Z 1 ft3");
    expect(reads(header + row("01:00", "1"), { name: "interval.csv", zone: "UTC" })).toEqual(["63700001 - 2026-06-17T00:00Z..01:00Z 1 ft3"]);
    expect(reads(header + row("01:00", "1"), { name: "interval.csv", zone: "UTC", intervalMinutes: 30 })).toEqual(["63700001 - 2026-06-17T00:30Z..01:00Z 1 ft3"]);
  });

  test("columns in another order, other capitals, more columns, tabs and semicolons are all the same table", () => {
    const table = [["METER SERIAL NUMBER", "read units", "Route", "READ_VALUE", "timestamp"], ["0042", "CCF", "7", "12.50", "6/17/2026 5:00 PM"]];
    for (const delimiter of [",", "\t", ";", "|"]) expect(reads(table.map((row) => row.join(delimiter)).join("\n"), { name: "register.csv", zone: "UTC" })).toEqual(["0042 - 2026-06-17T17:00Z 12.5 ccf"]);
  });
});

describe("Aclara", () => {
  const header = "AccountNumber,MeterSN,MTUID,Port,RawRead,ScaledRead,ReadingTime,LocalTime,Active,Scalar,Description,ReadInterval\n";
  const row = (scaled: string, utc = "2026-05-25 16:00:00.000", local = "2026-05-25 09:00:00.000", description = "Badger M25/LP HRE LCD 5/8x3/4in 9D 0.001CuFt"): string => `17,88,2,1,23497071,${scaled},${utc},${local},1,0.001,${description},60\n`;

  test("ReadingTime is UTC, and the wall clock beside it is only compared", () => {
    expect(reads(header + row("023497.071"))).toEqual(["88 1 2026-05-25T16:00Z 23497.071 ft3"]);
    expect(reads(header + row("5", "", "2026-05-25 09:00:00.000"), LOS_ANGELES)).toEqual(["88 1 2026-05-25T16:00Z 5 ft3"]);
    expect(refused(header + row("5", "2026-05-25 16:00:00", "2026-05-25 09:07:00"))[0]).toContain("are not the same instant");
  });

  test("ERROR is refused with its line, and the rows around it are read", () => {
    expect(parse(header + row("1") + row("ERROR") + row("2"))).toMatchObject({ reads: 2, refused: 1, refusals: [{ line: 3 }] });
  });

  test("the unit stands in the description of the meter", () => {
    expect(reads(header + row("1", undefined, undefined, "Neptune T10 1in 1000 Gal"))[0]).toContain("1 kgal");
    expect(reads(header + row("1", undefined, undefined, "Sensus OMNI C2 2in 7D 1CuFt"))[0]).toContain("1 ft3");
    expect(refused(header + row("1", undefined, undefined, "Sensus OMNI"))[0]).toContain("names no unit");
  });
});

describe("Badger BEACON", () => {
  test("a row has a dial and a flow, each in its own unit", () => {
    expect(reads(BEACON, LOS_ANGELES)).toEqual([
      "1470000001 - 2026-06-02T07:59Z 227.6 ccf", "1470000001 - 2026-06-02T06:59Z..07:59Z 5 gal",
      "1470000001 - 2026-06-02T08:59Z 227.6 ccf estimated", "1470000001 - 2026-06-02T07:59Z..08:59Z 7.5 gal estimated",
    ]);
  });

  test("an empty flow is no flow of zero, and a row may name its zone", () => {
    const text = BEACON.replace('"5.0"', '""').replace('"Read_Unit"', '"Read_Unit","Service_Point_Timezone"').replaceAll('"CCF"', '"CCF","US/Mountain"');
    expect(reads(text)[0]).toBe("1470000001 - 2026-06-02T06:59Z 227.6 ccf");
    expect(parse(text)).toMatchObject({ reads: 3, refused: 0, noReads: 0 });
  });
});

describe("the other head-ends' tables", () => {
  test.each([
    ["metersense-interval", "ORG_ID,CREATED_TIME,METER_ID,CHANNEL_ID,READ_DT,READ_HR,READ_30MIN_INT,READ_15MIN_INT,READ_5MIN_INT,READ_DTM,READ_VALUE,UOM,STATUS,READ_VERSION\nx,,M1,1,2026-01-01,1,,,,2026-01-01 01:00:00,0.5,CCF,3,1", "M1 1 2026-01-01T06:00Z..07:00Z 0.5 ccf estimated"],
    ["metersense-register", "METER_ID,CHANNEL_ID,READ_DTM,READ_VALUE,UOM,STATUS,READ_VERSION\nM1,1,2026-01-01T01:00:00,10.5,CCF,2,1", "M1 1 2026-01-01T07:00Z 10.5 ccf questionable"],
    ["sentryx", "ORG_ID,DEVICE_ID,CREATED_TIME,TIME_STAMP,READING,UNITS\nx,123,,2026-07-07T01:00:00,35828,CF", "123 - 2026-07-07T06:00Z 35828 ft3"],
    ["subeca-interval", "deviceId,usageTime,unit,value\n5C2D,2026-08-01T10:00:00+00:00,cf,123.4\n5C2D,2026-08-01T11:00:00+00:00,cf,0\n5C2D,2026-08-01T12:00:00+00:00,cf,3", "5C2D - 2026-08-01T10:00Z..11:00Z 123.4 ft3"],
    ["subeca-register", "deviceId,usageTime,unit,value\n5C2D,2026-08-05T20:19:46+00:00,gal,16685.9", "5C2D - 2026-08-05T20:19:46Z 16685.9 gal"],
    ["xylem-interval", "meter_id,radio_id,commodity,unit_of_measure,read_time_timestamp,rni_multiplier,interval_value,read_time_timestamp_local\n749,865,WATER,CF,2026-04-14T08:00:00,1,3,2026-04-14T01:00:00", "749 - 2026-04-14T07:00Z..08:00Z 3 ft3"],
    ["xylem-register", "meter_id,radio_id,commodity,unit_of_measure,read_time_timestamp,read_quality,flag,rni_multiplier,register_value,read_time_timestamp_local\n749,865,WATER,GAL,2026-04-14 08:00:00,R,,1,59727,2026-04-14 01:00:00", "749 - 2026-04-14T08:00Z 59727 gal"],
    ["sensus-records", `ORG_ID,METER_ID,TIME_STAMP,RECORD_TYPE,RECORD_VERSION,SENDER_ID,SENDER_CUSTOMER_ID,RECEIVER_ID,RECEIVER_CUSTOMER_ID,PURPOSE,COMMODITY,UNITS,CALCULATION_CONSTANT,INTERVAL,QUANTITY,READS,CREATED_TIME\nx,B7,202606031515,MEPMD01,20080501,SENSUS,S:1,13,B7,OK,W,CF,1.0,00000100,1,"[{""time"": ""202606020800"", ""code"": ""R0"", ""quantity"": ""8""}]",`, "B7 CF 2026-06-02T12:00Z..13:00Z 8 ft3"],
    ["sensus-interval", "ID,ENCID,DATETIME,CODE,CONSUMPTION,SERVICE_ADDRESS,SERVICE_POINT,BATCH_ID,METER_SERIAL_ID,ERT_ID\n1,77,2026-08-01T10:00:00-0700,E0,4,a,1,b,88,99", "77 - 2026-08-01T16:00Z..17:00Z 4 ft3 estimated"],
    ["sensus-register", "ID,ENCID,DATETIME,CODE,REG_READ,SERVICE_ADDRESS,SERVICE_POINT,BATCH_ID,METER_SERIAL_ID,ERT_ID\n1,77,2026-08-01 10:00:00.000 -0700,R0,4123,a,1,b,88,99", "77 - 2026-08-01T17:00Z 4123 ft3"],
    ["neptune-register", "site_id,miu_id,meter_number,reading,reading_datetime,unit_of_measure\n1,1550,N-9,10233.4,2026-08-01T10:00:00,Gallons", "N-9 - 2026-08-01T15:00Z 10233.4 gal"],
    ["neptune-interval", "miu_id,meter_number,consumption,consumption_datetime,uom\n1550,N-9,2.5,2026-08-01 10:00,CCF", "N-9 - 2026-08-01T14:00Z..15:00Z 2.5 ccf"],
  ])("%s", (format, text, first) => {
    const parsed = parse(text);
    expect(parsed.format).toBe(format);
    expect(told(parsed.all[0]!)).toBe(first);
    expect(parsed.refusals).toEqual([]);
  });
});

describe("rows that cannot be trusted", () => {
  const header = "DEVICE_ID,TIME_STAMP,READING,UNITS,NOTE\n";
  test.each([
    ["more columns than the header", "1,2026-07-07 01:00,5,CF,x,y", "has 6 columns, the header 5"],
    ["cut off in a column that counts", "1,2026-07-07 01:00,5,C", "it is cut off"],
    ["no meter", ",2026-07-07 01:00,5,CF,", "no column names the meter"],
    ["a meter that a spreadsheet turned into a number", "1.47016E+09,2026-07-07 01:00,5,CF,", "turned into a number by a spreadsheet"],
    ["no time", "1,,5,CF,", "there is no time"],
    ["a time that is none", "1,soon,5,CF,", '"soon" is not a date and time'],
    ["an hour that does not exist", "1,2026-03-08 02:30,5,CF,", "does not exist in America/Chicago"],
    ["a word for a value", "1,2026-07-07 01:00,five,CF,", 'READING: "five" is not a number'],
    ["no unit", "1,2026-07-07 01:00,5,,", "no unit is given"],
    ["a unit that may be two", "1,2026-07-07 01:00,5,MGAL,", "may mean thousand or million gallons"],
  ])("%s", (_, row, reason) => {
    const { refusals, reads: good } = parse(`${header}1,2026-07-07 01:00,5,CF,\n${row}\n1,2026-07-07 02:00,6,CF,\n`);
    expect(good).toBe(2);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]!.line).toBe(3);
    expect(refusals[0]!.reason).toContain(reason);
  });

  test("a blank value is a gap; a header in the middle and blank lines are nothing", () => {
    expect(parse(`${header}1,2026-07-07 01:00,,CF,\n\n${header}1,2026-07-07 02:00,6,CF,\n`)).toMatchObject({ reads: 1, refused: 0, noReads: 1 });
  });

  test("titles may stand before the header, and a note may go over lines", () => {
    expect(reads(`Sentryx export\n\n${header}1,2026-07-07 02:00,6,CF,"left\nat gate"\n2,2026-07-07 02:00,7,CF,"5/8""\n3,2026-07-07 02:00,8,CF,x\n`, { zone: "UTC" })).toEqual(["1 - 2026-07-07T02:00Z 6 ft3", "3 - 2026-07-07T02:00Z 8 ft3"]);
  });

  test("a quote that is opened and never closed costs one row, not the file", () => {
    const rows = Array.from({ length: 30 }, (_, i) => `1,2026-07-07 ${String(i % 24).padStart(2, "0")}:00,${i},CF,${i === 3 ? '"gate' : ""}`).join("\n");
    const { reads: good, refusals } = parse(header + rows);
    expect(good).toBe(29);
    expect(refusals).toEqual([{ line: 5, kind: "refused", reason: "a double quote is opened and not closed" }]);
  });

  test("numbers in a spreadsheet's quotes keep their zeros", () => {
    expect(reads(`${header}="00123",2026-07-07 02:00,"1,234.5",CF,`, { zone: "UTC" })).toEqual(["00123 - 2026-07-07T02:00Z 1234.5 ft3"]);
  });
});

describe("Neptune's route export", () => {
  const record = (...parts: readonly (readonly [number, string])[]): string => parts.reduce((line, [at, text]) => line.padEnd(at) + text, "");
  const meter = (number: string, unit: string): string => record([0, "MTRDT"], [37, number], [107, unit]);
  const order = (status: string, date = "20260602"): string => record([0, "ORDST"], [5, date], [13, "093015"], [44, status]);
  const reading = (value: string, decimals: string, code = "RR"): string => record([0, "RDGDT"], [9, "0001550"], [53, decimals], [88, value], [108, code]);
  const file = (...lines: readonly string[]): string => ["CMPHD TOWN", record([0, "PRMDT"], [5, "12 MAPLE ST"]), ...lines].map((line) => `${line}\r\n`).join("");

  test("a dial with its decimals, of the meter and the order before it", () => {
    const { format, all, refusals } = parse(file(meter("N-778", "GAL"), order("CO"), reading("0000123456", "01"), meter("N-779", "CCF"), order("CO"), reading("0000000077", "00", "FC")));
    expect(format).toBe("neptune-export");
    expect(all.map(told)).toEqual(["N-778 1550 2026-06-02T14:30:15Z 12345.6 gal", "N-779 1550 2026-06-02T14:30:15Z 77 ccf questionable"]);
    expect(all.map(({ line, flag }) => [line, flag])).toEqual([[5, "RR"], [8, "FC"]]);
    expect(refusals).toEqual([]);
  });

  test("a meter that was skipped was not read, although its field holds zeros", () => {
    expect(parse(file(meter("N-778", "GAL"), order("SK"), reading("0000000000", "00"))).refusals).toEqual([{ line: 5, kind: "no-read", reason: "meter N-778 was not read (skipped)" }]);
    expect(parse(file(meter("N-778", "GAL"), order("CO"), reading("0000000000", "00", "EF"))).refusals[0]).toMatchObject({ kind: "no-read" });
  });

  test.each([
    ["no meter", file(order("CO"), reading("5", "0"), meter("N-1", "GAL")), "no meter record", 4],
    ["a unit that is none", file(meter("N-778", "XYZ"), order("CO"), reading("0000000005", "00")), '"XYZ" is not a unit', 5],
    ["a month that is none", file(meter("N-778", "GAL"), order("CO", "20261302"), reading("0000000005", "00")), "is not a date and time", 5],
    ["a value that is none", file(meter("N-778", "GAL"), order("CO"), reading("00000FIVE5", "00")), "is not a number", 5],
    ["a record cut off", file(meter("N-778", "GAL"), order("CO"), reading("0000000005", "00").slice(0, 90)), "it is cut off", 5],
  ])("%s is refused with its line", (_, text, reason, line) => {
    expect(parse(text).refusals.find((refusal) => refusal.line === line)?.reason).toContain(reason);
  });
});

test("an archive is told to be unpacked", () => {
  expect(parse("PK\u0003\u0004reads.csv")).toMatchObject({ readable: false, refusals: [{ reason: "the file is a zip archive or a spreadsheet; unpack it, or save it as CSV" }] });
});
