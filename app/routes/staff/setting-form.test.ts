import { describe, expect, test } from "vitest";
import { veeParametersSchema } from "../../../domain/metering/vee-parameters.ts";
import { checkSetting, checkSetUp } from "../../../worker/operations/settings.ts";
import { errorsOf, readTopics } from "./setting-form.ts";
import { differences } from "./setting-words.ts";
import { figuresFor, figureText, forWhom, linesOf, THRESHOLD_PATHS, thresholdDifferences } from "./thresholds.ts";

function formOf(fields: Readonly<Record<string, string | readonly string[]>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) form.append(name, each);
  return form;
}

const UTILITY = { "utility.name": "Alder Creek", "utility.timeZone": "America/Chicago", "utility.phone": "", "utility.email": "", "utility.addressLines": "200 Mill Street\n\nCedar Falls, IA", "utility.commodities": ["water", "gas"] };
const GL = { "gl.receivable": "1200", "gl.cash": "1010", "gl.suspense": "2300" };

test("a set-up form becomes the value that is checked: empty rows are no rows, dollars are cents", () => {
  const { value, errors } = readTopics(formOf({
    ...UTILITY, ...GL, "cycles.0.id": "01", "cycles.0.name": "Cycle 1", "cycles.0.closeDay": "1", "cycles.1.id": "", "cycles.1.name": "", "cycles.1.closeDay": "",
    "holidays.0.on": "2026-12-25", "holidays.0.name": "Christmas Day", "fees.0.code": "late", "fees.0.name": "Late payment fee", "fees.0.amount": "$10", "fees.0.gl": "4900",
    "gl.accounts.0.key": "water", "gl.accounts.0.code": "4010", "gl.accounts.0.name": "Water sales",
  }), ["utility", "cycles", "holidays", "fees", "gl"]);
  expect(errors).toEqual([]);
  expect(checkSetUp(value).ok).toBe(true);
  expect(value).toMatchObject({ utility: { addressLines: ["200 Mill Street", "Cedar Falls, IA"], commodities: ["water", "gas"] }, cycles: [{ id: "01", closeDay: 1 }], fees: [{ amount: 10_00 }] });
});

test("what is wrong is said at the field it was typed in, also behind a row that was emptied", () => {
  const read = readTopics(formOf({
    ...UTILITY, ...GL, "cycles.0.id": "", "cycles.0.name": "", "cycles.0.closeDay": "", "cycles.1.id": "02", "cycles.1.name": "Cycle 2", "cycles.1.closeDay": "31",
    "fees.0.code": "late", "fees.0.name": "", "fees.0.amount": "ten", "fees.0.gl": "4900",
  }), ["utility", "cycles", "holidays", "fees", "gl"]);
  const checked = checkSetUp(read.value);
  const errors = errorsOf(read, checked.ok ? [] : checked.issues);
  expect(errors).toEqual([
    { field: "fees.0.amount", message: "Enter an amount such as 10.00." },
    { field: "cycles.1.closeDay", message: "The closing day: 1 to 28: every month has that day." },
    { field: "fees.0.name", message: "The name must not be empty." },
  ]);
});

test("nothing chosen and no cycle are said in words", () => {
  const read = readTopics(formOf({ ...UTILITY, "utility.commodities": [], "utility.timeZone": "" }), ["utility", "cycles", "holidays", "fees", "gl"]);
  const checked = checkSetUp(read.value);
  const errors = errorsOf(read, checked.ok ? [] : checked.issues);
  expect(errors.map((error) => error.field)).toEqual(["utility.timeZone", "utility.commodities", "cycles", "gl.receivable", "gl.cash", "gl.suspense"]);
});

