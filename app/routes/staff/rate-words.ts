/** A charge of a tariff in sentences, one for each of its rows, as somebody would explain it at the counter. */
import type { Charge, DerivedOf, RateDocument } from "../../../domain/rating/index.ts";
import { formatDate } from "../../format/dates.ts";

export interface ChargeWords {
  readonly id: string;
  readonly name: string;
  /** How it is charged, for all of its rows. */
  readonly how: string;
  /** For whom or when, and the price. */
  readonly rows: readonly { readonly who: string; readonly what: string }[];
}

/** Units as they are said after "per". */
const PER: Readonly<Record<string, string>> = { kgal: "1,000 gallons", ccf: "100 cubic feet", gal: "gallon", ft3: "cubic foot", m3: "cubic meter", therm: "therm" };
export const perUnit = (unit: string): string => PER[unit] ?? unit;

const ATTRIBUTES: Readonly<Record<string, (value: string) => string>> = {
  meterSize: (value) => `${value} meter`,
  cityLimits: (value) => `${value} the city limits`,
};

const dollars = (text: string): string => (text.startsWith("-") ? `a credit of $${text.slice(1)}` : `$${text}`);
const listed = (parts: readonly string[]): string => (parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);
const spaced = (name: string): string => name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
const counted = (name: string): string => spaced(name).replace(/s$/, "");
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type Row = Charge["rates"][number];

/** All charges of a version, in the order in which a bill lists them. */
export function chargeWords(document: RateDocument): ChargeWords[] {
  return document.charges.map((charge) => ({
    id: charge.id,
    name: charge.name.en,
    how: [derivedOf(document, charge), howOf(document, charge), riderOf(charge)].filter(Boolean).join(" "),
    rows: charge.rates.map((row) => ({ who: whoOf(document, row), what: whatOf(document, charge, row) })),
  }));
}

function whoOf(document: RateDocument, row: Row): string {
  const season = row.season === undefined ? "" : (document.seasons.find(({ id }) => id === row.season)?.name.en ?? row.season);
  const when = Object.entries(row.when ?? {}).map(([name, value]) => ATTRIBUTES[name]?.(value) ?? `${counted(name)} ${value}`);
  const from = row.from === undefined ? "" : `from ${formatDate("en", row.from, "day")}`;
  return capital([season, ...when, from].filter(Boolean).join(", "));
}

const unitOf = (document: RateDocument, charge: Charge): string => ("unit" in charge && charge.unit !== undefined ? charge.unit : document.unit);

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WITHOUT: Readonly<Record<DerivedOf<"winter-average">["without"], string>> = {
  actual: "actual use", default: "a fixed average", "class-average": "the class's average", "lesser-of-actual-and-class": "the lesser of actual use and the class's average",
};

/** How a charge's quantity comes about, where it is not simply what a meter shows. */
function derivedOf({ derived = [], unit }: RateDocument, charge: Charge): string {
  const name = "determinant" in charge ? charge.determinant : undefined;
  const rule = derived.find(({ id }) => id === name);
  if (rule === undefined) return derived.some(({ id }) => `${id}.settled` === name) ? "On what the yearly settlement takes out of the bank." : "";
  switch (rule.kind) {
    case "heat": return `${perUnit(unit)} × ${rule.pressure === undefined ? "" : "pressure factor × "}heat content${rule.heatContentRider === undefined ? ` (${rule.heatContent.at(-1)!.factor})` : `, by the rider ${rule.heatContentRider}`}, in ${rule.unit}s to ${rule.round.decimals} decimals.`;
    case "unmetered": return `Agreed use without a meter: ${listed(rule.items.map(({ name: item, each }) => `${item.en.toLowerCase()} ${each} ${rule.unit}`))} each ${rule.per === "day" ? "day" : "period"}.`;
    case "winter-average": return [
      `The average of ${listed(rule.months.map((month) => MONTHS[month - 1]!))}${rule.bill === "lesser" ? ", or actual use if that is less" : ""}, new each ${MONTHS[rule.effectiveMonth - 1]}.`,
      rule.floor === undefined ? "" : `At least ${rule.floor} ${unit}.`, rule.cap === undefined ? "" : `At most ${rule.cap} ${unit}.`,
      `Without an average: ${WITHOUT[rule.without]}${rule.without === "default" ? `, ${rule.default} ${unit}` : ""}.`,
    ].filter(Boolean).join(" ");
    case "net-metering": return `What was taken less what was sent back; the rest is kept in a bank${rule.schedule === undefined ? "" : " for each period of the day"} and settled ${rule.settle === "every-bill" ? "with every bill" : `each ${MONTHS[rule.settle.month - 1]}`}.`;
  }
}

function riderOf(charge: Charge): string {
  return "rider" in charge && charge.rider !== undefined ? `The price follows the rider ${charge.rider.id} by its dates.` : "";
}

