/**
 * The demonstration's town, laid out from a seed: who lives where, what is delivered there, which meter counts it and how
 * it is used. Pure: the same plan gives the same town, and a larger one begins with the same streets.
 */
import { addDays, addMonths, dayNumber, fromDayNumber, type LocalDate } from "../../domain/calendar/local-date.ts";
import { lastClose } from "../../domain/billing/cycle.ts";
import { newAccountId } from "../../domain/lifecycle/account-number.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import type { Unit } from "../../domain/metering/index.ts";
import type { Address, NewAccount, NewChannel, NewMeter, NewPremise, NewServicePoint } from "../../worker/operations/registry.ts";
import type { MeterFault, MeterUse, Panels, Pattern } from "./generator.ts";
import type { Step } from "./generator-weather.ts";
import { dice, seedOf, type Dice } from "./random.ts";
import { BUSINESS_STREETS, BUSINESS_WORDS, BUSINESSES, FIRST_NAMES, LAST_NAMES, QUARTERS, SPANISH_FIRST_NAMES, SPANISH_LAST_NAMES, STREET_KINDS, STREET_WORDS } from "./names.ts";
import { SCHEDULES } from "./rates.ts";
import { storyOf, type Payer, type Person, type Story } from "./stories.ts";

export interface TownPlan {
  readonly seed: number;
  readonly today: LocalDate;
  /** How many meters hang in it. */
  readonly meters: number;
}

/** A cycle of the demonstration with its past. */
export interface TownCycle {
  readonly id: string;
  readonly name: string;
  readonly closeDay: number;
  /** The day on which its customers' services came over to Meterline. */
  readonly startOn: LocalDate;
  /** Days on which it has closed since, oldest first. */
  readonly closes: readonly LocalDate[];
  /** Those that have been billed: all, but for the last one of the cycle that is left to be run by hand. */
  readonly billed: readonly LocalDate[];
}

export interface TownService {
  readonly agreementId: string;
  readonly premiseId: string;
  readonly servicePointId: string;
  readonly commodity: string;
  readonly rateScheduleId: string;
  readonly startOn: LocalDate;
}

export interface TownAccount {
  readonly accountId: string;
  readonly seed: number;
  readonly opening: NewAccount;
  readonly services: readonly TownService[];
  readonly startOn: LocalDate;
  /** First day that is not the customer's any more. */
  readonly stopOn: LocalDate | null;
  readonly payer: Payer;
  readonly story: Story | null;
}

export interface TownMeter {
  readonly meterId: string;
  readonly badge: string;
  readonly unit: Unit;
  readonly cycleId: string;
  readonly use: MeterUse;
  readonly intervalChannel: number | null;
  /** The first day of which intervals are sent. */
  readonly intervalsFrom: LocalDate;
  readonly dials: number;
  /** What panels send back through it, on its second channel. */
  readonly panels: Panels | null;
  /** Thousandths that its register had counted when the demonstration begins. */
  readonly counted: number;
  /** Days on which a customer was gone, and on which the next one came: registers are read then as well. */
  readonly movedOutOn: readonly LocalDate[];
  readonly movedInOn: readonly LocalDate[];
}

export interface Town {
  readonly plan: TownPlan;
  readonly cycles: readonly TownCycle[];
  readonly premises: readonly NewPremise[];
  readonly accounts: readonly TownAccount[];
  readonly meters: readonly TownMeter[];
  /** The first day of which anything is known. */
  readonly from: LocalDate;
  /** Residential prices follow the clock from this day on; null: they always did. */
  readonly clockRatesFrom: LocalDate | null;
}

export const CITY = { city: "Alder Creek", state: "IA", zip: "52990" } as const;

const CYCLES = 4;
const CYCLE_APART_DAYS = 7;
const LAST_CLOSE_DAY = 28;
/** Months of bills: each has one of the same season of last year beside it. */
const MONTHS = 13;

/** Above so many meters, homes have intervals for the last days only: as long as a utility's first weeks with them. */
export const SMALL_TOWN_METERS = 1_000;
const INTERVAL_DAYS = 60;
/** The longest month: from then on every open period of a home is covered by intervals. */
const LONGEST_PERIOD_DAYS = 31;

/**
 * So long ago has the first cycle closed, and it has not been run: longer than the clock tries by itself, so that it is
 * there for whoever wants to run one by hand, at any time of the day.
 */
const CLOSED_DAYS_AGO = SETTING_DEFAULTS.billing.windowDays + 1;

