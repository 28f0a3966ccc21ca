/** What every page is told about where it is: the utility's name, its time zone and its today. */
import { openPort } from "../../db/open.ts";
import { isSetUp, settingsOn, timeZoneOf, todayOf } from "../../db/utility.ts";
import type { SqlPort } from "../../db/port.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { RequestContext } from "./context.ts";

export interface PlaceFacts {
  readonly zone: string;
  readonly today: LocalDate;
  readonly utility: { readonly name: string; readonly phone: string };
}

/** Before a utility is set up its pages carry the product's name. @throws UnavailableError */
export async function placeOf(port: SqlPort, now: number): Promise<PlaceFacts> {
  const [zone, today] = [await timeZoneOf(port, now), await todayOf(port, now)];
  if (!(await isSetUp(port, now))) return { zone, today, utility: { name: "Meterline", phone: "" } };
  const { name, phone } = (await settingsOn(port, today, now)).utility;
  return { zone, today, utility: { name, phone } };
}

export function loadPlace({ env }: RequestContext): Promise<PlaceFacts> {
  return placeOf(openPort(env), Date.now());
}
