/** A compiled rate with the factors of the utility's shared tables, compiled once for what the tables hold. */
import { compileRate, type CompiledRate } from "./compile.ts";
import type { RiderTables } from "./determinants.ts";
import { ridden } from "./riders.ts";

/** More than the months of two years of replays; beyond, they are compiled again. */
const REMEMBERED = 100;

/** The rate itself when it follows no table. Errors: a `RatingError` naming the rider. */
export function withRiders(rate: CompiledRate, tables: RiderTables = {}): CompiledRate {
  if (rate.riderIds.length === 0) return rate;
  const key = JSON.stringify(rate.riderIds.map((id) => tables[id] ?? null));
  let compiled = rate.ridden.get(key);
  if (compiled === undefined) {
    compiled = compileRate(ridden(rate.document, tables));
    if (rate.ridden.size >= REMEMBERED) rate.ridden.clear();
    rate.ridden.set(key, compiled);
  }
  return compiled;
}
