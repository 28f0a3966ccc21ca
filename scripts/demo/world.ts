/** The world in which the demonstration's past happens: the product's own operations, over the utility's database and a clock that is moved on. */
import type { SqlPort } from "../../db/port.ts";
import { startOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { inProcessWorld, type InProcessWorld } from "../../worker/operations/in-process.ts";
import type { PeopleWorld } from "../../worker/operations/people/world.ts";
import { noise, seedOf } from "./random.ts";

export const ZONE: TimeZone = "America/Chicago";

export interface Demo {
  readonly world: InProcessWorld;
  readonly people: PeopleWorld;
  readonly port: SqlPort;
  /** Sets the clock to a time of the wall clock. The clock never passes the real one. */
  at(day: LocalDate, hour: number): void;
  readonly onProgress: (text: string) => void;
  readonly staff: Staff;
}

/** Who works at the utility, as they act. */
export interface Staff {
  readonly clerk: UserActor;
  readonly billing: UserActor;
  readonly field: UserActor;
  readonly supervisor: UserActor;
  readonly admin: UserActor;
}

export interface DemoOptions {
  readonly port: SqlPort;
  readonly seed: number;
  /** The real time: the end of the demonstration's past. */
  readonly now: number;
  readonly secretKey: string;
  readonly publicUrl: string;
  readonly onProgress: (text: string) => void;
}

const HOUR_MS = 3_600_000;

export type Begun = Omit<Demo, "staff">;

export function beginDemo({ port, seed, now, secretKey, publicUrl, onProgress }: DemoOptions): Begun {
  const clock = { now };
  const newId = idsOf(seed);
  const world = inProcessWorld({ port, now: () => clock.now, newId, secretKey });
  return {
    world, port, onProgress,
    people: { ...world, env: { SECRET_KEY: secretKey, PUBLIC_URL: publicUrl } },
    at: (day, hour) => void (clock.now = Math.min(now, startOfDay(day, ZONE) + Math.round(hour * HOUR_MS))),
  };
}

/** Ids of the form of a UUID, the same in every load of one seed. They name commands and batches and keep nothing secret. */
function idsOf(seed: number): () => string {
  const own = seedOf(seed, "ids");
  let made = 0;
  return () => {
    made += 1;
    const words = Array.from({ length: 4 }, (_, i) => Math.floor(noise(own + i, made) * 0x1_0000_0000).toString(16).padStart(8, "0")).join("");
    return `${words.slice(0, 8)}-${words.slice(8, 12)}-4${words.slice(13, 16)}-8${words.slice(17, 20)}-${words.slice(20)}`;
  };
}
