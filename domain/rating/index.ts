/** Rating: a tariff as data, compiled once, pricing a segment to the exact cent and explaining each line. */
export { RATE_DOCUMENT_FORMAT } from "./schema.ts";
export { bankAfter, WINTER_AVERAGE } from "./derive.ts";
export { bankSchedule, energyByPeriod } from "./net-registers.ts";
export type { Charge, ChargeKind, ChargeOf, Derived, DerivedOf, RateDocument, RateDocumentInput, Season, Schedule } from "./schema.ts";
export { parseRateDocument, type ParsedRate } from "./document.ts";
export { compileRate, type CompiledRate } from "./compile.ts";
export { determinantsFromUsage, RatingError, type Determinants, type DeterminantSeries, type ProgramEnrollment, type RiderTables } from "./determinants.ts";
export {
  chargeAcrossVersions, chargeSegment, rateAcrossVersions, rateCents, rateSegment, versionPeriods, RATE_ENGINE_VERSION,
  type ChargedAcrossVersions, type ChargedLine, type ChargedSegment, type DatedRate, type RatedAcrossVersions, type RatedLine, type RatedSegment,
} from "./rate.ts";
export { countsNeeded, usesUsage } from "./charge-formulas.ts";
export type { RatedStep } from "./explain.ts";
export type { Issue } from "./tou-calendar.ts";
export * from "./published/index.ts";
