/** Rates with the figures of real published tariffs, for the demonstration utility and the tests. */
import { electricBusiness, electricCommercialDemand, electricTiered, electricTimeOfUse } from "./electric.ts";
import { gasByVolume, gasResidential } from "./gas.ts";
import type { PublishedRate } from "./published-rate.ts";
import { sewerResidential, sewerWinterAverage } from "./sewer.ts";
import { waterResidential } from "./water.ts";
import { waterBudget, waterByHomes } from "./water-by-household.ts";

export type { PublishedRate };
export { electricBusiness, electricCommercialDemand, electricTiered, electricTimeOfUse, gasByVolume, gasResidential, sewerResidential, sewerWinterAverage, waterBudget, waterByHomes, waterResidential };

export const PUBLISHED_RATES: readonly PublishedRate[] = [
  waterResidential, waterBudget, waterByHomes, sewerResidential, sewerWinterAverage, electricTimeOfUse, electricTiered, electricCommercialDemand, electricBusiness, gasResidential, gasByVolume,
];
