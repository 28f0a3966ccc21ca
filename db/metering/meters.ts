/** Meters by the numbers on their faces, with everything that ingest must know of them, for thousands of them in one read. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { startOfDay, type TimeZone } from "../../domain/calendar/zone.ts";
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

/** One text instead of a row a meter: rows over HTTP cost more than what is in them. */
const METERS = `SELECT json_group_array(json_array(m.id, m.badge, m.commodity,
    json((SELECT json_group_array(json_array(c.id, c.name, c.kind, c.unit, c.step_minutes, c.multiplier, c.dials, c.direction)) FROM channel AS c WHERE c.meter_id = m.id)),
    json((SELECT json_group_array(json_array(i.service_point_id, i.installed_on, i.removed_on, p.premise_class,
        json((SELECT json_group_array(json_array(a.account_id, a.start_on, a.stop_on, o.customer_class))
          FROM service_point AS s JOIN service_agreement AS a ON a.service_point_id = s.id JOIN account AS o ON o.id = a.account_id
          WHERE s.premise_id = sp.premise_id AND (s.id = sp.id OR s.usage_from = sp.id)))))
      FROM meter_installation AS i JOIN service_point AS sp ON sp.id = i.service_point_id JOIN premise AS p ON p.id = sp.premise_id WHERE i.meter_id = m.id))
  )) AS meters FROM json_each(?) AS b CROSS JOIN meter AS m ON m.`;

type AgreementRow = [accountId: string, startOn: LocalDate, stopOn: LocalDate | null, customerClass: string];
type InstallationRow = [servicePointId: string, installedOn: LocalDate, removedOn: LocalDate | null, premiseClass: string, agreements: AgreementRow[]];
type ChannelRow = [id: number, name: string, kind: Channel["kind"], unit: Channel["unit"], stepMinutes: number | null, multiplier: string, dials: number | null, direction: Channel["direction"]];
type MeterRow = [id: string, badge: string, commodity: Commodity, channels: ChannelRow[], installations: InstallationRow[]];

/** The meters with these numbers, as many of them as there are. Zone: the utility's, for when installations begin and end. */
export function loadMeters(port: SqlPort, badges: readonly string[], zone: TimeZone): Promise<LoadedMeters> {
  return load(port, "badge", badges, zone);
}

/** The same by meter id. */
export function loadMetersById(port: SqlPort, ids: readonly string[], zone: TimeZone): Promise<LoadedMeters> {
  return load(port, "id", ids, zone);
}

async function load(port: SqlPort, by: "badge" | "id", keys: readonly string[], zone: TimeZone): Promise<LoadedMeters> {
  const byBadge = new Map<string, MeterRecord>();
  const customers = new Map<string, Customer[]>();
  for (let at = 0; at < keys.length; at += METERS_A_READ) {
    const [answer] = await port.query<{ meters: string }>(`${METERS}${by} = b.value`, [JSON.stringify(keys.slice(at, at + METERS_A_READ))]);
    for (const row of JSON.parse(answer!.meters) as MeterRow[]) {
      byBadge.set(row[1], meterOf(row, zone));
      for (const [servicePointId, , , , agreements] of row[4]) customers.set(servicePointId, agreements.map(([accountId, from, to]) => ({ accountId, from, to })));
    }
  }
  return { byBadge, customers };
}

function meterOf([meterId, badge, commodity, channels, installations]: MeterRow, zone: TimeZone): MeterRecord {
  const agreements = installations.flatMap((installation) => installation[4]);
  return {
    meterId, badge, commodity,
    // The newest customer's class; where nobody ever was one, the premise's.
    customerClass: agreements.toSorted((a, b) => (a[1] < b[1] ? -1 : 1)).at(-1)?.[3] ?? installations.at(-1)?.[3] ?? "residential",
    channels: channels.map(([channelId, name, kind, unit, stepMinutes, multiplier, dials, direction]): Channel => ({ channelId, meterId, commodity, name, kind, unit, stepMinutes, multiplier, dials, direction })),
    installations: installations.map(([servicePointId, installedOn, removedOn]) => ({ servicePointId, from: startOfDay(installedOn, zone), to: removedOn === null ? null : startOfDay(removedOn, zone) })),
    service: agreements.map(([, from, to]) => ({ from, to })),
  };
}

/** Whose usage is measured at the service point on a day; null when nobody's. */
export function customerOn(customers: LoadedMeters["customers"], servicePointId: string | null, day: LocalDate): string | null {
  const here = servicePointId === null ? undefined : customers.get(servicePointId);
  return here?.find(({ from, to }) => from <= day && (to === null || day < to))?.accountId ?? null;
}
