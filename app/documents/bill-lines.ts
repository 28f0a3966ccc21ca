/** The charges of a bill in a customer's words, each with its arithmetic: on paper, on pages, and when a browser computes the bill again. */
import type { LocalDate, Period } from "../../domain/calendar/local-date.ts";
import type { TimeZone } from "../../domain/calendar/zone.ts";
import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import type { LineSnapshot, SegmentSnapshot } from "../../domain/billing/snapshot.ts";
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
  const { agreementId, commodity, periodFrom, periodTo, lines, total } = segment;
  const period = { from: periodFrom, to: periodTo };
  const measured = measuredLine(segment, locale, zone);
  return {
    id: agreementId, commodity, title: serviceWord((key, ...params) => t(locale, key, ...params), commodity), period, cents: total,
    estimated: billed.some((bar) => bar.agreementId === agreementId && bar.periodTo === periodTo && bar.estimated),
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
