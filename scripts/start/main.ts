/** `npm start`: everything on one port, until it is told to stop. */
import { MigrationError } from "../../db/migrate.ts";
import { checkPort } from "../runtime/ports.ts";
import { endLeftovers, type Meterline, type Step, startMeterline } from "../runtime/meterline.ts";
import { VERSION } from "../runtime/root.ts";
import { progressOn } from "../progress.ts";
import { everyMinute } from "./cron.ts";
import { type DataDir, openDataDir, StartError } from "./data-dir.ts";
import { HELP, parseOptions, type StartOptions, UsageError } from "./options.ts";

const progress = progressOn(process.stdout);

/** What has to be undone when we stop, newest last. */
const undo: (() => Promise<void> | void)[] = [];

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) return void console.log(HELP);
  stopOnRequest();

  console.log(`Meterline ${VERSION}`);
  const data = await openDataDir(options.data, launchers());
  undo.push(() => data.release());
  await endLeftovers(data.path);
  if (options.fresh) data.clear();
  await requirePort(options);

  const meterline = await launch(options, data);
  const stopCron = everyMinute(meterline.worker, (error) => console.error(`The minute's work failed: ${error.message}`));
  undo.push(stopCron);
  progress.end();
  announce(meterline);
}

const STEPS: Readonly<Record<Step, string>> = {
  database: "Database server (sqld, every commit on disk before it is acknowledged)",
  migrations: "Database schema",
  build: "Build of the pages and the Worker",
  worker: "Worker (workerd)",
};

async function launch(options: StartOptions, data: DataDir): Promise<Meterline> {
  const meterline = await startMeterline({
    dataDir: data.path,
    port: options.port,
    host: options.host,
    publicUrl: options.publicUrl,
    demo: options.demo,
    testProvider: options.demo,
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

function announce(meterline: Meterline): void {
  console.log(`
  Meterline is ready at ${meterline.publicUrl}
  Data: ${meterline.dataDir}
  Ctrl-C stops it.
`);
}

/** The processes that launched this one, nearest first, as scripts/bootstrap.mjs told. */
function launchers(): number[] {
  const told: unknown = JSON.parse(process.env.METERLINE_LAUNCHERS ?? "[]");
  return Array.isArray(told) ? told.filter((pid) => Number.isInteger(pid)) : [];
}

/** Ctrl-C, a request to end, a closed terminal, or a launcher that was killed: stop in order. Asked twice: at once. */
function stopOnRequest(): void {
  let asked = false;
  const stop = (): void => {
    if (asked) process.exit(130); // The watchdog ends what is left.
    asked = true;
    progress.end("✗");
    process.stdout.write("Stopping …\n");
    void undoAll().then(
      () => process.exit(0),
      (error) => giveUp(error),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("disconnect", stop);
  // A closed terminal must not keep us from stopping in order.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

async function undoAll(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

/** Says in a sentence what is wrong and exits: 2 for a mistake in the command line, else 1. */
async function giveUp(error: unknown): Promise<never> {
  progress.end("✗");
  if (error instanceof UsageError || error instanceof StartError) console.error(error.message);
  else if (error instanceof MigrationError) console.error(`The database cannot be used: ${error.message}.`);
  else console.error(error instanceof Error ? error.message : error);
  await undoAll().catch((another) => console.error(another));
  process.exit(error instanceof UsageError ? 2 : 1);
}

await main(process.argv.slice(2)).catch(giveUp);
