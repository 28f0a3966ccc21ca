import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLibsql } from "../../db/libsql.ts";
import { startSqld } from "../../scripts/runtime/sqld.ts";
import { simulate } from "./simulation.ts";

/** A share of the seeds on the real server: what the in-memory database proves is only as good as the likeness. */
const SEEDS = process.env["METERLINE_NIGHTLY"] ? 60 : 4;

test.each(Array.from({ length: SEEDS }, (_, n) => n + 1))("seed %i on a libSQL server", async (seed) => {
  const folder = mkdtempSync(join(tmpdir(), "meterline-simulation-"));
  const sqld = await startSqld({ path: join(folder, "db") });
  try {
    expect((await simulate({ seed, steps: 60, port: openLibsql({ url: sqld.url }) })).violations).toEqual([]);
  } finally {
    await sqld.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
