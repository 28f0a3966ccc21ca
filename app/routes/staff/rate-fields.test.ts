import { describe, expect, test } from "vitest";
import { parseRateDocument, PUBLISHED_RATES, type RateDocument } from "../../../domain/rating/index.ts";
import { priceFields, withFigures } from "./rate-fields.ts";

const documents = PUBLISHED_RATES.map(({ scheduleId, document }): [string, RateDocument] => {
  const parsed = parseRateDocument(document);
  if (!parsed.ok) throw new Error(scheduleId);
  return [scheduleId, parsed.document];
});
const fieldsOf = (document: RateDocument) => priceFields(document).flatMap(({ rows }) => rows).flatMap(({ fields }) => fields);

describe("the figures of a rate as a form", () => {
  test.each(documents)("%s: every figure has a field of its own, and a form sent back as it is changes nothing", (_, document) => {
    const fields = fieldsOf(document);
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
    expect(fields.length).toBeGreaterThan(0);
    expect(withFigures(document, (name) => fields.find((field) => field.name === name)!.value)).toEqual(document);
  });

  test("a step is named as a person names it, and its price is the only thing that changes", () => {
    const [, water] = documents.find(([scheduleId]) => scheduleId === "water-residential")!;
    const step = fieldsOf(water).find(({ label, money }) => money && label === "Step 2, price")!;
    const changed = withFigures(water, (name) => (name === step.name ? " $1,009.99 " : null)) as RateDocument;
    expect(fieldsOf(changed).filter(({ value }, i) => value !== fieldsOf(water)[i]!.value)).toMatchObject([{ name: step.name, value: "1009.99" }]);
  });

  test("a form cannot write into anything but a figure", () => {
    const [, document] = documents[0]!;
    expect(withFigures(document, (name) => (name.startsWith("charges") ? null : "evil"))).toEqual(document);
    expect(fieldsOf(document).some(({ name }) => /\.(id|glKey|name)\b/.test(name))).toBe(false);
  });
});
