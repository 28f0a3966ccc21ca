import { describe, expect, test } from "vitest";
import { CIM, JSON_BATCH, MAPPED, MVRS, NEM } from "./fixtures.testing.ts";
import { parseCsvMapping } from "./csv-mapping.ts";
import { mvrsDownload, type DownloadMeter } from "./mvrs-download.ts";
import { parse, told } from "./parse.testing.ts";

const reads = (text: string, options = {}): string[] => parse(text, options).all.map(told);

test("half a character that JSON writes becomes a mark in a word that can be kept; XML's reference to one stands as it was written", () => {
  const json = '{"meter": "W\\ud800", "channel": "\\udc00", "flag": "\\ud800", "kind": "register", "unit": "gal", "start": "2026-06-02T00:00:00Z", "end": "2026-06-02T00:00:00Z", "value": "1", "quality": "actual"}';
  expect(parse(`${json}\n`).all).toMatchObject([{ meter: "W\ufffd", channel: "\ufffd", flag: "\ufffd" }]);
  expect(parse(CIM.replace("<mRID>E20069447", "<mRID>E&#xD800;")).all.every(({ meter }) => meter === "E&#xD800;")).toBe(true);
});

describe("IEC 61968-9 MeterReadings", () => {
  test("the meter and the reading type stand behind the readings they are of", () => {
    expect(reads(CIM)).toEqual(["E20069447 delivered kWh 2026-06-02T05:00Z..05:15Z 0.2575 kWh estimated", "E20069447 delivered kWh 2026-06-02T05:00Z 6519.0955 kWh"]);
    expect(parse(CIM).all.map(({ line, flag }) => [line, flag])).toEqual([[8, "1.8.0"], [14, null]]);
  });

  test("summations are dials although they come in interval blocks", () => {
    expect(reads(CIM.replace("0.0.2.4.1.1.12", "0.0.2.9.1.1.12"))[0]).toBe("E20069447 delivered kWh 2026-06-02T05:15Z 0.2575 kWh estimated");
  });

  test("a period of its own wins over that of the type; without either the length must be told", () => {
    const own = CIM.replace("<value>0.2575", "<timePeriod><start>2026-06-02T00:10:00-05:00</start><end>2026-06-02T00:15:00-05:00</end></timePeriod><value>0.2575");
    expect(reads(own)[0]).toContain("05:10Z..05:15Z");
    const none = CIM.replace("0.0.2.4.1.1.12", "0.0.0.4.1.1.12");
    expect(parse(none).refusals[0]).toMatchObject({ line: 8, reason: "neither the reading nor its type says how long the interval is" });
    expect(reads(none, { intervalMinutes: 30 })[0]).toContain("04:45Z..05:15Z");
  });

  test("a name is the meter's number where the identifier is a machine's", () => {
    expect(reads(CIM.replace("<mRID>E20069447</mRID>", "<mRID>1cbd57c9-1ddc-42c2-bb22-07da17f6ad92</mRID><Names><name>WT-7</name><NameType><name>Serial</name></NameType></Names>"))[0]).toContain("WT-7 ");
  });

  test("the name is the meter's, not its kind's, and a quality may stand in an element of its own", () => {
    const named = CIM.replace("<mRID>E20069447</mRID>", "<Names><NameType><name>MeterBadge</name></NameType><name>B-77</name></Names>");
    expect(reads(named)[0]).toContain("B-77 ");
    const quality = CIM.replace('<ReadingQualityType ref="1.8.0"/>', "<ReadingQualityType><mRID>2.7.1</mRID></ReadingQualityType>");
    expect(parse(quality).all[0]).toMatchObject({ quality: "edited", flag: "2.7.1" });
  });

  test("other prefixes and namespaces of the sender are taken", () => {
    expect(reads(CIM.replaceAll(/<(\/?)(?=Meter|Interval|Reading|timeStamp|value|mRID)/g, "<$1m:").replace("xmlns=\"http://iec.ch/TC57/2011/MeterReadings#\"", 'xmlns:m="http://vendor.example/MeterReadings#"'))).toEqual(reads(CIM));
  });

  test.each([
    ["volts", CIM.replaceAll("3.72.0", "0.29.0"), "1 readings: unit of measure 29 (volts) is not counted here", 8],
    ["no meter", CIM.replace("<Meter><mRID>E20069447</mRID></Meter>", ""), "1 readings name no meter", 8],
    ["a type of other length", CIM.replace("0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0", "4.1.12"), "is not a reading type of 18 numbers", 8],
    ["a time that is none", CIM.replace("2026-06-02T00:15:00-05:00", "soon"), '"soon" is not a date and time', 8],
    ["a value that is none", CIM.replace("0.2575", "n/a"), '"n/a" is not a number', 8],
    ["a document cut off", CIM.slice(0, CIM.indexOf("</MeterReading>")), "the XML is not well formed", 16],
  ])("%s is refused with its line", (_, document, reason, line) => {
    expect(parse(document).refusals.some((refusal) => refusal.line === line && refusal.reason.includes(reason))).toBe(true);
  });
});

