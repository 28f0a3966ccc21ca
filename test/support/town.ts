/**
 * A utility of a size worth measuring or killing: homes with meters and accounts, loaded in sets by the same builders that single
 * commands use, so that what comes afterwards meets the rows it would meet in daily work.
 */
import { prepareCommand } from "../../db/account/store.ts";
import { unitOf } from "../../db/command.ts";
import { commitUnits, writeRows, type CommitUnit } from "../../db/commit.ts";
import type { InsertRow } from "../../db/rows.ts";
import { factsOn } from "../../db/utility.ts";
import { addDays, eachDay, type LocalDate, type Period } from "../../domain/calendar/local-date.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { emptyAccount } from "../../domain/lifecycle/account/state.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import { dayBytes, dayStats, slotCount } from "../../domain/metering/index.ts";
import { electricTiered, sewerResidential, waterResidential, type PublishedRate } from "../../domain/rating/published/index.ts";
import { publishRateVersion } from "../../worker/operations/rates.ts";
import { LOG_KEY, openingOf, premiseOf, type NewPremise } from "../../worker/operations/registry.ts";
import { setUpUtility } from "../../worker/operations/settings.ts";
import type { InProcessWorld } from "../../worker/operations/in-process.ts";
import { admin, newAccount, UTILITY, ZONE } from "./utility.ts";

export type Metered = "water" | "electric";

/** One home: its account, and the channels of its meters. */
export interface Home {
  readonly n: number;
  readonly accountId: string;
  readonly cycleId: string;
  readonly badge: Readonly<Record<Metered, string>>;
  readonly channel: Readonly<Record<Metered, number>>;
}

const home = (n: number, cycleId: string): Home => {
  const accountId = String(60_000_000 + n);
  return { n, accountId, cycleId, badge: { water: `W${accountId}`, electric: `E${accountId}` }, channel: { water: n * 10 + WATER, electric: n * 10 + ELECTRIC } };
};

/** Last digit of a home's channels. */
const WATER = 1;
const ELECTRIC = 2;
const isWater = (channelId: number): boolean => channelId % 10 === WATER;

/** Sets the utility up, its rates counting from the day on, all cycles closing on the first of the month. */
export async function foundUtility(world: InProcessWorld, cycles: readonly string[], ratesFrom: LocalDate): Promise<void> {
  const setUp = await setUpUtility(world, "system:test", {
    utility: UTILITY, cycles: cycles.map((id) => ({ id, name: `Cycle ${id}`, closeDay: 1 })), holidays: [], fees: SETTING_DEFAULTS.fees, gl: SETTING_DEFAULTS.gl,
  });
  if (setUp.status !== "done") throw new Error("the utility could not be set up");
  for (const rate of [waterResidential, sewerResidential, electricTiered]) await publish(world, rate, ratesFrom);
}

async function publish(world: InProcessWorld, { scheduleId, customerClass, document }: PublishedRate, effectiveOn: LocalDate): Promise<void> {
  const answer = await publishRateVersion(world, admin, `publish-${scheduleId}`, { scheduleId, name: document.name.en, commodity: document.commodity, customerClass, version: 1, effectiveOn, document });
  if (answer.status !== "done") throw new Error(`${scheduleId} was not published: ${JSON.stringify(answer)}`);
}

/** Commands in one batch: the database cuts off a batch that takes longer than five seconds. */
const HOMES_A_BATCH = 500;

export interface HomesToLoad {
  readonly homes: number;
  /** Homes are spread over these, one after the other in whole blocks. */
  readonly cycles: readonly string[];
  readonly stepMinutes: number;
  /** From this day on the accounts are served. */
  readonly startOn: LocalDate;
}

/** Premises with a water and an electric meter, sewer on the water, and an account with the three services. */
export async function loadHomes(world: InProcessWorld, { homes: count, cycles, stepMinutes, startOn }: HomesToLoad): Promise<Home[]> {
  const perCycle = Math.ceil(count / cycles.length);
  const homes = Array.from({ length: count }, (_, n) => home(n, cycles[Math.floor(n / perCycle)]!));
  const facts = await factsOn(world.port, world.now());
  for (let at = 0; at < homes.length; at += HOMES_A_BATCH) {
    const batch = homes.slice(at, at + HOMES_A_BATCH);
    await commitUnits(world.port, batch.map((each) => premiseUnit(world, each, stepMinutes)));
    for (const command of [0, 1, 2, 3]) await commitUnits(world.port, batch.map((each) => nextCommand(world, each, command, startOn, facts)));
  }
  return homes;
}

