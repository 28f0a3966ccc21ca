/** What every page is told about where it is: the utility's name, its time zone and its today. */
import { openPort } from "../../db/open.ts";
import { isSetUp, settingsOn, timeZoneOf, todayOf as todayAt } from "../../db/utility.ts";
import { UnavailableError, type SqlPort } from "../../db/port.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf } from "../../domain/calendar/zone.ts";
import type { RequestContext, World } from "./context.ts";

export interface PlaceFacts {
  readonly zone: string;
  readonly today: LocalDate;
  readonly utility: { readonly name: string; readonly phone: string };
}

/** Before a utility is set up its pages carry the product's name. @throws UnavailableError */
export async function placeOf(port: SqlPort, now: number): Promise<PlaceFacts> {
  const [zone, today] = [await timeZoneOf(port, now), await todayAt(port, now)];
  if (!(await isSetUp(port, now))) return { zone, today, utility: { name: "Meterline", phone: "" } };
  const { name, phone } = (await settingsOn(port, today, now)).utility;
  return { zone, today, utility: { name, phone } };
}

/** What this isolate was told last: a page that says "we will be right back" still carries the utility's name. */
let lastKnown: Omit<PlaceFacts, "today"> = { zone: "UTC", utility: { name: "Meterline", phone: "" } };

/** As `placeOf`, or as it was known last while the database is away: never an `UnavailableError`. */
export async function loadPlace({ env }: RequestContext): Promise<PlaceFacts> {
  const now = Date.now();
  try {
    const place = await placeOf(openPort(env), now);
    lastKnown = place;
    return place;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { ...lastKnown, today: localDateOf(now, lastKnown.zone) };
  }
}

/** The utility's local day at this moment. @throws UnavailableError */
export function todayOf(world: Pick<World, "port" | "now">): Promise<LocalDate> {
  return todayAt(world.port, world.now());
}
