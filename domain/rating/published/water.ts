import type { PublishedRate } from "./published-rate.ts";

/** Three blocks, monthly, service charge by meter size. The city's figures name the first unit of each block (12 and 25). */
export const waterResidential: PublishedRate = {
  scheduleId: "water-residential",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "water",
    name: { en: "Water, homes", es: "Agua, viviendas" },
    unit: "ccf",
    source: "City of Banning, California, single-family water, effective 2017-07-01",
    charges: [
      {
        id: "water-service",
        kind: "fixed",
        name: { en: "Water service charge", es: "Cargo por servicio de agua" },
        glKey: "water.fixed",
        rates: [
          { when: { meterSize: '5/8"' }, amount: "20.94" },
          { when: { meterSize: '3/4"' }, amount: "20.94" },
          { when: { meterSize: '1"' }, amount: "31.75" },
          { when: { meterSize: '1 1/2"' }, amount: "58.74" },
          { when: { meterSize: '2"' }, amount: "91.14" },
          { when: { meterSize: '3"' }, amount: "166.77" },
          { when: { meterSize: '4"' }, amount: "274.83" },
          { when: { meterSize: '6"' }, amount: "544.79" },
          { when: { meterSize: '8"' }, amount: "868.83" },
        ],
      },
      {
        id: "water-use",
        kind: "tiered",
        name: { en: "Water use", es: "Consumo de agua" },
        glKey: "water.use",
        boundary: "first-unit",
        rates: [
          {
            tiers: [
              { upTo: "12", price: "1.84" },
              { upTo: "25", price: "2.34" },
              { upTo: null, price: "2.64" },
            ],
          },
        ],
      },
    ],
  },
};
