import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StartError } from "./data-dir.ts";
import { demoState, serveAsDemo } from "./demo.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "meterline-demo-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const empty = async () => false;
const setUp = async () => true;

test("empty data becomes a demonstration, unless that is not wanted", async () => {
  expect(await serveAsDemo("absent", true, empty)).toBe(true);
  expect(await serveAsDemo("absent", false, empty)).toBe(false);
});

test("a real utility is never served as a demonstration, even when --no-demo is forgotten", async () => {
  expect(await serveAsDemo("absent", true, setUp)).toBe(false);
});

test("a demonstration stays one, and is not mistaken for a place to set a utility up", async () => {
  expect(await serveAsDemo("loaded", true, setUp)).toBe(true);
  await expect(serveAsDemo("loaded", false, setUp)).rejects.toThrow(StartError);
  await expect(serveAsDemo("loaded", false, setUp)).rejects.toThrow(/name another folder with --data, or start over with --fresh/);
});

test("a demonstration that was cut off while it was made is known for one", () => {
  expect(demoState(folder)).toBe("absent");
  writeFileSync(join(folder, "demo.json"), '{"state":"loading"}\n');
  expect(demoState(folder)).toBe("loading");
  writeFileSync(join(folder, "demo.json"), '{"state":"loaded"}\n');
  expect(demoState(folder)).toBe("loaded");
});
