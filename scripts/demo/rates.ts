/** What the demonstration charges: the product's published rates, under the schedules of this utility. */
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { electricBusiness, electricCommercialDemand, electricTiered, electricNetMetered, electricTimeOfUse, gasByHeat, sewerResidential, sewerWinterAverage, waterResidential, type PublishedRate } from "../../domain/rating/published/index.ts";
import type { NewRateVersion } from "../../worker/operations/rates.ts";
import type { Pattern } from "./generator.ts";

/** The figures of one customer class under the name of another, where a town charges both the same. */
const forBusinesses = (rate: PublishedRate, scheduleId: string, en: string, es: string): PublishedRate => ({ scheduleId, customerClass: "commercial", document: { ...rate.document, name: { en, es } } });

const waterBusiness = forBusinesses(waterResidential, "water-business", "Water, businesses", "Agua, comercios");
const sewerBusiness = forBusinesses(sewerResidential, "sewer-business", "Sewer, businesses", "Alcantarillado, comercios");

const RATES: readonly PublishedRate[] = [waterResidential, waterBusiness, sewerWinterAverage, sewerBusiness, electricTimeOfUse, electricTiered, electricBusiness, electricCommercialDemand, electricNetMetered, gasByHeat];

export const SCHEDULES = {
  /** The schedule of a service. `flat`: a home that kept the prices that do not follow the clock. `panels`: one that sends energy back. */
  of(commodity: string, pattern: Pattern, flat: boolean, panels: boolean): string {
    const home = pattern === "home";
    switch (commodity) {
      case "water": return (home ? waterResidential : waterBusiness).scheduleId;
      case "sewer": return (home ? sewerWinterAverage : sewerBusiness).scheduleId;
      case "gas": return gasByHeat.scheduleId;
      default:
        if (home && panels) return electricNetMetered.scheduleId;
        if (home) return (flat ? electricTiered : electricTimeOfUse).scheduleId;
        return (pattern === "plant" ? electricCommercialDemand : electricBusiness).scheduleId;
    }
  },
};

/** Rates count from well before the first bill. */
const BEFORE_DAYS = 200;

/**
 * The versions to publish. Where prices follow the clock only since a day (a large town whose homes have had intervals for
 * some weeks), the schedule has the tiered prices before it, as its first version.
 */
export function rateVersions(from: LocalDate, clockRatesFrom: LocalDate | null): NewRateVersion[] {
  const effectiveOn = addDays(from, -BEFORE_DAYS);
  return RATES.flatMap((rate): NewRateVersion[] => {
    const { scheduleId, customerClass, document } = rate;
    const version = (number: number, since: LocalDate, text: PublishedRate["document"]): NewRateVersion => ({ scheduleId, name: document.name.en, commodity: document.commodity, customerClass, version: number, effectiveOn: since, document: text });
    if (rate !== electricTimeOfUse || clockRatesFrom === null) return [version(1, effectiveOn, document)];
    return [version(1, effectiveOn, electricTiered.document), version(2, clockRatesFrom, document)];
  });
}
