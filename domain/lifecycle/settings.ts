/**
 * Everything a utility may set, by topic, each effective-dated: the value that counts on a day is the latest one not after it.
 * Schemas check what staff enter; the defaults are what a new utility starts from.
 */
import * as v from "valibot";
import { isLocalDate } from "../calendar/local-date.ts";
import { BACK_BILLING_DEFAULTS } from "./back-billing.ts";
import { DIFFERENCES } from "./budget-rules.ts";
import { CORRECTION_CAUSES } from "./correction.ts";
import { LEAK_POLICY, NORMAL_WAYS } from "./leak-policy.ts";
import { isTimeZone } from "../calendar/zone.ts";
import { CUSTOMER_CLASSES } from "./customer-class.ts";
import { READ_ESTIMATES } from "../metering/estimate.ts";
import { veeSettingSchema } from "../metering/vee-parameters.ts";

const LocalDateText = v.pipe(v.string(), v.check(isLocalDate, "must be a day written YYYY-MM-DD"));
const Name = v.pipe(v.string(), v.trim(), v.minLength(1, "must not be empty"), v.maxLength(120, "at most 120 characters"));
const CentsAmount = v.pipe(v.number(), v.safeInteger("must be whole cents"), v.minValue(0, "must not be negative"), v.maxValue(100_000_00, "at most $100,000"));
const GlCode = v.pipe(v.string(), v.regex(/^[0-9A-Za-z.-]{2,20}$/, "2 to 20 letters, digits, dots or dashes"));

/** No window is longer than the shortest cycle leaves room for. */
export const WINDOW_MAX_DAYS = 15;
/** A monthly bill of 31 days with a window of its own is not late before. */
export const UNBILLED_MIN_DAYS = 32;

/** The date by which a bill's entries belong to an accounting period: the bill's own, or the last day of the period that it bills. */
export const ACCOUNTING_DATES = ["bill", "periodEnd"] as const;
export type AccountingDate = (typeof ACCOUNTING_DATES)[number];

/** Reasons to look at a bill which a utility may let pass; what is missing or in doubt always holds. */
export const REVIEW_HOLDS = ["first-bill", "final-bill", "high-bill", "low-bill", "zero-bill", "negative-bill", "long-period"] as const;
export type ReviewHold = (typeof REVIEW_HOLDS)[number];
/** `hold`: each such bill; `unusual`: only beyond the limits of the billing rules; `pass`: none. */
export const HOLD_ACTIONS = ["hold", "unusual", "pass"] as const;
export type HoldAction = (typeof HOLD_ACTIONS)[number];

export const COMMODITIES = ["water", "sewer", "electric", "gas", "stormwater", "refuse"] as const;
export type Commodity = (typeof COMMODITIES)[number];

/** Roles that may correct bills. */
export const CORRECTING_ROLES = ["billing", "supervisor", "admin"] as const;