/** Four cycles a week apart. */
export function townCycles(today: LocalDate): TownCycle[] {
  const first = Math.min(Number(addDays(today, -CLOSED_DAYS_AGO).slice(8, 10)), LAST_CLOSE_DAY);
  return Array.from({ length: CYCLES }, (_, i) => {
    const closeDay = ((first - 1 - i * CYCLE_APART_DAYS + CYCLES * LAST_CLOSE_DAY) % LAST_CLOSE_DAY) + 1;
    const startOn = addMonths(lastClose(closeDay, today), -MONTHS);
    const closes = Array.from({ length: MONTHS }, (_, month) => addMonths(startOn, month + 1));
    return { id: `0${i + 1}`, name: `Cycle ${i + 1}, closes on day ${closeDay}`, closeDay, startOn, closes, billed: i === 0 ? closes.slice(0, -1) : closes };
  });
}

/** Whether a customer of this first day was there when the utility began with Meterline. */
export function cameOver({ cycles }: Pick<Town, "cycles">, startOn: LocalDate): boolean {
  return cycles.some((cycle) => cycle.startOn === startOn);
}

const HOUSES_A_STREET = 15;
const GAS_STREET_EVERY = 4;
/** One place of so many is a business. */
const BUSINESS_EVERY = 12;
const FIRST_BUSINESS = 7;

export function layOut(plan: TownPlan): Town {
  const cycles = townCycles(plan.today);
  const small = plan.meters <= SMALL_TOWN_METERS;
  const intervalsFrom = addDays(plan.today, -INTERVAL_DAYS);
  const builder = new Builder(plan, cycles, small ? null : intervalsFrom);
  for (let place = 0; builder.meters.length < plan.meters; place += 1) builder.place(place);
  const { premises, accounts, meters } = builder;
  return {
    plan, cycles, premises, accounts, meters,
    from: cycles.map(({ startOn }) => startOn).sort()[0]!,
    clockRatesFrom: small ? null : addDays(intervalsFrom, LONGEST_PERIOD_DAYS),
  };
}

class Builder {
  readonly premises: NewPremise[] = [];
  readonly accounts: TownAccount[] = [];
  readonly meters: TownMeter[] = [];
  readonly #plan: TownPlan;
  readonly #cycles: readonly TownCycle[];
  /** Homes have intervals from this day on; null: from the beginning. */
  readonly #intervalsFrom: LocalDate | null;
  readonly #taken = new Set<string>();

  constructor(plan: TownPlan, cycles: readonly TownCycle[], intervalsFrom: LocalDate | null) {
    this.#plan = plan;
    this.#cycles = cycles;
    this.#intervalsFrom = intervalsFrom;
  }

  place(index: number): void {
    const { seed, today } = this.#plan;
    const chance = dice(seedOf(seed, "place", index));
    const business = index % BUSINESS_EVERY === FIRST_BUSINESS;
    const street = Math.floor(index / HOUSES_A_STREET);
    const cycle = this.#cycles[street % this.#cycles.length]!;
    const story = storyOf(index, dayNumber(today));
    const trade = business ? BUSINESSES[Math.floor(index / BUSINESS_EVERY) % BUSINESSES.length]! : null;
    const days = { first: dayNumber(cycle.startOn), last: dayNumber(today) };
    const premiseId = `P-${100_001 + index}`;
    const address = { line: addressLine(index, street, business), ...CITY };
    const household: Household = { premiseId, cycle, chance, index, trade, hasGas: !business && street % GAS_STREET_EVERY === 0, story, days, events: eventsOf(chance, days, story, business) };
    const points = this.#points(household);
    this.premises.push({ premiseId, address, premiseClass: trade ? "business" : "home", dwellingUnits: 1, servicePoints: points });
    this.#customers(household, address, points);
  }