describe("MVRS, reads back from the handheld", () => {
  test("a dial with its decimals, of the meter before it, on the utility's clock", () => {
    expect(reads(MVRS)).toEqual(["W00123 1 2026-06-02T14:30:15Z 123456.7 gal"]);
  });

  test("a blank date is a meter that was not read, not a zero", () => {
    expect(parse(MVRS).refusals).toEqual([{ line: 8, kind: "no-read", reason: "meter W00124 was not read (trouble code 007)" }]);
  });

  test("the constant multiplies", () => {
    expect(reads(MVRS.replaceAll("R0000010", "R0000100"))[0]).toContain("1234567 gal");
  });

  test("records without the blanks at their end are the same records", () => {
    expect(reads(MVRS.replaceAll(/ +(?=\r\n)/g, ""))).toEqual(reads(MVRS));
  });

  const RDG = /RDG.*(?=\r)/.exec(MVRS)![0];
  test.each([
    ["cut off before its decimals: ten times too much", RDG.slice(0, 72), "has 72 characters of 126; it is cut off"],
    ["that lost a character", RDG.slice(0, 40) + RDG.slice(41), "has 125 characters of 126, blanks at its end"],
    ["that won a character", `${RDG.slice(0, 40)}9${RDG.slice(40)}`, "has 127 characters of 126; its fields are not in their places"],
  ])("a reading %s is refused", (_, record, reason) => {
    const { refusals, all } = parse(MVRS.replace(RDG, record));
    expect(all).toEqual([]);
    expect(refusals.find(({ line }) => line === 5)?.reason).toContain(reason);
  });

  test("the readings of a meter record that lost a character belong to nobody", () => {
    const { refusals, all } = parse(MVRS.replace("MTR", "MT"), { format: "mvrs" });
    expect(all).toEqual([]);
    expect(refusals.map(({ line }) => line)).toContain(5);
  });

  test.each([
    ["without its last record", MVRS.slice(0, MVRS.indexOf("FTR")), "unreadable", "cut off"],
    ["without its first", MVRS.slice(MVRS.indexOf("RHD")), "unreadable", "the first record is not FHD"],
    ["with a record lost", MVRS.replace(/MTR.{123}\r\nRDG.{123}\r\nRTR/, "RTR"), "refused", "declares 2 readings and has 1"],
    ["with a reading before any meter", MVRS.replace(/MTR.{123}\r\n/, ""), "refused", "belongs to no meter"],
    ["with a unit that is none", MVRS.replace("GAL ", "XYZ "), "refused", "is not a unit"],
    ["with a month that is none", MVRS.replace("06022026", "13022026"), "refused", "is not a date and time"],
    ["with a record of another file", MVRS.replace("RTR", "QQQ"), "refused", "is not a record of a handheld file"],
  ])("a file %s", (_, text, kind, reason) => {
    expect(parse(text, { format: "mvrs" }).refusals.some((refusal) => refusal.kind === kind && refusal.reason.includes(reason))).toBe(true);
  });
});

describe("MVRS, out to the handheld", () => {
  const meters: DownloadMeter[] = [
    { account: "10-4472", name: "José Peña", address: "14 Maple St", meter: "W00124", sequence: 20, registers: [{ prompt: "GAL", channel: 1, dials: 7, decimals: 1, method: "R", previous: "123456.7", registerId: "40123" }] },
    { account: "10-4471", name: "Rosa Diaz", address: "12 Maple St", meter: "E00123", sequence: 10, registers: [{ prompt: "KWH", channel: 1, dials: 5, decimals: 0, method: "M", previous: null }] },
  ];

  test("records of 126 characters in the order of the walk, with what the handheld needs to judge a reading", () => {
    const records = mvrsDownload("00000012", meters).split("\r\n").slice(0, -1);
    expect(records.map((line) => line.slice(0, 3))).toEqual(["FHD", "RHD", "CUS", "MTR", "RDG", "CUS", "MTR", "RDG", "RFF", "RTR", "FTR"]);
    expect(records.every((line) => line.length === 126)).toBe(true);
    expect(records[3]!.slice(45, 57).trim()).toBe("E00123");
    expect(records[7]!.slice(11, 41)).toBe("GAL  L       010701R0001234567");
    expect(records[8]!.slice(11, 19)).toBe("00040123");
    expect(records[5]).toContain("Jose Pena");
  });

  test("a download that comes back unread is known for what it is", () => {
    expect(parse(mvrsDownload("00000012", meters)).refusals).toEqual([{ line: 5, kind: "unreadable", reason: "this is a route download: it asks for reads and holds none" }]);
  });

  test("what does not fit its field is said, not cut", () => {
    expect(() => mvrsDownload("123456789", meters)).toThrow('route "123456789" is longer than 8 characters');
    expect(() => mvrsDownload("1", [{ ...meters[0]!, registers: [{ ...meters[0]!.registers[0]!, previous: "1.25" }] }])).toThrow("more digits than the dial");
  });
});

