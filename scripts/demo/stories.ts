/**
 * The customers with whom the tour and the tests have to do: what happens at the first places of the town, told in days
 * before today. Everybody else is drawn by chance.
 */
import type { Address } from "../../worker/operations/registry.ts";
import type { MeterFault, MeterUse } from "./generator.ts";

/**
 * How somebody pays. `automatic`: in the portal, days before it is due. `prompt`: in time. `late`: after the due date.
 * `short`: now and then less than the whole. `ahead`: rounded up, so that a credit grows. `behind`: skips months.
 */
export type Payer = "automatic" | "prompt" | "late" | "short" | "ahead" | "behind";

export interface Person {
  /** The same for all accounts of one person. */
  readonly id?: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string;
  readonly language: string;
}

export interface Story {
  readonly person?: Person;
  /** Where mail goes, when not to the premise. */
  readonly mailing?: Address;
  readonly payer?: Payer;
  readonly events: MeterUse["events"];
  /** A leak that only the water meter sees. */
  readonly leak?: MeterUse["events"];
  readonly faults: Readonly<Partial<Record<"electric" | "water" | "gas", readonly MeterFault[]>>>;
  /** This meter's register comes round to zero during the year. */
  readonly rollsOver?: "electric" | "water" | "gas";
  readonly readByHand?: boolean;
  readonly quarterHours?: boolean;
  readonly flatElectric?: boolean;
  /** Panels on the roof: the meter runs both ways. */
  readonly panels?: boolean;
  /** What the year adds to it, by name. */
  readonly role?: Role;
  /** What the customer and the office agree on in the year. */
  readonly arranged?: Arranged;
}

/** What else happens to its customer: see the year. */
export type Role = "promise" | "bounced" | "leakReported" | "highBill";

/** See the arrangements. */
export type Arranged = "budget" | "prepaid" | "rebilled";

export const TOUR_CUSTOMER: Person = { name: "Nora Bergman", email: "nora@aldercreek.example", phone: "(319) 555-0101", language: "en" };
export const SEVERAL_ACCOUNTS: Person = { id: "person-several", name: "Daniel Okafor", email: "daniel@aldercreek.example", phone: "(319) 555-0102", language: "en" };
export const SPANISH_CUSTOMER: Person = { name: "Rosa Delgado", email: "rosa@aldercreek.example", phone: "(319) 555-0103", language: "es" };

const QUIET: Pick<Story, "events" | "faults"> = { events: [], faults: {} };

/** The story of a place in the order of the town, or null. `today` is a number of days. */
export function storyOf(place: number, today: number): Story | null {
  return STORIES[place]?.(today) ?? null;
}

const STORIES: Readonly<Record<number, (today: number) => Story>> = {
  0: () => ({ ...QUIET, person: TOUR_CUSTOMER, payer: "short", quarterHours: true, readByHand: false, flatElectric: false }),
  1: () => ({ ...QUIET, person: SEVERAL_ACCOUNTS, payer: "automatic", readByHand: false, flatElectric: false, arranged: "budget" }),
  2: () => ({ ...QUIET, person: SEVERAL_ACCOUNTS, payer: "late", readByHand: false, arranged: "prepaid" }),
  // Water that has not stopped running for twelve days: told to the customer, and not held from any bill.
  3: (today) => ({ ...QUIET, person: SPANISH_CUSTOMER, payer: "prompt", readByHand: false, flatElectric: false, role: "leakReported", arranged: "rebilled", leak: [{ kind: "leak", from: today - 12, to: today + 365, perHour: 9_000 }] }),
  4: (today) => ({ ...QUIET, payer: "prompt", faults: { electric: [{ kind: "spike", day: today - 8, hour: 18, perHour: 64_000 }] } }),
  5: (today) => ({ ...QUIET, payer: "automatic", faults: { electric: [{ kind: "stuck", from: today - 12, to: today - 10, perHour: 912 }] } }),
  6: (today) => ({ ...QUIET, payer: "behind", faults: { electric: [{ kind: "gap", from: today - 10, fromHour: 14, to: today - 9, toHour: 20 }] } }),
  7: () => ({ ...QUIET, person: SEVERAL_ACCOUNTS, payer: "automatic" }),
  8: () => ({ ...QUIET, payer: "behind", role: "promise" }),
  9: () => ({ ...QUIET, payer: "ahead", panels: true }),
  10: () => ({ ...QUIET, payer: "prompt", readByHand: true, rollsOver: "water" }),
  11: (today) => ({ ...QUIET, payer: "prompt", events: [{ kind: "empty", from: today - 160, to: today - 149 }] }),
  12: () => ({ ...QUIET, payer: "prompt", role: "bounced" }),
  13: (today) => ({
    ...QUIET, payer: "late", role: "highBill",
    faults: {
      electric: [{ kind: "gap", from: today - 75, fromHour: 3, to: today - 73, toHour: 11 }, { kind: "spike", day: today - 120, hour: 7, perHour: 51_000 }],
      water: [{ kind: "spike", day: today - 210, hour: 11, perHour: 2_600_000 }],
    },
  }),
  // Ten days away with every tap closed: after a week the meter might be dead.
  14: (today) => ({ ...QUIET, payer: "automatic", readByHand: false, events: [{ kind: "away", from: today - 68, to: today - 58 }] }),
  // Its cycle was run, without it.
  16: (today) => ({ ...QUIET, payer: "prompt", faults: { electric: [{ kind: "spike", day: today - 16, hour: 20, perHour: 58_000 }] } }),
  // Yesterday's, in a period that is still open.
  20: (today) => ({ ...QUIET, payer: "automatic", faults: { electric: [{ kind: "gap", from: today - 2, fromHour: 2, to: today - 2, toHour: 15 }] } }),
};
