/**
 * A household with thirteen months behind it, on a started Meterline: water and electricity by the hour, sewer on the water,
 * gas by a dial that is read monthly, bills made by real runs and paid in time, the last one still open.
 */
import { commitUnits, writeRows } from "../../db/commit.ts";
import { unitOf } from "../../db/command.ts";
import { openLibsql } from "../../db/libsql.ts";
import type { SqlPort } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import { addDays, addMonths, dayNumber, eachDay, isoWeekday, monthOf, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, startOfDay } from "../../domain/calendar/zone.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import { dayBytes, dayStats, MISSING, slotCount } from "../../domain/metering/index.ts";
import type { Meterline } from "../../scripts/runtime/meterline.ts";
import { drainRun } from "../../worker/billing/drain.ts";
import { startBillRun } from "../../worker/billing/start.ts";
import { inProcessWorld, type InProcessWorld } from "../../worker/operations/in-process.ts";
import { payAtCounter } from "../../worker/operations/payments.ts";
import { createUser, grantAccess } from "../../worker/operations/people.ts";
import type { PeopleWorld } from "../../worker/operations/people.ts";
import { publicationOf } from "../../worker/operations/rates.ts";
import { LOG_KEY, openAccount, premiseOf, startService, type NewServicePoint } from "../../worker/operations/registry.ts";
import { setUpUtility } from "../../worker/operations/settings.ts";
import { clerk, supervisor, ZONE } from "../support/utility.ts";

export const PASSWORD = "three quiet rivers run";
export const ROSA = { email: "rosa@example.test", name: "Rosa Delgado" };
export const SAM = { email: "sam@example.test", name: "Sam Okafor" };
/** Rosa's home, whose last bill is open; her mother's, which owes two; and Sam's. */
export const HOME_ACCOUNT = "10422817";
export const SECOND_ACCOUNT = "10430551";
export const SAM_ACCOUNT = "20077310";

const RATES = {
  water: {
    format: 1, commodity: "water", name: { en: "Water, homes", es: "Agua, viviendas" }, unit: "kgal",
    charges: [
      { id: "service", kind: "fixed", name: { en: "Water service charge", es: "Cargo por servicio de agua" }, glKey: "water.fixed", rates: [{ amount: "14.60" }] },
      { id: "use", kind: "tiered", name: { en: "Water use", es: "Consumo de agua" }, glKey: "water.use", rates: [{ tiers: [{ upTo: "3", price: "2.41" }, { upTo: "6", price: "3.62" }, { upTo: null, price: "5.18" }] }] },
    ],
  },
  sewer: {
    format: 1, commodity: "sewer", name: { en: "Sewer, homes", es: "Alcantarillado, viviendas" }, unit: "kgal",
    charges: [{ id: "sewer-use", kind: "flat", name: { en: "Sewer, by water used", es: "Alcantarillado, según el agua usada" }, glKey: "sewer", rates: [{ price: "4.10" }] }],
  },
  electric: {
    format: 1, commodity: "electric", name: { en: "Electricity by time of day", es: "Electricidad por horario" }, unit: "kWh",
    schedules: [{
      id: "tod", periods: [{ id: "peak", name: { en: "Peak hours", es: "Horas pico" } }, { id: "off", name: { en: "Other hours", es: "Otras horas" } }],
      rules: [{ days: ["every-day"], hours: [{ from: "00:00", to: "16:00", period: "off" }, { from: "16:00", to: "21:00", period: "peak" }, { from: "21:00", to: "24:00", period: "off" }] }],
    }],
    charges: [
      { id: "delivery", kind: "fixed", per: "day", name: { en: "Delivery", es: "Distribución" }, glKey: "electric.fixed", rates: [{ amount: "0.30" }] },
      { id: "energy", kind: "time-of-use", name: { en: "Energy", es: "Energía" }, glKey: "electric.use", schedule: "tod", rates: [{ prices: { peak: "0.1840", off: "0.0920" } }] },
      { id: "tax", kind: "percentage", name: { en: "City tax", es: "Impuesto municipal" }, glKey: "tax.city", of: ["delivery", "energy"], rates: [{ percent: "5" }] },
    ],
  },
  gas: {
    format: 1, commodity: "gas", name: { en: "Natural gas, homes", es: "Gas natural, viviendas" }, unit: "ccf",
    charges: [
      { id: "customer", kind: "fixed", name: { en: "Gas service charge", es: "Cargo por servicio de gas" }, glKey: "gas.fixed", rates: [{ amount: "11.00" }] },
      { id: "gas", kind: "flat", name: { en: "Gas use", es: "Consumo de gas" }, glKey: "gas.use", rates: [{ price: "0.7815" }] },
    ],
  },
} as const;
type Commodity = keyof typeof RATES;

