import type { PublishedRate } from "./published-rate.ts";

/** A fixed charge and one price a therm. */
export const gasResidential: PublishedRate = {
  scheduleId: "gas-residential",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "gas",
    name: { en: "Natural gas, homes", es: "Gas natural, viviendas" },
    unit: "therm",
    source: "City of Enumclaw, Washington, residential natural gas, effective 2021-01-01",
    charges: [
      { id: "gas-service", kind: "fixed", name: { en: "Gas service charge", es: "Cargo por servicio de gas" }, glKey: "gas.fixed", rates: [{ amount: "8.13" }] },
      { id: "gas-use", kind: "flat", name: { en: "Gas use", es: "Consumo de gas" }, glKey: "gas.use", rates: [{ price: "0.8945" }] },
    ],
  },
};

/** Sold by heat, metered in volume: each hundred cubic feet holds so much heat. */
export const gasByHeat: PublishedRate = {
  scheduleId: "gas-therm",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "gas",
    name: { en: "Natural gas, by the therm", es: "Gas natural, por termia" },
    unit: "ccf",
    source: "City of Enumclaw, Washington, residential natural gas, effective 2021-01-01; heat content: 1,036 Btu a cubic foot, the US average of gas delivered as the EIA gives it",
    derived: [{ id: "therms", kind: "heat", unit: "therm", heatContent: [{ factor: "1.036" }], round: { decimals: 2 } }],
    charges: [
      { id: "gas-service", kind: "fixed", name: { en: "Gas service charge", es: "Cargo por servicio de gas" }, glKey: "gas.fixed", rates: [{ amount: "8.13" }] },
      { id: "gas-use", kind: "flat", name: { en: "Gas use", es: "Consumo de gas" }, glKey: "gas.use", determinant: "therms", unit: "therm", rates: [{ price: "0.8945" }] },
    ],
  },
};

/** Declining blocks by volume, where gas is sold by what the meter shows; the first thousand cubic feet are in the minimum. */
export const gasByVolume: PublishedRate = {
  scheduleId: "gas-volume",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "gas",
    name: { en: "Natural gas, by volume", es: "Gas natural, por volumen" },
    unit: "mcf",
    source: "City of Flemingsburg, Kentucky, natural gas inside city limits, code of ordinances",
    charges: [
      {
        id: "gas-first",
        kind: "fixed",
        name: { en: "Gas service with the first thousand cubic feet", es: "Servicio de gas con los primeros mil pies cúbicos" },
        glKey: "gas.fixed",
        rates: [{ amount: "9.665" }],
      },
      {
        id: "gas-use",
        kind: "tiered",
        name: { en: "Gas use", es: "Consumo de gas" },
        glKey: "gas.use",
        rates: [
          {
            tiers: [
              { upTo: "1", price: "0" },
              { upTo: "5", price: "6.993" },
              { upTo: "25", price: "6.853" },
              { upTo: "50", price: "6.653" },
              { upTo: "100", price: "6.483" },
              { upTo: null, price: "6.313" },
            ],
          },
        ],
      },
    ],
  },
};
