/** What to try first in the demonstration: printed at each start, because the read to post is of that day. */
import { localDateOf, startOfDay } from "../../domain/calendar/zone.ts";
import { GATEWAY_KEY_ID, GATEWAY_SECRET } from "./gateway.ts";
import { ZONE } from "./world.ts";

/** The electric meter of the tour's customer: the first one of the town, with quarter hours. */
export const TOUR_METER = "E-100001";
export const TOUR_STEP_MINUTES = 15;

const HOUR_MS = 3_600_000;

/** A household's first quarter hours of a day, kilowatt-hours. */
const VALUES = ["0.142", "0.138", "0.151", "0.147", "0.139", "0.144", "0.150", "0.136"];

/** The body of a post: this day's first quarter hours, as many as are over. */
export function tourReads(now: number): { readonly reads: readonly object[] } {
  const midnight = startOfDay(localDateOf(now, ZONE), ZONE);
  const over = Math.floor((now - midnight) / (TOUR_STEP_MINUTES * 60_000));
  return {
    reads: [{ meter: TOUR_METER, kind: "interval", unit: "kWh", start: new Date(midnight).toISOString(), stepMinutes: TOUR_STEP_MINUTES, values: VALUES.slice(0, Math.max(1, over)) }],
  };
}

/** The water meter of the same customer: it counts by the hour. */
const FILE_METER = "W-100002";
/** A household's first hours of a day, gallons. */
const GALLONS = ["2.4", "0", "0", "1.6", "0", "9.2"];

/** A file as another head-end writes it (CMEP, `docs/formats/cmep.md`): this day's first hours of the water meter, as many as are over, on the utility's clock. */
export function tourFile(now: number): string {
  const date = localDateOf(now, ZONE);
  const day = date.replaceAll("-", "");
  const over = Math.min(GALLONS.length, Math.max(1, Math.floor((now - startOfDay(date, ZONE)) / HOUR_MS)));
  const values = GALLONS.slice(0, over).map((value, i) => `${i === 0 ? `${day}0100` : ""},R,${value}`);
  return `MEPMD01,1.20,HEADEND,,METERLINE,,${day}0600,${FILE_METER},OK,W,GAL,,00000100,${over},${values.join(",")}`;
}

export function tourLines(publicUrl: string, now: number): string[] {
  return [
    "Post a read as the meter gateway does, with the customer's page open beside it:",
    `  curl -s ${publicUrl}/api/v1/ami/reads -H 'Authorization: Bearer ${GATEWAY_KEY_ID}.${GATEWAY_SECRET}' -H 'content-type: application/json' -d '${JSON.stringify(tourReads(now))}'`,
    "Send a file as another head-end writes it, and see it under Files:",
    `  curl -s '${publicUrl}/api/v1/ami/files?name=night.cmep' -H 'Authorization: Bearer ${GATEWAY_KEY_ID}.${GATEWAY_SECRET}' --data-binary '${tourFile(now)}'`,
  ];
}
