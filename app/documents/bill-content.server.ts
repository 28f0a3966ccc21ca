/** A bill in a customer's words and language, from what was frozen with it: the same for the page and for paper. */
import { addMonths, daysBetween, type Period } from "../../domain/calendar/local-date.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import type { LineSnapshot, SegmentSnapshot } from "../../domain/billing/snapshot.ts";
import type { BillPage, UsageBar as BilledUsage } from "../../worker/operations/billing.ts";
import { monthLabels, type UsageBar } from "../charts/usage-bars.tsx";
import { dateOf, formatDate, formatPeriod } from "../format/dates.ts";
import { formatQuantity, inGallons, perUnit, type Unit } from "../format/quantities.ts";
import { t, type Locale } from "../i18n/translate.ts";
import { adjustmentWord, serviceWord } from "../routes/portal/words.ts";

export interface BillLine {
  readonly id: string;
  readonly what: string;
  /** Null: nothing is charged for it; it says what was measured. */
  readonly cents: Cents | null;
  /** The arithmetic, a sentence a step. */
  readonly how: readonly string[];
}

export interface BillGroup {
  readonly id: string;
  readonly commodity: string;
  readonly title: string;
  readonly period: Period;
  readonly cents: Cents;
  readonly estimated: boolean;
  readonly lines: readonly BillLine[];
}

export interface BillChart {
  readonly id: string;
  readonly commodity: string;
  readonly unit: Unit;
  readonly bars: readonly UsageBar[];
}

export interface BillContent {
  readonly groups: readonly BillGroup[];
  readonly summary: readonly { readonly what: string; readonly cents: Cents }[];
  readonly charts: readonly BillChart[];
  readonly changes: readonly string[];
  readonly messages: readonly string[];
}

/** A year and the month it is compared with. */
const MONTHS_SHOWN = 13;

export function billContent(page: BillPage, locale: Locale, zone: TimeZone): BillContent {
  return {
    groups: page.segments.map((segment) => groupOf(segment, page.usage, locale, zone)),
    summary: summaryOf(page, locale, zone),
    charts: chartsOf(page, locale),
    changes: page.changes.map((sentence) => inGallons(sentence[locale], locale)),
    messages: page.messages.map((message) => message[locale]),
  };
}

// ---- charges --------------------------------------------------------------------------------------------------

function groupOf(segment: SegmentSnapshot, usage: readonly BilledUsage[], locale: Locale, zone: TimeZone): BillGroup {
  const { agreementId, commodity, periodFrom, periodTo, lines, total } = segment;
  const period = { from: periodFrom, to: periodTo };
  const measured = measuredLine(segment, locale, zone);
  return {
    id: agreementId, commodity, title: serviceWord((key, ...params) => t(locale, key, ...params), commodity), period, cents: total,
    estimated: usage.some((bar) => bar.agreementId === agreementId && bar.periodTo === periodTo && bar.estimated),
    lines: [...(measured ? [measured] : []), ...lines.map((line, i) => lineOf(line, `${agreementId}:${i}`, locale))],
  };
}

/** What was used, and by which meter and readings it is known. */
function measuredLine({ usage, agreementId, periodTo }: SegmentSnapshot, locale: Locale, zone: TimeZone): BillLine | null {
  const used = usage?.quantities["usage"];
  if (!usage || used === undefined) return null;
  const how = usage.legs.filter(({ quantity }) => quantity === "usage").map(({ badge, startRead, endRead }) => {
    if (startRead === null || endRead === null) return t(locale, "bill.byInterval", { badge });
    const on = (at: number) => formatDate(locale, dateOf(at, zone), "day", periodTo);
    const dial = (value: number) => formatQuantity(locale, value, usage.unit, { form: "bare", metered: true, digits: 0 });
    return t(locale, "bill.byDial", { badge, start: dial(startRead.value), startDate: on(startRead.readAt), end: dial(endRead.value), endDate: on(endRead.readAt) });
  });
  return { id: `${agreementId}:used`, what: t(locale, "bill.used", { quantity: formatQuantity(locale, used, usage.unit) }), cents: null, how: [...new Set(how)] };
}

/** Charges whose steps are a quantity times a price; of the others the engine's own sentence says more. */
const BY_STEPS: ReadonlySet<string> = new Set(["flat", "tiered", "time-of-use"]);

