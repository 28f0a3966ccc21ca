import { describe, expect, test } from "vitest";
import { MISSING } from "./packed-day.ts";
import { parseInstant } from "./instant-text.ts";
import { ERRORS_MAX, parseReadsRequest, READS_MAX } from "./reads-request.ts";

const register = { meter: "W1", kind: "register", unit: "gal", at: "2026-03-08T00:00:00-06:00", value: 120_345 };
const interval = { meter: "E1", kind: "interval", unit: "kWh", start: "2026-03-08T06:00:00Z", stepMinutes: 15, values: [0.125, null, "0.130"] };
const errorsOf = (body: unknown) => {
  const request = parseReadsRequest(body);
  return request.ok ? [] : request.errors.map(({ path, message }) => `${path}: ${message}`);
};

describe("a batch of reads", () => {
  test("becomes readings with instants and thousandths", () => {
    const request = parseReadsRequest({ reads: [register, { ...interval, channel: "1", quality: "estimated" }] });
    expect(request).toMatchObject({
      ok: true,
      reads: [
        { index: 0, meter: "W1", kind: "register", unit: "gal", at: Date.UTC(2026, 2, 8, 6), value: 120_345_000, quality: "actual", channel: null },
        { index: 1, kind: "interval", unit: "kWh", start: Date.UTC(2026, 2, 8, 6), stepMinutes: 15, quality: "estimated", channel: "1" },
      ],
    });
    expect(request.ok && request.reads[1]).toHaveProperty("values", Int32Array.of(125, MISSING, 130));
  });

  test("is refused as a whole, with the path of everything wrong", () => {
    const bad = { meter: "", kind: "register", unit: "furlong", at: "2026-03-08T00:00:00", value: "many", extra: 1 };
    expect(errorsOf({ reads: [register, bad, { ...interval, stepMinutes: 7, values: [1, "x"] }] })).toEqual([
      "reads[1].meter: must be the meter's number as text",
      expect.stringContaining("reads[1].unit: must be one of gal, kgal"),
      "reads[1].extra: is not a field of a register read",
      expect.stringContaining("reads[1].at: must be an instant with its offset"),
      "reads[1].value: must be a decimal number",
      expect.stringContaining("reads[2].stepMinutes: must be one of 1, 5"),
      "reads[2].values[1]: must be a decimal number or null",
    ]);
  });

  test("with half a character in a word is refused by its place: no database holds it", () => {
    const half = { ...register, meter: "W\ud800", channel: "\udc00", conditions: [{ kind: "tamper", says: "cut \ud800" }] };
    expect(errorsOf({ reads: [half] })).toEqual([
      "reads[0].meter: must be the meter's number as text",
      "reads[0].channel: must be the channel's name as text, or be left out",
      expect.stringContaining("reads[0].conditions[0].says: must be text"),
    ]);
  });

  test.each([
    [null, ": the body must be an object with a list `reads`"],
    [[], ": the body must be an object with a list `reads`"],
    [{ reads: {} }, "reads: must be a list of reads"],
    [{ reads: [] }, "reads: must have at least one read"],
    [{ reads: [5] }, "reads[0]: must be an object"],
    [{ reads: [register], source: "x" }, "source: is not a field of a batch of reads"],
    [{ reads: [{ ...register, kind: "both" }] }, 'reads[0].kind: must be "register" or "interval"'],
    [{ reads: [{ ...register, quality: "good" }] }, "reads[0].quality: must be one of actual, estimated, edited, questionable, outage, or be left out"],
    [{ reads: [{ ...interval, values: [null, null] }] }, "reads[0].values: has no value at all"],
    [{ reads: [{ ...interval, values: [3_000_000] }] }, "reads[0].values[0]: must be between -2147483.647 and 2147483.647"],
    [{ reads: [{ ...interval, values: [] }] }, "reads[0].values: must be a list of 1 to 8940 values"],
    [{ reads: [{ ...register, value: Number.NaN }] }, "reads[0].value: must be a decimal number"],
    [{ reads: [{ ...register, channel: 5 }] }, "reads[0].channel: must be the channel's name as text, or be left out"],
  ])("%j", (body, message) => expect(errorsOf(body)).toContain(message));

  test("lists a limited number of errors and takes a limited number of reads", () => {
    expect(errorsOf({ reads: Array.from({ length: 1_000 }, () => ({})) })).toHaveLength(ERRORS_MAX);
    expect(errorsOf({ reads: Array.from({ length: READS_MAX + 1 }, () => register) })).toEqual(["reads: has 10001 reads; post at most 10000 in one request"]);
  });
});

describe("an instant", () => {
  test.each([
    ["2026-11-01T01:30:00-05:00", Date.UTC(2026, 10, 1, 6, 30)],
    ["2026-11-01T01:30:00-06:00", Date.UTC(2026, 10, 1, 7, 30)],
    ["2026-01-01T00:00Z", Date.UTC(2026, 0, 1)],
    ["2026-01-01T00:00:01.5+0530", Date.UTC(2025, 11, 31, 18, 30, 1, 500)],
  ])("%s", (text, instant) => expect(parseInstant(text)).toBe(instant));

  test.each(["2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01", "2026-01-01T00:00:00", 1_767_225_600_000, null, "2026-01-01T00:00:00+25:00"])("%j is none", (text) =>
    expect(parseInstant(text)).toBeNull());
});