  #points(household: Household): NewServicePoint[] {
    const { premiseId, hasGas } = household;
    const points: NewServicePoint[] = [];
    const metered = (commodity: "electric" | "water" | "gas"): string | null => {
      if (this.meters.length >= this.#plan.meters) return null;
      const servicePointId = `${premiseId}-${commodity}`;
      points.push({ servicePointId, commodity, usageFrom: null, meter: this.#meter(household, commodity) });
      return servicePointId;
    };
    metered("electric");
    const water = metered("water");
    if (water !== null) points.push({ servicePointId: `${premiseId}-sewer`, commodity: "sewer", usageFrom: water, meter: null });
    if (hasGas) metered("gas");
    return points;
  }

  #meter(household: Household, commodity: "electric" | "water" | "gas"): NewMeter & { readonly installedOn: LocalDate } {
    const { chance, trade, cycle, story, events } = household;
    const number = this.meters.length;
    const badge = `${commodity.charAt(0).toUpperCase()}-${100_001 + number}`;
    const meterId = `meter-${100_001 + number}`;
    const kind = METER_KINDS[commodity];
    const large = trade?.pattern === "plant" && commodity === "electric";
    const multiplier = large ? "40" : "1";
    // A few homes have water meters without a radio, read by somebody who walks by.
    const byHand = commodity === "water" && trade === null && (story?.readByHand ?? chance.chance(0.06));
    const use = useOf(household, commodity, large ? 40 : 1, seedOf(this.#plan.seed, "meter", number));
    const interval: NewChannel = { id: 2 * number + 1, name: "1", kind: "interval", unit: kind.unit, stepMinutes: use.step, multiplier, dials: null, direction: "delivered" };
    const register: NewChannel = { id: 2 * number + 2, name: "total", kind: "register", unit: kind.unit, stepMinutes: null, multiplier, dials: kind.dials, direction: "delivered" };
    const always = this.#intervalsFrom === null || (trade !== null && commodity === "electric");
    const panels: Panels | null = commodity === "electric" && story?.panels ? { seed: use.seed, most: PANELS_MOST } : null;
    const received: NewChannel = { ...interval, id: RECEIVED_CHANNELS + number, name: "2", direction: "received" };
    this.meters.push({
      meterId, badge, unit: kind.unit, cycleId: cycle.id, use, dials: kind.dials, panels,
      intervalChannel: byHand ? null : interval.id,
      intervalsFrom: always ? cycle.startOn : this.#intervalsFrom!,
      counted: countedBefore(chance, kind.dials, story?.rollsOver === commodity ? use.base : null),
      movedOutOn: events.filter(({ kind }) => kind === "empty").map(({ from }) => fromDayNumber(from)),
      movedInOn: events.filter(({ kind }) => kind === "empty").map(({ to }) => fromDayNumber(to)),
    });
    return {
      meterId, badge, commodity, size: commodity === "water" ? (trade ? chance.pick(['1"', '1 1/2"', '2"']) : chance.pick(['5/8"', '5/8"', '3/4"'])) : null, manufacturer: chance.pick(kind.makers),
      installedOn: addDays(cycle.startOn, -chance.whole(200, 3_500)), channels: byHand ? [register] : panels ? [interval, register, received] : [interval, register],
    };
  }

  /** Who lives there: one customer, or two with some empty days between them. */
  #customers(household: Household, address: Address, points: readonly NewServicePoint[]): void {
    const { cycle, events, story, index, trade, chance } = household;
    const empty = events.find((event) => event.kind === "empty");
    const spans: [from: LocalDate, to: LocalDate | null][] = empty
      ? [[cycle.startOn, fromDayNumber(empty.from)], [fromDayNumber(empty.to), null]]
      : [[cycle.startOn, null]];
    spans.forEach(([startOn, stopOn], i) => {
      const seed = seedOf(this.#plan.seed, "customer", index * 2 + i);
      const person = i === 0 && story?.person ? story.person : personOf(dice(seed), trade?.name ?? null);
      const accountId = this.#number(`demonstration ${this.#plan.seed} ${index} ${i}`);
      const openedOn = i === 0 ? addDays(cycle.startOn, -chance.whole(30, 4_000)) : startOn;
      const delivery = person.email && chance.chance(0.75) ? "email" : "paper";
      this.accounts.push({
        accountId, seed, startOn, stopOn, story: i === 0 ? story : null,
        payer: (i === 0 ? story?.payer : undefined) ?? payerOf(chance, trade !== null),
        opening: { accountId, person: { id: person.id ?? `person-${accountId}`, name: person.name, email: person.email, phone: person.phone, language: person.language }, mailing: story?.mailing ?? address, customerClass: trade ? "commercial" : "residential", billCycle: cycle.id, delivery, openedOn },
        services: points.map(({ servicePointId, commodity }) => ({
          agreementId: `${accountId}-${commodity}`, premiseId: household.premiseId, servicePointId, commodity, startOn,
          rateScheduleId: SCHEDULES.of(commodity, trade?.pattern ?? "home", story?.flatElectric ?? (seed & 7) === 0, story?.panels ?? false),
        })),
      });
    });
  }

  #number(words: string): string {
    for (let attempt = 0; ; attempt += 1) {
      const number = newAccountId(words, attempt);
      if (this.#taken.has(number)) continue;
      this.#taken.add(number);
      return number;
    }
  }
}

interface Household {
  readonly premiseId: string;
  readonly cycle: TownCycle;
  readonly chance: Dice;
  readonly index: number;
  readonly trade: { readonly name: string; readonly pattern: Pattern } | null;
  readonly hasGas: boolean;
  readonly story: Story | null;
  readonly events: MeterUse["events"];
  /** Days of the demonstration, as numbers. */
  readonly days: { readonly first: number; readonly last: number };
}

// ---- places and people --------------------------------------------------------------------------------------------

function addressLine(index: number, street: number, business: boolean): string {
  const words = STREET_WORDS.length;
  if (business) return `${100 + Math.floor(index / BUSINESS_EVERY) * 4} ${BUSINESS_STREETS[Math.floor(index / BUSINESS_EVERY) % BUSINESS_STREETS.length]}`;
  const quarter = QUARTERS[Math.floor(street / words / STREET_KINDS.length) % QUARTERS.length]!;
  // Each street has its own word until the words are used up; then the kinds go on.
  const kind = STREET_KINDS[(street + Math.floor(street / words)) % STREET_KINDS.length]!;
  return `${100 + (index % HOUSES_A_STREET) * 6} ${quarter}${STREET_WORDS[street % words]} ${kind}`;
}

function personOf(chance: Dice, trade: string | null): Person {
  // The range of telephone numbers that is kept free for stories.
  const phone = `(319) 555-01${String(chance.whole(0, 99)).padStart(2, "0")}`;
  if (trade !== null) {
    const name = `${chance.pick(BUSINESS_WORDS)} ${trade}`;
    return { name, email: `accounts@${name.toLowerCase().normalize("NFD").replace(/[^a-z]+/g, "")}.example`, phone, language: "en" };
  }
  const spanish = chance.chance(0.13);
  const first = chance.pick<string>(spanish ? SPANISH_FIRST_NAMES : FIRST_NAMES);
  const last = chance.pick<string>(spanish ? SPANISH_LAST_NAMES : LAST_NAMES);
  const plain = (word: string) => word.toLowerCase().normalize("NFD").replace(/[^a-z]/g, "");
  const email = chance.chance(0.85) ? `${plain(first)}.${plain(last)}${chance.whole(1, 99)}@example.com` : null;
  return { name: `${first} ${last}`, email, phone, language: spanish && chance.chance(0.8) ? "es" : "en" };
}

const PAYERS: readonly (readonly [share: number, payer: Payer])[] = [[0.36, "automatic"], [0.78, "prompt"], [0.9, "late"], [0.94, "short"], [0.97, "ahead"], [1, "behind"]];

function payerOf(chance: Dice, business: boolean): Payer {
  const drawn = chance.next();
  const payer = PAYERS.find(([share]) => drawn < share)![1];
  return business && (payer === "ahead" || payer === "behind") ? "prompt" : payer;
}

// ---- use ----------------------------------------------------------------------------------------------------------

/** Thousandths of kWh that the panels of a home send back in an hour at noon in June. */
const PANELS_MOST = 7_500;
/** Above the numbers of all other channels. */
const RECEIVED_CHANNELS = 10_000_000;

const METER_KINDS = {
  electric: { unit: "kWh", dials: 5, makers: ["Northline", "Ampera"] },
  water: { unit: "gal", dials: 7, makers: ["Clearwell", "Brookfield"] },
  gas: { unit: "ccf", dials: 4, makers: ["Bluevalve"] },
} as const;

/** Somewhere on the dials; or so near to the end that it comes round in the middle of the year. */
function countedBefore(chance: Dice, dials: number, rollsOverWith: number | null): number {
  const range = 10 ** dials * 1000;
  const drawn = chance.next();
  return rollsOverWith === null ? Math.floor(drawn * range * 0.9) : range - Math.floor(rollsOverWith * 300);
}

/** What happens to the household in the year, whichever meter sees it. */
function eventsOf(chance: Dice, { first, last }: Household["days"], story: Story | null, business: boolean): MeterUse["events"] {
  if (story) return story.events;
  if (business) return [];
  const events: MeterUse["events"][number][] = [];
  const somewhere = () => chance.whole(first + 40, last - 50);
  if (chance.chance(MOVES)) {
    const from = somewhere();
    events.push({ kind: "empty", from, to: from + chance.whole(4, 16) });
  }
  for (const often of HOLIDAYS) {
    const from = somewhere();
    if (chance.chance(often)) events.push({ kind: "away", from, to: from + chance.whole(3, 6) });
  }
  return events;
}

/** Homes that change hands in a year. */
const MOVES = 0.06;
/** The longer and the shorter holiday: how many take one. */
const HOLIDAYS = [0.7, 0.3] as const;

function useOf({ chance, trade, hasGas, events, story, days }: Household, commodity: "electric" | "water" | "gas", multiplier: number, seed: number): MeterUse {
  const step: Step = commodity === "electric" && (trade !== null || (story?.quarterHours ?? chance.chance(0.3))) ? 15 : 60;
  const shared = { seed, step, events, faults: story ? (story.faults[commodity] ?? []) : faultsOf(chance, commodity, trade !== null, multiplier, days) };
  const unit = 1000 / multiplier;
  const whole = (low: number, high: number) => Math.round(chance.between(low, high) * unit);
  if (commodity === "gas") return { ...shared, pattern: "heater", quantum: 10, base: whole(0.35, 0.7), freeFactor: 1.1, perWarmDegree: 0, perColdDegree: whole(0.08, 0.14), watering: 0 };
  if (commodity === "water") {
    if (trade) return { ...shared, pattern: "businessTaps", quantum: 100, base: whole(300, 2_400), freeFactor: 0.6, perWarmDegree: whole(2, 8), perColdDegree: 0, watering: 0 };
    const leaks = story ? (story.leak ?? []) : leaksOf(chance, events, days);
    const people = chance.whole(1, 5);
    return { ...shared, events: [...events, ...leaks], pattern: "taps", quantum: 100, base: people * whole(38, 52), freeFactor: 1.12, perWarmDegree: 0, perColdDegree: 0, watering: chance.chance(0.4) ? whole(60, 160) : 0 };
  }
  if (trade) {
    const [low, high] = BUSINESS_KWH[trade.pattern] ?? [120, 380];
    const base = whole(low, high);
    return { ...shared, pattern: trade.pattern, quantum: 1, base, freeFactor: trade.pattern === "shop" ? 0.85 : 0.35, perWarmDegree: Math.round(base * 0.012), perColdDegree: Math.round(base * 0.004), watering: 0 };
  }
  return {
    ...shared, pattern: "home", quantum: 1, base: whole(8.5, 17), freeFactor: 1.14, perWarmDegree: whole(0.35, 0.85), perColdDegree: hasGas ? whole(0.03, 0.08) : whole(0.15, 0.32), watering: 0,
  };
}

/** Kilowatt-hours of a working day. */
const BUSINESS_KWH: Readonly<Partial<Record<Pattern, readonly [low: number, high: number]>>> = { plant: [900, 2_400], office: [90, 220], shop: [120, 380] };

/** Shares of meters in a year: radios lose a day here and there, few meters go wrong. */
const GAPS = 0.05;
const SPIKES = 0.025;
const STUCKS = 0.01;
const LEAKS = 0.05;

/** What meters and radios get wrong. */
function faultsOf(chance: Dice, commodity: "electric" | "water" | "gas", business: boolean, multiplier: number, { first, last }: Household["days"]): MeterFault[] {
  const faults: MeterFault[] = [];
  const somewhere = () => chance.whole(first + 35, last - 3);
  if (chance.chance(GAPS)) {
    const from = somewhere();
    const fromHour = chance.whole(1, 20);
    faults.push(chance.chance(0.4) ? { kind: "gap", from, fromHour, to: from, toHour: fromHour + chance.whole(1, 3) } : { kind: "gap", from, fromHour, to: from + chance.whole(1, 2), toHour: chance.whole(2, 22) });
  }
  const perHour = { electric: business ? 900_000 : 55_000, water: business ? 14_000_000 : 2_400_000, gas: 9_000 }[commodity];
  if (chance.chance(SPIKES)) faults.push({ kind: "spike", day: somewhere(), hour: chance.whole(2, 22), perHour: Math.round((perHour * chance.between(1, 1.3)) / multiplier) });
  if (commodity === "electric" && chance.chance(STUCKS)) {
    const from = somewhere();
    faults.push({ kind: "stuck", from, to: from + chance.whole(2, 4), perHour: Math.round((business ? 12_345 : 801) / multiplier) });
  }
  return faults;
}

function leaksOf(chance: Dice, events: MeterUse["events"], { first, last }: Household["days"]): MeterUse["events"] {
  const leaks = chance.chance(LEAKS);
  const from = chance.whole(first + 30, last - 20);
  const perHour = chance.whole(4, 14) * 1000;
  // In an empty house it would only be usage without a customer.
  return leaks && !events.some(({ kind }) => kind === "empty") ? [{ kind: "leak", from, to: from + chance.whole(6, 30), perHour }] : [];
}
