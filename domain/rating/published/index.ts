/** Rates with the figures of real published tariffs, for the demonstration utility and the tests. */
import { electricBusiness, electricCommercialDemand, electricNetMetered, electricTiered, electricTimeOfUse } from "./electric.ts";
import { gasByHeat, gasByVolume, gasResidential } from "./gas.ts";
import type { PublishedRate } from "./published-rate.ts";
import { sewerResidential, sewerWinterAverage } from "./sewer.ts";
import { waterResidential } from "./water.ts";
import { waterBudget, waterByHomes } from "./water-by-household.ts";

export type { PublishedRate };
export { electricBusiness, electricCommercialDemand, electricNetMetered, electricTiered, electricTimeOfUse, gasByHeat, gasByVolume, gasResidential, sewerResidential, sewerWinterAverage, waterBudget, waterByHomes, waterResidential };

export const PUBLISHED_RATES: readonly PublishedRate[] = [
  waterResidential, waterBudget, waterByHomes, sewerResidential, sewerWinterAverage, electricTimeOfUse, electricTiered, electricCommercialDemand, electricBusiness, electricNetMetered, gasResidential, gasByHeat, gasByVolume,
];