describe("NEM12 and NEM13", () => {
  test("a day of market time, with the qualities that follow it", () => {
    const { all, refusals } = parse(NEM);
    expect(told(all[0]!)).toBe("4103036712 E1 2026-06-01T14:00Z..14:30Z 0 kWh");
    expect(told(all[45]!)).toBe("4103036712 E1 2026-06-02T12:30Z..13:00Z 5.625 kWh estimated");
    expect(all).toHaveLength(46);
    expect(refusals).toEqual([{ line: 3, kind: "no-read", reason: "NMI 4103036712: 2 of 48 intervals have no value" }]);
  });

  test("registers as they were and as they are", () => {
    expect(reads("100,NEM13,200401101030,MDA1,Ret1\n250,VABC005890,11,1,11,11,METSER123,E,006342.8,20031005093055,A,,,007654.9,20040107100333,S,,,1312.1,kWh,20040407,20040108100333,\n900\n")).toEqual(["VABC005890 11 2003-10-04T23:30:55Z 6342.8 kWh", "VABC005890 11 2004-01-07T00:03:33Z 7654.9 kWh estimated"]);
  });

  test.each([
    ["a day of other intervals than its stream", NEM.replace("kWh,30", "kWh,15"), "does not have 96 values", 3],
    ["a day without a stream", NEM.replace(/200,.*\n/, ""), "belongs to no data stream", 2],
    ["qualities of another day", NEM.replace("400,47,48", "400,47,96"), "are not of a day of 48", 6],
    ["a word among the values", NEM.replace(",0.125,", ",lots,"), '"lots" is not a number', 3],
    ["no last record", NEM.replace("900\n", ""), "cut off", 6],
    ["another record", NEM.replace("900", "777\n900"), "is not a record of a meter data file", 7],
  ])("%s is refused with its line", (_, text, reason, line) => {
    expect(parse(text).refusals.some((refusal) => refusal.line === line && refusal.reason.includes(reason))).toBe(true);
  });
});

describe("our own JSON", () => {
  test("a batch as gateways post it: values keep all their digits, nulls are gaps", () => {
    const { all, refusals } = parse(JSON_BATCH);
    expect(all.map(told)).toEqual(["W100234 - 2026-06-02T05:00Z 120345.25 gal", "E200017 1 2026-06-02T05:00Z..05:15Z 0.125 kWh", "E200017 1 2026-06-02T05:30Z..05:45Z 0.1301 kWh"]);
    expect(all.map(({ line }) => line)).toEqual([2, 3, 3]);
    expect(refusals).toEqual([{ line: 3, kind: "no-read", reason: "meter E200017: 1 of 3 intervals have no value" }]);
  });

  test("a list, reads one a line, and a batch with more around it are read the same", () => {
    const usual = reads(JSON_BATCH);
    const items = (JSON.parse(JSON_BATCH) as { reads: unknown[] }).reads;
    expect(reads(JSON.stringify(items))).toEqual(usual);
    expect(reads(items.map((item) => JSON.stringify(item)).join("\n"))).toEqual(usual);
    expect(reads(JSON.stringify({ gateway: "north", meta: { sent: "2026", list: [1, "}"] }, reads: items, count: 2 }))).toEqual(usual);
  });

  test("what the reads command prints can be read again", () => {
    const { all } = parse(JSON_BATCH);
    const lines = all.map((read) => JSON.stringify({ ...read, start: new Date(read.start).toISOString(), end: new Date(read.end).toISOString(), file: "x" })).join("\n");
    expect(reads(lines)).toEqual(reads(JSON_BATCH));
  });

  test.each([
    ["a read with an unknown unit", JSON_BATCH.replace('"gal"', '"hogsheads"'), "refused", "unit must be one of", 2],
    ["a read without an offset", JSON_BATCH.replace("00:00:00-05:00", "00:00:00"), "refused", "at must be an instant with its offset", 2],
    ["a read that is no JSON", JSON_BATCH.replace('"kind": "register"', '"kind": register'), "refused", "not well-formed JSON", 2],
    ["a batch that is cut off", JSON_BATCH.slice(0, 200), "unreadable", "ends in the middle", 3],
    ["a list of numbers", "[1, 2]", "unreadable", "holds objects only", 1],
    ["an object of something else", '{"total": 3}', "unreadable", "its first object has no meter", 1],
    ["a read without its meter among others", '{"reads": [{"kind": "register"}]}', "refused", "meter must be the meter's number", 1],
    ["something after the end", `${JSON_BATCH}\n{"x":1}`, "unreadable", "after the end", 6],
  ])("%s is refused with its line", (_, text, kind, reason, line) => {
    expect(parse(text).refusals.some((refusal) => refusal.kind === kind && refusal.line === line && refusal.reason.includes(reason))).toBe(true);
  });
});

