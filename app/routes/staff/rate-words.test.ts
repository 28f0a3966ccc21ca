import { expect, test } from "vitest";
import { electricNetMetered, gasByHeat, parseRateDocument, sewerWinterAverage, waterBudget, waterByHomes, type RateDocumentInput } from "../../../domain/rating/index.ts";
import { stepsPictures, weekPictures } from "./rate-pictures.ts";
import { chargeWords } from "./rate-words.ts";

function documentOf(input: RateDocumentInput) {
  const parsed = parseRateDocument(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.document;
}

const WATER = documentOf({
  format: 1, commodity: "water", name: { en: "Water" }, unit: "kgal",
  charges: [
    { id: "service", kind: "fixed", name: { en: "Service charge" }, glKey: "water", rates: [{ when: { meterSize: '5/8"' }, amount: "14.60" }, { when: { meterSize: '1"' }, amount: "22.10" }] },
    { id: "use", kind: "tiered", name: { en: "Water use" }, glKey: "water", rates: [{ tiers: [{ upTo: "3", price: "2.41" }, { upTo: "6", price: "3.62" }, { upTo: null, price: "5.18" }] }] },
    { id: "tax", kind: "percentage", name: { en: "City tax" }, glKey: "tax", of: ["service", "use"], rates: [{ percent: "5" }] },
  ],
});

test("each charge is a sentence, with a row for each kind of customer", () => {
  expect(chargeWords(WATER)).toEqual([
    { id: "service", name: "Service charge", how: "A fixed amount on each bill.", rows: [{ who: '5/8" meter', what: "$14.60" }, { who: '1" meter', what: "$22.10" }] },
    { id: "use", name: "Water use", how: "Each step has its own price.", rows: [{ who: "", what: "first 3 kgal at $2.41, up to 6 kgal at $3.62 and above 6 kgal at $5.18" }] },
    { id: "tax", name: "City tax", how: "A percentage of service charge and water use.", rows: [{ who: "", what: "5 percent" }] },
  ]);
});

test("tiers are steps from where the one before ends", () => {
  expect(stepsPictures(WATER)[0]).toMatchObject({ title: "Water use", per: "1,000 gallons", steps: [{ from: 0, to: 3000 }, { from: 3000, to: 6000 }, { from: 6000, to: null, priceText: "$5.18" }] });
});

test("a time-of-use price is a week of hours for each season, the dearest hour the darkest", () => {
  const document = documentOf({
    format: 1, commodity: "electric", name: { en: "Electricity" }, unit: "kWh",
    seasons: [{ id: "summer", name: { en: "Summer" }, ranges: [{ from: "06-01", to: "09-30" }] }, { id: "winter", name: { en: "Winter" }, ranges: [{ from: "10-01", to: "05-31" }] }],
    schedules: [{ id: "tod", periods: [{ id: "peak", name: { en: "Peak" } }, { id: "off", name: { en: "Off-peak" } }], rules: [
      { days: ["weekdays"], hours: [{ from: "00:00", to: "16:00", period: "off" }, { from: "16:00", to: "21:00", period: "peak" }, { from: "21:00", to: "24:00", period: "off" }] },
      { days: ["weekends", "holidays"], hours: [{ from: "00:00", to: "24:00", period: "off" }] },
    ] }],
    charges: [{ id: "energy", kind: "time-of-use", name: { en: "Energy" }, glKey: "electric", schedule: "tod", rates: [{ season: "summer", prices: { peak: "0.30", off: "0.10" } }, { season: "winter", prices: { peak: "0.20", off: "0.10" } }] }],
  });
  const pictures = weekPictures(document);
  expect(pictures.map((picture) => picture.title)).toEqual(["Energy: Summer", "Energy: Winter"]);
  const [summer] = pictures;
  expect([summer!.week[0]![15], summer!.week[0]![16], summer!.week[0]![20], summer!.week[0]![21], summer!.week[5]![17]]).toEqual(["off", "peak", "peak", "off", "off"]);
  expect(summer!.periods.map(({ id, level, priceText }) => [id, level, priceText])).toEqual([["peak", 4, "$0.30 per kWh"], ["off", 1, "$0.10 per kWh"]]);
  expect(chargeWords(document)[0]!.rows[0]).toEqual({ who: "Summer", what: "peak $0.30 and off-peak $0.10 per kWh" });
});

test("a water budget and an amount by formula: what is reckoned, and with which figures", () => {
  const [budget] = chargeWords(documentOf(waterBudget.document)).slice(1);
  expect(budget).toEqual({
    id: "water-use", name: "Water use",
    how: "Each step has its own price; steps follow the customer's allocation: indoor = gallonsPerPerson * people * standardDays / 748, outdoor = landscapeFactor * evapotranspiration * irrigatedArea * 0.62 / 748 and water budget = indoor + outdoor.",
    rows: [{ who: "", what: "up to indoor at $1.49, up to 1.01 * budget at $1.70, up to 1.26 * budget at $2.62, up to 1.51 * budget at $4.38 and beyond at $9.17; gallons per person 60, standard days 30.4 and landscape factor 0.7" }],
  });
  const [service] = chargeWords(documentOf(waterByHomes.document));
  expect(service).toMatchObject({ how: "Reckoned as firstHome + (dwellingUnits - 1) * firstHome * furtherHomes.", rows: [{ what: "first home 61.50 and further homes 0.55" }] });
});

test("a quantity that is not simply what a meter shows is said: heat, the winter's average, a bank, a rider, the system's peak", () => {
  const how = (document: RateDocumentInput, id: string) => chargeWords(documentOf(document)).find((charge) => charge.id === id)!.how;
  expect(how(gasByHeat.document, "gas-use")).toBe("100 cubic feet × heat content (1.036), in therms to 2 decimals. One price for every therm.");
  expect(how(sewerWinterAverage.document, "sewer-use")).toBe("The average of December, January and February, new each March. Without an average: a fixed average, 4 kgal. One price for every 1,000 gallons.");
  expect(how(electricNetMetered.document, "energy")).toBe("What was taken less what was sent back; the rest is kept in a bank and settled each April. Each step has its own price; steps are as wide as the days of the bill.");
  expect(how(electricNetMetered.document, "surplus")).toBe("On what the yearly settlement takes out of the bank. Taken off the bill.");
  const plant: RateDocumentInput = {
    format: 1, commodity: "electric", name: { en: "Plant" }, unit: "kWh",
    charges: [
      { id: "pca", kind: "flat", name: { en: "PCA" }, glKey: "electric", rider: { id: "pca" }, rates: [{ price: "0" }] },
      { id: "peak", kind: "demand", name: { en: "Peak" }, glKey: "electric", coincident: true, powerFactor: { target: "90", adjust: "ratio" }, contract: { percent: "80" }, rates: [{ price: "9" }] },
    ],
  };
  expect(how(plant, "pca")).toBe("One price for every kWh. The price follows the rider pca by its dates.");
  expect(how(plant, "peak")).toBe("The 15 minutes in which the whole system peaked count, in kW. Raised for a power factor below 90 percent, by the ratio. At least 80 percent of the contract's demand.");
});
