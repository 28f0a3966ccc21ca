import { expect, test } from "vitest";
import { parseCsvMapping, type CsvMapping } from "../../../domain/metering/formats/index.ts";
import { checkedMapping, fieldOfPath, fieldsOf, mappingOf } from "./mapping-form.server.ts";

const formOf = (fields: Readonly<Record<string, string>>): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
};

const MAPPINGS: readonly (readonly [string, CsvMapping])[] = [
  ["a row a value", { meter: "Meter No", kind: "register", time: { column: "Day", clock: "Time", zone: "America/Denver", order: "day-first" }, values: [{ column: "Read", unit: "gal", multiplier: "0.1" }, { column: 7, unit: "kWh", channel: "in" }], quality: { column: "Flag", codes: { E: "estimated" } }, conditions: [{ column: "Batt", says: "low-battery" }, { column: 9, says: "status" }], failed: ["ERROR"], header: false }],
  ["a row a day", { meter: { text: "E-1" }, kind: "interval", time: { column: "Date" }, intervalMinutes: 15, stamp: "start", days: "clock", values: [{ columns: { from: "V1", to: "V100" }, unit: "kWh", channel: "in" }, { columns: { from: 101, to: 200 }, unit: "kWh" }] }],
];

test.each(MAPPINGS)("the form shows a mapping of %s and gives it back as it was", (_, mapping) => {
  expect(mappingOf(formOf(fieldsOf(mapping)))).toEqual(mapping);
});

test("a mapping that says more than the fields can is kept as its document, which counts in their place", () => {
  const more: CsvMapping = { meter: "M", kind: "interval", time: { column: "D" }, intervalMinutes: { column: "Len" }, values: [{ column: "V", unit: { column: "U" }, multiplier: { column: "CT" } }], quality: { column: "Q", codes: {}, otherwise: "refuse" }, delimiter: ";", skipLines: 2 };
  expect(checkedMapping(formOf(fieldsOf(more)))).toEqual({ ok: true, mapping: more });
  expect(fieldsOf(MAPPINGS[0]![1])["document"]).toBeUndefined();
  expect(checkedMapping(formOf({ meter: "M", document: "{" }))).toEqual({ ok: false, errors: [{ path: "document", message: "this is not JSON" }] });
  expect(checkedMapping(formOf({ document: '{"meter": "M", "kind": "register", "time": {"column": "D"}, "values": []}' }))).toEqual({ ok: false, errors: [{ path: "document", message: "values must name at least one column" }] });
});

test("fields that are left empty, and fields that are too many, are told in words", () => {
  const result = parseCsvMapping(mappingOf(formOf({ kind: "interval" })));
  expect(result.ok ? [] : result.errors.map(({ path, message }) => `${fieldOfPath(path)} ${message}`)).toEqual(["meter must be given", "time must be given", "value0 must name at least one column"]);
  expect(parseCsvMapping({ meter: "M", kind: "register", time: { column: "D" }, values: [{ column: "V", unit: "gal" }], colour: "red" })).toEqual({ ok: false, errors: [{ path: "colour", message: "is not a field of a mapping" }] });
});

test("what is wrong with a row that is a day stands at its field", () => {
  const result = parseCsvMapping(mappingOf(formOf({ meter: "M", kind: "register", time: "D", clock: "T", value0: "V1", to0: "V24", unit0: "kWh" })));
  expect(result.ok ? [] : result.errors.map(({ path }) => fieldOfPath(path))).toEqual(["to0", "clock"]);
  expect(fieldOfPath("values.1.columns.from")).toBe("value1");
});
