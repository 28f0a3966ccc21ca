/**
 * Why a bill is not sent: one table. What is missing or in doubt keeps the account out of the run until it is mended;
 * what merely looks wrong waits for a person, who may let it pass. Nothing questionable is ever billed in silence.
 */
import { daysBetween, type LocalDate, type Period } from "../calendar/local-date.ts";
import type { HoldAction, ReviewHold, Settings } from "../lifecycle/settings.ts";
import { COMMODITIES, contradictory, parametersFor, unproven, type Commodity, type UsageOfPeriod, type VeeParameters } from "../metering/index.ts";
import { formatDollars, type Cents } from "../money/cents.ts";
import { daysOfBill, type PastBill } from "./facts.ts";

/** A service on the bill in question. */
export interface JudgedSegment {
  readonly agreementId: string;
  readonly commodity: string;
  readonly servicePointId: string;
  /** The meter that hangs there last. */
  readonly meterId: string | null;
  readonly period: Period;
  /** Null: the service is not metered. */
  readonly usage: UsageOfPeriod | null;
  /** The price looks at single intervals: a register cannot stand in for those that are missing. */
  readonly byInterval: boolean;
  /** Bills in a row that rested on estimates before this one. */
  readonly estimatesInRow: number;
  /** Why it could not be priced; null when it was. */
  readonly rateProblem: string | null;
  /** Null when it could not be priced. */
  readonly total: Cents | null;
  /** Its service was stopped, and this is the last of it. */
  readonly final: boolean;
}

export interface JudgedBill {
  readonly segments: readonly JudgedSegment[];
  /** Null when a segment has no price. */
  readonly charges: Cents | null;
  readonly days: number;
  /** Bills of before, newest first. */
  readonly history: readonly PastBill[];
  readonly periodTo: LocalDate;
  readonly customerClass: string;
  readonly settings: Settings["billing"];
  /** Which reasons a person wants to see, by class. */
  readonly holds: Settings["holds"];
  /** The utility's own thresholds of validation. */
  readonly validation: Settings["validation"];
  /** The day has come from which missing usage is estimated. */
  readonly mayEstimate: boolean;
}

export interface HoldReason {
  readonly rule: string;
  readonly sentence: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly servicePointId: string | null;
  /** A read of this meter is ordered with it. */
  readonly readOf?: string;
}

export interface HoldRule {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  /** `mend`: bill once the cause is gone. `review`: a person may let the bill pass as it is. */
  readonly cure: "mend" | "review";
  readonly check: (bill: JudgedBill) => readonly Omit<HoldReason, "rule">[];
}

/** Intervals make an estimated bill when more than a tenth of them is estimated; an hour filled between two others does not. */
const ESTIMATED_PERCENT = 10;

/** A bill of more days than three months covers a time that should have been billed before. */
const LONG_DAYS = 100;

/** Bills of the last months that make up what is usual. */
const USUAL_BILLS = 3;
const YEAR_DAYS = 365;
/** A bill whose period ended this near to a year ago is of the same season. */
const SEASON_DAYS = 20;

/** A bill rests on an estimate when it ends with one. One that begins with an estimate and ends with a read is the true-up. */
export function isEstimated(usage: UsageOfPeriod | null): boolean {
  if (usage === null) return false;
  const { slots, legs } = usage;
  return legs.some(({ endRead }) => endRead?.quality === "estimated") || slots.estimated * 100 > slots.expected * ESTIMATED_PERCENT;
}

/** Cents a day that are usual for the account: the average of its last bills or the same season of last year, whichever is more; null without any. */
export function usualPerDay(history: readonly PastBill[], periodTo: LocalDate): number | null {
  if (history.length === 0) return null;
  const recent = history.slice(0, USUAL_BILLS);
  const season = history.filter((bill) => Math.abs(daysBetween(bill.periodTo, periodTo) - YEAR_DAYS) <= SEASON_DAYS);
  return Math.max(rateOf(recent), rateOf(season));
}

