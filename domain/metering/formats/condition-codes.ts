/**
 * How formats say tamper, low battery and the like, as tables: codes of IEC 61968-9 and of AEMO, columns of head-ends, and
 * the words in their columns of statuses. Where each comes from is told in docs/formats/conditions.md. What is in no table
 * is not guessed at.
 */
import { CONDITION_KINDS, SAYS_MAX, type Condition, type ConditionKind } from "../conditions.ts";
import type { Column } from "./table-layout.ts";

type Meaning = readonly [kind: ConditionKind, on: boolean];

/** The same text means the same each time: it is decoded once, and rows that say the same share one list. */
const REMEMBERED_MAX = 10_000;

function remembered(decode: (text: string) => readonly Condition[]): (text: string) => readonly Condition[] | undefined {
  const known = new Map<string, readonly Condition[] | undefined>();
  return (text) => {
    if (known.has(text)) return known.get(text);
    if (known.size >= REMEMBERED_MAX) known.clear();
    const found = decode(text);
    const conditions = found.length === 0 ? undefined : found;
    known.set(text, conditions);
    return conditions;
  };
}

const condition = ([kind, on]: Meaning, says: string, seconds: number | null = null): Condition => ({ kind, on, says: says.slice(0, SAYS_MAX), seconds });

/** One a kind: of two that say different things, the one that asks for somebody to look. */
function oneOfEach(found: readonly Condition[]): Condition[] {
  return CONDITION_KINDS.flatMap((kind) => found.filter((each) => each.kind === kind).toSorted((a, b) => Number(b.on) - Number(a.on)).slice(0, 1));
}

// ---- IEC 61968-9 ----------------------------------------------------------------------------------------------

/** Reading qualities by category and index: 1 diagnostics, 2 power quality, 3 revenue protection, 4 data collection. */
const CIM_QUALITIES: Readonly<Record<string, Meaning>> = {
  "1.1": ["low-battery", true], "1.3": ["fault", true], "1.4": ["fault", true], "1.5": ["fault", true], "1.6": ["fault", true], "1.7": ["fault", true], "1.8": ["fault", true], "1.9": ["clock", true],
  "2.32": ["power-outage", true],
  "3.0": ["tamper", true], "3.1": ["tamper", true], "3.3": ["tamper", true], "3.4": ["reverse-flow", true],
  "4.9": ["clock", true],
};

/** Of the reading qualities of one reading, several parted by blanks: `1.3.1 2.1.9`. */
export const cimConditions = remembered((codes) =>
  oneOfEach(codes.split(" ").flatMap((code) => {
    const meaning = CIM_QUALITIES[code.split(".").slice(1).join(".")];
    return meaning === undefined ? [] : [condition(meaning, code)];
  })),
);

/** End device events by domain, subdomain and event or action: 2 battery, 12 security, 26 power, 36 clock. */
const CIM_EVENTS: Readonly<Record<string, Meaning>> = {
  "2.0.85": ["low-battery", true], "2.22.150": ["low-battery", true], "2.22.85": ["low-battery", true], "2.147.150": ["low-battery", true], "2.22.216": ["low-battery", false],
  "12.6.219": ["reverse-flow", true], "12.93.219": ["reverse-flow", true],
  "12.43.257": ["tamper", true], "12.43.291": ["tamper", false], "12.29.212": ["tamper", true], "12.29.16": ["tamper", false],
  "12.141.212": ["tamper", true], "12.141.16": ["tamper", false], "12.66.242": ["tamper", true], "12.66.243": ["tamper", false], "12.66.257": ["tamper", true], "12.147.7": ["tamper", true],
  "26.38.85": ["power-outage", true], "26.38.49": ["power-outage", false], "26.0.85": ["power-outage", true], "26.0.216": ["power-outage", false],
  "36.114.35": ["clock", true], "36.0.79": ["clock", true],
};

