/** Meters by the numbers on their faces, with everything that ingest must know of them, for thousands of them in one read. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import type { Channel, Commodity, MeterRecord } from "../../domain/metering/index.ts";
import type { SqlPort } from "../port.ts";

/** Days on which an account is the customer of a service point. */
export interface Customer {
  readonly accountId: string;
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

export interface LoadedMeters {
  readonly byBadge: ReadonlyMap<string, MeterRecord>;
  /** By service point: whose usage is measured there, when. */
  readonly customers: ReadonlyMap<string, readonly Customer[]>;
}

/** Meters in one read: with their channels and agreements each is some 500 bytes of an answer that may have 10 MB. */
const METERS_A_READ = 5_000;

// One text instead of rows (rows over HTTP cost more than what is in them), and flat: nested lists take twice as long.
const CHANNELS = (by: Key): string => `SELECT json_group_array(json_array(m.id, m.badge, m.commodity, c.id, c.name, c.kind, c.unit, c.step_minutes, c.multiplier, c.dials, c.direction)) AS found
  FROM json_each(?) AS b CROSS JOIN meter AS m ON m.${by} = b.value LEFT JOIN channel AS c ON c.meter_id = m.id`;

/** Where each meter hung, and whose usage was measured there: the point's own service, and sewer billed on its water. */
const PLACES = (by: Key): string => `SELECT json_group_array(json_array(m.id, i.service_point_id, i.installed_on, i.removed_on, p.premise_class, a.account_id, a.start_on, a.stop_on, o.customer_class, i.installed_at, i.removed_at)) AS found
  FROM json_each(?) AS b CROSS JOIN meter AS m ON m.${by} = b.value CROSS JOIN meter_installation AS i ON i.meter_id = m.id CROSS JOIN service_point AS sp ON sp.id = i.service_point_id
  CROSS JOIN premise AS p ON p.id = sp.premise_id LEFT JOIN service_point AS s ON s.premise_id = sp.premise_id AND (s.id = sp.id OR s.usage_from = sp.id)
  LEFT JOIN service_agreement AS a ON a.service_point_id = s.id LEFT JOIN account AS o ON o.id = a.account_id`;

type Key = "badge" | "id";
type ChannelRow = [
  meterId: string, badge: string, commodity: Commodity,
  id: number | null, name: string, kind: Channel["kind"], unit: Channel["unit"], stepMinutes: number | null, multiplier: string, dials: number | null, direction: Channel["direction"],
];
type PlaceRow = [
  meterId: string, servicePointId: string, installedOn: LocalDate, removedOn: LocalDate | null, premiseClass: string,
  accountId: string | null, startOn: LocalDate, stopOn: LocalDate | null, customerClass: string,
  installedAt: Instant | null, removedAt: Instant | null,
];

/** The meters with these numbers, as many of them as there are. Zone: the utility's, for when installations begin and end. */
export function loadMeters(port: SqlPort, badges: readonly string[], zone: TimeZone): Promise<LoadedMeters> {
  return load(port, "badge", badges, zone);
}

/** The same by meter id. */
export function loadMetersById(port: SqlPort, ids: readonly string[], zone: TimeZone): Promise<LoadedMeters> {
  return load(port, "id", ids, zone);
}

async function load(port: SqlPort, by: Key, keys: readonly string[], zone: TimeZone): Promise<LoadedMeters> {
  const byBadge = new Map<string, MeterRecord>();
  const customers = new Map<string, Customer[]>();
  for (let at = 0; at < keys.length; at += METERS_A_READ) {
    const page = JSON.stringify(keys.slice(at, at + METERS_A_READ));
    const [channels, places] = await port.read([{ sql: CHANNELS(by), args: [page] }, { sql: PLACES(by), args: [page] }]);
    const placesOf = Map.groupBy(JSON.parse(places!.rows[0]!["found"] as string) as PlaceRow[], ([meterId]) => meterId);
    for (const ofMeter of Map.groupBy(JSON.parse(channels!.rows[0]!["found"] as string) as ChannelRow[], ([meterId]) => meterId).values()) {
      const here = placesOf.get(ofMeter[0]![0]) ?? [];
      byBadge.set(ofMeter[0]![1], meterOf(ofMeter, here, zone));
      for (const [servicePointId, agreements] of Map.groupBy(here, (place) => place[1])) customers.set(servicePointId, agreements.flatMap(customersOf));
    }
  }
  return { byBadge, customers };
}

function customersOf([, , , , , accountId, from, to]: PlaceRow): Customer[] {
  return accountId === null ? [] : [{ accountId, from, to }];
}

/** A row of `meter_installation`, as far as it says when. */
export interface HungOn {
  readonly installedOn: LocalDate;
  readonly removedOn: LocalDate | null;
  readonly installedAt: Instant | null;
  readonly removedAt: Instant | null;
}

/** Between which moments a meter hung: those at which its dials were read, else the beginnings of the days. */
export function hungBetween({ installedOn, removedOn, installedAt, removedAt }: HungOn, zone: TimeZone): { from: Instant; to: Instant | null } {
  return { from: installedAt ?? startOfDay(installedOn, zone), to: removedAt ?? (removedOn === null ? null : startOfDay(removedOn, zone)) };
}

function meterOf(channels: readonly ChannelRow[], places: readonly PlaceRow[], zone: TimeZone): MeterRecord {
  const [meterId, badge, commodity] = channels[0]!;
  const served = places.filter(([, , , , , accountId]) => accountId !== null);
  const installations = new Map(places.map(([, servicePointId, installedOn, removedOn, , , , , , installedAt, removedAt]) => [`${servicePointId} ${installedOn}`, { servicePointId, ...hungBetween({ installedOn, removedOn, installedAt, removedAt }, zone) }]));
  return {
    meterId, badge, commodity,
    // The newest customer's class; where nobody ever was one, the premise's.
    customerClass: served.toSorted((a, b) => (a[6] < b[6] ? -1 : 1)).at(-1)?.[8] ?? places.at(-1)?.[4] ?? "residential",
    channels: channels.flatMap(([, , , channelId, name, kind, unit, stepMinutes, multiplier, dials, direction]): Channel[] =>
      (channelId === null ? [] : [{ channelId, meterId, commodity, name, kind, unit, stepMinutes, multiplier, dials, direction }])),
    installations: [...installations.values()],
    service: served.map(([, , , , , , from, to]) => ({ from, to })),
  };
}

/** Whose usage is measured at the service point on a day; null when nobody's. */
export function customerOn(customers: LoadedMeters["customers"], servicePointId: string | null, day: LocalDate): string | null {
  const here = servicePointId === null ? undefined : customers.get(servicePointId);
  return here?.find(({ from, to }) => from <= day && (to === null || day < to))?.accountId ?? null;
}