/** Cents a day. */
function rateOf(bills: readonly PastBill[]): number {
  const days = bills.reduce((sum, bill) => sum + daysOfBill(bill), 0);
  return days === 0 ? 0 : bills.reduce((sum, bill) => sum + bill.charges, 0) / days;
}

/** What is to be done about an unusual bill of this kind: the last line that fits its class. Without one each waits. */
export function holdAction(rule: ReviewHold, { holds, customerClass }: Pick<JudgedBill, "holds" | "customerClass">): HoldAction {
  return holds.findLast((line) => line.rule === rule && (line.customerClass === null || line.customerClass === customerClass))?.action ?? "hold";
}

/** Of charges that are usual, the lowest that are not odd: of the last bills or of the same season, whichever is less. */
function usualLow(history: readonly PastBill[], periodTo: LocalDate): number | null {
  const season = history.filter((bill) => Math.abs(daysBetween(bill.periodTo, periodTo) - YEAR_DAYS) <= SEASON_DAYS);
  const rates = [history.slice(0, USUAL_BILLS), season].filter((bills) => bills.length > 0).map(rateOf);
  return rates.length === 0 ? null : Math.min(...rates);
}

const perSegment = (check: (segment: JudgedSegment, bill: JudgedBill) => { readonly sentence: string; readonly numbers?: Record<string, number>; readonly readOf?: string } | null): HoldRule["check"] => (bill) =>
  bill.segments.flatMap((segment) => {
    const found = check(segment, bill);
    return found ? [{ numbers: {}, ...found, servicePointId: segment.servicePointId }] : [];
  });

const wholeBill = (check: (bill: JudgedBill & { readonly charges: Cents }) => { readonly sentence: string; readonly numbers: Record<string, number> } | null): HoldRule["check"] => (bill) => {
  const found = bill.charges === null ? null : check({ ...bill, charges: bill.charges });
  return found ? [{ ...found, servicePointId: null }] : [];
};

/** What of the usage is not there, in words; null when it is complete. */
function missingOf({ usage, byInterval }: JudgedSegment): string | null {
  if (!usage) return null;
  const { missing, expected } = usage.slots;
  return usage.problems.find(({ code }) => code !== "negative")?.sentence
    ?? (byInterval && missing > 0 ? `${missing} of ${expected} intervals are missing, and its price depends on the time of use.` : null);
}

/** The bill would rest on one estimate more than is allowed in a row. */
function readIsDue(segment: JudgedSegment, { settings, mayEstimate }: JudgedBill): boolean {
  if (segment.estimatesInRow < settings.estimatesInRowMax) return false;
  return isEstimated(segment.usage) || (mayEstimate && missingOf(segment) !== null);
}

/** Sewer is billed on water's meter, which is judged once. */
const isMetered = (commodity: string): commodity is Commodity => (COMMODITIES as readonly string[]).includes(commodity);

/** By settings, which stay the same for a whole run, then by commodity and class. */
const thresholds = new WeakMap<Settings["validation"], Map<string, VeeParameters>>();

function thresholdsOf({ validation, customerClass }: JudgedBill, commodity: Commodity): VeeParameters {
  const ofSettings = thresholds.get(validation) ?? new Map<string, VeeParameters>();
  thresholds.set(validation, ofSettings);
  const key = `${commodity} ${customerClass}`;
  const known = ofSettings.get(key) ?? parametersFor(validation.map((line) => ({ ...line, effectiveFrom: ALWAYS })), commodity, customerClass, ALWAYS);
  ofSettings.set(key, known);
  return known;
}

/** Settings of a day are all in force on it. */
const ALWAYS = "0001-01-01";

/** How many days are named in a sentence before it says "and N more". */
const DAYS_NAMED = 3;

function daysText(days: readonly LocalDate[]): string {
  const named = days.slice(0, DAYS_NAMED).join(", ");
  return days.length > DAYS_NAMED ? `${named} and ${days.length - DAYS_NAMED} more days` : named;
}

