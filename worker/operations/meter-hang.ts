/**
 * A meter from stock is hung where none hangs: at a new place, or one whose meter was taken off before. One command over the premise
 * and the meter, with the checks of an exchange; its first reads are where it begins to count.
 */
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import type { SqlPort } from "../../db/port.ts";
import { hungBetween, type HungOn } from "../../db/metering/meters.ts";
import { usageNotices } from "../../db/metering/watched.ts";
import { timeZoneOf, todayOf } from "../../db/utility.ts";
import { isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { meterEvent } from "../../domain/lifecycle/meter.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { isMetered } from "../../domain/metering/new-meter.ts";
import type { World } from "./context.ts";
import { COMMAND_ID } from "./form-answer.ts";
import { dialsOf, exceptionStreams, freshMeter, HUNG, hangingOf, METER, momentOf, refuse, stockOf, underBills, whyNotHung, type MeterRow, type Refused } from "./meter-hanging.ts";
import { pairingOf } from "./meter-pairing.ts";
import { CHANNEL_COLUMNS, type ChannelRow } from "./meters.ts";
import { requireAtPremise, requireOnMeter } from "./own-meter.ts";

/** A point at which a meter of its own may hang. */
export interface HangingPoint {
  readonly servicePointId: string;
  readonly premiseId: string;
  readonly commodity: string;
  readonly line: string;
  readonly address: string;
  /** Last day of the meter that hung there before. */
  readonly freeSince: LocalDate | null;
}

export interface StockChosen extends MeterRow {
  readonly channels: readonly ChannelRow[];
  /** The module that speaks for it. */
  readonly endpoint: string | null;
  readonly gateway: string | null;
}

export interface HangForm {
  readonly today: LocalDate;
  readonly point: HangingPoint | null;
  readonly meter: StockChosen | null;
  /** To choose from, where the meter is not chosen yet. */
  readonly stock: readonly MeterRow[];
  /** To choose from, where the point is not chosen yet. */
  readonly points: readonly HangingPoint[];
  /** There are more points than are listed. */
  readonly more: boolean;
  /** Head-ends with which the meter may be paired. */
  readonly gateways: readonly { readonly id: string; readonly name: string }[];
}

/** What the form begins with. `point`, `meter`: what is chosen already; `where`: a part of the address that is looked for. @throws ForbiddenError */
export async function hangForm(world: World, actor: UserActor, asked: { readonly pointId: string | null; readonly meterId: string | null; readonly where: string }): Promise<HangForm> {
  requirePermission(actor, "edit:meter:any");
  const { port } = world;
  const [point, meter] = await Promise.all([asked.pointId === null ? null : emptyPoint(port, asked.pointId), asked.meterId === null ? null : stockMeter(port, asked.meterId)]);
  const found = meter && !point ? await emptyPoints(port, meter.commodity, asked.where) : [];
  const gateways = point && meter ? await port.query<HangForm["gateways"][number]>("SELECT id, name FROM gateway WHERE status = 'active' ORDER BY name, id") : [];
  return { today: await todayOf(port, world.now()), gateways, point, meter, stock: point && !meter ? await stockOf(port, point.commodity) : [], points: found.slice(0, POINTS_SHOWN), more: found.length > POINTS_SHOWN };
}

/** As many as are looked through by eye; whoever does not find the place enters more of its address. */
const POINTS_SHOWN = 25;

export interface HangAsked {
  readonly commandId: string;
  readonly meterId: string;
  readonly servicePointId: string;
  /** Day and wall clock (`HH:MM`). */
  readonly on: string;
  readonly time: string;
  /** Dials as they were typed, by channel. */
  readonly firstReads: Readonly<Record<string, string>>;
  /** The module that speaks for it from that day on, and its gateway; empty: it stays as it is. */
  readonly endpointId: string;
  readonly gatewayId: string;
}

export interface HangDone {
  readonly premiseId: string;
  readonly meterId: string;
}

type Decision = StreamDecision<HangDone>;

/** Hangs it. Refusals name fields as `newMeterId`, `point`, `on`, `time`, `first.CHANNEL`, `endpointId`, `gatewayId`. @throws ForbiddenError, UnavailableError */
export async function hangMeter(world: World, actor: UserActor, asked: HangAsked): Promise<StreamAnswer<HangDone>> {
  await requireOnMeter(world, actor, "edit:meter:any", asked.meterId);
  const refused = (refusal: Refused): StreamAnswer<HangDone> => ({ status: "refused", refusal: refusal.refusal });
  const { commandId, servicePointId, on, time } = asked;
  if (!COMMAND_ID.test(commandId)) return refused(refuse("commandId", "Open the form again: its number is missing."));
  const [place] = await world.port.query<{ premiseId: string }>(`SELECT premise_id AS "premiseId" FROM service_point WHERE id = ?`, [servicePointId]);
  if (!place) return refused(NO_POINT);
  await requireAtPremise(world, actor, "edit:meter:any", place.premiseId);
  const zone = await timeZoneOf(world.port, world.now());
  const at = momentOf(on, time, zone);
  if (typeof at === "string") return refused(refuse(isLocalDate(on) ? "time" : "on", at));
  if (at > world.now()) return refused(refuse("on", "It cannot lie in the future."));
  const answer = await runStreamCommand(
    world.port,
    { commandId, stream: `premise:${place.premiseId}`, input: asked, provenance: { actor: actorText(actor), source: "staff", recordedAt: world.now() } },
    () => decide(world, actor, asked, at, zone),
  );
  world.poke();
  world.wakeOutbox();
  return answer;
}

const NO_POINT = refuse("point", "No meter can be hung there: there is no such service, it is measured by another one's meter, or a meter hangs there already.");

async function decide(world: World, actor: UserActor, { commandId, meterId, servicePointId, firstReads, endpointId, gatewayId }: HangAsked, at: Instant, zone: TimeZone): Promise<Decision> {
  const { port } = world;
  const [point, fresh] = [await emptyPoint(port, servicePointId), await freshMeter(port, meterId)];
  if (!point) return NO_POINT;
  const on = localDateOf(at, zone);
  const problem = (await whyNotFree(port, servicePointId, at, zone)) ?? whyNotHung(fresh, point.commodity, at, on, zone);
  if (problem) return problem;
  const meter = fresh!;
  const first = dialsOf("first", meter.registers, firstReads);
  if (!Array.isArray(first)) return first;
  const recordedAt = world.now();
  const pairing = endpointId.trim() === "" ? null : await pairingOf(port, { meterId, endpointId, gatewayId, fromOn: on }, recordedAt);
  if (pairing && "refusal" in pairing) return pairing.refusal.field === "fromOn" ? refuse("endpointId", pairing.refusal.message) : pairing;
  const hanging = await hangingOf(port, meter, point, first, { on, at, by: { actor: actorText(actor), source: "staff", batchId: commandId, recordedAt } });
  const issued = await underBills(port, { servicePointId, on, key: `hung:${meterId}`, meterId, what: `Meter ${meter.badge} was hung on ${on}`, readsGoOn: false }, recordedAt);
  return {
    ok: true,
    drafts: [meterEvent("MeterHung", { servicePointId, installed: meterId, on, at })],
    writes: { meterInstallation: [hanging.installation], searchEntry: [hanging.searchEntry] },
    others: [
      // Two events of the meter's own stream, where a module begins to speak for it on the same day.
      pairing ? { ...hanging.other, drafts: [...hanging.other.drafts, pairing.draft], writes: { ...hanging.other.writes, meterEndpoint: pairing.rows } } : hanging.other,
      ...(pairing?.others ?? []), ...exceptionStreams(issued.changes),
    ],
    further: [...hanging.further, usageNotices([servicePointId], recordedAt), issued.fence],
    result: { premiseId: point.premiseId, meterId },
  };
}

/** The meters that hung there must all be off by then: dials of two meters at once count for nobody. */
async function whyNotFree(port: SqlPort, servicePointId: string, at: Instant, zone: TimeZone): Promise<Refused | null> {
  const rows = await port.query<HungOn & { badge: string }>(`SELECT ${HUNG}, m.badge FROM meter_installation AS i JOIN meter AS m ON m.id = i.meter_id WHERE i.service_point_id = ?`, [servicePointId]);
  const before = rows.find((row) => (hungBetween(row, zone).to ?? Infinity) > at);
  return before ? refuse("on", `Meter ${before.badge} hung there until ${before.removedOn ?? "now"}. Choose a later moment.`) : null;
}

// ---- what is there -----------------------------------------------------------------------------------------------

/** Points that are not measured by another one's meter and at which none hangs now. */
const EMPTY = `SELECT sp.id AS "servicePointId", p.id AS "premiseId", sp.commodity, p.line, p.line || ', ' || p.city AS address,
    (SELECT max(i.removed_on) FROM meter_installation AS i WHERE i.service_point_id = sp.id) AS "freeSince"
  FROM service_point AS sp JOIN premise AS p ON p.id = sp.premise_id
  WHERE sp.usage_from IS NULL AND NOT EXISTS (SELECT 1 FROM meter_installation AS i WHERE i.service_point_id = sp.id AND i.removed_on IS NULL)`;

async function emptyPoint(port: SqlPort, servicePointId: string): Promise<HangingPoint | null> {
  const [point] = await port.query<HangingPoint>(`${EMPTY} AND sp.id = ?`, [servicePointId]);
  return point && isMetered(point.commodity) ? point : null;
}

const emptyPoints = (port: SqlPort, commodity: string, where: string): Promise<HangingPoint[]> =>
  port.query<HangingPoint>(`${EMPTY} AND sp.commodity = ?1 AND (?2 = '' OR instr(lower(p.line || ', ' || p.city), ?2) > 0) ORDER BY p.line, sp.id LIMIT ${POINTS_SHOWN + 1}`, [commodity, where.trim().toLowerCase()]);

async function stockMeter(port: SqlPort, meterId: string): Promise<StockChosen | null> {
  const [meters, channels] = await port.read([
    {
      sql: `SELECT ${METER}, e.endpoint_id AS endpoint, g.name AS gateway FROM meter AS m LEFT JOIN meter_endpoint AS e ON e.meter_id = m.id AND e.to_on IS NULL LEFT JOIN gateway AS g ON g.id = e.gateway_id WHERE m.id = ? AND m.status = 'inStock'`,
      args: [meterId],
    },
    { sql: `SELECT ${CHANNEL_COLUMNS} FROM channel WHERE meter_id = ? ORDER BY id`, args: [meterId] },
  ]);
  const meter = meters!.rows[0] as unknown as Omit<StockChosen, "channels"> | undefined;
  return meter ? { ...meter, channels: channels!.rows as unknown as ChannelRow[] } : null;
}
