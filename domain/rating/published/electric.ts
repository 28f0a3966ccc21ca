import type { PublishedRate } from "./published-rate.ts";

/** Peak from 4 to 9 p.m. every day, with a credit on the first kilowatt-hours of each day. */
export const electricTimeOfUse: PublishedRate = {
  scheduleId: "electric-time-of-use",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "electric",
    name: { en: "Electricity by time of day, homes", es: "Electricidad por horario, viviendas" },
    unit: "kWh",
    source: "Pacific Gas and Electric, E-TOU-C, as used in 2021 (energy and baseline figures); City of San José utility users tax, 5 percent",
    seasons: [
      { id: "summer", name: { en: "Summer", es: "Verano" }, ranges: [{ from: "06-01", to: "09-30" }] },
      { id: "may-october", name: { en: "May and October", es: "Mayo y octubre" }, ranges: [{ from: "05-01", to: "05-31" }, { from: "10-01", to: "10-31" }] },
      { id: "winter", name: { en: "Winter", es: "Invierno" }, ranges: [{ from: "11-01", to: "04-30" }] },
    ],
    schedules: [
      {
        id: "time-of-day",
        periods: [
          { id: "peak", name: { en: "Peak hours", es: "Horas pico" } },
          { id: "off-peak", name: { en: "Other hours", es: "Otras horas" } },
        ],
        rules: [
          {
            days: ["every-day"],
            hours: [
              { from: "00:00", to: "16:00", period: "off-peak" },
              { from: "16:00", to: "21:00", period: "peak" },
              { from: "21:00", to: "24:00", period: "off-peak" },
            ],
          },
        ],
      },
    ],
    charges: [
      { id: "delivery", kind: "fixed", per: "day", name: { en: "Electric service charge", es: "Cargo por servicio eléctrico" }, glKey: "electric.fixed", rates: [{ amount: "0.32854" }] },
      {
        id: "energy",
        kind: "time-of-use",
        name: { en: "Electricity by time of day", es: "Electricidad por horario" },
        glKey: "electric.energy",
        schedule: "time-of-day",
        rates: [
          { season: "summer", prices: { peak: "0.41333", "off-peak": "0.34989" } },
          { season: "may-october", prices: { peak: "0.31624", "off-peak": "0.29891" } },
          { season: "winter", prices: { peak: "0.31624", "off-peak": "0.29891" } },
        ],
      },
      {
        id: "baseline",
        kind: "tiered",
        name: { en: "Credit for basic use", es: "Crédito por consumo básico" },
        glKey: "electric.energy",
        widths: "day",
        rates: [
          { season: "summer", tiers: [{ upTo: "14.2", price: "-0.08633" }, { upTo: null, price: "0" }] },
          { season: "may-october", tiers: [{ upTo: "14.2", price: "-0.08633" }, { upTo: null, price: "0" }] },
          { season: "winter", tiers: [{ upTo: "12", price: "-0.08633" }, { upTo: null, price: "0" }] },
        ],
      },
      {
        id: "city-tax",
        kind: "percentage",
        name: { en: "City utility tax", es: "Impuesto municipal de servicios" },
        glKey: "tax.city",
        of: ["delivery", "energy", "baseline"],
        tax: "city",
        rates: [{ percent: "5" }],
      },
    ],
  },
};

/** Three blocks by kilowatt-hours a day, with a least amount to pay. */
export const electricTiered: PublishedRate = {
  scheduleId: "electric-tiered",
  customerClass: "residential",
  document: {
    format: 1,
    commodity: "electric",
    name: { en: "Electricity, homes", es: "Electricidad, viviendas" },
    unit: "kWh",
    source: "Pacific Gas and Electric, E-1 baseline region T, effective 2021-03-01; City of San José utility users tax, 5 percent",
    seasons: [
      { id: "summer", name: { en: "Summer", es: "Verano" }, ranges: [{ from: "05-01", to: "10-31" }] },
      { id: "winter", name: { en: "Winter", es: "Invierno" }, ranges: [{ from: "11-01", to: "04-30" }] },
    ],
    charges: [
      {
        id: "energy",
        kind: "tiered",
        name: { en: "Electricity use", es: "Consumo de electricidad" },
        glKey: "electric.energy",
        widths: "day",
        rates: [
          { season: "summer", tiers: [{ upTo: "6.8", price: "0.25902" }, { upTo: "27.2", price: "0.32596" }, { upTo: null, price: "0.40745" }] },
          { season: "winter", tiers: [{ upTo: "8.2", price: "0.25902" }, { upTo: "32.8", price: "0.32596" }, { upTo: null, price: "0.40745" }] },
        ],
      },
      { id: "least", kind: "minimum", name: { en: "Minimum charge", es: "Cargo mínimo" }, glKey: "electric.fixed", of: ["energy"], rates: [{ amount: "10.00" }] },
      {
        id: "city-tax",
        kind: "percentage",
        name: { en: "City utility tax", es: "Impuesto municipal de servicios" },
        glKey: "tax.city",
        of: ["energy", "least"],
        tax: "city",
        rates: [{ percent: "5" }],
      },
    ],
  },
};

