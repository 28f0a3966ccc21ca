/** Meters as things that the utility owns: what lies in stock, how one gets there, is tested, paired with its head-end, and ends. */
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import { ConstraintError, type SqlPort } from "../../db/port.ts";
import { todayOf } from "../../db/utility.ts";
import { isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { ACCURACY_MAX_MILLI, isMeterState, meterAfter, meterEvent, meterStream, METER_STATES, SHOP_MOVES, type MeterEvents, type MeterState, type ShopMove } from "../../domain/lifecycle/meter.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { typedMilli } from "../../domain/metering/index.ts";
import { isMetered } from "../../domain/metering/new-meter.ts";
import type { World } from "./context.ts";
import { COMMAND_ID } from "./form-answer.ts";
import { refuse } from "./meter-hanging.ts";
import { pairingOf } from "./meter-pairing.ts";
import { requireOnMeter } from "./own-meter.ts";
import { channelsOf, digest, meterProblems, takenBadge, type MeterEntered } from "./premise-forms.ts";

export interface StockMeter {
  readonly meterId: string;
  readonly badge: string;
  readonly commodity: string;
  readonly size: string | null;
  readonly manufacturer: string | null;
  readonly status: MeterState;
  /** How it measures: `register`, `interval`, or both. */
  readonly kinds: string | null;
  readonly lastTest: LocalDate | null;
  readonly passed: number | null;
}

export interface StockPage {
  /** Of every state how many. */
  readonly counts: Readonly<Record<MeterState, number>>;
  readonly rows: readonly StockMeter[];
  /** Badge after which the next page begins. */
  readonly after: string | null;
}

const PAGE = 50;

/** Meters of a state by badge, a page at a time. @throws ForbiddenError */
export async function stockPage(world: World, actor: UserActor, state: string, after: string): Promise<StockPage> {
  requirePermission(actor, "read:meter:any");
  const [counted, found] = await world.port.read([
    { sql: "SELECT status, count(*) AS n FROM meter GROUP BY status", args: [] },
    {
      sql: `SELECT m.id AS "meterId", m.badge, m.commodity, m.size, m.manufacturer, m.status, (SELECT group_concat(DISTINCT c.kind) FROM channel AS c WHERE c.meter_id = m.id) AS kinds,
          t.tested_on AS "lastTest", t.passed FROM meter AS m
        LEFT JOIN meter_test AS t ON t.id = (SELECT id FROM meter_test WHERE meter_id = m.id ORDER BY tested_on DESC, recorded_at DESC LIMIT 1)
        WHERE m.status = ? AND m.badge > ? ORDER BY m.badge LIMIT ${PAGE + 1}`,
      args: [isMeterState(state) ? state : "inStock", after],
    },
  ]);
  const rows = found!.rows as unknown as StockMeter[];
  const counts = Object.fromEntries(METER_STATES.map((each) => [each, (counted!.rows.find((row) => row["status"] === each)?.["n"] as number | undefined) ?? 0])) as StockPage["counts"];
  return { counts, rows: rows.slice(0, PAGE), after: rows.length > PAGE ? rows[PAGE - 1]!.badge : null };
}

// ---- what is done to one meter -----------------------------------------------------------------------------------

export type MeterAnswer = StreamAnswer<{ readonly meterId: string }>;
type Decision = StreamDecision<{ readonly meterId: string }>;

const refused = (field: string, message: string): MeterAnswer => ({ status: "refused", refusal: refuse(field, message).refusal });
const NO_FORM = refused("commandId", "Open the form again: its number is missing.");
const GONE = refuse("meterId", "There is no such meter.");

export interface NewMeterAsked {
  readonly commandId: string;
  readonly commodity: string;
  readonly meter: Omit<MeterEntered, "installedOn">;
  /** It is on its way (`ordered`), or lies here (`inStock`). */
  readonly state: string;
}

/** Enters a meter that was bought. Problems name fields as `water.badge`. @throws ForbiddenError, UnavailableError */
export async function enterStock(world: World, actor: UserActor, asked: NewMeterAsked): Promise<MeterAnswer> {
  requirePermission(actor, "edit:meter:any");
  const { commandId, commodity, state } = asked;
  if (!COMMAND_ID.test(commandId)) return NO_FORM;
  if (!isMetered(commodity)) return refused("commodity", "Choose what it measures.");
  if (state !== "ordered" && state !== "inStock") return refused("state", "Choose where it is.");
  const today = await todayOf(world.port, world.now());
  const entered: MeterEntered = { ...asked.meter, installedOn: today };
  const [problem] = meterProblems(commodity, entered, today);
  if (problem) return { status: "refused", refusal: problem };
  const meterId = `M-${digest(`stock ${commandId}`)}`;
  return onMeter(world, actor, { commandId, meterId, input: asked }, async () => {
    const taken = await takenBadge(world.port, [{ commodity, byWater: false, meter: entered }]);
    if (taken) return { ok: false, refusal: taken };
    const badge = entered.badge.trim();
    const [last] = await world.port.query<{ id: number }>("SELECT coalesce(max(id), 0) AS id FROM channel");
    const size = entered.size.trim() || null;
    const manufacturer = entered.manufacturer.trim() || null;
    return {
      ok: true,
      drafts: [meterEvent(state === "ordered" ? "MeterOrdered" : "MeterReceived", { meterId, badge, commodity })],
      writes: {
        meter: [{ id: meterId, badge, commodity, size, manufacturer, status: state }],
        channel: channelsOf(entered).map((channel, i) => ({ ...channel, id: last!.id + 1 + i, meterId })),
        searchEntry: [{ kind: "meter", id: meterId, accountId: null, title: badge, body: badge }],
      },
      result: { meterId },
    };
  });
}

const EVENT_OF = { receive: "MeterReceived", test: "MeterSentToTest", restock: "MeterRestocked", retire: "MeterRetired" } as const satisfies Record<ShopMove, keyof MeterEvents>;

/** Moves a meter in the shop: received, to the test bench, back into stock, retired. @throws ForbiddenError, UnavailableError */
export async function moveMeter(world: World, actor: UserActor, asked: { readonly commandId: string; readonly meterId: string; readonly move: string }): Promise<MeterAnswer> {
  requirePermission(actor, "edit:meter:any");
  const { commandId, meterId } = asked;
  const move = SHOP_MOVES.find((each) => each === asked.move);
  if (!COMMAND_ID.test(commandId)) return NO_FORM;
  if (!move) return refused("move", "Choose what is done with it.");
  return onMeter(world, actor, { commandId, meterId, input: asked }, async () => {
    const meter = await meterRow(world.port, meterId);
    if (!meter) return GONE;
    const status = meterAfter(meter.status, move);
    if (status === null) return refuse("move", "That cannot be done from where the meter is. Load the page again.");
    if (move === "restock" && !(await passedSinceRemoved(world.port, meterId))) return refuse("move", "It goes back into stock once a test of it since it was taken off has passed.");
    return { ok: true, drafts: [meterEvent(EVENT_OF[move], { meterId, badge: meter.badge, commodity: meter.commodity })], writes: { meter: [{ ...meter, status }] }, result: { meterId } };
  });
}

export interface TestAsked {
  readonly commandId: string;
  readonly meterId: string;
  readonly testedOn: string;
  /** Percent as typed. */
  readonly asFound: string;
  readonly asLeft: string;
  /** `yes` or `no`. */
  readonly passed: string;
  readonly note: string;
}

const NOTE_MAX = 200;

/** Writes a test down, of a meter in the shop or where it hangs. @throws ForbiddenError, UnavailableError */
export async function recordTest(world: World, actor: UserActor, asked: TestAsked): Promise<MeterAnswer> {
  await requireOnMeter(world, actor, "edit:meter:any", asked.meterId);
  const { commandId, meterId, testedOn, passed } = asked;
  if (!COMMAND_ID.test(commandId)) return NO_FORM;
  const today = await todayOf(world.port, world.now());
  if (!isLocalDate(testedOn) || testedOn > today) return refused("testedOn", "Enter the day of the test, today or before.");
  const asFound = accuracyOf(asked.asFound);
  const asLeft = asked.asLeft.trim() === "" ? null : accuracyOf(asked.asLeft);
  if (asFound === null) return refused("asFound", ACCURACY);
  if (asLeft === null && asked.asLeft.trim() !== "") return refused("asLeft", ACCURACY);
  if (passed !== "yes" && passed !== "no") return refused("passed", "Choose whether it passed.");
  const note = asked.note.trim().slice(0, NOTE_MAX).toWellFormed() || null;
  return onMeter(world, actor, { commandId, meterId, input: asked }, async () => {
    if (!(await meterRow(world.port, meterId))) return GONE;
    return {
      ok: true,
      drafts: [meterEvent("MeterTested", { meterId, testedOn, asFound, asLeft, passed: passed === "yes" })],
      writes: { meterTest: [{ id: commandId, meterId, testedOn, asFound, asLeft, passed: passed === "yes" ? 1 : 0, note, actor: actorText(actor), recordedAt: world.now() }] },
      result: { meterId },
    };
  });
}

const ACCURACY = "Enter a percentage such as 98.6, at most 200.";

function accuracyOf(text: string): number | null {
  const milli = typedMilli(text);
  return milli === null || milli < 0 || milli > ACCURACY_MAX_MILLI ? null : milli;
}

export interface PairAsked {
  readonly commandId: string;
  readonly meterId: string;
  readonly endpointId: string;
  readonly gatewayId: string;
  readonly fromOn: string;
}

/** The module of a head-end that speaks for the meter from a day on; the one before ends there. @throws ForbiddenError, UnavailableError */
export async function pairEndpoint(world: World, actor: UserActor, asked: PairAsked): Promise<MeterAnswer> {
  await requireOnMeter(world, actor, "edit:meter:any", asked.meterId);
  const { commandId, meterId, gatewayId, fromOn } = asked;
  if (!COMMAND_ID.test(commandId)) return NO_FORM;
  if (!isLocalDate(fromOn) || fromOn > (await todayOf(world.port, world.now()))) return refused("fromOn", "Enter the day from which it speaks for the meter, today or before.");
  return onMeter(world, actor, { commandId, meterId, input: asked }, async () => {
    const { port } = world;
    if (!(await meterRow(port, meterId))) return GONE;
    const pairing = await pairingOf(port, { meterId, endpointId: asked.endpointId, gatewayId, fromOn }, world.now());
    if ("refusal" in pairing) return pairing;
    return { ok: true, drafts: [pairing.draft], others: pairing.others, writes: { meterEndpoint: pairing.rows }, result: { meterId } };
  });
}

// ---- the shop's part of a meter's page ---------------------------------------------------------------------------

export interface MeterTestRow {
  readonly id: string;
  readonly testedOn: LocalDate;
  readonly asFound: number;
  readonly asLeft: number | null;
  readonly passed: number;
  readonly note: string | null;
}

export interface EndpointShown {
  readonly endpointId: string;
  readonly gateway: string;
  readonly fromOn: LocalDate;
  readonly toOn: LocalDate | null;
}

export interface MeterShop {
  readonly today: LocalDate;
  readonly tests: readonly MeterTestRow[];
  readonly endpoints: readonly EndpointShown[];
  readonly gateways: readonly { readonly id: string; readonly name: string }[];
}

/** Tests and modules of a meter, newest first. @throws ForbiddenError */
export async function meterShop(world: World, actor: UserActor, meterId: string): Promise<MeterShop> {
  requirePermission(actor, "read:meter:any");
  const [tests, endpoints, gateways] = await world.port.read([
    { sql: `SELECT id, tested_on AS "testedOn", as_found AS "asFound", as_left AS "asLeft", passed, note FROM meter_test WHERE meter_id = ? ORDER BY tested_on DESC, recorded_at DESC LIMIT 20`, args: [meterId] },
    {
      sql: `SELECT e.endpoint_id AS "endpointId", g.name AS gateway, e.from_on AS "fromOn", e.to_on AS "toOn" FROM meter_endpoint AS e JOIN gateway AS g ON g.id = e.gateway_id
        WHERE e.meter_id = ? ORDER BY e.from_on DESC LIMIT 20`,
      args: [meterId],
    },
    { sql: "SELECT id, name FROM gateway WHERE status = 'active' ORDER BY name, id", args: [] },
  ]);
  return {
    today: await todayOf(world.port, world.now()), tests: tests!.rows as unknown as MeterTestRow[], endpoints: endpoints!.rows as unknown as EndpointShown[],
    gateways: gateways!.rows as unknown as MeterShop["gateways"],
  };
}

// ---- what is there -----------------------------------------------------------------------------------------------

interface StoredMeter {
  readonly id: string;
  readonly badge: string;
  readonly commodity: string;
  readonly size: string | null;
  readonly manufacturer: string | null;
  readonly status: MeterState;
}

async function meterRow(port: SqlPort, meterId: string): Promise<StoredMeter | undefined> {
  const [row] = await port.query<StoredMeter>("SELECT id, badge, commodity, size, manufacturer, status FROM meter WHERE id = ?", [meterId]);
  return row;
}

async function passedSinceRemoved(port: SqlPort, meterId: string): Promise<boolean> {
  const [test] = await port.query<{ passed: number }>(
    "SELECT passed FROM meter_test WHERE meter_id = ?1 AND tested_on >= coalesce((SELECT max(removed_on) FROM meter_installation WHERE meter_id = ?1), '') ORDER BY tested_on DESC, recorded_at DESC LIMIT 1",
    [meterId],
  );
  return test?.passed === 1;
}

/** Two desks may take the same badge or channel number at once; the slower one decides again, on what is there then. */
const RACES_MAX = 5;

async function onMeter(world: World, actor: UserActor, { commandId, meterId, input }: { readonly commandId: string; readonly meterId: string; readonly input: object }, decide: () => Promise<Decision>): Promise<MeterAnswer> {
  const command = { commandId, stream: meterStream(meterId), input, provenance: { actor: actorText(actor), source: "staff", recordedAt: world.now() } };
  for (let race = 1; ; race += 1) {
    try {
      return await runStreamCommand(world.port, command, decide);
    } catch (error) {
      if (!(error instanceof ConstraintError) || race >= RACES_MAX) throw error;
    }
  }
}
