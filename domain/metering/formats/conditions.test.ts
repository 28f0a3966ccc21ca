/** What sources say beside the value (tamper, battery, signal, clock), read out of each format in its own words. */
import { describe, expect, test } from "vitest";
import type { Condition, MeterEvent } from "../conditions.ts";
import { parseCsvMapping, type CsvMapping } from "./csv-mapping.ts";
import { columnConditions, statusConditions } from "./condition-codes.ts";
import { BEACON, CIM, ITRON_INTERVAL, NEM } from "./fixtures.testing.ts";
import { parse } from "./parse.testing.ts";
import type { ReadingBatch } from "./readings.ts";
import { ReadingCollector } from "./readings.ts";
import { ReadsFile } from "./reads-file.ts";

/** `low-battery (low)`, and with a minus before what is not so. */
const said = (conditions: readonly Condition[] | undefined): string => (conditions ?? []).map(({ kind, on, says, seconds }) => `${on ? "" : "-"}${kind} (${says}${seconds === null ? "" : `, ${seconds} s`})`).join("; ");

const reads = (text: string, options: Parameters<typeof parse>[1] = {}) => parse(text, options).all.map((read) => said(read.conditions));

function eventsOf(text: string, without: readonly string[] = []): MeterEvent[] {
  const events: MeterEvent[] = [];
  const kinds: string[] = [];
  const file = new ReadsFile({ read: () => undefined, refuse: ({ kind }) => void kinds.push(kind), event: (event) => void events.push(event) }, { name: "events" });
  file.write(new TextEncoder().encode(text));
  expect(file.end()).toMatchObject({ events: events.length, readable: true });
  expect(kinds).toEqual(without);
  return events;
}

describe("tables of head-ends", () => {
  test("Beacon: levels of battery and signal, the endpoint's exceptions, the encoder's leak; alert codes are the utility's own", () => {
    const header = '"Endpoint_SN","Battery_Level","Signal_Strength","Endpoint_Status","Current_Leak_Rate","Backflow_Gallons","Alert_Code","Flow","Flow_Time","Flow_Unit","Meter_ID"';
    const rows = ['"1","good","marginal","","","","07","5.0","2026-06-02 00:59","Gallons","B1"', '"1","Low","poor","Endpoint Tamper; Encoder No Usage","1.5","0","","5.0","2026-06-02 01:59","Gallons","B1"', '"1","","","","","","","5.0","2026-06-02 02:59","Gallons","B1"'];
    expect(reads([header, ...rows].join("\n"))).toEqual(["-low-battery (good); -weak-signal (marginal)", "tamper (Endpoint Tamper); -reverse-flow (0); leak (1.5); no-flow (Encoder No Usage); low-battery (Low); weak-signal (poor)", ""]);
    expect(reads(BEACON)).toEqual(["", "", "", ""]);
  });

  test("a row without a value says it as well: that the wire is cut is why there is none", () => {
    const [event, ...more] = eventsOf('Endpoint_SN,Endpoint_Status,Flow,Flow_Time,Flow_Unit,Meter_ID\n1,Endpoint Tamper,,2026-06-02 01:59,Gallons,B1\n1,,,2026-06-02 02:59,Gallons,B1\n', ["no-read", "no-read"]);
    expect([event!.meter, said(event!.conditions), new Date(event!.from).toISOString(), event!.line, more]).toEqual(["B1", "tamper (Endpoint Tamper)", "2026-06-02T01:59:00.000Z", 2, []]);
  });

  test("Itron: the fields of an endpoint that was read", () => {
    const [header, first] = ITRON_INTERVAL.split("\n");
    const of = (cells: string) => reads(`${header},Cut_Cable,Magnetic_Tamper,Reverse_Flow,Battery_State\n${first},${cells}\n`, { name: "town_Interval.csv" })[0];
    expect([of("N,N,N,Good"), of("Y,0,1,Replace"), of(",,,")]).toEqual(["-tamper (N); -reverse-flow (N); -low-battery (Good)", "tamper (Y); reverse-flow (1); low-battery (Replace)", ""]);
  });

  test("Neptune: degrees of leak and backflow, and dBm of the signal", () => {
    const of = (cells: string) => reads(`meter_number,miu_id,reading,reading_datetime,unit_of_measure,Leak,Backflow,RSSI,Battery\nN1,77,1200,2026-06-02 01:00,GAL,${cells}\n`)[0];
    expect([of("0,0,-87,95%"), of("2,1,-117 dBm,12 %"), of("?,,,")]).toEqual(["-reverse-flow (0); -leak (0); -low-battery (95%); -weak-signal (-87)", "reverse-flow (1); leak (2); low-battery (12 %); weak-signal (-117 dBm)", ""]);
  });

  test("Aclara: alarms of the module", () => {
    const of = (cells: string) => reads(`MeterSN,MTUID,Port,ScaledRead,ReadingTime,LocalTime,Description,Tilt_Tamper,Cut_Wire,Low_Battery\n9,7,1,120.5,2025-05-25 16:00:00.000,2025-05-25 09:00:00.000,HRE LCD 9D 0.001CuFt,${cells}\n`)[0];
    expect([of("0,0,0"), of("0,1,1")]).toEqual(["-tamper (0); -low-battery (0)", "tamper (1); low-battery (1)"]);
  });
});

