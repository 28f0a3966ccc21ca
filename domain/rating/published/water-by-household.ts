import type { PublishedRate } from "./published-rate.ts";

/** A water budget: 60 gallons a day for each person, and what the irrigated area needs by the month's evapotranspiration. */
export const waterBudget: PublishedRate = {
  scheduleId: "water-budget",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "water",
    name: { en: "Water by household budget", es: "Agua según el presupuesto del hogar" },
    unit: "ccf",
    source: "Moulton Niguel Water District, California, single-family homes, effective 2016-01-01",
    // Square feet of a large estate.
    largest: { count: "1000000" },
    charges: [
      {
        id: "water-service",
        kind: "fixed",
        name: { en: "Water service charge", es: "Cargo por servicio de agua" },
        glKey: "water.fixed",
        rates: [
          { when: { meterSize: '5/8"' }, amount: "11.39" },
          { when: { meterSize: '3/4"' }, amount: "11.39" },
          { when: { meterSize: '1"' }, amount: "11.39" },
          { when: { meterSize: '1 1/2"' }, amount: "37.98" },
          { when: { meterSize: '2"' }, amount: "60.77" },
        ],
      },
      {
        id: "water-use",
        kind: "budget",
        name: { en: "Water use", es: "Consumo de agua" },
        glKey: "water.use",
        allocations: [
          { name: "indoor", label: { en: "Indoor", es: "Interior" }, formula: "gallonsPerPerson * people * standardDays / 748" },
          { name: "outdoor", label: { en: "Outdoor", es: "Exterior" }, formula: "landscapeFactor * evapotranspiration * irrigatedArea * 0.62 / 748" },
          { name: "budget", label: { en: "Water budget", es: "Presupuesto de agua" }, formula: "indoor + outdoor" },
        ],
        rates: [
          {
            figures: { gallonsPerPerson: "60", standardDays: "30.4", landscapeFactor: "0.7" },
            tiers: [
              { upTo: "indoor", price: "1.49" },
              { upTo: "1.01 * budget", price: "1.70" },
              { upTo: "1.26 * budget", price: "2.62" },
              { upTo: "1.51 * budget", price: "4.38" },
              { upTo: null, price: "9.17" },
            ],
          },
        ],
      },
    ],
  },
};

/** Several homes behind one meter: each after the first pays 55 percent of the charges and has 55 percent of the steps. */
export const waterByHomes: PublishedRate = {
  scheduleId: "water-by-homes",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "water",
    name: { en: "Water, several homes", es: "Agua, varias viviendas" },
    unit: "ccf",
    source: "Sweetwater Springs Water District, California, multiple homes, two months a bill, effective 2017-07-01",
    proration: { standardDays: "60.83" },
    charges: [
      {
        id: "water-service",
        kind: "formula",
        name: { en: "Water service charge", es: "Cargo por servicio de agua" },
        glKey: "water.fixed",
        amount: "firstHome + (dwellingUnits - 1) * firstHome * furtherHomes",
        rates: [{ figures: { firstHome: "61.50", furtherHomes: "0.55" } }],
      },
      {
        id: "debt-reduction",
        kind: "formula",
        name: { en: "Capital debt reduction", es: "Reducción de la deuda de capital" },
        glKey: "water.fixed",
        amount: "firstHome + (dwellingUnits - 1) * firstHome * furtherHomes",
        rates: [{ figures: { firstHome: "11.25", furtherHomes: "0.55" } }],
      },
      {
        id: "water-use",
        kind: "budget",
        name: { en: "Water use", es: "Consumo de agua" },
        glKey: "water.use",
        wholeUnits: "exact",
        rates: [
          {
            figures: { furtherHomes: "0.55" },
            // The district's figures name the first unit of each step.
            tiers: [
              { upTo: "8 * (1 + (dwellingUnits - 1) * furtherHomes) - 1", price: "1.40" },
              { upTo: "20 * (1 + (dwellingUnits - 1) * furtherHomes) - 1", price: "2.85" },
              { upTo: "80 * (1 + (dwellingUnits - 1) * furtherHomes) - 1", price: "4.25" },
              { upTo: null, price: "6.15" },
            ],
          },
        ],
      },
    ],
  },
};
