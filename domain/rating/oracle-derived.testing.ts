/** The slow, obvious derivation of quantities: decimal.js on the document's own text, day by day. */
import { addDays, daysBetween, eachDay } from "../calendar/local-date.ts";
import { Decimal } from "../money/decimal.ts";
import type { Determinants } from "./determinants.ts";
import type { Derived, DerivedOf, RateDocument } from "./schema.ts";

const thousandth = (value: Decimal): Decimal => value.toDecimalPlaces(40).toDecimalPlaces(0, Decimal.ROUND_HALF_UP);

/** The customer with the derived quantities beside the given ones, in thousandths. */
export function oracleDerived(document: RateDocument, customer: Determinants): Determinants {
  return (document.derived ?? []).reduce<Determinants>((known, rule) => {
    if (rule.kind === "net-metering") return { ...known, quantities: { ...known.quantities, ...net(rule, document, known) } };
    const unit = rule.kind === "winter-average" ? document.unit : rule.unit;
    return { ...known, quantities: { ...known.quantities, [rule.id]: { [unit]: derive(rule, document, known).toNumber() } } };
  }, customer);
}

/** Each bank by itself: take what was sent back and what is in the bank from what was taken, as far as it goes. */
function net(rule: DerivedOf<"net-metering">, document: RateDocument, { quantities, bank, billPeriod, from, to }: Determinants): Record<string, { kWh: number }> {
  const periods = document.schedules.find(({ id }) => id === rule.schedule)?.periods.map(({ id }) => `.${id}`) ?? [""];
  const days = eachDay(billPeriod ?? { from, to });
  const next = addDays(days.at(-1)!, 1);
  const firsts = [...days.slice(1), next].filter((day) => rule.settle !== "every-bill" && day.endsWith(`-${String(rule.settle.month).padStart(2, "0")}-01`));
  const settles = rule.settle === "every-bill" || firsts.length > 0;
  let [billed, left] = [0, 0];
  const result: Record<string, { kWh: number }> = {};
  for (const period of periods) {
    const value = quantities[`usage${period}`]!.kWh! - quantities[`received${period}`]!.kWh! - (bank?.[period.slice(1) || "all"] ?? 0);
    result[`${rule.id}${period}`] = { kWh: Math.max(0, value) };
    billed += Math.max(0, value);
    left += Math.max(0, -value);
  }
  return { ...result, [rule.id]: { kWh: billed }, [`${rule.id}.settled`]: { kWh: settles ? left : 0 } };
}

function derive(rule: Exclude<Derived, DerivedOf<"net-metering">>, document: RateDocument, customer: Determinants): Decimal {
  switch (rule.kind) {
    case "heat": return heat(rule, document, customer);
    case "unmetered": return unmetered(rule, document, customer);
    case "winter-average": return winter(rule, document, customer);
  }
}

const wholeOf = ({ billPeriod, from, to }: Determinants) => billPeriod ?? { from, to };

/** The period's days over a standard period's, where its length is not a normal one. */
function lengths({ proration }: RateDocument, customer: Determinants, standardOf: Decimal): Decimal {
  const { from, to } = wholeOf(customer);
  const days = daysBetween(from, to);
  const standard = new Decimal(proration.standardDays);
  const normal = proration.normalDays ?? { min: Math.max(1, standard.floor().toNumber() - 5), max: standard.ceil().toNumber() + 5 };
  const longer = (customer.standardDays === undefined ? standard : new Decimal(customer.standardDays)).minus(standard).toDecimalPlaces(0, Decimal.ROUND_HALF_CEIL).toNumber();
  return days < normal.min + longer || days > normal.max + longer ? new Decimal(days).div(standardOf) : new Decimal(1);
}

function heat(rule: DerivedOf<"heat">, document: RateDocument, customer: Determinants): Decimal {
  const days = eachDay(wholeOf(customer));
  const volume = new Decimal(customer.quantities[rule.of]![document.unit]!);
  const table = rule.heatContentRider === undefined ? [] : customer.riders![rule.heatContentRider]!.map(({ from, value }) => ({ from, factor: value }));
  const inOrder = (rows: DerivedOf<"heat">["heatContent"]) => rows.toSorted((a, b) => ((a.from ?? "") < (b.from ?? "") ? -1 : (a.from ?? "") > (b.from ?? "") ? 1 : 0));
  const on = (rows: DerivedOf<"heat">["heatContent"], day: string) => rows.findLast(({ from = "" }) => from <= day)!;
  const heatContent = inOrder([...rule.heatContent, ...table]);
  const pressure = inOrder(rule.pressure ?? [{ factor: "1" }]);
  const keyOf = (day: string) => `${on(pressure, day).from} ${on(heatContent, day).from}`;
  let sum = new Decimal(0);
  for (let i = 0; i < days.length; ) {
    let end = i + 1;
    while (end < days.length && keyOf(days[end]!) === keyOf(days[i]!)) end++;
    const part = thousandth(volume.times(end).div(days.length)).minus(thousandth(volume.times(i).div(days.length)));
    sum = sum.plus(part.times(on(pressure, days[i]!).factor).times(on(heatContent, days[i]!).factor));
    i = end;
  }
  const mode = { "half-up": Decimal.ROUND_HALF_UP, down: Decimal.ROUND_DOWN, up: Decimal.ROUND_UP }[rule.round.mode];
  return sum.div(1000).toDecimalPlaces(rule.round.decimals, mode).times(1000);
}

function unmetered(rule: DerivedOf<"unmetered">, document: RateDocument, customer: Determinants): Decimal {
  const { from, to } = wholeOf(customer);
  const use = rule.items.reduce((sum, { count, each }) => sum.plus(new Decimal(each).times(customer.counts![count]!)), new Decimal(0));
  return thousandth(use.times(rule.per === "day" ? daysBetween(from, to) : lengths(document, customer, new Decimal(customer.standardDays ?? document.proration.standardDays))));
}

function winter(rule: DerivedOf<"winter-average">, document: RateDocument, customer: Determinants): Decimal {
  const actual = new Decimal(customer.quantities[rule.of]![document.unit]!);
  const milli = (text: string) => new Decimal(text).times(1000);
  const within = (average: Decimal): Decimal => {
    const least = rule.floor === undefined ? average : Decimal.max(milli(rule.floor), average);
    return rule.cap === undefined ? least : Decimal.min(milli(rule.cap), least);
  };
  const forPeriod = (average: Decimal) => thousandth(average.times(lengths(document, customer, new Decimal(rule.averageDays))));
  const known = customer.quantities["winterAverage"]?.[document.unit];
  if (known !== undefined) {
    const average = forPeriod(within(new Decimal(known)));
    return rule.bill === "lesser" ? Decimal.min(actual, average) : average;
  }
  const ofClass = () => forPeriod(within(milli(rule.classAverages![customer.attributes!["customerClass"]!]!)));
  switch (rule.without) {
    case "actual": return actual;
    case "default": return forPeriod(milli(rule.default!));
    case "class-average": return ofClass();
    case "lesser-of-actual-and-class": return Decimal.min(actual, ofClass());
  }
}
