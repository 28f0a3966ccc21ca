/** The charges of a bill in a customer's words, each with its arithmetic: on paper, on pages, and when a browser computes the bill again. */
import type { LocalDate, Period } from "../../domain/calendar/local-date.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import type { EstimateMethod } from "../../domain/metering/index.ts";
import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import type { EstimateNote, LineSnapshot, SegmentSnapshot } from "../../domain/billing/snapshot.ts";
import { dateOf, formatDate } from "../format/dates.ts";
import { formatQuantity, inGallons, perUnit, type Unit } from "../format/quantities.ts";
import { t, type Locale } from "../i18n/translate.ts";
import { serviceWord } from "../routes/portal/words.ts";

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
  /** It corrects a period that was billed before. */
  readonly corrects: boolean;
  readonly lines: readonly BillLine[];
}

/** What of a billed period tells whether it was estimated. */
export interface BilledPeriod {
  readonly agreementId: string;
  readonly periodTo: LocalDate;
  readonly estimated: boolean;
}

/** A service of the bill. `billed`: the usage of its bills, which knows what was estimated. */
export function billGroup(segment: SegmentSnapshot, billed: readonly BilledPeriod[], locale: Locale, zone: TimeZone): BillGroup {
  const { segmentId, agreementId, commodity, periodFrom, periodTo, lines, total, estimate, corrects } = segment;
  const period = { from: periodFrom, to: periodTo };
  const measured = corrects ? correctedLine(segment, locale) : measuredLine(segment, locale, zone);
  const service = serviceWord((key, ...params) => t(locale, key, ...params), commodity);
  return {
    id: corrects ? segmentId : agreementId, commodity, title: corrects ? t(locale, "bill.correction", { service }) : service, period, cents: total, corrects: corrects !== undefined,
    estimated: !corrects && (estimate !== undefined || billed.some((bar) => bar.agreementId === agreementId && bar.periodTo === periodTo && bar.estimated)),
    lines: [...(measured ? [measured] : []), ...lines.map((line, i) => lineOf(line, `${segmentId}:${i}`, locale)), ...(corrects ? [billedBefore(segment, locale)] : [])],
  };
}

/** What a corrected period used, and what had been estimated. */
function correctedLine({ segmentId, usage, corrects }: SegmentSnapshot, locale: Locale): BillLine {
  const quantity = (milli: number) => formatQuantity(locale, milli, usage!.unit);
  return { id: `${segmentId}:used`, what: t(locale, "bill.correctedUse", { quantity: quantity(usage!.quantities["usage"] ?? 0), estimate: quantity(corrects!.usedMilli) }), cents: null, how: [] };
}

/** What is taken back because it was billed. */
function billedBefore({ segmentId, corrects }: SegmentSnapshot, locale: Locale): BillLine {
  return { id: `${segmentId}:billed`, what: t(locale, "bill.billedOnEstimate"), cents: -corrects!.total, how: [t(locale, "bill.billedOnEstimateHow", { number: corrects!.billId })] };
}

/** Why and how usage was estimated, a sentence each. */
function estimateWords({ methods }: EstimateNote, locale: Locale): string[] {
  const how = methods.flatMap((method) => ESTIMATE_WORDS[method] ?? []).map((key) => t(locale, key));
  return [t(locale, "bill.estimatedWhy"), ...(how.length > 0 ? [t(locale, "bill.estimatedFrom", { how: [...new Set(how)].join(", ") })] : [])];
}

const ESTIMATE_WORDS = {
  linear: "bill.estimate.linear", flat: "bill.estimate.linear", likeDays: "bill.estimate.likeDays", lastYear: "bill.estimate.lastYear", previous: "bill.estimate.previous",
  averageOf3: "bill.estimate.averageOf3", classAverage: "bill.estimate.classAverage", vacant: "bill.estimate.vacant",
} as const satisfies Readonly<Record<EstimateMethod, string>>;

/** What was used, and by which meter and readings it is known. */
function measuredLine({ usage, agreementId, periodTo, estimate, trueUp }: SegmentSnapshot, locale: Locale, zone: TimeZone): BillLine | null {
  const used = usage?.quantities["usage"];
  if (!usage || used === undefined) return null;
  const how = usage.legs.filter(({ quantity }) => quantity === "usage").map(({ badge, startRead, endRead }) => {
    if (startRead === null || endRead === null) return t(locale, "bill.byInterval", { badge });
    const on = (at: number) => formatDate(locale, dateOf(at, zone), "day", periodTo);
    const dial = (value: number) => formatQuantity(locale, value, usage.unit, { form: "bare", metered: true, digits: 0 });
    return t(locale, "bill.byDial", { badge, start: dial(startRead.value), startDate: on(startRead.readAt), end: dial(endRead.value), endDate: on(endRead.readAt) });
  });
  const quantity = formatQuantity(locale, used, usage.unit);
  const what = t(locale, "bill.used", { quantity });
  const share = trueUp ? [t(locale, "bill.trueUpShare", { total: formatQuantity(locale, trueUp.usedMilli, usage.unit), date: formatDate(locale, trueUp.from, "day", periodTo), quantity })] : [];
  return { id: `${agreementId}:used`, what: estimate ? t(locale, "bill.estimatedLine", { what }) : what, cents: null, how: [...new Set(how), ...share, ...(estimate ? estimateWords(estimate, locale) : [])] };
}

/** Charges whose steps are a quantity times a price; of the others the engine's own sentence says more. */
const BY_STEPS: ReadonlySet<string> = new Set(["flat", "tiered", "time-of-use"]);

function lineOf(line: LineSnapshot, id: string, locale: Locale): BillLine {
  const { name, nameEs, cents, kind, sentence, sentenceEs, exact } = line;
  const named = locale === "es" ? nameEs : name;
  const what = line.estimated ? t(locale, "bill.estimatedLine", { what: named }) : named;
  const steps = BY_STEPS.has(kind) ? line.steps.filter((step) => step.quantityMilli !== null && step.quantityMilli !== 0) : [];
  const how = steps.map((step) => {
    const label = inGallons(locale === "es" ? step.labelEs : step.label, locale);
    const sum = t(locale, "bill.sum", {
      quantity: formatQuantity(locale, step.quantityMilli!, step.unit as Unit),
      price: dollarText(step.price), unit: perUnit(locale, step.unit as Unit), amount: dollarText(step.exact),
    });
    return label === named ? sum : `${label}: ${sum}`;
  });
  // Cents are rounded once, over all steps.
  if (how.length > 0 && dollarText(exact) !== formatDollars(cents)) how.push(t(locale, "bill.rounded", { amount: formatDollars(cents) }));
  if (how.length === 0) how.push(inGallons(locale === "es" ? sentenceEs : sentence, locale));
  // How the quantity came about, where it is not simply what the meter showed.
  if (line.note) how.unshift(inGallons((locale === "es" ? line.note.es : undefined) ?? line.note.en, locale));
  return { id, what, cents, how };
}

/** Decimal text of dollars as written: "7.23" gives "$7.23", "-0.5" gives "−$0.50". */
function dollarText(decimal: string): string {
  const [whole = "0", fraction = ""] = decimal.replace("-", "").split(".");
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${decimal.startsWith("-") ? "−" : ""}$${commas}.${fraction.padEnd(2, "0")}`;
}
