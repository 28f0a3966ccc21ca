/**
 * The tables of head-ends, as data. Where each layout comes from and what it means is told in docs/formats/.
 * Order matters only among layouts that fit the same header.
 */
import type { Quality } from "../channel.ts";
import { ACLARA_CONDITIONS, BEACON_CONDITIONS, ITRON_CONDITIONS, NEPTUNE_CONDITIONS, SENSUS_CONDITIONS } from "./condition-codes.ts";
import type { Column, Measure, QualityRule, TableLayout, UnitRule } from "./table-layout.ts";

const CUBIC_FEET: UnitRule = { from: "layout", unit: { unit: "ft3", power: 0, factor: "1" } };

const KILOWATT_HOURS: UnitRule = { from: "layout", unit: { unit: "kWh", power: 0, factor: "1" } };

/** San Diego's download names the unit above its table: kWh for electricity, therms for gas. */
const TITLED_UNIT: UnitRule = { from: "title", title: "uom", otherwise: { unit: "kWh", power: 0, factor: "1" } };

/** Flags that are yes or no. */
const ESTIMATED_IF: Readonly<Record<string, Quality>> = { "1": "estimated", Y: "estimated", YES: "estimated", T: "estimated", TRUE: "estimated", E: "estimated" };

/** The letters of CMEP, which Sensus uses in its tables as well. */
const SENSUS_FLAGS: Readonly<Record<string, Quality | "no-read">> = { "": "actual", R: "actual", R0: "actual", A: "edited", A0: "edited", E: "estimated", E0: "estimated", N: "no-read", N32: "no-read" };

const unitIn = (...column: string[]): UnitRule => ({ from: "column", column });

const register = (value: Column, unit: UnitRule, more: Partial<Measure> = {}): Measure => ({ kind: "register", value, unit, ...more });
const interval = (value: Column, unit: UnitRule, more: Partial<Measure> = {}): Measure => ({ kind: "interval", value, unit, ...more });

/** Itron writes all ones, less one, for a register channel at fault; the neighbours of that number are as impossible. */
const ITRON_FAULTS = ["4294967294", "4294967295", "-1"];

const ITRON = {
  needs: [["timestamp"], ["readvalue"], ["meterserialnumber", "serialnumber", "meterid"], ["readunits", "units", "uom"]],
  meter: [["meterserialnumber"], ["serialnumber"], ["meterid"]],
  channel: ["channel", "channelid", "channelnumber"],
  time: { column: ["timestamp"], means: "local" },
  stamp: "end",
  interval: ["intervallength", "intervalminutes"],
  failed: ITRON_FAULTS,
  conditions: ITRON_CONDITIONS,
} as const satisfies Partial<TableLayout>;

const ITRON_UNIT = unitIn("readunits", "units", "uom");

const METERSENSE = {
  meter: [["meterid"], ["altmeterid"]],
  channel: ["channelid"],
  time: { column: ["readdtm"], means: "local" },
  stamp: "end",
  interval: ["intervallength"],
  // 1 passed validation, 2 failed it, 3 estimated, 5 accepted; 4 is not in use.
  quality: { column: ["status"], codes: { "": "actual", "1": "actual", "2": "questionable", "3": "estimated", "5": "actual" }, otherwise: "questionable" },
} as const satisfies Partial<TableLayout>;

const SUBECA = {
  needs: [["deviceid"], ["usagetime"], ["unit"], ["value"]],
  meter: [["meterserial"], ["deviceid"]],
  time: { column: ["usagetime"], means: "utc" },
} as const satisfies Partial<TableLayout>;

const XYLEM_TIME = { column: ["readtimetimestamp"], means: "utc", localColumn: ["readtimetimestamplocal"] } as const;

const XYLEM = { meter: [["meterid"], ["radioid"]], time: XYLEM_TIME, stamp: "end", conditions: SENSUS_CONDITIONS } as const satisfies Partial<TableLayout>;

