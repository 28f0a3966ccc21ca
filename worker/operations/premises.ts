/** Premises as staff see them: where a place is, what is delivered there by which meter, and who has lived there. */
import { todayOf } from "../../db/utility.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { World } from "./context.ts";

export interface PremiseFound {
  readonly premiseId: string;
  readonly address: string;
  /** Commodities of its service points, by comma. */
  readonly services: string | null;
  /** Who is served there now, if anybody. */
  readonly occupant: string | null;
}

/** Places shown; more means the words should say more. */
const FOUND_MAX = 20;

/** Premises by address. Every word must match the beginning of some word. @throws ForbiddenError */
export async function searchPremises(world: World, actor: UserActor, words: string): Promise<PremiseFound[]> {
  requirePermission(actor, "read:account:any");
  const query = (words.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 8).map((word) => `"${word}"*`).join(" ");
  if (query === "") return [];
  return world.port.query<PremiseFound>(
    `SELECT p.id AS "premiseId", p.line || ', ' || p.city AS address,
       (SELECT group_concat(commodity, ',') FROM (SELECT commodity FROM service_point WHERE premise_id = p.id ORDER BY commodity)) AS services,
       (SELECT group_concat(name, ', ') FROM (SELECT DISTINCT o.name FROM service_agreement s JOIN service_point sp ON sp.id = s.service_point_id JOIN account a ON a.id = s.account_id JOIN person o ON o.id = a.person_id
          WHERE sp.premise_id = p.id AND (s.stop_on IS NULL OR s.stop_on > ?2))) AS occupant
     FROM search_entry f JOIN premise p ON p.id = f.id WHERE f.search_entry MATCH ?1 AND f.kind = 'premise' ORDER BY f.rank LIMIT ${FOUND_MAX}`,
    [query, await todayOf(world.port, world.now())],
  );
}

export interface PremisePoint {
  readonly servicePointId: string;
  readonly commodity: string;
  readonly status: string;
  readonly usageFrom: string | null;
  readonly meterId: string | null;
  readonly badge: string | null;
  readonly size: string | null;
  readonly installedOn: LocalDate | null;
  /** Whose service it is now. */
  readonly accountId: string | null;
  readonly name: string | null;
  readonly startOn: LocalDate | null;
}

export interface Occupancy {
  readonly agreementId: string;
  readonly accountId: string;
  readonly name: string;
  readonly commodity: string;
  readonly rateName: string | null;
  readonly startOn: LocalDate;
  readonly stopOn: LocalDate | null;
}

export interface PastMeter {
  readonly meterId: string;
  readonly badge: string;
  readonly commodity: string;
  readonly installedOn: LocalDate;
  readonly removedOn: LocalDate | null;
}

export interface PremisePage {
  readonly premiseId: string;
  readonly line: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly premiseClass: string;
  readonly dwellingUnits: number;
  readonly points: readonly PremisePoint[];
  /** Newest first. */
  readonly occupancies: readonly Occupancy[];
  readonly meters: readonly PastMeter[];
}

/** One premise; null when there is none. @throws ForbiddenError */
export async function premisePage(world: World, actor: UserActor, premiseId: string): Promise<PremisePage | null> {
  requirePermission(actor, "read:account:any");
  const args = [premiseId];
  const today = await todayOf(world.port, world.now());
  const [premises, points, occupancies, meters] = await world.port.read([
    { sql: `SELECT id AS "premiseId", line, city, state, zip, premise_class AS "premiseClass", dwelling_units AS "dwellingUnits" FROM premise WHERE id = ?`, args },
    {
      sql: `SELECT sp.id AS "servicePointId", sp.commodity, sp.status, sp.usage_from AS "usageFrom", m.id AS "meterId", m.badge, m.size, mi.installed_on AS "installedOn",
          s.account_id AS "accountId", o.name, s.start_on AS "startOn"
        FROM service_point sp
        LEFT JOIN meter_installation mi ON mi.service_point_id = coalesce(sp.usage_from, sp.id) AND mi.removed_on IS NULL
        LEFT JOIN meter m ON m.id = mi.meter_id
        LEFT JOIN service_agreement s ON s.service_point_id = sp.id AND s.start_on <= ?2 AND (s.stop_on IS NULL OR s.stop_on > ?2)
        LEFT JOIN account a ON a.id = s.account_id LEFT JOIN person o ON o.id = a.person_id
        WHERE sp.premise_id = ?1 ORDER BY sp.commodity, sp.id`,
      args: [premiseId, today],
    },
    {
      sql: `SELECT s.id AS "agreementId", s.account_id AS "accountId", o.name, s.commodity, r.name AS "rateName", s.start_on AS "startOn", s.stop_on AS "stopOn"
        FROM service_agreement s JOIN service_point sp ON sp.id = s.service_point_id JOIN account a ON a.id = s.account_id JOIN person o ON o.id = a.person_id
        LEFT JOIN rate_schedule r ON r.id = s.rate_schedule_id
        WHERE sp.premise_id = ? ORDER BY s.stop_on IS NOT NULL, s.start_on DESC, s.commodity LIMIT 200`,
      args,
    },
    {
      sql: `SELECT m.id AS "meterId", m.badge, m.commodity, mi.installed_on AS "installedOn", mi.removed_on AS "removedOn"
        FROM meter_installation mi JOIN service_point sp ON sp.id = mi.service_point_id JOIN meter m ON m.id = mi.meter_id
        WHERE sp.premise_id = ? ORDER BY mi.removed_on IS NOT NULL, mi.installed_on DESC LIMIT 100`,
      args,
    },
  ]);
  const premise = premises!.rows[0] as unknown as Omit<PremisePage, "points" | "occupancies" | "meters"> | undefined;
  if (!premise) return null;
  return {
    ...premise,
    points: points!.rows as unknown as PremisePoint[],
    occupancies: occupancies!.rows as unknown as Occupancy[],
    meters: meters!.rows as unknown as PastMeter[],
  };
}
