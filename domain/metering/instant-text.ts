/** Instants as senders of JSON write them. */
import { MINUTE_MS, type Instant } from "../calendar/zone.ts";

export const INSTANT_HELP = "must be an instant with its offset, e.g. 2026-03-08T00:00:00-06:00 or 2026-03-08T06:00:00Z";
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d{2}):?(\d{2}))$/;

/** An instant from ISO 8601 with an offset, or null; without an offset it would be two instants every autumn. */
export function parseInstant(text: unknown): Instant | null {
  if (typeof text !== "string") return null;
  const match = INSTANT.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second = "0", fraction = "0", utc, sign, offsetHours = "0", offsetMinutes = "0"] = match;
  if (+month! < 1 || +month! > 12 || +day! < 1 || +hour! > 23 || +minute! > 59 || +second > 59 || +offsetHours > 15 || +offsetMinutes > 59) return null;
  const midnight = Date.UTC(+year!, +month! - 1, +day!);
  if (new Date(midnight).getUTCDate() !== +day!) return null;
  const local = midnight + ((+hour! * 60 + +minute!) * 60 + +second) * 1000 + +fraction.padEnd(3, "0").slice(0, 3);
  const offset = utc ? 0 : (+offsetHours * 60 + +offsetMinutes) * MINUTE_MS * (sign === "-" ? -1 : 1);
  return local - offset;
}
