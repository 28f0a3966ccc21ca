import type { PublishedRate } from "./published-rate.ts";

/** A flat fee and a price on the water used. */
export const sewerResidential: PublishedRate = {
  scheduleId: "sewer-residential",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "sewer",
    name: { en: "Sewer, homes", es: "Alcantarillado, viviendas" },
    unit: "ccf",
    source: "City of Geneva, Nebraska, sewer: $18.00 a month and $2.75 per 100 cubic feet of water",
    charges: [
      { id: "sewer-service", kind: "fixed", name: { en: "Sewer service charge", es: "Cargo por servicio de alcantarillado" }, glKey: "sewer.fixed", rates: [{ amount: "18.00" }] },
      { id: "sewer-use", kind: "flat", name: { en: "Sewer, by water used", es: "Alcantarillado, según el agua usada" }, glKey: "sewer.use", rates: [{ price: "2.75" }] },
    ],
  },
};
