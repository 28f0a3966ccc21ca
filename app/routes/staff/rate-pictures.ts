/** A version as pictures: the steps of tiers, and the weeks of hours of time-of-use prices, one a season. */
import type { TierStep } from "../../charts/tier-steps.tsx";
import type { TouPeriod } from "../../charts/tou-map.tsx";
import type { Unit } from "../../format/quantities.ts";
import { parseMilli } from "../../../domain/metering/index.ts";
import { compileRate, type Charge, type RateDocument } from "../../../domain/rating/index.ts";
import { perUnit } from "./rate-words.ts";

export interface StepsPicture { readonly key: string; readonly title: string; readonly unit: Unit; readonly per: string; readonly steps: readonly TierStep[] }
export interface WeekPicture { readonly key: string; readonly title: string; readonly periods: readonly TouPeriod[]; readonly week: readonly (readonly string[])[] }

/** Pictures of one tariff that somebody looks at; more rows (by meter size, by class) stand in the table alone. */
const STEPS_MAX = 4;

const seasonName = (document: RateDocument, id: string | undefined): string => (id === undefined ? "" : (document.seasons.find((season) => season.id === id)?.name.en ?? id));

export function stepsPictures(document: RateDocument): StepsPicture[] {
  return document.charges.flatMap((charge) => (charge.kind === "tiered" ? stepsOf(document, charge) : [])).slice(0, STEPS_MAX);
}

function stepsOf(document: RateDocument, charge: Extract<Charge, { kind: "tiered" }>): StepsPicture[] {
  const unit = (charge.unit ?? document.unit) as Unit;
  // Steps of a credit have no height, and steps by hours' use no width of their own.
  const rows = charge.rates.filter((row) => row.tiers.length > 1 && row.tiers.every(({ price, hours }) => !price.startsWith("-") && hours === undefined));
  return rows.map((row, i) => {
    let from = 0;
    const steps = row.tiers.map(({ upTo, price }): TierStep => {
      const to = upTo === null ? null : (parseMilli(upTo) ?? 0);
      const step = { from, to, price: sizeOf(price), priceText: `$${price}` };
      from = to ?? from;
      return step;
    });
    const who = [seasonName(document, row.season), ...Object.values(row.when ?? {})].filter(Boolean).join(", ");
    return { key: `${charge.id} ${i}`, title: who === "" ? charge.name.en : `${charge.name.en}, ${who.toLowerCase()}`, unit, per: perUnit(unit), steps };
  });
}

/** Weeks of ordinary days, Monday first; a holiday follows rules of its own, which the sentences say. */
export function weekPictures(document: RateDocument): WeekPicture[] {
  const compiled = compileRate(document);
  return document.charges.flatMap((charge) => {
    if (charge.kind !== "time-of-use") return [];
    const schedule = document.schedules.find(({ id }) => id === charge.schedule);
    const table = compiled.schedules.find(({ id }) => id === charge.schedule)?.table;
    if (!schedule || !table) return [];
    const seasons = document.seasons.length === 0 ? [undefined] : document.seasons.map(({ id }) => id);
    return seasons.flatMap((season, index) => {
      const row = charge.rates.find((each) => each.season === season || each.season === undefined);
      if (!row) return [];
      return [{
        key: `${charge.id} ${season ?? ""}`,
        title: season === undefined ? charge.name.en : `${charge.name.en}: ${seasonName(document, season)}`,
        periods: levels(schedule.periods.map(({ id, name }) => ({ id, name: name.en, price: row.prices?.[id] ?? row.tiersByPeriod?.[id]?.[0]!.price ?? "0" })), perUnit(charge.unit ?? document.unit)),
        week: Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (_, hour) => schedule.periods[table[(index * DAY_KINDS + day) * MINUTES + hour * 60]!]!.id)),
      }];
    });
  });
}

/** Kinds of day and minutes of one, as the compiled schedule counts them. */
const DAY_KINDS = 8;
const MINUTES = 1440;

/** The dearest darkest. */
function levels(periods: readonly { readonly id: string; readonly name: string; readonly price: string }[], per: string): TouPeriod[] {
  const prices = [...new Set(periods.map(({ price }) => sizeOf(price)))].sort((a, b) => a - b);
  return periods.map(({ id, name, price }) => {
    const rank = prices.indexOf(sizeOf(price));
    const level = prices.length === 1 ? 2 : Math.min(4, 1 + Math.round((rank * 3) / (prices.length - 1)));
    return { id, name, priceText: `$${price} per ${per}`, level: level as TouPeriod["level"] };
  });
}

/** A price for comparing with others, as a whole number of its eighth decimal. */
function sizeOf(price: string): number {
  const [whole = "0", fraction = ""] = price.replace("-", "").split(".");
  const size = Number(`${whole}${fraction.padEnd(8, "0").slice(0, 8)}`);
  return price.startsWith("-") ? -size : size;
}