const SENSUS_TABLE = {
  meter: [["encid"], ["meterserialid"]],
  time: { column: ["datetime"], means: "local" },
  stamp: "end",
  quality: { column: ["code"], codes: SENSUS_FLAGS, otherwise: "questionable" },
  conditions: SENSUS_CONDITIONS,
} as const satisfies Partial<TableLayout>;

const NEPTUNE = {
  meter: [["meternumber"], ["meterid"], ["meterserialnumber"]],
  channel: ["registernumber", "register"],
  conditions: NEPTUNE_CONDITIONS,
} as const satisfies Partial<TableLayout>;

const NEPTUNE_ESTIMATED: QualityRule = { column: ["estimated", "estimatedflag", "isestimated"], codes: ESTIMATED_IF, otherwise: "actual" };

export const HEAD_ENDS: readonly TableLayout[] = [
  { ...ITRON, format: "itron-register", title: "Itron register reads, CSV", name: /regist/i, measures: [register(["readvalue"], ITRON_UNIT)] },
  { ...ITRON, format: "itron-interval", title: "Itron interval reads, CSV", name: /interval|consumption/i, measures: [interval(["readvalue"], ITRON_UNIT)] },
  {
    format: "aclara",
    title: "Aclara STAR reads, CSV",
    needs: [["metersn", "meterserialnumber"], ["scaledread"], ["readingtime", "localtime"]],
    meter: [["metersn"], ["meterserialnumber"]],
    channel: ["port"],
    time: { column: ["readingtime"], means: "utc", localColumn: ["localtime"] },
    stamp: "end",
    measures: [register(["scaledread"], { from: "words", column: ["units", "unit", "uom", "description"] })],
    failed: ["ERROR"],
    conditions: ACLARA_CONDITIONS,
  },
  {
    format: "beacon",
    title: "Badger BEACON, CSV",
    needs: [["readtime", "flowtime"], ["meterid", "metersn", "endpointsn"], ["readunit", "flowunit"]],
    meter: [["meterid"], ["metersn"], ["endpointsn"]],
    channel: ["registernumber"],
    time: { column: ["readtime"], means: "local", zoneColumn: ["servicepointtimezone"] },
    stamp: "end",
    measures: [
      register(["read"], unitIn("readunit")),
      interval(["flow"], unitIn("flowunit"), { time: { column: ["flowtime"], means: "local", zoneColumn: ["servicepointtimezone"] } }),
    ],
    quality: { column: ["estimatedflag"], codes: ESTIMATED_IF, otherwise: "actual" },
    conditions: BEACON_CONDITIONS,
  },
  {
    ...NEPTUNE,
    format: "neptune-register",
    title: "Neptune 360 readings, CSV",
    needs: [["meternumber", "meterid", "meterserialnumber"], ["reading", "meterreading", "currentreading"], ["readingdatetime", "readdatetime", "readingtimestamp", "readingdate"], ["miuid", "miunumber", "miu", "endpointid"]],
    time: { column: ["readingdatetime", "readdatetime", "readingtimestamp", "readingdate"], clockColumn: ["readingtime"], means: "local" },
    stamp: "end",
    measures: [register(["reading", "meterreading", "currentreading"], unitIn("unitofmeasure", "uom", "units", "unit", "readingunit"))],
    quality: NEPTUNE_ESTIMATED,
  },
  {
    ...NEPTUNE,
    format: "neptune-interval",
    title: "Neptune 360 consumption, CSV",
    needs: [["meternumber", "meterid", "meterserialnumber"], ["consumption", "usage"], ["consumptiondatetime", "readingdatetime", "datetime", "intervaldatetime"], ["miuid", "miunumber", "miu", "endpointid"]],
    without: [["reading"], ["meterreading"], ["currentreading"]],
    time: { column: ["consumptiondatetime", "readingdatetime", "datetime", "intervaldatetime"], means: "local" },
    stamp: "end",
    measures: [interval(["consumption", "usage"], unitIn("unitofmeasure", "uom", "units", "unit", "consumptionunit"))],
    quality: NEPTUNE_ESTIMATED,
  },
  {
    ...XYLEM,
    format: "xylem-interval",
    title: "Xylem data lake, water_intervals",
    needs: [["meterid"], ["intervalvalue"], ["unitofmeasure"], ["readtimetimestamp"]],
    measures: [interval(["intervalvalue"], unitIn("unitofmeasure"))],
  },
  {
    ...XYLEM,
    format: "xylem-register",
    title: "Xylem data lake, water_registers",
    needs: [["meterid"], ["registervalue"], ["unitofmeasure"], ["readtimetimestamp"]],
    measures: [register(["registervalue"], unitIn("unitofmeasure"))],
    quality: { column: ["readquality"], codes: SENSUS_FLAGS, otherwise: "questionable" },
  },
  { ...SENSUS_TABLE, format: "sensus-interval", title: "Sensus interval table", needs: [["encid", "meterserialid"], ["consumption"], ["datetime"], ["code"]], measures: [interval(["consumption"], CUBIC_FEET)] },
  { ...SENSUS_TABLE, format: "sensus-register", title: "Sensus register table", needs: [["encid", "meterserialid"], ["regread"], ["datetime"], ["code"]], measures: [register(["regread"], CUBIC_FEET)] },
  { ...METERSENSE, format: "metersense-interval", title: "MeterSense INTERVALREADS", needs: [["meterid"], ["readdtm"], ["readvalue"], ["uom"], ["readhr", "read15minint", "read30minint", "read5minint", "readdt"]], measures: [interval(["readvalue"], unitIn("uom"))] },
  { ...METERSENSE, format: "metersense-register", title: "MeterSense REGISTERREADS", needs: [["meterid"], ["readdtm"], ["readvalue"], ["uom"]], without: [["readhr"], ["readdt"], ["read15minint"]], measures: [register(["readvalue"], unitIn("uom"))] },
  {
    format: "sentryx",
    title: "Mueller Sentryx reads",
    needs: [["deviceid"], ["timestamp"], ["reading"], ["units"]],
    meter: [["meternumber"], ["bodyserialnumber"], ["deviceid"]],
    time: { column: ["timestamp"], means: "local" },
    stamp: "end",
    measures: [register(["reading"], unitIn("units"))],
  },
  {
    format: "greenbutton-meter", title: "Green Button download by meter, CSV",
    needs: [["meternumber"], ["date"], ["starttime"], ["duration"], ["consumption", "consumptionkwh"]],
    meter: [["meternumber"]],
    time: { column: ["date"], clockColumn: ["starttime"], means: "local" },
    stamp: "start",
    interval: ["duration"],
    intervalTitle: "intervaluom",
    measures: [interval(["consumption", "consumptionkwh"], TITLED_UNIT, { channel: "delivered" }), interval(["generation", "generationkwh"], TITLED_UNIT, { channel: "received" })],
  },
  {
    format: "smt", title: "Smart Meter Texas, CSV",
    needs: [["esiid"], ["usagedate"], ["usagestarttime"], ["usagekwh"]],
    meter: [["esiid"]],
    channel: ["consumptionsurplusgeneration"],
    time: { column: ["usagedate"], clockColumn: ["usagestarttime"], means: "local" },
    stamp: "start",
    intervalMinutes: 15,
    measures: [interval(["usagekwh"], KILOWATT_HOURS)],
    quality: { column: ["estimatedactual"], codes: { A: "actual", E: "estimated" }, otherwise: "questionable" },
  },
  { ...SUBECA, format: "subeca-register", title: "Subeca latest reads", name: /latest|regist/i, stamp: "end", measures: [register(["value"], unitIn("unit"))] },
  // An hour of usage is named by the hour in which it was used.
  { ...SUBECA, format: "subeca-interval", title: "Subeca usage", name: /usage|hourly|interval/i, stamp: "start", measures: [interval(["value"], unitIn("unit"))] },
];