/** Of one event's type, four numbers of which the first is the kind of device; undefined where it tells nothing of these. */
export const cimEventConditions = remembered((code) => {
  const meaning = CIM_EVENTS[code.split(".").slice(1).join(".")];
  return meaning === undefined ? [] : [condition(meaning, code)];
});

// ---- AEMO -----------------------------------------------------------------------------------------------------

/** Reason codes of NEM12 and NEM13 (appendices E and F of the specification). */
const NEM_REASONS: Readonly<Record<string, readonly [...Meaning, string]>> = {
  "5": ["fault", true, "blank screen"], "22": ["tamper", true, "seals missing"], "28": ["fault", true, "CT/VT fault"], "39": ["reverse-flow", true, "reverse energy observed"], "41": ["fault", true, "faulty display"],
  "43": ["power-outage", true, "power outage"], "58": ["power-outage", true, "supply failure"], "60": ["tamper", true, "illegal connection"], "61": ["tamper", true, "equipment tampered"], "68": ["no-flow", true, "zero consumption"],
  "70": ["tamper", true, "probe reports tampering"], "79": ["power-outage", true, "power outage alarm"], "82": ["fault", true, "CRC error"], "83": ["fault", true, "RAM error"], "84": ["fault", true, "ROM error"],
  "86": ["clock", true, "clock error"], "88": ["fault", true, "watchdog timeout"], "89": ["clock", true, "time reset"], "102": ["tamper", true, "customer bypass"], "106": ["reverse-flow", true, "reverse polarity"],
};

export const nemConditions = remembered((code) => {
  const reason = NEM_REASONS[code.replace(/^0+(?=\d)/, "")];
  return reason === undefined ? [] : [condition([reason[0], reason[1]], `${code} ${reason[2]}`)];
});

// ---- words ----------------------------------------------------------------------------------------------------

/** What head-ends call conditions in columns of statuses and alarms. The first that a part of the text matches counts. */
const WORDS: readonly (readonly [RegExp, ConditionKind])[] = [
  [/tamper|(?:encoder|endpoint|module|register) remov|cut (?:wire|cable)|(?:wire|cable) cut|\btilt\b|magnet|\bcover\b|seals? (?:missing|broken)|bypass|\btheft\b|fraud|intrusion/, "tamper"],
  [/reverse|back ?flow|negative flow/, "reverse-flow"],
  [/empty pipe|pipe empty|\bdry pipe/, "empty-pipe"],
  [/leak|continuous flow|burst/, "leak"],
  [/no usage|no use|no flow|zero (?:flow|consumption|usage)/, "no-flow"],
  [/batt|end of life|encoder life/, "low-battery"],
  [/(?:weak|poor|low|lost) signal|signal (?:weak|poor|low|lost|good|ok|normal)/, "weak-signal"],
  [/clock|time (?:sync|drift|error|invalid)|unsync|not synchron/, "clock"],
  [/power (?:out|fail|loss|down)|outage|last gasp/, "power-outage"],
  [/sensor (?:error|fail)|encoder (?:error|comm|fault)|(?:memory|ram|rom|crc|checksum) (?:error|fail)|register (?:error|fail)|meter (?:error|fail|fault)/, "fault"],
];

/** That it is over, or was never so. */
const OVER = /\b(?:no|not|none|never|clear|cleared|restored|ok|okay|good|normal|healthy|closed|ended|inactive|false|0)\b/;
/** These begin with a "no" that is no denial. */
const NO_FLOW = /^(?:encoder )?no (?:usage|use|flow)$/;

/** Of a text of statuses, parted by `;`, `|`, `/` or commas: `Low Battery; Encoder Removal`. */
export const statusConditions = remembered((text) =>
  oneOfEach(text.split(/[;|,/]+/).flatMap((part) => {
    const words = part.trim().toLowerCase().replaceAll(/[_-]+/g, " ").replaceAll(/\s+/g, " ");
    const kind = WORDS.find(([pattern]) => pattern.test(words))?.[1];
    return kind === undefined ? [] : [condition([kind, NO_FLOW.test(words) || !OVER.test(words)], part.trim())];
  })),
);

