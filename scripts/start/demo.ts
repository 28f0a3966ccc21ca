/** The demonstration utility: whether this data folder is one, and loading it the first time. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openLibsql } from "../../db/libsql.ts";
import { isSetUp } from "../../db/utility.ts";
import type { LoadDemo, SignIn } from "../demo/contract.ts";
import type { Meterline } from "../runtime/meterline.ts";
import { StartError } from "./data-dir.ts";

/** Beside the data; absent where no demonstration was ever begun. */
const STATE = "demo.json";

export type DemoState = "absent" | "loading" | "loaded";

export function demoState(dataDir: string): DemoState {
  const file = join(dataDir, STATE);
  if (!existsSync(file)) return "absent";
  return readFileSync(file, "utf8").includes("loaded") ? "loaded" : "loading";
}

/**
 * Whether to serve as a demonstration: yes on data that is one, no on a real utility's, and on empty data what was asked
 * for. A real utility must never show demonstration sign-ins or take play money, whatever the command line says.
 * Throws StartError when a set-up page was asked for on a demonstration.
 */
export async function serveAsDemo(state: DemoState, wanted: boolean, hasUtility: () => Promise<boolean>): Promise<boolean> {
  if (state === "absent") return wanted && !(await hasUtility());
  if (wanted) return true;
  throw new StartError("The data folder holds the demonstration. For a utility of your own name another folder with --data, or start over with --fresh.");
}

/** Whether somebody has set a utility up in this database. */
export function hasUtility(databaseUrl: string): Promise<boolean> {
  return isSetUp(openLibsql({ url: databaseUrl }), Date.now());
}

/** Loads the demonstration into an empty database, and returns whom one can sign in as. */
export async function loadInto(meterline: Meterline, meters: number, onProgress: (text: string) => void): Promise<readonly string[]> {
  const { loadDemo } = await demoModule();
  const file = join(meterline.dataDir, STATE);
  writeFileSync(file, '{"state":"loading"}\n');
  const { url, databaseUrl, secrets, dataDir } = meterline;
  const { facts } = await loadDemo({ url, databaseUrl, secrets, dataDir, meters, onProgress });
  writeFileSync(file, '{"state":"loaded"}\n');
  return facts;
}

export async function signIns(): Promise<readonly SignIn[]> {
  return (await demoModule()).SIGN_INS;
}

/** What to try first. */
export async function tourLines(publicUrl: string): Promise<readonly string[]> {
  return (await demoModule()).tourLines(publicUrl, Date.now());
}

/** Loaded only where it is needed: a real utility's start reads none of it. */
async function demoModule(): Promise<{ loadDemo: LoadDemo; SIGN_INS: readonly SignIn[]; tourLines: (publicUrl: string, now: number) => readonly string[] }> {
  return import("../demo/load.ts");
}
