/** Every price of a charge with its path, and the number of decimals in which the charge is counted. */
import { decimalsOf } from "../money/decimal.ts";
import type { Charge } from "./schema.ts";

/** Amounts are counted at least in cents. */
const DECIMALS_MIN = 2;

export function chargePrices(charge: Charge): { readonly path: string; readonly price: string }[] {
  const rider = "rider" in charge ? charge.rider : undefined;
  return [...rowPrices(charge), ...(rider === undefined ? [] : [{ path: "rider.largest", price: rider.largest }])];
}

function rowPrices(charge: Charge): { readonly path: string; readonly price: string }[] {
  switch (charge.kind) {
    case "fixed":
    case "minimum":
    case "maximum":
      return charge.rates.map(({ amount }, i) => ({ path: `rates.${i}.amount`, price: amount }));
    case "flat":
      return charge.rates.map(({ price }, i) => ({ path: `rates.${i}.price`, price }));
    case "tiered":
    case "budget":
      return charge.rates.flatMap(({ tiers }, i) => byTier(tiers, `rates.${i}.tiers`));
    case "formula":
      return [];
    case "time-of-use":
      return charge.rates.flatMap((row, i) => byPeriod(row, i));
    case "demand":
      return charge.rates.flatMap((row, i) => [
        ...(row.price === undefined ? [] : [{ path: `rates.${i}.price`, price: row.price }]),
        ...byTier(row.tiers ?? [], `rates.${i}.tiers`),
        ...byPeriod(row, i),
      ]);
    case "percentage":
      return charge.rates.map(({ percent }, i) => ({ path: `rates.${i}.percent`, price: percent }));
    case "credit":
      return charge.rates.map(({ amount, price, percent }, i) => {
        const form = amount !== undefined ? "amount" : price !== undefined ? "price" : "percent";
        return { path: `rates.${i}.${form}`, price: amount ?? price ?? percent ?? "0" };
      });
  }
}

type Tiers = readonly { readonly price: string }[];

function byTier(tiers: Tiers, path: string): { path: string; price: string }[] {
  return tiers.map(({ price }, i) => ({ path: `${path}.${i}.price`, price }));
}

function byPeriod({ prices = {}, tiersByPeriod = {} }: { prices?: Readonly<Record<string, string>> | undefined; tiersByPeriod?: Readonly<Record<string, Tiers>> | undefined }, row: number): { path: string; price: string }[] {
  return [
    ...Object.entries(prices).map(([id, price]) => ({ path: `rates.${row}.prices.${id}`, price })),
    ...Object.entries(tiersByPeriod).flatMap(([id, tiers]) => byTier(tiers, `rates.${row}.tiersByPeriod.${id}`)),
  ];
}

/** Decimals in which all prices of the charge are whole. */
export function chargeDecimals(charge: Charge): number {
  const finest = "rider" in charge && charge.rider !== undefined ? charge.rider.decimals : DECIMALS_MIN;
  return Math.max(DECIMALS_MIN, finest, ...chargePrices(charge).map(({ price }) => decimalsOf(price)));
}
