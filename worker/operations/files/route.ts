/** The file for a handheld: the meters of a bill cycle that are read by eye, in the order of the street. */
import { todayOf } from "../../../db/utility.ts";
import { mvrsDownload, type DownloadMeter } from "../../../domain/metering/formats/index.ts";
import { requirePermission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import { sourceUnit } from "../../../domain/metering/formats/source-units.ts";
import { milliText, type Unit } from "../../../domain/metering/index.ts";
import type { World } from "../context.ts";

/** Four letters of a handheld that come back as the same unit. */
const PROMPTS: Partial<Readonly<Record<Unit, string>>> = { ft3: "CF", therm: "THM", MMBtu: "MMBT", kvarh: "KVRH" };

/** Dials of a register that does not say: the commonest. */
const DIALS = 6;

/** Meters of one route: what a handheld holds, and more than anybody walks. */
const METERS_MAX = 9_999;

export type RouteFile = { readonly ok: true; readonly name: string; readonly text: string; readonly meters: number } | { readonly ok: false; readonly message: string };

interface RouteRow {
  readonly account: string;
  readonly name: string;
  readonly address: string;
  readonly badge: string;
  readonly channel: string;
  readonly unit: Unit;
  readonly dials: number | null;
  readonly last: number | null;
}

/** The route of a bill cycle as MVRS takes it. @throws ForbiddenError */
export async function routeFile(world: World, actor: UserActor, cycle: string): Promise<RouteFile> {
  requirePermission(actor, "post:read:any");
  const { port } = world;
  const today = await todayOf(port, world.now());
  const rows = await port.query<RouteRow>(
    `SELECT a.id AS account, p.name, pr.line AS address, m.badge, c.name AS channel, c.unit, c.dials,
       (SELECT r.value FROM register_read r WHERE r.channel_id = c.id ORDER BY r.read_at DESC, r.version DESC LIMIT 1) AS last
     FROM account a JOIN person p ON p.id = a.person_id
       JOIN service_agreement s ON s.account_id = a.id AND s.start_on <= ?1 AND (s.stop_on IS NULL OR s.stop_on > ?1)
       JOIN service_point sp ON sp.id = s.service_point_id JOIN premise pr ON pr.id = sp.premise_id
       JOIN meter_installation i ON i.service_point_id = sp.id AND i.removed_on IS NULL JOIN meter m ON m.id = i.meter_id
       JOIN channel c ON c.meter_id = m.id AND c.kind = 'register'
     WHERE a.bill_cycle = ?2 ORDER BY pr.city, pr.line, m.badge, c.id`,
    [today, cycle],
  );
  const meters = walked([...Map.groupBy(rows, ({ badge }) => badge).values()]);
  if (meters.length === 0) return { ok: false, message: `No meter of bill cycle ${cycle} has a register that is read by eye.` };
  if (meters.length > METERS_MAX) return { ok: false, message: `Bill cycle ${cycle} has ${meters.length} meters; a handheld's route holds ${METERS_MAX}.` };
  try {
    return { ok: true, name: `route-${cycle}-${today}.mvrs`, text: mvrsDownload(cycle, meters), meters: meters.length };
  } catch (error) {
    // What does not fit the layout is named; half a route would leave meters unread.
    if (error instanceof RangeError) return { ok: false, message: `The route cannot be written: ${error.message}.` };
    throw error;
  }
}

/** Street by street, house by house: 9 Elm St comes before 10 Elm St. */
function walked(meters: readonly (readonly RouteRow[])[]): DownloadMeter[] {
  const placeOf = (address: string): [street: string, house: number] => {
    const [, house, street] = /^\s*(\d+)\S*\s+(.*)$/.exec(address) ?? [null, "0", address];
    return [street!, Number(house)];
  };
  const inOrder = meters.toSorted(([a], [b]) => {
    const [[streetA, houseA], [streetB, houseB]] = [placeOf(a!.address), placeOf(b!.address)];
    return streetA.localeCompare(streetB) || houseA - houseB;
  });
  return inOrder.map((registers, i): DownloadMeter => {
    const { account, name, address, badge } = registers[0]!;
    return { account, name, address, meter: badge, sequence: (i + 1) * 10, registers: registers.map((register, channel) => registerOf(register, channel + 1)) };
  });
}

function registerOf({ unit, dials, last }: RouteRow, channel: number): DownloadMeter["registers"][number] {
  const prompt = PROMPTS[unit] ?? unit.toUpperCase().slice(0, 4);
  if (sourceUnit(prompt)?.unit !== unit) throw new RangeError(`a handheld has no prompt for ${unit}`);
  // Whole units, as the dials show them; what is behind the point is not read by eye.
  return { prompt, channel, dials: dials ?? DIALS, decimals: 0, method: "M", previous: last === null ? null : milliText(Math.floor(last / 1000) * 1000).replaceAll(",", "") };
}