const MONTHS = 13;
/** The last period closed this many days ago: its bill is out and not yet due. */
const CLOSED_DAYS_AGO = 12;
const HOUR_MS = 3_600_000;
/** Slots of the day on which clocks go back. */
const LONGEST_DAY = 25;

export interface Household {
  readonly port: SqlPort;
  readonly today: LocalDate;
  /** First day that no bill has covered. */
  readonly billedTo: LocalDate;
  readonly world: InProcessWorld;
  /** Lets the Worker tell the pages that are open, as after a commit beside it. */
  readonly tell: (what: "accountChanged" | "usageChanged", accountId: string) => Promise<void>;
  /** Stores hourly values of a day, as ingest would, with what is missing after `until` hours. */
  readonly meter: (channelId: number, days: { from: LocalDate; to: LocalDate }, shape: Shape, until?: number) => Promise<void>;
}

type Shape = (day: LocalDate, hour: number) => number;

export const channelOf = (accountId: string, commodity: "water" | "electric" | "gas"): number => Number(accountId) * 10 + ["water", "electric", "gas"].indexOf(commodity);

/** The same wobble every time: a share between 0 and 1 from two numbers. */
const wobble = (a: number, b: number): number => ((a * 7919 + b * 104729 + 17) % 997) / 997;

/** Gallons an hour, thousandths: mornings and evenings, more in summer for the garden. */
export const waterShape: Shape = (day, hour) => {
  const habit = [0, 0, 0, 0, 0, 4, 16, 18, 8, 4, 4, 5, 6, 4, 3, 4, 7, 12, 15, 12, 9, 6, 3, 1][hour]!;
  const garden = [6, 7, 8].includes(monthOf(day)) && (hour === 5 || hour === 21) ? 22 : 0;
  return Math.round((habit + garden) * (0.7 + 0.6 * wobble(dayNumber(day), hour)) * 1000);
};

/** kWh an hour, thousandths: cooling in summer, longer evenings in winter. */
export const electricShape: Shape = (day, hour) => {
  const habit = [0.4, 0.35, 0.3, 0.3, 0.3, 0.4, 0.7, 0.9, 0.8, 0.6, 0.5, 0.5, 0.6, 0.6, 0.6, 0.7, 0.9, 1.4, 1.6, 1.5, 1.3, 1, 0.8, 0.5][hour]!;
  const month = monthOf(day);
  const season = [6, 7, 8].includes(month) ? 1.5 : [12, 1, 2].includes(month) ? 1.25 : 1;
  return Math.round(habit * season * (isoWeekday(day) > 5 ? 1.15 : 1) * (0.75 + 0.5 * wobble(dayNumber(day) + 3, hour)) * 1000);
};

const gasOfMonth = (day: LocalDate): number => [96, 88, 71, 44, 25, 15, 12, 12, 16, 31, 58, 84][monthOf(day) - 1]!;

/** Days of the last billed month, counted back from its end, in which Sam's water runs without a pause, where a story asks for it. */
export const SAMS_LEAK = { from: 16, to: 4 } as const;