export const SETTINGS = {
  /** Who the utility is. The time zone is set once: every billing day depends on it. */
  utility: v.object({
    name: Name,
    timeZone: v.pipe(v.string(), v.check(isTimeZone, "must be a time zone such as America/Chicago")),
    phone: v.pipe(v.string(), v.trim(), v.maxLength(40)),
    email: v.pipe(v.string(), v.trim(), v.maxLength(120)),
    addressLines: v.pipe(v.array(Name), v.maxLength(4)),
    commodities: v.pipe(v.array(v.picklist(COMMODITIES)), v.minLength(1, "choose at least one")),
  }),
  billing: v.object({
    /** Days from a bill's date to its due date, before weekends and holidays roll it forward. */
    dueDays: v.pipe(v.number(), v.integer(), v.minValue(5, "at least 5 days"), v.maxValue(60, "at most 60 days")),
    /** Most bills in a row that may rest on estimates. */
    estimatesInRowMax: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(12)),
    /** Days during which a cycle's billing is tried again, where the cycle has no window of its own. */
    windowDays: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(WINDOW_MAX_DAYS)),
    /** Bills outside these bounds (in percent of the account's usual bill) wait for a person. */
    highBillPercent: v.pipe(v.number(), v.integer(), v.minValue(110), v.maxValue(2000)),
    highBillMin: CentsAmount,
    /** The other side: charges below this share of the usual, where the usual is at least so much. */
    lowBillPercent: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(95, "at most 95 %")),
    lowBillMin: CentsAmount,
    /** Days without a bill after which a service in use raises an alarm. */
    unbilledDays: v.pipe(v.number(), v.integer(), v.minValue(UNBILLED_MIN_DAYS, `at least ${UNBILLED_MIN_DAYS} days: a month's bill is not late before`), v.maxValue(400, "at most 400 days")),
  }),
  /** Bill windows: for how long after its close a cycle's billing is tried, from when missing usage is estimated, in which month bills are posted. */
  windows: v.pipe(
    v.array(v.pipe(
      v.object({
        cycleId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,12}$/, "must be the code of a bill cycle")),
        /** Days after the close. Estimates begin inside the window. */
        estimateAfter: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(WINDOW_MAX_DAYS - 1, `at most ${WINDOW_MAX_DAYS - 1} days`)),
        closeAfter: v.pipe(v.number(), v.integer(), v.minValue(1, "at least 1 day"), v.maxValue(WINDOW_MAX_DAYS, `at most ${WINDOW_MAX_DAYS} days`)),
        accounting: v.picklist(ACCOUNTING_DATES, "must be one of the dates offered"),
      }),
      v.forward(v.check(({ estimateAfter, closeAfter }) => estimateAfter < closeAfter, "must come before the window closes"), ["estimateAfter"]),
    )),
    v.check((rows) => new Set(rows.map(({ cycleId }) => cycleId)).size === rows.length, "must name each cycle once"),
  ),
  /** Which reasons hold a bill, by customer class (null: every class). The last fitting line counts; a reason without a line holds. */
  holds: v.pipe(
    v.array(v.object({
      rule: v.picklist(REVIEW_HOLDS, "must be one of the reasons offered"),
      customerClass: v.nullable(v.picklist(CUSTOMER_CLASSES)),
      action: v.picklist(HOLD_ACTIONS, "must be one of the actions offered"),
    })),
    v.maxLength(60, "at most 60 lines"),
  ),
  /** What usage that is missing is reckoned from, in this order, and what is offered when the next read asks for much at once. */
  estimation: v.object({
    methods: v.pipe(
      v.array(v.object({ method: v.picklist(READ_ESTIMATES, "must be one of the ways offered") })),
      v.minLength(1, "choose at least one"),
      v.check((rows) => new Set(rows.map(({ method }) => method)).size === rows.length, "must name each way once"),
    ),
    /** Catch-ups from this amount on come with the offer of a payment plan. */
    planFrom: CentsAmount,
    /** Months of the plan for each month that was estimated. */
    planMonthsPerEstimate: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4)),
  }),
  /** Corrections of bills: who may decide on how much alone, from when a catch-up is offered in parts, how far back the law goes. */
  corrections: v.object({
    approvals: v.pipe(v.array(v.object({ role: v.picklist(CORRECTING_ROLES), most: CentsAmount })), v.maxLength(CORRECTING_ROLES.length)),
    offerFrom: CentsAmount,
    rules: v.pipe(v.array(v.object({
      state: v.nullable(v.pipe(v.string(), v.regex(/^[A-Z]{2}$/, "must be two capital letters such as OH"))),
      customerClass: v.nullable(v.pipe(v.string(), v.minLength(1), v.maxLength(40))),
      cause: v.nullable(v.picklist(CORRECTION_CAUSES)),
      direction: v.picklist(["charge", "refund"]),
      months: v.nullable(v.pipe(v.number(), v.integer("must be whole months"), v.minValue(1, "at least one month"), v.maxValue(240, "at most 240 months"))),
      sharePercent: v.pipe(v.number(), v.integer("must be a whole percentage"), v.minValue(1, "at least 1 %"), v.maxValue(100, "at most 100 %")),
      source: v.pipe(v.string(), v.trim(), v.minLength(1, "must say whose rule it is"), v.maxLength(200, "at most 200 characters")),
    })), v.maxLength(100, "at most 100 lines")),
  }),
  /** Budget (levelised) billing. */
  budget: v.object({
    billsLeast: v.pipe(v.number(), v.integer(), v.minValue(1, "at least one bill"), v.maxValue(12, "at most 12 bills")),
    roundUpTo: v.pipe(CentsAmount, v.minValue(1, "at least a cent"), v.maxValue(100_00, "at most $100")),
    /** The trade looks every three to six months. */
    reviewMonths: v.pipe(v.number(), v.integer(), v.minValue(3, "at least 3 months"), v.maxValue(12, "at most 12 months")),
    tolerancePercent: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100, "at most 100 %")),
    settleMonth: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(12, "must be one of the months offered")),
    difference: v.picklist(DIFFERENCES, "must be one of the ways offered"),
    missedMost: v.pipe(v.number(), v.integer(), v.minValue(1, "at least 1"), v.maxValue(12, "at most 12")),
  }),
  /** How much of what a repaired leak cost is forgiven, and when (`LeakPolicy`). */
  leaks: v.object({
    sharePercent: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100, "at most 100 %")),
    sewerSharePercent: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100, "at most 100 %")),
    excessPercent: v.pipe(v.number(), v.integer(), v.minValue(100, "at least 100 %"), v.maxValue(1000, "at most 1,000 %")),
    billsMost: v.pipe(v.number(), v.integer(), v.minValue(1, "at least 1 bill"), v.maxValue(12, "at most 12 bills")),
    everyMonths: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(120, "at most 120 months")),
    withinDays: v.pipe(v.number(), v.integer(), v.minValue(1, "at least 1 day"), v.maxValue(732, "at most 732 days")),
    proof: v.boolean(),
    normal: v.picklist(NORMAL_WAYS, "must be one of the ways offered"),
    normalBills: v.pipe(v.number(), v.integer(), v.minValue(1, "at least 1 bill"), v.maxValue(24, "at most 24 bills")),
  }),
  holidays: v.array(v.object({ on: LocalDateText, name: Name })),
  /** Factors that several rates follow from this setting's day on: power cost, gas cost, fuel, heat content. One that is left out goes on as it was. */
  riders: v.pipe(
    v.array(v.object({
      id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,39}$/, "must be the name that rates use: lower-case letters, digits and hyphens")),
      name: Name,
      value: v.pipe(v.string(), v.regex(/^-?\d{1,6}(\.\d{1,8})?$/, "must be a decimal such as 0.01421, with at most eight decimals")),
    })),
    v.maxLength(60, "at most 60 riders"),
    v.check((rows) => new Set(rows.map(({ id }) => id)).size === rows.length, "must name each rider once"),
  ),
  /** The hours in which the whole system peaked, for demand charges by coincident peak. */
  systemPeaks: v.pipe(v.array(v.object({ on: LocalDateText, at: v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time such as 17:00")) })), v.maxLength(400, "at most 400 peaks")),
  fees: v.array(v.object({ code: v.pipe(v.string(), v.regex(/^[a-zA-Z][a-zA-Z0-9]{1,30}$/, "a short code of letters and digits")), name: Name, amount: CentsAmount, gl: GlCode })),
  /** Where validation of reads differs from what is built in, by commodity and customer class (null: all). */
  validation: v.pipe(v.array(v.omit(veeSettingSchema, ["effectiveFrom"])), v.maxLength(100, "at most 100 lines")),
  /** The chart: role or revenue key → GL account. Rates name revenue by key, so that the chart can change without them. */
  gl: v.object({
    receivable: GlCode,
    cash: GlCode,
    suspense: GlCode,
    accounts: v.array(v.object({ key: v.pipe(v.string(), v.minLength(1), v.maxLength(60)), code: GlCode, name: Name })),
  }),
} as const;

export type SettingTopic = keyof typeof SETTINGS;
export type Setting<T extends SettingTopic> = v.InferOutput<(typeof SETTINGS)[T]>;
export type Settings = { readonly [T in SettingTopic]: Setting<T> };

export const SETTING_DEFAULTS: Omit<Settings, "utility"> = {
  billing: { dueDays: 20, estimatesInRowMax: 3, windowDays: 5, highBillPercent: 250, highBillMin: 100_00, lowBillPercent: 25, lowBillMin: 40_00, unbilledDays: 45 },
  windows: [],
  // Nobody waits for a person because somebody moved in or out: those are looked at only where they are unusual.
  holds: [{ rule: "first-bill", customerClass: null, action: "unusual" }, { rule: "final-bill", customerClass: null, action: "pass" }],
  estimation: { methods: READ_ESTIMATES.map((method) => ({ method })), planFrom: 50_00, planMonthsPerEstimate: 1 },
  corrections: {
    approvals: [{ role: "billing", most: 500_00 }, { role: "supervisor", most: 5_000_00 }, { role: "admin", most: 50_000_00 }],
    offerFrom: 50_00, rules: [...BACK_BILLING_DEFAULTS],
  },
  budget: { billsLeast: 6, roundUpTo: 1_00, reviewMonths: 6, tolerancePercent: 10, settleMonth: 0, difference: "bill", missedMost: 2 },
  leaks: LEAK_POLICY,
  holidays: [],
  riders: [],
  systemPeaks: [],
  fees: [
    { code: "late", name: "Late payment fee", amount: 10_00, gl: "4900" },
    { code: "returned", name: "Returned payment fee", amount: 30_00, gl: "4900" },
    { code: "reconnect", name: "Reconnection fee", amount: 50_00, gl: "4900" },
  ],
  validation: [],
  gl: {
    receivable: "1200",
    cash: "1010",
    suspense: "2300",
    accounts: [
      { key: "water", code: "4010", name: "Water sales" },
      { key: "sewer", code: "4020", name: "Sewer service" },
      { key: "electric", code: "4030", name: "Electric sales" },
      { key: "gas", code: "4040", name: "Gas sales" },
      { key: "stormwater", code: "4050", name: "Stormwater fees" },
      { key: "refuse", code: "4060", name: "Refuse collection" },
      { key: "tax", code: "2200", name: "Taxes payable" },
      { key: "franchise", code: "2210", name: "Franchise fees payable" },
      { key: "fees", code: "4900", name: "Fees and charges" },
      { key: "other", code: "4990", name: "Other revenue" },
    ],
  },
};

/** GL account of a revenue key; `water.base` falls back to `water`, and what nobody mapped to `other`. */
export function glAccountOf(gl: Setting<"gl">, key: string): string {
  const codes = new Map(gl.accounts.map((account) => [account.key, account.code]));
  return codes.get(key) ?? codes.get(key.split(".")[0]!) ?? codes.get("other") ?? gl.suspense;
}