test("a table with a mapping: columns that somebody named, each read as its kind may be said", () => {
  const mapping: CsvMapping = {
    meter: "Meter", kind: "register", time: { column: "When" }, values: [{ column: "Read", unit: "gal" }],
    conditions: [{ column: "Batt", says: "low-battery" }, { column: "Cut", says: "tamper" }, { column: "Drift", says: "clock" }, { column: "Alarms", says: "status" }],
  };
  const of = (cells: string) => reads(`Meter,When,Read,Batt,Cut,Drift,Alarms\nM1,2026-06-02 01:00,5,${cells}\n`, { mapping })[0];
  expect([of("good,N,0,"), of("12%,14,-240,Weak signal"), of("Y,,,"), of(",,,")]).toEqual(["-tamper (N); -low-battery (good); -clock (0 s, 0 s)", "tamper (14); low-battery (12%); weak-signal (Weak signal); clock (-240 s, -240 s)", "low-battery (Y)", ""]);
  expect(parseCsvMapping({ ...mapping, conditions: [{ column: "Batt", says: "empty" }] })).toMatchObject({ ok: false, errors: [{ path: "conditions.0.says", message: expect.stringContaining("must be one of tamper") }] });
});

test("NEM12: the reason of a day, and of the intervals that give their own", () => {
  const lines = NEM.split("\n");
  const day = (reasonOfDay: string, reasonOfPart: string) => reads(lines.join("\n").replace(",V,,,", `,V,${reasonOfDay},,`).replace("S14,32", `S14,${reasonOfPart}`));
  const told = day("", "79");
  expect([told[0], told[40], told[45]]).toEqual(["", "power-outage (79 power outage alarm)", "power-outage (79 power outage alarm)"]);
  expect(day("", "61")[41]).toBe("tamper (61 equipment tampered)");
  expect(day("86", "")[0], "a reason of the whole day").toBe("clock (86 clock error)");
  expect(day("", "12")[41], "a locked gate says nothing of the meter").toBe("");
});