function lineOf(line: LineSnapshot, id: string, locale: Locale): BillLine {
  const { name, nameEs, cents, kind, sentence, sentenceEs, exact } = line;
  const what = locale === "es" ? nameEs : name;
  const steps = BY_STEPS.has(kind) ? line.steps.filter((step) => step.quantityMilli !== null && step.quantityMilli !== 0) : [];
  const how = steps.map((step) => {
    const label = inGallons(locale === "es" ? step.labelEs : step.label, locale);
    const sum = t(locale, "bill.sum", {
      quantity: formatQuantity(locale, step.quantityMilli!, step.unit as Unit),
      price: dollarText(step.price), unit: perUnit(locale, step.unit as Unit), amount: dollarText(step.exact),
    });
    return label === what ? sum : `${label}: ${sum}`;
  });
  // Cents are rounded once, over all steps.
  if (how.length > 0 && dollarText(exact) !== formatDollars(cents)) how.push(t(locale, "bill.rounded", { amount: formatDollars(cents) }));
  return { id, what, cents, how: how.length > 0 ? how : [inGallons(locale === "es" ? sentenceEs : sentence, locale)] };
}

/** Decimal text of dollars as written: "7.23" gives "$7.23", "-0.5" gives "−$0.50". */
function dollarText(decimal: string): string {
  const [whole = "0", fraction = ""] = decimal.replace("-", "").split(".");
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${decimal.startsWith("-") ? "−" : ""}$${commas}.${fraction.padEnd(2, "0")}`;
}

// ---- summary --------------------------------------------------------------------------------------------------

/** From the balance of the bill before, over what was paid and adjusted since, to what is to be paid. */
function summaryOf({ bill, previous, between }: BillPage, locale: Locale, zone: TimeZone): BillContent["summary"] {
  const moves = between.flatMap(({ type, effectiveAt, summary }) => {
    const amount = Number(summary["amount"] ?? 0);
    const date = formatDate(locale, dateOf(effectiveAt, zone), "day", bill.issuedOn);
    if (type === "PaymentPosted") return [{ what: t(locale, "bill.paidOn", { date }), cents: -amount }];
    if (type === "PaymentReversed") return [{ what: t(locale, "bill.returnedOn", { date }), cents: amount }];
    return [{ what: adjustmentWord((key, ...params) => t(locale, key, ...params), String(summary["kind"])), cents: amount }];
  });
  return [
    ...(previous ? [{ what: t(locale, "bill.previous"), cents: previous.balance }] : bill.previousBalance !== 0 ? [{ what: t(locale, "bill.before"), cents: bill.previousBalance }] : []),
    ...(previous ? moves : []),
    { what: t(locale, "bill.newChargesOf", { period: formatPeriod(locale, { from: bill.periodFrom, to: bill.periodTo }, bill.issuedOn) }), cents: bill.charges },
  ];
}

// ---- usage ----------------------------------------------------------------------------------------------------

/** A chart for each service with a meter of its own, thirteen months with the year before behind. */
function chartsOf({ segments, usage }: BillPage, locale: Locale): BillChart[] {
  return segments.filter(({ commodity }) => commodity !== "sewer").flatMap(({ agreementId, commodity }): BillChart[] => {
    const periods = usage.filter((each) => each.agreementId === agreementId);
    const unit = periods.at(-1)?.unit;
    if (!unit || periods.every(({ usedMilli }) => usedMilli === 0)) return [];
    const bars = periods.slice(-MONTHS_SHOWN).map((each): UsageBar => {
      const yearBefore = addMonths(each.periodTo, -12);
      const last = periods.find(({ periodTo }) => Math.abs(daysBetween(periodTo, yearBefore)) <= NEAR_DAYS && periodTo < each.periodTo);
      return {
        ...monthLabels(locale, addMonths(each.periodTo, -1)), key: each.periodTo, label: formatPeriod(locale, { from: each.periodFrom, to: each.periodTo }),
        value: each.usedMilli, quality: each.estimated ? "estimated" : "actual", lastYear: last?.usedMilli ?? null,
      };
    });
    return [{ id: agreementId, commodity, unit: unit as Unit, bars }];
  });
}

/** Closing days move a little around weekends and from year to year. */
const NEAR_DAYS = 10;