/** Loads the household onto a running Meterline. `samsLeak`: thousandths of a gallon an hour. */
export async function loadHousehold(meterline: Meterline, { samsLeak = 0 }: { readonly samsLeak?: number } = {}): Promise<Household> {
  const port = openLibsql({ url: meterline.databaseUrl });
  const today = localDateOf(Date.now(), ZONE);
  const recent = addDays(today, -CLOSED_DAYS_AGO);
  const closeDay = Math.min(28, Number(recent.slice(8)));
  const closed = `${recent.slice(0, 8)}${String(closeDay).padStart(2, "0")}`;
  const closes = Array.from({ length: MONTHS }, (_, i) => addMonths(closed, i + 1 - MONTHS));
  const startOn = addMonths(closed, -MONTHS);
  const clock = { now: startOfDay(startOn, ZONE) - 30 * 24 * HOUR_MS };
  const secretKey = meterline.secrets.secretKey;
  const world = inProcessWorld({ port, now: () => clock.now, newId: () => crypto.randomUUID(), secretKey });
  const at = (day: LocalDate, hour: number) => void (clock.now = startOfDay(day, ZONE) + hour * HOUR_MS);

  await setUpUtility(world, "system:test", {
    utility: { name: "Alder Creek Utilities", timeZone: ZONE, phone: "555-0142", email: "help@aldercreek.test", addressLines: ["200 Mill Street", "Cedar Falls, IA 50613"], commodities: ["water", "sewer", "electric", "gas"] },
    cycles: [{ id: "01", name: "Cycle 1", closeDay }],
    holidays: [],
    fees: SETTING_DEFAULTS.fees,
    gl: SETTING_DEFAULTS.gl,
  });
  for (const commodity of Object.keys(RATES) as Commodity[]) {
    const scheduleId = `${commodity}-res`;
    const decision = publicationOf({ scheduleId, name: RATES[commodity].name.en, commodity, customerClass: "residential", version: 1, effectiveOn: "2020-01-01", document: RATES[commodity] }, clock.now);
    if (!decision.ok) throw new Error(decision.refusal.message);
    await commitUnits(port, [unitOf({ commandId: `publish-${scheduleId}`, stream: `rate:${scheduleId}`, input: {}, provenance: { actor: "user:admin", source: "staff", recordedAt: clock.now } }, "hash", { seq: 0, hash: "" }, decision)]);
  }

  async function account(accountId: string, name: string, line: string, services: readonly Commodity[]): Promise<void> {
    const point = (commodity: Commodity) => `${commodity}-${accountId}`;
    const servicePoints = services.map((commodity): NewServicePoint => ({
      servicePointId: point(commodity), commodity, usageFrom: commodity === "sewer" ? point("water") : null,
      meter: commodity === "sewer" ? null : {
        meterId: `meter-${commodity}-${accountId}`, badge: `${commodity[0]!.toUpperCase()}${accountId}`, commodity, size: '5/8"', manufacturer: null, installedOn: "2020-01-01",
        channels: [{
          id: channelOf(accountId, commodity), name: "1", kind: commodity === "gas" ? "register" : "interval", unit: { water: "gal", electric: "kWh", gas: "ccf" }[commodity],
          stepMinutes: commodity === "gas" ? null : 60, multiplier: "1", dials: commodity === "gas" ? 5 : null, direction: "delivered",
        }],
      },
    }));
    const address = { line, city: "Cedar Falls", state: "IA", zip: "50613" };
    const decision = premiseOf({ premiseId: `premise-${accountId}`, address, premiseClass: "home", dwellingUnits: 1, servicePoints }, world.key(LOG_KEY), clock.now);
    await commitUnits(port, [unitOf({ commandId: `premise-${accountId}`, stream: `premise:premise-${accountId}`, input: {}, provenance: { actor: "user:admin", source: "staff", recordedAt: clock.now } }, "hash", { seq: 0, hash: "" }, decision)]);
    await openAccount(world, clerk, `open-account-${accountId}`, {
      accountId, person: { id: `person-${accountId}`, name, email: `${accountId}@example.test`, phone: null, language: "en" }, mailing: address,
      customerClass: "residential", billCycle: "01", delivery: "email", openedOn: startOn,
    });
    for (const commodity of services) {
      await startService(world, clerk, `start-${accountId}-${commodity}`, accountId, { agreementId: `${accountId}-${commodity}`, premiseId: `premise-${accountId}`, servicePointId: point(commodity), commodity, rateScheduleId: `${commodity}-res`, startOn });
    }
  }
  await account(HOME_ACCOUNT, ROSA.name, "1418 Juniper Ave, Apt 2", ["water", "sewer", "electric"]);
  await account(SECOND_ACCOUNT, "Elena Delgado", "902 Mill Rd", ["water", "sewer", "gas"]);
  await account(SAM_ACCOUNT, SAM.name, "77 Orchard Ln", ["water"]);

  const meter: Household["meter"] = async (channelId, days, shape, until = LONGEST_DAY) => {
    await writeRows(port, {
      intervalDay: eachDay(days).map((day): InsertRow<"intervalDay"> => {
        const values = Int32Array.from({ length: slotCount(day, ZONE, 60) }, (_, hour) => (hour < until ? shape(day, Math.min(23, hour)) : MISSING));
        const stats = dayStats({ values, quality: null });
        return { channelId, day, version: 1, raw: Buffer.from(dayBytes(values)), flags: null, bestTotal: stats.sum, bestPeak: stats.max, missing: stats.slots - stats.present, suspect: 0, batchId: "load", recordedAt: startOfDay(addDays(day, 1), ZONE) };
      }),
    });
  };
  const lived = { from: startOn, to: today };
  await meter(channelOf(HOME_ACCOUNT, "water"), lived, waterShape);
  await meter(channelOf(HOME_ACCOUNT, "electric"), lived, electricShape);
  await meter(channelOf(SECOND_ACCOUNT, "water"), lived, (day, hour) => Math.round(waterShape(day, hour) * 0.8));
  const leaks = (day: LocalDate): boolean => day >= addDays(closed, -SAMS_LEAK.from) && day < addDays(closed, -SAMS_LEAK.to);
  await meter(channelOf(SAM_ACCOUNT, "water"), lived, (day, hour) => waterShape(day, hour) + (leaks(day) ? samsLeak : 0));
  let dial = 4_210;
  await writeRows(port, {
    registerRead: [startOn, ...closes].map((on): InsertRow<"registerRead"> => {
      dial += on === startOn ? 0 : gasOfMonth(addDays(on, -15));
      return { channelId: channelOf(SECOND_ACCOUNT, "gas"), readAt: startOfDay(on, ZONE), version: 1, value: dial * 1000, quality: "actual", suspect: 0, source: "handheld", actor: "gateway:test", reason: null, batchId: "load", recordedAt: startOfDay(on, ZONE) };
    }),
  });

  for (const [i, periodTo] of closes.entries()) {
    at(periodTo, 9);
    const started = await startBillRun(world, supervisor, { commandId: `run-of-${periodTo}`, cycleId: "01", periodTo });
    if (started.status !== "done") throw new Error(`the run of ${periodTo} was ${started.status}`);
    await drainRun(world, started.result.runId);
    at(addDays(periodTo, 8), 14);
    const owed = await port.query<{ accountId: string; balance: number }>(`SELECT account_id AS "accountId", balance FROM account_state WHERE balance > 0`);
    for (const { accountId, balance } of owed) {
      const leftOpen = i === MONTHS - 1 || (accountId === SECOND_ACCOUNT && i === MONTHS - 2);
      if (!leftOpen) await payAtCounter(world, clerk, { commandId: `paid-${accountId}-${periodTo}`, accountId, amount: balance, tender: "check", reference: String(1001 + i) });
    }
  }

  clock.now = Date.now();
  const people: PeopleWorld = { ...world, env: { SECRET_KEY: secretKey, PUBLIC_URL: meterline.publicUrl } };
  for (const [{ email, name }, accounts] of [[ROSA, [HOME_ACCOUNT, SECOND_ACCOUNT]], [SAM, [SAM_ACCOUNT]]] as const) {
    const user = await createUser(people, { email, name, password: PASSWORD, role: "customer", language: "en" });
    if (!user.ok) throw new Error(user.refusal.code);
    for (const accountId of accounts) {
      await grantAccess(people, { userId: user.userId, accountId });
      clock.now += 1;
    }
  }
  const tell: Household["tell"] = async (what, accountId) => {
    const now = Date.now();
    await writeRows(port, { outbox: [{ kind: what, key: accountId, payload: JSON.stringify({ accountId }), createdAt: now, availableAt: now, attempts: 0 }] });
    await meterline.worker.scheduled("* * * * *");
  };
  return { port, world, today, billedTo: closed, meter, tell };
}
