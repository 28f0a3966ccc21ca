/** `npm start`: everything on one port, until it is told to stop. */
import { MigrationError } from "../../db/migrate.ts";
import { checkPort } from "../runtime/ports.ts";
import { endLeftovers, type Meterline, type Step, startMeterline } from "../runtime/meterline.ts";
import { VERSION } from "../runtime/root.ts";
import { progressOn } from "../progress.ts";
import { everyMinute } from "./cron.ts";
import { type DataDir, openDataDir, StartError } from "./data-dir.ts";
import { type DemoState, demoState, hasUtility, loadInto, serveAsDemo, signIns, tourLines } from "./demo.ts";
import { handOver, openInbox, takeBack } from "./inbox.ts";
import { HELP, parseOptions, type StartOptions, UsageError } from "./options.ts";

const progress = progressOn(process.stdout);

/** What has to be undone when we stop, newest last. */
const undo: (() => Promise<void> | void)[] = [];

/** Somebody has asked us to stop. */
let stopping = false;

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) return void console.log(HELP);
  stopOnRequest();

  console.log(`Meterline ${VERSION}`);
  const data = await openDataDir(options.data, launchers());
  undo.push(() => data.release());
  await endLeftovers(data.path);
  if (options.fresh || demoState(data.path) === "loading") data.clear(); // A demonstration that was cut off is made again.
  await requirePort(options);

  const state = demoState(data.path);
  const meterline = await launch(options, data, state);
  const facts = meterline.demo && state === "absent" ? await makeDemo(meterline, options.meters) : [];
  progress.end();
  const inbox = openInbox(meterline.dataDir);
  const stopCron = everyMinute(meterline.worker, (error) => console.error(`The minute's work failed: ${error.message}`), {
    before: () => handOver(inbox, meterline.worker, console.error),
    after: () => takeBack(inbox, meterline.worker, console.error),
  });
  undo.push(stopCron);
  await announce(meterline, facts);
}

async function makeDemo(meterline: Meterline, meters: number): Promise<readonly string[]> {
  progress.step(`Demonstration utility of ${meters.toLocaleString("en-US")} meters`);
  return loadInto(meterline, meters, (text) => progress.detail(text));
}

const STEPS: Readonly<Record<Step, string>> = {
  database: "Database server (sqld, every commit on disk before it is acknowledged)",
  migrations: "Database schema",
  build: "Build of the pages and the Worker",
  worker: "Worker (workerd)",
};

async function launch(options: StartOptions, data: DataDir, state: DemoState): Promise<Meterline> {
  const meterline = await startMeterline({
    dataDir: data.path,
    port: options.port,
    host: options.host,
    publicUrl: options.publicUrl,
    demo: (databaseUrl) => serveAsDemo(state, options.demo, () => hasUtility(databaseUrl)),
    onStep: (step) => progress.step(STEPS[step]),
    onLine: (line, error) => {
      if (error) console.error(line);
    },
    onRestart: (what, how) => console.error(`The ${what} was started again (${how}).`),
  });
  undo.push(() => meterline.stop());
  return meterline;
}

async function requirePort({ port, host }: StartOptions): Promise<void> {
  const found = await checkPort(port, host);
  if (!found.free) throw new StartError(`Port ${port} ${found.reason}. Please stop that program or name another port with --port.`);
}

async function announce(meterline: Meterline, facts: readonly string[]): Promise<void> {
  const lines = [...facts, "", `Meterline is ready at ${meterline.publicUrl}`, `Data: ${meterline.dataDir}`];
  if (meterline.demo) {
    lines.push("", "Sign in as");
    for (const { role, name, email, password, path } of await signIns()) {
      lines.push(`  ${role.padEnd(10)} ${email.padEnd(32)} ${password.padEnd(16)} ${meterline.publicUrl}${path}  (${name})`);
    }
    lines.push("", ...(await tourLines(meterline.publicUrl)));
  }
  lines.push("", "Ctrl-C stops it.");
  console.log(`${lines.map((line) => `  ${line}`.trimEnd()).join("\n")}\n`);
}

/** The processes that launched this one, nearest first, as scripts/bootstrap.mjs told. */
function launchers(): number[] {
  const told: unknown = JSON.parse(process.env.METERLINE_LAUNCHERS ?? "[]");
  return Array.isArray(told) ? told.filter((pid) => Number.isInteger(pid)) : [];
}

/**
 * One Ctrl-C arrives several times: from the terminal, and passed on by npm and by the launcher. A second one is
 * somebody who has lost patience.
 */
const SAME_REQUEST_MS = 1_000;

/** Ctrl-C, a request to end, a closed terminal, or a launcher that was killed: stop in order. */
function stopOnRequest(): void {
  let asked = 0;
  const stop = (signal?: NodeJS.Signals): void => {
    if (stopping) {
      // At once: the watchdog ends what is left.
      if (signal === "SIGINT" && performance.now() - asked > SAME_REQUEST_MS) process.exit(130);
      return;
    }
    stopping = true;
    asked = performance.now();
    progress.end("✗");
    process.stdout.write("Stopping …\n");
    void undoAll().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("disconnect", () => stop());
  // A closed terminal must not keep us from stopping in order.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

async function undoAll(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

/** Says in a sentence what is wrong and exits: 2 for a mistake in the command line, else 1. */
async function giveUp(error: unknown): Promise<void> {
  if (stopping) return; // What fails now fails because we stop.
  progress.end("✗");
  if (error instanceof UsageError || error instanceof StartError) console.error(error.message);
  else if (error instanceof MigrationError) console.error(`The database cannot be used: ${error.message}.`);
  else console.error(error instanceof Error ? error.message : error);
  await undoAll().catch((another) => console.error(another));
  process.exit(error instanceof UsageError ? 2 : 1);
}

await main(process.argv.slice(2)).catch(giveUp);