describe("IEC 61968-9", () => {
  test("every quality of a reading is looked at, the worst flag still leads", () => {
    const quality = (...codes: string[]) => codes.map((code) => `<ReadingQualities><ReadingQualityType ref="${code}"/></ReadingQualities>`).join("");
    const of = (...codes: string[]) => parse(CIM.replace(/<ReadingQualities>.*<\/ReadingQualities>/, quality(...codes))).all[0]!;
    expect([said(of("1.0.0").conditions), said(of("1.8.0", "1.3.1", "1.1.9").conditions), said(of("2.3.4", "2.1.1").conditions)]).toEqual(["", "tamper (1.3.1); clock (1.1.9)", "reverse-flow (2.3.4); low-battery (2.1.1)"]);
    expect(of("1.8.0", "1.3.1")).toMatchObject({ quality: "estimated", flag: "1.8.0" });
  });

  test("end device events: a document of their own, or inside a meter's readings", () => {
    const event = (ref: string, at: string, asset: string) => `<EndDeviceEvent><mRID>e1</mRID><createdDateTime>${at}</createdDateTime>${asset}<EndDeviceEventType ref="${ref}"/></EndDeviceEvent>`;
    const asset = "<Assets><mRID>E20069447</mRID></Assets>";
    const alone = eventsOf(`<EventMessage xmlns="http://iec.ch/TC57/2011/schema/message"><Payload><EndDeviceEvents xmlns="http://iec.ch/TC57/2011/EndDeviceEvents#">
      ${event("3.12.141.212", "2026-06-02T02:11:00-05:00", asset)}${event("3.26.0.85", "2026-06-02T03:00:00Z", asset)}${event("3.7.31.24", "2026-06-02T03:00:00Z", asset)}</EndDeviceEvents></Payload></EventMessage>`);
    expect(alone.map((each) => `${each.meter} ${new Date(each.from).toISOString()} ${said(each.conditions)} line ${each.line}`)).toEqual(["E20069447 2026-06-02T07:11:00.000Z tamper (3.12.141.212) line 2", "E20069447 2026-06-02T03:00:00.000Z power-outage (3.26.0.85) line 2"]);
    const inside = eventsOf(CIM.replace("<MeterReading>", `<MeterReading><EndDeviceEvents><createdDateTime>2026-06-02T01:00:00Z</createdDateTime><EndDeviceEventType ref="3.36.114.35"/></EndDeviceEvents>`));
    expect(inside.map((each) => `${each.meter} ${said(each.conditions)}`)).toEqual(["E20069447 clock (3.36.114.35)"]);
  });
});

describe("our own JSON", () => {
  const read = (more: object) => JSON.stringify({ reads: [{ meter: "W1", kind: "interval", unit: "gal", start: "2026-06-02T00:00:00Z", stepMinutes: 60, values: [1, 2], ...more }] });

  test("conditions and both clocks beside a read; a clock that is right is said to be", () => {
    expect(reads(read({ conditions: [{ kind: "tamper", says: "cut wire" }, { kind: "low-battery", on: false }] }))[1]).toBe("tamper (cut wire); -low-battery ()");
    expect(reads(read({ clock: { meter: "2026-06-02T02:04:00Z", gateway: "2026-06-02T02:00:00Z" } }))[0]).toBe("clock (the meter's clock beside the gateway's, 240 s)");
    expect(reads(read({ clock: { meter: "2026-06-02T01:59:50Z", gateway: "2026-06-02T02:00:00Z" } }))[0]).toBe("-clock (the meter's clock beside the gateway's, -10 s)");
  });

  test("what is wrong is named, and nothing of the read is used", () => {
    const wrong = (more: object) => parse(read(more)).refusals.map(({ reason }) => reason);
    expect(wrong({ conditions: [{ kind: "theft" }] })[0]).toMatch(/^conditions\[0\]\.kind must be one of tamper, reverse-flow/);
    expect(wrong({ conditions: [{ kind: "tamper", seconds: 3 }] })).toEqual(["conditions[0].seconds is how many seconds a clock runs ahead, and of a clock only"]);
    expect(wrong({ clock: { meter: "02:04" } })[0]).toMatch(/^clock must be the meter's and the gateway's time/);
    expect(parse(read({ conditions: [{ kind: "theft" }] })).reads).toBe(0);
  });

  test("events stand beside the reads or alone, and the canonical reads that are printed can be read again", () => {
    const tamper = { meter: "W1", at: "2026-06-02T02:11:00-05:00", conditions: [{ kind: "tamper", says: "cover" }] };
    expect(eventsOf(JSON.stringify({ events: [tamper] })).map((each) => `${each.meter} ${said(each.conditions)}`)).toEqual(["W1 tamper (cover)"]);
    expect(eventsOf(`${JSON.stringify(tamper)}\n`)).toHaveLength(1);
    const canonical = { meter: "W1", channel: null, unit: "gal", kind: "register", start: "2026-06-02T00:00:00Z", end: "2026-06-02T00:00:00Z", value: "1", quality: "actual", flag: null, file: "a", line: 1, conditions: [{ kind: "clock", on: true, says: "86", seconds: null }] };
    expect(reads(JSON.stringify(canonical))).toEqual(["clock (86)"]);
  });
});

