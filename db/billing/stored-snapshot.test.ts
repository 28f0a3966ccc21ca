import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import type { BillSnapshot } from "../../domain/billing/snapshot.ts";
import { SNAPSHOT_DICTIONARIES } from "./snapshot-dictionary.ts";
import { packSnapshot, unpackSnapshot } from "./stored-snapshot.ts";

const beside = { closingReads: [{ channelId: 7, readAt: 1, version: 1, value: 12, quality: "measured" }], demand: { "1-electric": 4_200 } } as unknown as BillSnapshot;
const text = `{"accountId":"1001","lines":[{"cents":2094,"name":"Water service charge","nameEs":"Cargo por servicio de agua","unit":"period"}],"zone":"America/Chicago"}`;

test("a snapshot comes out as it went in, and what later bills ask of it is read in SQL", () => {
  const stored = packSnapshot(text, beside);
  expect(unpackSnapshot(stored)).toBe(text);
  expect(JSON.parse(stored)).toMatchObject({ ...beside, dictionary: 1 });
  expect(stored.length).toBeLessThan(JSON.stringify({ ...beside, packed: deflateRawSync(text).toString("base64") }).length);
});

test("a bill from before there was a dictionary is read as it was packed", () => {
  expect(unpackSnapshot(JSON.stringify({ ...beside, packed: deflateRawSync(text).toString("base64") }))).toBe(text);
});

test("a bill packed by a later version is not guessed at", () => {
  const stored = { ...JSON.parse(packSnapshot(text, beside)) as object, dictionary: 99 };
  expect(() => unpackSnapshot(JSON.stringify(stored))).toThrow("packed with dictionary 99, which this version does not know");
});

test("a dictionary in use never changes: bills could not be read any more", () => {
  expect(Object.entries(SNAPSHOT_DICTIONARIES).map(([number, bytes]) => [number, createHash("sha256").update(bytes).digest("hex")])).toEqual([
    ["1", "8e86491cd9492c0920394afc4ab5fff964ecd12e6337401a68b2e8f10d545cf0"],
  ]);
});
