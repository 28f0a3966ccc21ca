/**
 * Conditions as they stand in our own JSON, beside a read or alone:
 *
 *   "conditions": [{ "kind": "tamper" }, { "kind": "low-battery", "on": false, "says": "3.6 V" }, { "kind": "clock", "seconds": -240 }]
 *   "clock": { "meter": "2026-03-08T06:04:00Z", "gateway": "2026-03-08T06:00:00Z" }
 *
 * `clock` are both clocks at one moment, as the gateway saw them: what validation calls the deviation is their difference.
 */
import { CONDITION_KINDS, clockOff, SAYS_MAX, type Condition, type ConditionKind } from "./conditions.ts";
import { parseInstant } from "./instant-text.ts";

/** More than there are kinds is a broken sender. */
const CONDITIONS_MAX = CONDITION_KINDS.length;
/** A clock that is off by more is not running. */
const SECONDS_MAX = 366 * 86_400;

type Fail = (field: string, message: string) => void;

/** The fields of a read that hold conditions. */
export const CONDITION_FIELDS = ["conditions", "clock"] as const;

/** What `conditions` and `clock` of an object say; undefined where it has neither. Errors: told to `fail` with their fields. */
export function parseConditions(item: Readonly<Record<string, unknown>>, fail: Fail): readonly Condition[] | undefined {
  const { conditions: list, clock } = item;
  if (list === undefined && clock === undefined) return undefined;
  const found: Condition[] = [];
  if (list !== undefined) {
    if (!Array.isArray(list) || list.length > CONDITIONS_MAX) fail("conditions", `must be a list of at most ${CONDITIONS_MAX}`);
    else list.forEach((each, i) => {
      const condition = parseCondition(each, (field, message) => fail(`conditions[${i}]${field && `.${field}`}`, message));
      if (condition !== null) found.push(condition);
    });
  }
  const deviation = clock === undefined ? null : parseClock(clock, fail);
  if (deviation !== null) found.push(deviation);
  return found.length === 0 ? undefined : found;
}

function parseCondition(item: unknown, fail: Fail): Condition | null {
  if (!isRecord(item)) {
    fail("", "must be an object");
    return null;
  }
  const { kind, on = true, says = "", seconds = null } = item;
  let sound = true;
  const wrong = (field: string, message: string): void => {
    sound = false;
    fail(field, message);
  };
  if (!CONDITION_KINDS.includes(kind as ConditionKind)) wrong("kind", `must be one of ${CONDITION_KINDS.join(", ")}`);
  if (typeof on !== "boolean") wrong("on", "must be true or false, or be left out");
  if (typeof says !== "string" || says.length > SAYS_MAX || !says.isWellFormed()) wrong("says", `must be text of at most ${SAYS_MAX} characters, or be left out`);
  if (seconds !== null && (kind !== "clock" || typeof seconds !== "number" || !(Math.abs(seconds) <= SECONDS_MAX))) wrong("seconds", "is how many seconds a clock runs ahead, and of a clock only");
  for (const field in item) if (!["kind", "on", "says", "seconds"].includes(field)) wrong(field, "is not a field of a condition");
  if (!sound) return null;
  return { kind: kind as ConditionKind, on: on as boolean, says: says as string, seconds: seconds === null ? null : Math.round(seconds as number) };
}

function parseClock(clock: unknown, fail: Fail): Condition | null {
  const [meter, gateway] = isRecord(clock) ? [parseInstant(clock["meter"]), parseInstant(clock["gateway"])] : [null, null];
  if (meter === null || gateway === null || Object.keys(clock as object).length > 2) {
    fail("clock", "must be the meter's and the gateway's time of one moment, each with its offset: {\"meter\": …, \"gateway\": …}");
    return null;
  }
  const seconds = (meter - gateway) / 1000;
  if (Math.abs(seconds) > SECONDS_MAX) {
    fail("clock", "must be of one moment; they are more than a year apart");
    return null;
  }
  return clockOff(seconds, "the meter's clock beside the gateway's") ?? { kind: "clock", on: false, says: "the meter's clock beside the gateway's", seconds: Math.round(seconds) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
