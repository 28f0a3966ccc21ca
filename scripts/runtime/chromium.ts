/** The browser that tests drive: found on the machine, or installed where that is possible. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, globSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/snap/bin/chromium",
];

/** Where Playwright keeps browsers that it has downloaded, newest last. */
const PLAYWRIGHT = [
  ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
  "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
];

/** The path of a Chromium or Chrome: $CHROMIUM, the PATH, the usual places, Playwright's. Undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM names ${named}, and there is no program at that place.`);
  }
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => COMMANDS.map((name) => join(folder, name)));
  const downloaded = PLAYWRIGHT.flatMap((pattern) => globSync(pattern, { cwd: homedir() }).sort().reverse()).map((path) => join(homedir(), path));
  return [...onPath, ...PLACES, ...downloaded].find(isExecutable);
}

/** A Chromium, installed from Debian's packages when there is none and we may. Throws a sentence otherwise. */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0) {
    console.log("Installing Chromium (apt-get install chromium) …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-q"], { stdio: "inherit", env });
    spawnSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium", "fonts-liberation"], { stdio: "inherit", env });
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(
    "The browser tests need Chromium or Chrome. Please install it (on Debian and Ubuntu: sudo apt-get install chromium), " +
      "or name it: CHROMIUM=/path/to/chromium npm test",
  );
}

/** For playwright-core's `chromium.launch`: no calls home, and no sandbox where the kernel does not allow one (root). */
export function launchOptions(): { executablePath: string; headless: true; args: string[] } {
  return {
    executablePath: ensureChromium(),
    headless: true,
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--no-default-browser-check",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-default-apps",
      "--disable-domain-reliability",
      "--disable-sync",
      "--disable-features=MediaRouter,OptimizationHints,Translate",
    ],
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