function howOf(document: RateDocument, charge: Charge): string {
  const names = (of: readonly string[]) => listed(of.flatMap((id) => document.bases.find((base) => base.id === id)?.of ?? [id]).map((id) => document.charges.find((each) => each.id === id)?.name.en.toLowerCase() ?? id));
  const each = "times" in charge && charge.times !== undefined ? ` for each ${counted(charge.times)}` : "";
  switch (charge.kind) {
    case "fixed": return `A fixed amount ${charge.per === "day" ? "a day" : "on each bill"}${each}.`;
    case "flat": return `One price for every ${perUnit(unitOf(document, charge))}.`;
    case "tiered": return charge.assess === "whole" ? "All usage has the price of the step that it reaches." : `Each step has its own price${charge.widths === "day" ? "; steps are as wide as the days of the bill" : ""}${each ? `; steps are that wide${each}` : ""}.`;
    case "time-of-use": return `The price follows the hour in which a ${perUnit(unitOf(document, charge))} was used.${charge.rates[0]!.tiersByPeriod === undefined ? "" : charge.tierSplit === "share" ? " All usage fills the steps; each period takes its share of them." : " Each period's usage fills steps of its own."}`;
    case "demand": return [
      `${charge.coincident === true ? `The ${charge.intervalMinutes} minutes in which the whole system peaked` : `The highest ${charge.intervalMinutes} minutes`} count, in ${charge.unit}${charge.schedule === undefined ? "" : ", in each period of the day"}.`,
      charge.powerFactor === undefined ? "" : `Raised for a power factor below ${charge.powerFactor.target} percent${charge.powerFactor.adjust === "ratio" ? ", by the ratio" : `, by ${charge.powerFactor.adjust.percentPerPoint} percent for each percent`}.`,
      charge.contract === undefined ? "" : `At least ${charge.contract.percent} percent of the contract's demand.`,
      charge.minimum === undefined ? "" : `At least ${charge.minimum} ${charge.unit} are billed.`,
      charge.ratchet === undefined ? "" : `At least ${charge.ratchet.percent} percent of the highest of the last ${charge.ratchet.months} months.`,
    ].filter(Boolean).join(" ");
    case "percentage": return `A percentage of ${names(charge.of)}.`;
    case "minimum": return `The least to pay for ${names(charge.of)} together.`;
    case "maximum": return `The most to pay for ${names(charge.of)} together.`;
    case "formula": return `Reckoned as ${charge.amount}.`;
    case "budget": return `Each step has its own price; steps follow the customer's allocation${charge.allocations.length === 0 ? "" : `: ${listed(charge.allocations.map(({ label, formula }) => `${label.en.toLowerCase()} = ${formula}`))}`}.`;
    case "credit": return `Taken off${charge.of ? ` ${names(charge.of)}` : " the bill"}.`;
  }
}

type Tier = Extract<Charge, { kind: "tiered" }>["rates"][number]["tiers"][number];

/** "first 300 kWh at $0.12, above 300 kWh at $0.15". */
function tiersOf(tiers: readonly Tier[], unit: string): string {
  let begin: string | null = null;
  return listed(tiers.map(({ upTo, hours, price }) => {
    const ends = [upTo === null ? "" : `${upTo} ${unit}`, hours === undefined ? "" : `${hours} hours' use`].filter(Boolean).join(" or ");
    const words = ends === "" ? (begin === null ? `all at ${dollars(price)}` : `above ${begin} at ${dollars(price)}`) : `${begin === null ? "first" : "up to"} ${ends} at ${dollars(price)}`;
    if (ends !== "") begin = ends;
    return words;
  }));
}

function whatOf(document: RateDocument, charge: Charge, row: Row): string {
  const per = perUnit(unitOf(document, charge));
  if (charge.kind === "budget" && "figures" in row && "tiers" in row) return `${listed(row.tiers.map(({ upTo, price }) => `${upTo === null ? "beyond" : `up to ${upTo}`} at ${dollars(price)}`))}; ${listed(Object.entries(row.figures).map(([name, value]) => `${spaced(name)} ${value}`))}`;
  if ("tiers" in row && row.tiers !== undefined) return tiersOf(row.tiers, unitOf(document, charge));
  if ("tiersByPeriod" in row && row.tiersByPeriod !== undefined) {
    const schedule = document.schedules.find(({ id }) => "schedule" in charge && id === charge.schedule);
    return Object.entries(row.tiersByPeriod).map(([id, tiers]) => `${(schedule?.periods.find((period) => period.id === id)?.name.en ?? id).toLowerCase()}: ${tiersOf(tiers, unitOf(document, charge))}`).join("; ");
  }
  if ("prices" in row && row.prices !== undefined) {
    const schedule = document.schedules.find(({ id }) => "schedule" in charge && id === charge.schedule);
    return listed(Object.entries(row.prices).map(([id, price]) => `${(schedule?.periods.find((period) => period.id === id)?.name.en ?? id).toLowerCase()} ${dollars(price)}`)) + ` per ${per}`;
  }
  if ("figures" in row) return listed(Object.entries(row.figures).map(([name, value]) => `${spaced(name)} ${value}`));
  if ("percent" in row && row.percent !== undefined) return `${row.percent} percent`;
  if ("amount" in row && row.amount !== undefined) return dollars(row.amount);
  if ("price" in row && row.price !== undefined) return `${dollars(row.price)} per ${charge.kind === "demand" ? charge.unit : per}`;
  return "";
}