// ---- columns --------------------------------------------------------------------------------------------------

/** What a column of a table says of the meter or its module. */
export interface ConditionRule {
  readonly column: Column;
  /**
   * - `yes`: yes or no, a degree (0, 1, 2), or a word for how bad;
   * - `amount`: more than nothing;
   * - `level`: good to bad in words, percent of a battery, dBm of a signal;
   * - `seconds`: how far the clock is ahead;
   * - `status`: a text of statuses, of any kind;
   * - `any`: whichever of these its kind may be said by, where somebody has named the column and no more.
   */
  readonly as: "yes" | "amount" | "level" | "seconds" | "status" | "any";
  /** Not of `status`, which names it. */
  readonly kind?: ConditionKind;
}

const YES = new Set(["1", "2", "3", "Y", "YES", "T", "TRUE", "ON", "X", "ACTIVE", "DETECTED", "ALARM", "SET", "HIGH", "LOW", "CONTINUOUS", "INTERMITTENT"]);
const NO = new Set(["0", "N", "NO", "F", "FALSE", "OFF", "NONE", "INACTIVE", "NOT DETECTED", "CLEAR", "CLEARED", "OK", "NORMAL"]);

const BAD_LEVELS = new Set(["LOW", "VERY LOW", "CRITICAL", "REPLACE", "WEAK", "VERY WEAK", "POOR", "BAD", "FAIL", "FAILED", "DEAD", "EMPTY", "NONE", "NO SIGNAL"]);
const GOOD_LEVELS = new Set(["GOOD", "VERY GOOD", "EXCELLENT", "STRONG", "OK", "NORMAL", "FAIR", "MEDIUM", "MARGINAL", "FULL", "HIGH"]);

/** A battery that is said in percent is to be replaced below. */
const BATTERY_PERCENT_LOW = 20;
/** Below, a cellular module is at the edge of its cell. */
const SIGNAL_DBM_WEAK = -110;

function levelIsBad(text: string): boolean | null {
  if (BAD_LEVELS.has(text)) return true;
  if (GOOD_LEVELS.has(text)) return false;
  const percent = /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(text)?.[1];
  if (percent !== undefined) return Number(percent) < BATTERY_PERCENT_LOW;
  const dBm = /^(-\d{1,3}(?:\.\d+)?)(?: ?DBM)?$/.exec(text)?.[1];
  return dBm === undefined ? null : Number(dBm) < SIGNAL_DBM_WEAK;
}

/** What the text of a column says; nothing where it is blank or in none of the words that are known. */
export function columnConditions({ as, kind }: ConditionRule, text: string): readonly Condition[] {
  if (text === "") return [];
  if (as === "status" || kind === undefined) return statusConditions(text) ?? [];
  const capitals = text.toUpperCase();
  if (as === "any") return WAYS_OF[kind].map((way) => columnConditions({ column: [], as: way, kind }, text)).find((found) => found.length > 0) ?? [];
  if (as === "seconds") return /^[+-]?\d{1,7}(?:\.\d+)?$/.test(text) ? [condition([kind, Math.round(Number(text)) !== 0], `${text} s`, Math.round(Number(text)))] : [];
  if (as === "amount") return /^\d{1,12}(?:\.\d+)?$/.test(text) ? [condition([kind, Number(text) > 0], text)] : [];
  if (as === "level") {
    const bad = levelIsBad(capitals);
    return bad === null ? [] : [condition([kind, bad], text)];
  }
  if (YES.has(capitals)) return [condition([kind, true], text)];
  return NO.has(capitals) ? [condition([kind, false], text)] : [];
}

