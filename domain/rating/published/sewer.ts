import type { PublishedRate } from "./published-rate.ts";

/** A price on the winter's average use; lawns do not drain into the sewer. */
export const sewerWinterAverage: PublishedRate = {
  scheduleId: "sewer-winter",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "sewer",
    name: { en: "Sewer, homes, by winter average", es: "Alcantarillado, viviendas, por promedio de invierno" },
    unit: "kgal",
    source: "City of Mulvane, Kansas, residential sewer: $21.00 a month and $5.25 per 1,000 gallons of the average of December, January and February; 4,000 gallons for new customers",
    derived: [{ id: "sewerUse", kind: "winter-average", months: [12, 1, 2], effectiveMonth: 3, averageDays: "30", minimumDays: 60, without: "default", default: "4" }],
    charges: [
      { id: "sewer-service", kind: "fixed", name: { en: "Sewer service charge", es: "Cargo por servicio de alcantarillado" }, glKey: "sewer.fixed", rates: [{ amount: "21.00" }] },
      { id: "sewer-use", kind: "flat", name: { en: "Sewer, by winter average", es: "Alcantarillado, por promedio de invierno" }, glKey: "sewer.use", determinant: "sewerUse", rates: [{ price: "5.25" }] },
    ],
  },
};

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