const [TIERED_ENERGY, ...AFTER_ENERGY] = electricTiered.document.charges;

/** The tiered prices on what is taken less what panels send back, with a bank of kWh that is settled each April. */
export const electricNetMetered: PublishedRate = {
  scheduleId: "electric-net",
  customerClass: "residential",
  document: {
    ...electricTiered.document,
    name: { en: "Electricity, homes with panels", es: "Electricidad, viviendas con paneles" },
    source: `${electricTiered.document.source}; settlement: City of Palo Alto E-NSE-1, net surplus at $0.05841 a kWh, effective 2011-01-01`,
    derived: [{ id: "netUse", kind: "net-metering", settle: { month: 4 } }],
    charges: [
      { ...(TIERED_ENERGY as Extract<PublishedRate["document"]["charges"][number], { kind: "tiered" }>), determinant: "netUse" },
      ...AFTER_ENERGY,
      { id: "surplus", kind: "credit", name: { en: "Net surplus of the year", es: "Excedente neto del año" }, glKey: "electric.energy", determinant: "netUse.settled", rates: [{ price: "0.05841" }] },
    ],
  },
};

/** Days that count as weekends in commercial schedules. */
const HOLIDAYS: NonNullable<PublishedRate["document"]["holidays"]> = [
  { name: "New Year's Day", on: "01-01", observed: "monday" },
  { name: "Presidents' Day", weekday: "monday", month: 2, nth: 3 },
  { name: "Memorial Day", weekday: "monday", month: 5, nth: -1 },
  { name: "Independence Day", on: "07-04", observed: "monday" },
  { name: "Labor Day", weekday: "monday", month: 9, nth: 1 },
  { name: "Veterans Day", on: "11-11", observed: "monday" },
  { name: "Thanksgiving Day", weekday: "thursday", month: 11, nth: 4 },
  { name: "Christmas Day", on: "12-25", observed: "monday" },
];

/** Demand of the month, demand between 4 and 9 p.m., and energy in three periods. */
export const electricCommercialDemand: PublishedRate = {
  scheduleId: "electric-commercial-demand",
  customerClass: "commercial",
  document: {
    format: 1,
    commodity: "electric",
    name: { en: "Electricity with demand, businesses", es: "Electricidad con demanda, comercios" },
    unit: "kWh",
    source: "San Diego Gas & Electric, AL-TOU secondary, effective 2024-10-01; City of San Diego electric franchise fee differential, 5.78 percent",
    seasons: [
      { id: "summer", name: { en: "Summer", es: "Verano" }, ranges: [{ from: "06-01", to: "10-31" }] },
      { id: "winter", name: { en: "Winter", es: "Invierno" }, ranges: [{ from: "11-01", to: "02-29" }, { from: "05-01", to: "05-31" }] },
      { id: "spring", name: { en: "March and April", es: "Marzo y abril" }, ranges: [{ from: "03-01", to: "04-30" }] },
    ],
    holidays: HOLIDAYS,
    schedules: [
      {
        id: "time-of-day",
        periods: [
          { id: "peak", name: { en: "Peak hours", es: "Horas pico" } },
          { id: "off-peak", name: { en: "Off-peak hours", es: "Horas fuera de pico" } },
          { id: "night", name: { en: "Lowest-price hours", es: "Horas de menor precio" } },
        ],
        rules: [
          {
            seasons: ["summer", "winter"],
            days: ["weekdays"],
            hours: [
              { from: "00:00", to: "06:00", period: "night" },
              { from: "06:00", to: "16:00", period: "off-peak" },
              { from: "16:00", to: "21:00", period: "peak" },
              { from: "21:00", to: "24:00", period: "off-peak" },
            ],
          },
          {
            seasons: ["spring"],
            days: ["weekdays"],
            hours: [
              { from: "00:00", to: "06:00", period: "night" },
              { from: "06:00", to: "10:00", period: "off-peak" },
              { from: "10:00", to: "14:00", period: "night" },
              { from: "14:00", to: "16:00", period: "off-peak" },
              { from: "16:00", to: "21:00", period: "peak" },
              { from: "21:00", to: "24:00", period: "off-peak" },
            ],
          },
          {
            days: ["weekends", "holidays"],
            hours: [
              { from: "00:00", to: "14:00", period: "night" },
              { from: "14:00", to: "16:00", period: "off-peak" },
              { from: "16:00", to: "21:00", period: "peak" },
              { from: "21:00", to: "24:00", period: "off-peak" },
            ],
          },
        ],
      },
    ],
    charges: [
      { id: "service", kind: "fixed", name: { en: "Electric service charge", es: "Cargo por servicio eléctrico" }, glKey: "electric.fixed", rates: [{ amount: "766.91" }] },
      { id: "demand", kind: "demand", name: { en: "Highest demand of the month", es: "Demanda máxima del mes" }, glKey: "electric.demand", intervalMinutes: 15, rates: [{ price: "30.63" }] },
      {
        id: "peak-demand",
        kind: "demand",
        name: { en: "Demand in peak hours", es: "Demanda en horas pico" },
        glKey: "electric.demand",
        intervalMinutes: 15,
        schedule: "time-of-day",
        rates: [
          { season: "summer", prices: { peak: "45.61", "off-peak": "0", night: "0" } },
          { season: "winter", prices: { peak: "32.93", "off-peak": "0", night: "0" } },
          { season: "spring", prices: { peak: "32.93", "off-peak": "0", night: "0" } },
        ],
      },
      {
        id: "energy",
        kind: "time-of-use",
        name: { en: "Electricity by time of day", es: "Electricidad por horario" },
        glKey: "electric.energy",
        schedule: "time-of-day",
        rates: [
          { season: "summer", prices: { peak: "0.22842", "off-peak": "0.14825", night: "0.12431" } },
          { season: "winter", prices: { peak: "0.23992", "off-peak": "0.14299", night: "0.11473" } },
          { season: "spring", prices: { peak: "0.23992", "off-peak": "0.14299", night: "0.11473" } },
        ],
      },
      {
        id: "franchise",
        kind: "percentage",
        name: { en: "City franchise fee", es: "Tarifa municipal de franquicia" },
        glKey: "franchise.city",
        of: ["service", "demand", "peak-demand", "energy"],
        tax: "franchise",
        rates: [{ percent: "5.78" }],
      },
    ],
  },
};