const YES_OR_AMOUNT = ["yes", "amount"] as const;
/** How each kind may be said in a column of its own, the likelier first. */
const WAYS_OF: Readonly<Record<ConditionKind, readonly Exclude<ConditionRule["as"], "any" | "status">[]>> = {
  tamper: YES_OR_AMOUNT, "reverse-flow": YES_OR_AMOUNT, leak: YES_OR_AMOUNT, "empty-pipe": YES_OR_AMOUNT, "no-flow": YES_OR_AMOUNT, "power-outage": YES_OR_AMOUNT, fault: YES_OR_AMOUNT,
  "low-battery": ["level", "yes"], "weak-signal": ["level", "yes"], clock: ["seconds", "yes"],
};

/** The columns of one row together: the texts of `rules`, parted by a character that no cell holds. */
export const CELLS = "\u0000";

export function rowConditions(rules: readonly ConditionRule[]): (cells: string) => readonly Condition[] | undefined {
  return remembered((cells) => {
    const texts = cells.split(CELLS);
    return oneOfEach(rules.flatMap((rule, i) => columnConditions(rule, texts[i]!)));
  });
}

const yes = (kind: ConditionKind, ...column: string[]): ConditionRule => ({ column, as: "yes", kind });
const level = (kind: ConditionKind, ...column: string[]): ConditionRule => ({ column, as: "level", kind });
const amount = (kind: ConditionKind, ...column: string[]): ConditionRule => ({ column, as: "amount", kind });
const status = (...column: string[]): ConditionRule => ({ column, as: "status" });

/**
 * Badger BEACON: levels in words; exceptions of endpoint and encoder by the names of its manual. Alert and trouble codes are
 * the utility's own, and continuous flow is a property of the place.
 */
export const BEACON_CONDITIONS: readonly ConditionRule[] = [level("low-battery", "batterylevel"), level("weak-signal", "signalstrength"), amount("leak", "currentleakrate"), amount("reverse-flow", "backflowgallons"), status("endpointstatus")];

/** Itron ERT modules: the fields of a read endpoint (100W, 500W), by the names of its Field Deployment Manager. */
export const ITRON_CONDITIONS: readonly ConditionRule[] = [
  yes("tamper", "cutdetected"), yes("tamper", "cutcable"), yes("tamper", "magnetictamper"), yes("tamper", "tamper", "tamperflag"), yes("reverse-flow", "reverseflow", "reverseflowtamper"),
  yes("leak", "leakdetected"), level("low-battery", "batterystate", "batterystatus"), status("activeevents"),
];

/** Neptune R900: leak and backflow as 0, 1 (intermittent, low), 2 (continuous, high); days are counts and tell no state. */
export const NEPTUNE_CONDITIONS: readonly ConditionRule[] = [
  yes("leak", "leak", "leakstatus", "leaknow"), yes("reverse-flow", "backflow", "reverseflow", "backflowstatus"), yes("tamper", "tamper", "tamperflag", "cutwire"),
  level("low-battery", "battery", "batterystatus", "batterylevel"), level("weak-signal", "rssi", "signalstrength"),
];

/** Aclara MTU: alarms of the module. */
export const ACLARA_CONDITIONS: readonly ConditionRule[] = [
  yes("tamper", "tilttamper", "tilt"), yes("tamper", "cutwire", "cutwiretamper"), yes("tamper", "magnetictamper", "magnetic"), yes("tamper", "registercovertamper", "registercover"), yes("reverse-flow", "reverseflow", "reverseflowtamper"),
  yes("leak", "leakdetect", "leakdetection"), yes("no-flow", "noflow", "noflowalarm"), level("low-battery", "battery", "batterystatus"), yes("low-battery", "lowbattery"), status("alarms", "alarm"),
];

/** Sensus and Xylem: alarms of a SmartPoint, in words. */
export const SENSUS_CONDITIONS: readonly ConditionRule[] = [status("alarms", "alarm", "alarmdescription"), yes("tamper", "tamper"), level("low-battery", "battery", "batterystatus"), level("weak-signal", "rssi", "signalstrength")];