test("a change of a setting reads as what it was and what it is", () => {
  expect(differences({ dueDays: 20, highBillMin: 100_00 }, { dueDays: 25, highBillMin: 100_00 })).toEqual(["Due after, days: 20 → 25"]);
  expect(differences(
    [{ code: "late", name: "Late fee", amount: 10_00, gl: "4900" }, { code: "old", name: "Old fee", amount: 1_00, gl: "4900" }],
    [{ code: "late", name: "Late fee", amount: 12_50, gl: "4900" }, { code: "new", name: "New fee", amount: 2_00, gl: "4900" }],
  )).toEqual(["Late fee, amount: $10.00 → $12.50", "New: New fee", "Gone: Old fee"]);
  expect(differences({ receivable: "1200", accounts: [] }, { receivable: "1210", accounts: [{ key: "water", code: "4010", name: "Water" }] })).toEqual(["Receivable: 1200 → 1210", "New: Water"]);
});

describe("thresholds of validation", () => {
  const row = (i: number, path: string, value: string, commodity = "", customerClass = "") =>
    ({ [`validation.${i}.path`]: path, [`validation.${i}.value`]: value, [`validation.${i}.commodity`]: commodity, [`validation.${i}.customerClass`]: customerClass });

  test("one figure a row becomes the setting, together by whom it is for, and back", () => {
    const { value, errors } = readTopics(formOf({
      ...row(0, "spike.percent", "200"), ...row(1, "leak.perHour", "2.5", "water", "residential"), ...row(2, "leak.hours", "36", "water", "residential"), ...row(3, "", ""),
    }), ["validation"]);
    expect(errors).toEqual([]);
    const setting = [
      { commodity: null, customerClass: null, overrides: { spike: { percent: 200 } } },
      { commodity: "water", customerClass: "residential", overrides: { leak: { perHour: 2.5, hours: 36 } } },
    ] as const;
    expect(value.validation).toEqual(setting);
    const checked = checkSetting("validation", value.validation);
    if (!checked.ok) throw new Error(JSON.stringify(checked.issues));
    expect(linesOf(checked.value).map((line) => [line.path, forWhom(line), figureText(line.path, line.value, line.commodity)])).toEqual([
      ["spike.percent", "Everything", "200 %"], ["leak.hours", "Water, residential", "36 hours"], ["leak.perHour", "Water, residential", "2.5 gallons an hour"],
    ]);
    const counts = figuresFor(checked.value, "water", "residential");
    expect([counts("leak.hours"), counts("burst.hours"), figuresFor(checked.value, "water", "commercial")("leak.hours")]).toEqual([36, 8, 168]);
  });

  test("what is wrong is said at its field: no figure, no choice, twice the same, too much", () => {
    const read = readTopics(formOf({ ...row(0, "spike.percent", "much"), ...row(1, "", "3"), ...row(2, "zero.warnDays", "7", "gas"), ...row(4, "zero.warnDays", "9", "gas"), ...row(5, "zero.warnDays", "900") }), ["validation"]);
    const checked = checkSetting("validation", read.value.validation);
    expect(errorsOf(read, checked.ok ? [] : checked.issues.map(({ path, message }) => ({ path: `validation.${path}`, message })))).toEqual([
      { field: "validation.0.value", message: "“much” is not a figure such as 180 or 2.5." },
      { field: "validation.1.path", message: "Choose what is changed." },
      { field: "validation.4.path", message: "A row above changes this for the same customers already." },
      { field: "validation.5.value", message: "This must be at most 366 days." },
    ]);
  });

  test("every figure of the rules has its line, and a change reads as what it was and what it is", () => {
    // How many bills in a row may be estimated is a rule of billing.
    expect(THRESHOLD_PATHS).toEqual(Object.entries(veeParametersSchema.entries).flatMap(([rule, { entries }]) => Object.keys(entries).map((field) => `${rule}.${field}`)).filter((path) => path !== "quality.estimatedPeriods"));
    expect(thresholdDifferences(
      [{ commodity: "water", customerClass: null, overrides: { zero: { warnDays: 7 }, leak: { hours: 24 } } }],
      [{ commodity: "water", customerClass: null, overrides: { zero: { warnDays: 10 }, burst: { perHour: 25 } } }],
    )).toEqual([
      "Zero, active: zero is queued after, water: 7 days → 10 days", "Burst: never below, water: as built in → 25 gallons an hour", "Leak: flow without a pause for, water: 24 hours → as built in",
    ]);
  });
});