test("words of a status: what is over or never was is not so, what is not known says nothing", () => {
  const cases: Readonly<Record<string, string>> = {
    "Encoder Removal": "tamper (Encoder Removal)", "cover closed": "-tamper (cover closed)", "No Leak": "-leak (No Leak)", "ENCODER_NO_USAGE": "no-flow (ENCODER_NO_USAGE)", "Battery OK | Weak signal": "-low-battery (Battery OK); weak-signal (Weak signal)",
    "Encoder Communication Error": "fault (Encoder Communication Error)", "Meter Empty Pipe": "empty-pipe (Meter Empty Pipe)", "Active": "", "Meter removed 2024": "", "Signal strength -85": "",
  };
  for (const [text, expected] of Object.entries(cases)) expect(said(statusConditions(text)), text).toBe(expected);
  expect(columnConditions({ column: ["drift"], as: "seconds", kind: "clock" }, "-240")).toEqual([{ kind: "clock", on: true, says: "-240 s", seconds: -240 }]);
});

describe("on their way into storage", () => {
  const collected = (text: string, name = "reads.json"): ReadingBatch => {
    const batches: ReadingBatch[] = [];
    const collector = new ReadingCollector((batch) => void batches.push(batch), ({ reason }) => expect.fail(reason));
    const file = new ReadsFile(collector, { name });
    file.write(new TextEncoder().encode(text));
    file.end();
    collector.end();
    expect(batches).toHaveLength(1);
    return batches[0]!;
  };
  const at = (instant: number) => new Date(instant).toISOString().slice(11, 16);

  test("a run of intervals keeps from when to when each thing was said", () => {
    const csv = ["meter_number,miu_id,consumption,consumption_datetime,unit_of_measure,Leak", ...["0", "0", "2", "2", "0"].map((leak, hour) => `N1,7,1,2026-06-02 0${hour + 1}:00,GAL,${leak}`)].join("\n");
    const [run] = collected(csv).reads;
    expect(run!.told!.map(({ conditions, from, to, line }) => `${said(conditions)} ${at(from)}–${at(to)} line ${line}`)).toEqual(["-leak (0) 00:00–02:00 line 2", "leak (2) 02:00–04:00 line 4", "-leak (0) 04:00–05:00 line 6"]);
  });

  test("stamps that run off the interval are taken to it, and how far they were off is kept; the last minute of an interval is no error", () => {
    const cmep = (stamps: string[]) => `MEPMD01,19970819,H,T:1,9912,E5,202606021515,E5,OK,E,KWH,1,00000015,${stamps.length},${stamps.map((stamp) => `20260602${stamp},R,1`).join(",")}\n`;
    const [run] = collected(cmep(["0017", "0032", "0049"]), "day.cmep").reads;
    expect(run).toMatchObject({ kind: "interval", start: Date.UTC(2026, 5, 2), stepMinutes: 15, values: Int32Array.of(1000, 1000, 1000) });
    expect(run!.told!.map(({ conditions, from, to }) => `${said(conditions)} ${at(from)}–${at(to)}`)).toEqual(["clock (stamps off the interval, 240 s) 00:00–00:45"]);
    expect(collected(cmep(["0015", "0030"]), "day.cmep").reads[0]!.told).toBeUndefined();
    expect(collected(cmep(["0014", "0029"]), "day.cmep").reads[0]!).toMatchObject({ start: Date.UTC(2026, 5, 2) });
  });
});
