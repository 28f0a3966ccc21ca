/**
 * The built Worker and client. Each build stands in a folder named after the hash of its sources, so a server that
 * runs keeps the files it started with while a newer build is made beside it; `build/current` points to the newest.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { binary, ROOT } from "./root.ts";

export interface Build {
  /** Hash of the sources. */
  readonly id: string;
  /** The Worker's modules; `index.js` is the entry. */
  readonly server: string;
  /** What browsers load. */
  readonly client: string;
}

/** Everything that can change what is built. Tests cannot. */
const SOURCES = ["app", "domain", "db", "durable", "worker", "public", "vite.config.ts", "react-router.config.ts", "package-lock.json"];

/** Servers of the last few builds may still be running. */
const KEPT_BUILDS = 4;

const FOLDER = join(ROOT, "build");

/** The build of the sources as they are now: made when there is none. `onBuild` is told when it takes a while. */
export async function ensureBuild(onBuild: () => void = () => {}): Promise<Build> {
  const id = hashSources();
  const folder = join(FOLDER, `at-${id}`);
  if (!existsSync(folder)) {
    onBuild();
    await build(folder);
  }
  const now = new Date();
  utimesSync(folder, now, now);
  pointCurrentTo(folder);
  removeOldBuilds(folder);
  return { id, server: join(folder, "server"), client: join(folder, "client") };
}

/** SHA-256 over the paths and contents of all sources, shortened to what a folder name bears. */
function hashSources(): string {
  const hash = createHash("sha256");
  const files = SOURCES.flatMap((path) => {
    const full = join(ROOT, path);
    if (!existsSync(full)) return [];
    return statSync(full).isDirectory() ? globSync("**/*.*", { cwd: full }).map((file) => join(path, file)) : [path];
  });
  for (const file of files.sort()) {
    if (/\.test\.tsx?$/.test(file) || !statSync(join(ROOT, file)).isFile()) continue;
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file))).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

async function build(folder: string): Promise<void> {
  const staging = `${folder}.${process.pid}`;
  try {
    await runBuild(staging);
    requireNoServerCode(join(staging, "client"));
    await compressClient(join(staging, "client"));
    renameSync(staging, folder);
  } catch (error) {
    // Another process may have finished the same build in the meantime: theirs is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** React Router's own build, quiet unless it fails. */
async function runBuild(outDir: string): Promise<void> {
  const child = spawn(process.execPath, [binary("react-router"), "build"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_ENV: "production", NODE_OPTIONS: "", NO_COLOR: "1", METERLINE_BUILD_DIR: outDir },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`the build failed:\n${output.trim()}`);
}

/** Words that stand in the Worker's code alone. */
const SERVER_WORDS = /\b(?:DATABASE_URL|DATABASE_TOKEN|SECRET_KEY)\b|cloudflare:workers/;

/** A loader's import that slipped into a component would send the server's code to every browser. */
function requireNoServerCode(folder: string): void {
  for (const file of globSync("**/*.js", { cwd: folder })) {
    const found = SERVER_WORDS.exec(readFileSync(join(folder, file), "utf8"));
    if (found) throw new Error(`the build is refused: the client's ${file} holds code of the server (${found[0]})`);
  }
}

/** Smaller files do not get smaller on the wire. */
const COMPRESS_FROM_BYTES = 1024;

/** Writes `.br` and `.gz` beside what is text, once, as well as they can. Cloudflare compresses by itself. */
async function compressClient(folder: string): Promise<void> {
  rmSync(join(folder, ".vite"), { recursive: true, force: true });
  writeFileSync(join(folder, ".assetsignore"), "*.br\n*.gz\n");
  const files = globSync("**/*.{js,css,svg,json,txt,webmanifest}", { cwd: folder }).map((file) => join(folder, file));
  await Promise.all(
    files.map(async (file) => {
      const content = readFileSync(file);
      if (content.length < COMPRESS_FROM_BYTES) return;
      const [br, gz] = await Promise.all([
        promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
        promisify(gzip)(content, { level: 9 }),
      ]);
      writeFileSync(`${file}.br`, br);
      writeFileSync(`${file}.gz`, gz);
    }),
  );
}

/** Deploying and the dry run read `build/current`. Replaced in one step, so that nobody finds it missing. */
function pointCurrentTo(folder: string): void {
  const link = join(FOLDER, "current");
  const next = `${link}.${process.pid}`;
  rmSync(next, { force: true });
  symlinkSync(basename(folder), next);
  try {
    renameSync(next, link);
  } catch {
    // A folder of that name, from a build by hand.
    rmSync(link, { recursive: true, force: true });
    renameSync(next, link);
  }
}

function removeOldBuilds(current: string): void {
  const builds = readdirSync(FOLDER)
    .filter((name) => /^at-[0-9a-f]+$/.test(name))
    .map((name) => join(FOLDER, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of builds.slice(KEPT_BUILDS)) {
    if (folder !== current) rmSync(folder, { recursive: true, force: true });
  }
}