export const HOLD_RULES: readonly HoldRule[] = [
  {
    id: "missing", cure: "mend", title: "Usage is missing", what: "Intervals or reads of the period are not there, so its usage is not known.",
    check: perSegment((segment, bill) => {
      const problem = missingOf(segment);
      if (problem === null || readIsDue(segment, bill)) return null;
      const { missing, expected } = segment.usage!.slots;
      return { sentence: `${capital(segment.commodity)}: ${problem}`, numbers: { missing, expected } };
    }),
  },
  {
    id: "negative-usage", cure: "mend", title: "A register went back", what: "The read at the end is below the one at the start by more than a rollover explains.",
    check: perSegment(({ usage, commodity }) => {
      const problem = usage?.problems.find(({ code }) => code === "negative");
      return problem ? { sentence: `${capital(commodity)}: ${problem.sentence}` } : null;
    }),
  },
  {
    id: "suspect", cure: "mend", title: "Reads are in doubt", what: "A read of the period failed validation and nobody has decided on it yet.",
    check: perSegment(({ usage, commodity }) =>
      usage && usage.suspectDays.length > 0
        ? { sentence: `${capital(commodity)}: reads of ${daysText(usage.suspectDays)} failed validation and are still to be decided on.`, numbers: { days: usage.suspectDays.length } }
        : null),
  },
  {
    id: "quality", cure: "review", title: "Too little was measured", what: "More of the period's intervals are missing, estimated or edited than the thresholds of validation allow.",
    check: perSegment(({ usage, commodity }, bill) => {
      const found = usage && isMetered(commodity) ? unproven(usage, thresholdsOf(bill, commodity)) : null;
      return found && { sentence: `${capital(commodity)}: ${found.sentence}`, numbers: found.numbers };
    }),
  },
  {
    id: "sum", cure: "review", title: "Intervals against register", what: "A meter's intervals over the period do not add up to what its register moved between the same two moments.",
    check: perSegment(({ usage, commodity }, bill) => {
      const found = usage && isMetered(commodity) ? contradictory(usage, thresholdsOf(bill, commodity))[0] : undefined;
      return found ? { sentence: `${capital(commodity)}: ${found.sentence}`, numbers: found.numbers } : null;
    }),
  },
  {
    id: "rate", cure: "mend", title: "No price", what: "The service's rate has no version for the period, or asks for something that is not known.",
    check: perSegment(({ rateProblem, commodity }) => (rateProblem === null ? null : { sentence: `${capital(commodity)}: ${rateProblem}` })),
  },
  {
    id: "estimates", cure: "mend", title: "Field read ordered", what: "The service has been billed on estimates as often in a row as allowed: it is not estimated again, somebody reads the meter.",
    check: perSegment((segment, bill) => {
      if (!readIsDue(segment, bill)) return null;
      const { commodity, estimatesInRow, usage } = segment;
      const allowed = bill.settings.estimatesInRowMax;
      const meter = usage?.legs.at(-1)?.meterId ?? segment.meterId;
      return {
        sentence: `${capital(commodity)}: this would be estimated bill number ${estimatesInRow + 1} in a row; ${allowed} ${allowed === 1 ? "is" : "are"} allowed. A field read is ordered, and the bill waits for it.`,
        numbers: { inRow: estimatesInRow + 1, allowed }, ...(meter === null ? {} : { readOf: meter }),
      };
    }),
  },
  {
    id: "long-period", cure: "review", title: "Long period", what: "The bill covers more than three months: it should have been made before.",
    check: perSegment(({ period, commodity }, bill) => {
      if (holdAction("long-period", bill) === "pass") return null;
      const days = daysBetween(period.from, period.to);
      return days > LONG_DAYS ? { sentence: `${capital(commodity)}: the bill covers ${days} days, from ${period.from}. Look at why it was not billed before.`, numbers: { days, allowed: LONG_DAYS } } : null;
    }),
  },
  {
    id: "negative-bill", cure: "review", title: "Negative bill", what: "The charges of the bill are below zero.",
    check: wholeBill(({ charges, ...bill }) => (charges < 0 && holdAction("negative-bill", bill) !== "pass" ? { sentence: `The charges come to a credit of ${formatDollars(-charges)}.`, numbers: { charges } } : null)),
  },
  {
    id: "zero-bill", cure: "review", title: "Bill of nothing", what: "Services are active and nothing is charged for them.",
    check: wholeBill(({ charges, days, ...bill }) => (charges === 0 && holdAction("zero-bill", bill) !== "pass" ? { sentence: `Nothing is charged for ${days} days of active service.`, numbers: { charges, days } } : null)),
  },
  {
    id: "high-bill", cure: "review", title: "High bill", what: "The charges a day are far above the account's last bills and the same season of last year.",
    check: wholeBill(({ charges, days, history, periodTo, settings, ...bill }) => {
      if (holdAction("high-bill", bill) === "pass") return null;
      const usual = usualPerDay(history, periodTo);
      if (usual === null || charges < settings.highBillMin) return null;
      const expected = Math.round(Math.max(0, usual) * days);
      if (charges * 100 <= expected * settings.highBillPercent) return null;
      return {
        sentence: `The charges are ${formatDollars(charges)}; ${formatDollars(expected)} would be usual for ${days} days. Bills above ${settings.highBillPercent} % of the usual are looked at first.`,
        numbers: { charges, usual: expected, percent: settings.highBillPercent },
      };
    }),
  },
  {
    id: "low-bill", cure: "review", title: "Low bill", what: "The charges a day are far below the account's last bills and the same season of last year: a meter may have stopped.",
    check: wholeBill(({ charges, days, history, periodTo, settings, ...bill }) => {
      const usual = usualLow(history, periodTo);
      if (usual === null || charges <= 0 || holdAction("low-bill", bill) === "pass") return null;
      const expected = Math.round(usual * days);
      if (expected < settings.lowBillMin || charges * 100 >= expected * settings.lowBillPercent) return null;
      return {
        sentence: `The charges are ${formatDollars(charges)}; ${formatDollars(expected)} would be usual for ${days} days. Bills below ${settings.lowBillPercent} % of the usual are looked at first.`,
        numbers: { charges, usual: expected, percent: settings.lowBillPercent },
      };
    }),
  },
  {
    id: "first-bill", cure: "review", title: "First bill", what: "An account's first bill has nothing to be compared with.",
    check: wholeBill(({ charges, history, customerClass, settings, ...bill }) => {
      const action = holdAction("first-bill", { ...bill, customerClass });
      if (history.length > 0 || action === "pass") return null;
      const most = Math.round((settings.highBillMin * settings.highBillPercent) / 100);
      if (action === "unusual" && (customerClass !== "residential" || charges <= most)) return null;
      return { sentence: `The first bill of this account is ${formatDollars(charges)}; ${action === "hold" ? "first bills" : `first bills above ${formatDollars(most)}`} are looked at.`, numbers: { charges, most } };
    }),
  },
  {
    id: "final-bill", cure: "review", title: "Final bill", what: "The last bill of a service that has been stopped: nobody can mend it on the next one.",
    check: wholeBill(({ charges, segments, settings, ...bill }) => {
      const action = holdAction("final-bill", bill);
      if (action === "pass" || !segments.some(({ final }) => final)) return null;
      if (action === "unusual" && charges >= 0 && charges < settings.highBillMin) return null;
      return { sentence: `A service ends with this bill of ${formatDollars(charges)}. ${action === "hold" ? "Final bills are looked at." : `Final bills from ${formatDollars(settings.highBillMin)} on are looked at.`}`, numbers: { charges } };
    }),
  },
];

/** Every reason to hold the bill. `released` are rules that a person has let pass for this bill. */
export function holdReasons(bill: JudgedBill, released: ReadonlySet<string>): HoldReason[] {
  return HOLD_RULES.flatMap((rule) => (rule.cure === "review" && released.has(rule.id) ? [] : rule.check(bill).map((found) => ({ rule: rule.id, ...found }))));
}

export const holdRule = (id: string): HoldRule | undefined => HOLD_RULES.find((rule) => rule.id === id);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