describe("any table, with a mapping", () => {
  const mapping = { meter: "Meter No", kind: "interval", intervalMinutes: 15, decimalComma: true, time: { column: "Read Date", clock: "Read Time" }, values: [{ column: "kWh Delivered", unit: "kWh", channel: "delivered" }, { column: "kWh Received", unit: "kWh", channel: "received" }], quality: { column: "Flag", codes: { E: "estimated" }, otherwise: "refuse" } };
  const checked = (changes: object = {}) => {
    const result = parseCsvMapping({ ...mapping, ...changes });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    return result.mapping;
  };

  test("columns, units, channels, qualities and the decimal comma as it says", () => {
    const { all, refusals } = parse(MAPPED, { mapping: checked({ quality: { column: "Flag", codes: { A: "actual", E: "estimated" }, otherwise: "refuse" } }) });
    expect(all.map(told)).toEqual([
      "E-1 delivered 2026-06-02T05:00Z..05:15Z 1250.5 kWh", "E-1 received 2026-06-02T05:00Z..05:15Z 0 kWh",
      "E-1 delivered 2026-06-02T05:15Z..05:30Z 0.75 kWh estimated", "E-1 received 2026-06-02T05:15Z..05:30Z 0.1 kWh estimated",
    ]);
    expect(refusals).toEqual([]);
  });

  test("flags that it does not list are refused where it says so", () => {
    expect(parse(MAPPED, { mapping: checked() }).refusals[0]).toMatchObject({ line: 3, reason: '"A" is not a known quality flag' });
  });

  test("a table without a header, days first, a zone of its own, a multiplier, a unit in each row", () => {
    const own = checked({ meter: 1, kind: "register", intervalMinutes: undefined, decimalComma: false, header: false, time: { column: 2, zone: "UTC", order: "day-first" }, values: [{ column: 3, unit: { column: 4 }, multiplier: "0.1" }], quality: undefined });
    expect(reads("W1,03/06/2026 05:00,123,gal\nW2,03/06/2026 05:00,7,CCF\n", { mapping: own })).toEqual(["W1 - 2026-06-03T05:00Z 12.3 gal", "W2 - 2026-06-03T05:00Z 0.7 ccf"]);
  });

  test.each([["meter", { meter: { text: "\ud800" } }, "meter.text"], ["a column", { meter: "M\ud800" }, "meter"], ["a channel", { values: [{ column: "kWh", unit: "kWh", channel: "\udc00" }] }, "values.0.channel"], ["a code", { quality: { column: "Flag", codes: { "\ud800": "estimated" } } }, "quality.codes"], ["what failed", { failed: ["x", "\ud800"] }, "failed.1"]])(
    "half a character in %s is refused by its place", (_, changes, path) => {
      expect(parseCsvMapping({ ...mapping, ...changes })).toEqual({ ok: false, errors: [{ path, message: "holds half a character: type it again" }] });
    });

  test("every field that is wrong is named", () => {
    const result = parseCsvMapping({ ...mapping, meter: "", kind: "dial", extra: 1, time: { column: "Read Date", zone: "Mars" }, values: [{ column: 0, unit: "hogshead" }] });
    expect(result.ok).toBe(false);
    if (!result.ok) expect(new Set(result.errors.map(({ path }) => path))).toEqual(new Set(["meter", "kind", "extra", "time.zone", "values.0.column", "values.0.unit"]));
    const unnumbered = parseCsvMapping({ ...mapping, header: false });
    expect(unnumbered.ok === false && unnumbered.errors[0]!.message).toContain("must be given by its number");
  });
});
