/**
 * Settings as a form sends them: names are paths (`fees.2.amount`), so that what is wrong is said at its field. Rows that
 * were left empty are no rows; the rest keep the names of the fields they were typed in.
 */
import { parseDollars } from "../../../domain/money/cents.ts";
import type { FieldError } from "../../components/form-state.ts";
import { isThresholdPath } from "./thresholds.ts";

/** One thing that is wrong: where in the value, and why. */
export interface Issue { readonly path: string; readonly message: string }

export interface ReadForm<V> {
  readonly value: V;
  /** What could not be read at all. */
  readonly errors: readonly FieldError[];
  /** The field of a path of the value. */
  readonly fieldOf: (path: string) => string;
}

const text = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
};

/** Fields of one form, read with their kinds; what cannot be read is noted at its field. */
class Reader {
  readonly errors: FieldError[] = [];
  /** Path of the value → name of the field, where they differ. */
  readonly moved = new Map<string, string>();
  readonly #form: FormData;
  constructor(form: FormData) {
    this.#form = form;
  }
  text(name: string): string {
    return text(this.#form, name);
  }
  all(name: string): string[] {
    return this.#form.getAll(name).filter((value) => typeof value === "string");
  }
  whole(name: string): number {
    const typed = this.text(name);
    if (/^\d{1,9}$/.test(typed)) return Number(typed);
    this.errors.push({ field: name, message: typed === "" ? "Enter a whole number." : `“${typed}” is not a whole number.` });
    return 0;
  }
  cents(name: string): number {
    const amount = parseDollars(this.text(name));
    if (amount === null) this.errors.push({ field: name, message: "Enter an amount such as 10.00." });
    return amount ?? 0;
  }
  /** A figure with at most three decimals. */
  figure(name: string): number {
    const typed = this.text(name);
    if (/^\d{1,9}(\.\d{1,3})?$/.test(typed)) return Number(typed);
    this.errors.push({ field: name, message: typed === "" ? "Enter a figure." : `“${typed}” is not a figure such as 180 or 2.5.` });
    return 0;
  }
  /** Rows `name.0`, `name.1` … of which at least one of the fields was filled in. */
  rows<R>(name: string, fields: readonly string[], read: (at: string) => R): R[] {
    const places = new Set([...this.#form.keys()].flatMap((key) => (key.startsWith(`${name}.`) ? [key.slice(name.length + 1).split(".")[0]!] : [])).filter((place) => /^\d+$/.test(place)));
    const filled = [...places].sort((a, b) => Number(a) - Number(b)).filter((place) => fields.some((field) => this.text(`${name}.${place}.${field}`) !== ""));
    return filled.map((place, i) => {
      for (const field of fields) this.moved.set(`${name}.${i}.${field}`, `${name}.${place}.${field}`);
      return read(`${name}.${place}`);
    });
  }
}

type Topic = "utility" | "billing" | "windows" | "holds" | "estimation" | "corrections" | "budget" | "leaks" | "holidays" | "riders" | "systemPeaks" | "fees" | "validation" | "gl" | "cycles";

const READ: Readonly<Record<Topic, (reader: Reader) => unknown>> = {
  utility: (r) => ({
    name: r.text("utility.name"), timeZone: r.text("utility.timeZone"), phone: r.text("utility.phone"), email: r.text("utility.email"),
    addressLines: r.text("utility.addressLines").split("\n").map((line) => line.trim()).filter(Boolean), commodities: r.all("utility.commodities"),
  }),
  billing: (r) => ({
    dueDays: r.whole("billing.dueDays"), estimatesInRowMax: r.whole("billing.estimatesInRowMax"), windowDays: r.whole("billing.windowDays"),
    highBillPercent: r.whole("billing.highBillPercent"), highBillMin: r.cents("billing.highBillMin"), lowBillPercent: r.whole("billing.lowBillPercent"), lowBillMin: r.cents("billing.lowBillMin"),
    unbilledDays: r.whole("billing.unbilledDays"),
  }),
  windows: (r) => r.rows("windows", ["cycleId", "estimateAfter", "closeAfter"], (at) => ({
    cycleId: r.text(`${at}.cycleId`), estimateAfter: r.whole(`${at}.estimateAfter`), closeAfter: r.whole(`${at}.closeAfter`), accounting: r.text(`${at}.accounting`),
  })),
  holds: (r) => r.rows("holds", ["rule", "action"], (at) => ({ rule: r.text(`${at}.rule`), customerClass: r.text(`${at}.customerClass`) || null, action: r.text(`${at}.action`) })),
  estimation: (r) => ({
    methods: r.rows("estimation.methods", ["method"], (at) => ({ method: r.text(`${at}.method`) })),
    planFrom: r.cents("estimation.planFrom"), planMonthsPerEstimate: r.whole("estimation.planMonthsPerEstimate"),
  }),
  corrections: (r) => ({
    approvals: r.rows("corrections.approvals", ["role", "most"], (at) => ({ role: r.text(`${at}.role`), most: r.cents(`${at}.most`) })),
    offerFrom: r.cents("corrections.offerFrom"),
    rules: r.rows("corrections.rules", ["state", "months", "source"], (at) => ({
      state: r.text(`${at}.state`).toUpperCase() || null, customerClass: r.text(`${at}.customerClass`) || null, cause: r.text(`${at}.cause`) || null, direction: r.text(`${at}.direction`),
      months: r.text(`${at}.months`) === "" ? null : r.whole(`${at}.months`), sharePercent: r.whole(`${at}.sharePercent`), source: r.text(`${at}.source`),
    })),
  }),
  budget: (r) => ({
    billsLeast: r.whole("budget.billsLeast"), roundUpTo: r.cents("budget.roundUpTo"), reviewMonths: r.whole("budget.reviewMonths"), tolerancePercent: r.whole("budget.tolerancePercent"),
    settleMonth: r.whole("budget.settleMonth"), difference: r.text("budget.difference"), missedMost: r.whole("budget.missedMost"),
  }),
  leaks: (r) => ({
    sharePercent: r.whole("leaks.sharePercent"), sewerSharePercent: r.whole("leaks.sewerSharePercent"), excessPercent: r.whole("leaks.excessPercent"), billsMost: r.whole("leaks.billsMost"),
    everyMonths: r.whole("leaks.everyMonths"), withinDays: r.whole("leaks.withinDays"), proof: r.text("leaks.proof") === "yes", normal: r.text("leaks.normal"), normalBills: r.whole("leaks.normalBills"),
  }),
  holidays: (r) => r.rows("holidays", ["on", "name"], (at) => ({ on: r.text(`${at}.on`), name: r.text(`${at}.name`) })),
  riders: (r) => r.rows("riders", ["id", "name", "value"], (at) => ({ id: r.text(`${at}.id`), name: r.text(`${at}.name`), value: r.text(`${at}.value`) })),
  systemPeaks: (r) => r.rows("systemPeaks", ["on", "at"], (at) => ({ on: r.text(`${at}.on`), at: r.text(`${at}.at`) })),
  fees: (r) => r.rows("fees", ["code", "name", "amount", "gl"], (at) => ({ code: r.text(`${at}.code`), name: r.text(`${at}.name`), amount: r.cents(`${at}.amount`), gl: r.text(`${at}.gl`) })),
  gl: (r) => ({
    receivable: r.text("gl.receivable"), cash: r.text("gl.cash"), suspense: r.text("gl.suspense"),
    accounts: r.rows("gl.accounts", ["key", "code", "name"], (at) => ({ key: r.text(`${at}.key`), code: r.text(`${at}.code`), name: r.text(`${at}.name`) })),
  }),
  validation: readThresholds,
  cycles: (r) => r.rows("cycles", ["id", "name", "closeDay"], (at) => ({ id: r.text(`${at}.id`), name: r.text(`${at}.name`), closeDay: r.whole(`${at}.closeDay`) })),
};

/** One figure a row; the setting holds them together by whom they are for. */
function readThresholds(r: Reader): unknown {
  const groups = new Map<string, { commodity: string | null; customerClass: string | null; overrides: Record<string, Record<string, number>> }>();
  r.rows("validation", ["commodity", "customerClass", "path", "value"], (at) => {
    const [commodity, customerClass, path] = [r.text(`${at}.commodity`), r.text(`${at}.customerClass`), r.text(`${at}.path`)];
    const value = r.figure(`${at}.value`);
    if (!isThresholdPath(path)) return void r.errors.push({ field: `${at}.path`, message: "Choose what is changed." });
    const key = `${commodity} ${customerClass}`;
    const group = groups.get(key) ?? { commodity: commodity || null, customerClass: customerClass || null, overrides: {} };
    groups.set(key, group);
    const [rule, field] = path.split(".") as [string, string];
    const figures = (group.overrides[rule] ??= {});
    if (field in figures) return void r.errors.push({ field: `${at}.path`, message: "A row above changes this for the same customers already." });
    figures[field] = value;
    const place = `validation.${[...groups.keys()].indexOf(key)}`;
    r.moved.set(`${place}.overrides.${path}`, `${at}.value`);
    r.moved.set(`${place}.commodity`, `${at}.commodity`);
    r.moved.set(`${place}.customerClass`, `${at}.customerClass`);
  });
  return [...groups.values()];
}

/** Reads the topics of a form. Paths begin with the topic. */
export function readTopics<T extends Topic>(form: FormData, topics: readonly T[]): ReadForm<Record<T, unknown>> {
  const reader = new Reader(form);
  const value = Object.fromEntries(topics.map((topic) => [topic, READ[topic](reader)])) as Record<T, unknown>;
  return { value, errors: reader.errors, fieldOf: (path) => reader.moved.get(path) ?? path.replace(/^(utility\.(addressLines|commodities))\..*$/, "$1") };
}

/** The messages of a check at the fields they are about; a field that could not be read says only that. */
export function errorsOf({ errors, fieldOf }: Pick<ReadForm<unknown>, "errors" | "fieldOf">, issues: readonly Issue[]): FieldError[] {
  const unread = new Set(errors.map((error) => error.field));
  const found = issues.map(({ path, message }) => ({ field: fieldOf(path), message: sentence(path, message) })).filter((error) => !unread.has(error.field));
  return [...errors, ...found];
}

const LABELS: Readonly<Record<string, string>> = {
  name: "The name", timeZone: "The time zone", phone: "The phone number", email: "The e-mail address", addressLines: "The address", commodities: "Services",
  dueDays: "Days until a bill is due", estimatesInRowMax: "Estimated bills in a row", windowDays: "Days of trying again", highBillPercent: "What counts as a high bill", highBillMin: "The smallest high bill",
  on: "The day", at: "The time", value: "The factor", riders: "Riders", code: "The code", amount: "The amount", gl: "The GL account", key: "The key", receivable: "The receivable account", cash: "The cash account", suspense: "The suspense account",
  lowBillPercent: "What counts as a low bill", lowBillMin: "The usual bill from which a low one is looked at", unbilledDays: "Days without a bill",
  cycleId: "The cycle", estimateAfter: "The first day of estimates", closeAfter: "The window's last day", accounting: "The accounting date", windows: "Bill windows",
  rule: "The reason", customerClass: "The class", action: "What happens", methods: "Ways to estimate", method: "The way to estimate", planFrom: "The smallest catch-up with a plan", planMonthsPerEstimate: "Months of the plan",
  role: "The role", most: "The amount", offerFrom: "The smallest catch-up with an offer", state: "The state", cause: "The cause", direction: "What it is about", months: "The months", sharePercent: "The share", sewerSharePercent: "The share of sewer", excessPercent: "The excess", billsMost: "Bills of one adjustment", everyMonths: "How often", withinDays: "The time to ask", normal: "The normal use", normalBills: "Bills of the normal use", source: "Whose rule it is",
  id: "The code", closeDay: "The closing day", cycles: "Bill cycles",
};

/** "must not be empty" at `fees.0.name` → "The name must not be empty." */
function sentence(path: string, message: string): string {
  const label = LABELS[path.split(".").findLast((part) => !/^\d+$/.test(part)) ?? ""] ?? "This";
  const words = /^(must|at most|at least)/.test(message) ? `${label} ${message.startsWith("must") ? "" : "must have "}${message}` : `${label}: ${message}`;
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
