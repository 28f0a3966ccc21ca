/** Short ways to a rate and a customer in the tests. */
import type { LocalDate } from "../calendar/local-date.ts";
import { MINUTE_MS, startOfDay } from "../calendar/zone.ts";
import { compileRate, parseRateDocument, type CompiledRate, type Determinants, type DeterminantSeries, type RateDocumentInput } from "./index.ts";

export const ZONE = "America/Chicago";

type Charges = RateDocumentInput["charges"];

export function waterRate(charges: Charges, more: Partial<RateDocumentInput> = {}): RateDocumentInput {
  return { format: 1, commodity: "water", name: { en: "Water" }, unit: "ccf", charges, ...more };
}

export function electricRate(charges: Charges, more: Partial<RateDocumentInput> = {}): RateDocumentInput {
  return { format: 1, commodity: "electric", name: { en: "Electricity" }, unit: "kWh", charges, ...more };
}

export function compiled(input: unknown): CompiledRate {
  const parsed = parseRateDocument(input);
  if (!parsed.ok) throw new Error(parsed.issues.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return compileRate(parsed.document);
}

/** A customer of June 2026 (30 days) unless the test says otherwise. */
export function customer(more: Partial<Determinants> = {}): Determinants {
  return { from: "2026-06-01", to: "2026-07-01", zone: ZONE, quantities: {}, ...more };
}

export function usedWater(ccf: number, more: Partial<Determinants> = {}): Determinants {
  return customer({ quantities: { usage: { ccf: Math.round(ccf * 1000) } }, ...more });
}

/** Intervals of kWh from a local day to another, each as the hour and day say, in thousandths. */
export function series(from: LocalDate, to: LocalDate, stepMinutes: number, value: (slot: number) => number, zone = ZONE): DeterminantSeries {
  const start = startOfDay(from, zone);
  const values = Int32Array.from({ length: (startOfDay(to, zone) - start) / (stepMinutes * MINUTE_MS) }, (_, slot) => value(slot));
  return { unit: "kWh", stepMinutes, start, values };
}