/** A smaller business: weekday demand and energy, dearer from 7 a.m. (10 a.m. in summer) to 10 p.m. */
export const electricBusiness: PublishedRate = {
  scheduleId: "electric-business",
  customerClass: "commercial",
  document: {
    format: 1,
    commodity: "electric",
    name: { en: "Electricity by time of day, businesses", es: "Electricidad por horario, comercios" },
    unit: "kWh",
    source: "Virginia Electric and Power, GS-3 secondary, effective 2023-09-01",
    seasons: [
      { id: "summer", name: { en: "Summer", es: "Verano" }, ranges: [{ from: "06-01", to: "09-30" }] },
      { id: "winter", name: { en: "Winter", es: "Invierno" }, ranges: [{ from: "10-01", to: "05-31" }] },
    ],
    schedules: [
      {
        id: "time-of-day",
        periods: [
          { id: "on-peak", name: { en: "Weekday hours", es: "Horas hábiles" } },
          { id: "off-peak", name: { en: "Nights and weekends", es: "Noches y fines de semana" } },
        ],
        rules: [
          {
            seasons: ["summer"],
            days: ["weekdays"],
            hours: [
              { from: "00:00", to: "10:00", period: "off-peak" },
              { from: "10:00", to: "22:00", period: "on-peak" },
              { from: "22:00", to: "24:00", period: "off-peak" },
            ],
          },
          {
            seasons: ["winter"],
            days: ["weekdays"],
            hours: [
              { from: "00:00", to: "07:00", period: "off-peak" },
              { from: "07:00", to: "22:00", period: "on-peak" },
              { from: "22:00", to: "24:00", period: "off-peak" },
            ],
          },
          { days: ["weekends"], hours: [{ from: "00:00", to: "24:00", period: "off-peak" }] },
        ],
      },
    ],
    charges: [
      { id: "service", kind: "fixed", name: { en: "Electric service charge", es: "Cargo por servicio eléctrico" }, glKey: "electric.fixed", rates: [{ amount: "112.58" }] },
      {
        id: "demand",
        kind: "demand",
        name: { en: "Demand by time of day", es: "Demanda por horario" },
        glKey: "electric.demand",
        intervalMinutes: 30,
        schedule: "time-of-day",
        rates: [{ prices: { "on-peak": "18.208", "off-peak": "6.121" } }],
      },
      {
        id: "energy",
        kind: "time-of-use",
        name: { en: "Electricity by time of day", es: "Electricidad por horario" },
        glKey: "electric.energy",
        schedule: "time-of-day",
        rates: [{ prices: { "on-peak": "0.037802", "off-peak": "0.036664" } }],
      },
    ],
  },
};