function premiseUnit(world: InProcessWorld, { accountId, badge, channel }: Home, stepMinutes: number): CommitUnit {
  const meter = (commodity: Metered, unit: string) => ({
    meterId: badge[commodity], badge: badge[commodity], commodity, size: '5/8"', manufacturer: null, installedOn: "2020-01-01",
    channels: [{ id: channel[commodity], name: "1", kind: "interval" as const, unit, stepMinutes, multiplier: "1", dials: null, direction: "delivered" as const }],
  });
  const premise: NewPremise = {
    premiseId: `p${accountId}`, address: { line: `${accountId} Elm St`, city: "Cedar Falls", state: "IA", zip: "50613" }, premiseClass: "home", dwellingUnits: 1,
    servicePoints: [
      { servicePointId: `water-${accountId}`, commodity: "water", usageFrom: null, meter: meter("water", "gal") },
      { servicePointId: `sewer-${accountId}`, commodity: "sewer", usageFrom: `water-${accountId}`, meter: null },
      { servicePointId: `electric-${accountId}`, commodity: "electric", usageFrom: null, meter: meter("electric", "kWh") },
    ],
  };
  const recordedAt = world.now();
  const command = { commandId: `premise-${accountId}`, stream: `premise:p${accountId}`, input: {}, provenance: { actor: "system:test", source: "load", recordedAt } };
  return unitOf(command, "", { seq: 0, hash: "" }, premiseOf(premise, world.key(LOG_KEY), recordedAt));
}

const SERVICES = [["water", waterResidential.scheduleId], ["sewer", sewerResidential.scheduleId], ["electric", electricTiered.scheduleId]] as const;

/** What is known of an account between its first commands. */
const loading = new Map<string, Parameters<typeof prepareCommand>[0]>();

/** Opens the account (0), then starts its services (1 to 3). */
function nextCommand(world: InProcessWorld, { accountId, cycleId }: Home, n: number, startOn: LocalDate, facts: Parameters<typeof prepareCommand>[2]): CommitUnit {
  const recordedAt = world.now();
  const account = loading.get(accountId) ?? { state: emptyAccount(accountId), head: { seq: 0, hash: "" } };
  const opening = openingOf({ ...newAccount(accountId, `Customer ${accountId}`), billCycle: cycleId, openedOn: startOn }, world.key(LOG_KEY), recordedAt);
  const provenance = { actor: "system:test", source: "load", batchId: "", recordedAt };
  const [commodity, rateScheduleId] = SERVICES[Math.max(0, n - 1)]!;
  const service = { type: "StartService" as const, agreementId: `${accountId}-${commodity}`, premiseId: `p${accountId}`, servicePointId: `${commodity}-${accountId}`, commodity, rateScheduleId, startOn };
  const answer = prepareCommand(account, n === 0 ? { id: `open-${accountId}`, ...opening, provenance } : { id: `start-${accountId}-${commodity}`, command: service, provenance }, facts);
  if (!answer.ok) throw new Error(`account ${accountId}: ${answer.refusal.message}`);
  if (n === SERVICES.length) loading.delete(accountId);
  else loading.set(accountId, answer.prepared.after);
  return answer.prepared.unit;
}

/** Water is counted in thousandths of a gallon, electricity in watt-hours: so many more of them. */
const GALLONS = 40;

/** Thousandths of an interval of a home, without a random number: by hour, by home, a little different each time. Nobody uses water at night. */
export function usageOf(channelId: number, slot: number, slots: number): number {
  const hour = Math.floor((slot * 24) / slots);
  const night = hour < 5 || hour > 22;
  if (night && isWater(channelId)) return 0;
  const scatter = (Math.imul(channelId + slot * 31, 2_654_435_761) >>> 22) % 120;
  const anHour = (night ? 120 : 260) + (hour > 16 && hour < 21 ? 180 : 0) + scatter + (channelId % 97);
  return Math.floor(((isWater(channelId) ? GALLONS : 1) * anHour * 24) / slots);
}

/** Channel days in one write. */
const DAYS_A_WRITE = 15_000;

/** Stores whole days of intervals as ingest leaves them. @returns how many channel days */
export async function loadDays(world: InProcessWorld, channels: readonly number[], period: Period, stepMinutes: number): Promise<number> {
  const days = eachDay(period);
  const perWrite = Math.max(1, Math.floor(DAYS_A_WRITE / days.length));
  for (let at = 0; at < channels.length; at += perWrite) {
    const rows = channels.slice(at, at + perWrite).flatMap((channelId) => days.map((day) => dayRow(channelId, day, stepMinutes)));
    await writeRows(world.port, { intervalDay: rows });
  }
  return channels.length * days.length;
}

function dayRow(channelId: number, day: LocalDate, stepMinutes: number): InsertRow<"intervalDay"> {
  const slots = slotCount(day, ZONE, stepMinutes);
  const values = Int32Array.from({ length: slots }, (_, slot) => usageOf(channelId, slot, slots));
  const { sum, max } = dayStats({ values, quality: null });
  return {
    channelId, day, version: 1, raw: Buffer.from(dayBytes(values)), flags: null, bestTotal: sum, bestPeak: max, missing: 0, suspect: 0, batchId: "load", recordedAt: startOfDay(addDays(day, 1), ZONE),
    estimated: 0, flowAtEnd: 0,
  };
}
