/**
 * Places entered at a desk: a premise with what is delivered there and the meters that measure it, or one more service at a
 * premise that exists. Everything is checked before anything is stored, and every number comes from the form's own id, so
 * that a form sent twice registers one place.
 */
import { createHash } from "node:crypto";
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import { ConstraintError, type SqlPort } from "../../db/port.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import { isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { CUSTOMER_CLASSES } from "../../domain/lifecycle/customer-class.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { US_STATES } from "../../domain/lifecycle/us-states.ts";
import type { Commodity as Delivered } from "../../domain/lifecycle/settings.ts";
import type { Commodity } from "../../domain/metering/channel.ts";
import { isCountedBeside, isMetered, METER_KINDS, METER_STEPS, meterUnits } from "../../domain/metering/new-meter.ts";
import { multiplierRatio, unitOf, type Unit } from "../../domain/metering/units.ts";
import type { World } from "./context.ts";
import { COMMAND_ID } from "./form-answer.ts";
import { requireAtPremise } from "./own-meter.ts";
import { LOG_KEY, pointsOf, premiseOf, type Address, type NewChannel, type NewServicePoint } from "./registry.ts";

const DIALS_MIN = 3;
const DIALS_MAX = 9;
const UNITS_MAX = 10_000;
const TEXT_MAX = 120;
/** Badges are typed from the meter's face and stand in addresses of pages. */
const BADGE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

/** A service as the form has it: every field as it was typed. */
export interface ServiceEntered {
  readonly commodity: string;
  /** Without a meter of its own: billed on the water that is used here. */
  readonly byWater: boolean;
  /** Null: no meter hangs there yet. */
  readonly meter: MeterEntered | null;
}

export interface MeterEntered {
  readonly badge: string;
  readonly size: string;
  readonly manufacturer: string;
  readonly installedOn: string;
  readonly kind: string;
  readonly unit: string;
  readonly dials: string;
  readonly stepMinutes: string;
  readonly multiplier: string;
  /** Of electricity by intervals: what else it counts, on a channel of its own (`kvarh`, `kVAh`); nothing where it is empty. */
  readonly beside?: string;
  /** Of electricity: it counts what comes back from the customer as well, in the same ways. */
  readonly received?: boolean;
  /** Of water by registers: a compound meter has a second one, for low flow, and both add up. */
  readonly compound?: boolean;
}

export interface PremiseEntered {
  readonly commandId: string;
  readonly address: Address;
  readonly premiseClass: string;
  readonly dwellingUnits: string;
  readonly services: readonly ServiceEntered[];
}

export type PlaceAnswer = { readonly status: "done"; readonly premiseId: string } | { readonly status: "invalid"; readonly problems: readonly Refusal[] } | { readonly status: "conflict" };

/** Registers a premise with its services and meters. Problems name fields as `city`, `water.badge`. @throws ForbiddenError, UnavailableError */
export async function enterPremise(world: World, actor: UserActor, input: PremiseEntered): Promise<PlaceAnswer> {
  requirePermission(actor, "edit:meter:any");
  if (!COMMAND_ID.test(input.commandId)) return noForm;
  const { port } = world;
  const premiseId = premiseIdOf(input.commandId);
  const address = { line: tidy(input.address.line), city: tidy(input.address.city), state: tidy(input.address.state).toUpperCase(), zip: tidy(input.address.zip) };
  const today = await todayOf(port, world.now());
  const problems = [...addressProblems(address), ...aboutProblems(input), ...input.services.flatMap((service) => serviceProblems(service, input.services, today))];
  if (problems.length > 0) return { status: "invalid", problems };
  return onPremise(world, actor, premiseId, input, async () => {
    const refusal = (await sameAddress(port, address)) ?? (await takenBadge(port, input.services));
    if (refusal) return { ok: false, refusal };
    const servicePoints = await pointsToMake(port, input, premiseId, input.services, []);
    return premiseOf({ premiseId, address, premiseClass: input.premiseClass, dwellingUnits: Number(input.dwellingUnits), servicePoints }, world.key(LOG_KEY), world.now());
  });
}

/** One more service at a premise that is registered. @throws ForbiddenError, UnavailableError */
export async function enterService(world: World, actor: UserActor, input: { readonly commandId: string; readonly premiseId: string; readonly service: ServiceEntered }): Promise<PlaceAnswer> {
  await requireAtPremise(world, actor, "edit:meter:any", input.premiseId);
  const { commandId, premiseId, service } = input;
  if (!COMMAND_ID.test(commandId)) return noForm;
  const { port } = world;
  const recordedAt = world.now();
  const place = await placeOf(port, premiseId);
  if (!place) return { status: "invalid", problems: [{ code: "premise", message: "There is no such premise." }] };
  const delivered = (await settingsOn(port, await todayOf(port, recordedAt), recordedAt)).utility.commodities;
  const there = place.points.map(({ commodity }): ServiceEntered => ({ commodity, byWater: false, meter: null }));
  const problems = delivered.includes(service.commodity as Delivered) ? serviceProblems(service, [...there, service], await todayOf(port, recordedAt)) : [{ code: "commodity", field: "commodity", message: "Choose what is delivered." }];
  if (problems.length > 0) return { status: "invalid", problems };
  return onPremise(world, actor, premiseId, input, async () => {
    const refusal = await takenBadge(port, [service]);
    if (refusal) return { ok: false, refusal };
    const now = (await placeOf(port, premiseId))!;
    const servicePoints = await pointsToMake(port, input, premiseId, [service], now.points);
    return { ok: true, ...pointsOf(premiseId, now.line, servicePoints), result: { premiseId } };
  });
}

/** A meter for a service that has none of its own. @throws ForbiddenError, UnavailableError */
export async function enterMeter(world: World, actor: UserActor, input: { readonly commandId: string; readonly premiseId: string; readonly servicePointId: string; readonly meter: MeterEntered }): Promise<PlaceAnswer> {
  await requireAtPremise(world, actor, "edit:meter:any", input.premiseId);
  const { commandId, premiseId, servicePointId, meter } = input;
  if (!COMMAND_ID.test(commandId)) return noForm;
  const { port } = world;
  const point = (await placeOf(port, premiseId))?.points.find((each) => each.servicePointId === servicePointId);
  if (!point || !isMetered(point.commodity)) return { status: "invalid", problems: [{ code: "point", message: "No meter can hang there." }] };
  const problems = meterProblems(point.commodity, meter, await todayOf(port, world.now()));
  if (problems.length > 0) return { status: "invalid", problems };
  const service: ServiceEntered = { commodity: point.commodity, byWater: false, meter };
  return onPremise(world, actor, premiseId, input, async () => {
    const now = (await placeOf(port, premiseId))!;
    if (now.points.some((each) => each.servicePointId === servicePointId && each.metered !== 0)) return { ok: false, refusal: { code: "metered", message: "A meter hangs there already." } };
    const refusal = await takenBadge(port, [service]);
    if (refusal) return { ok: false, refusal };
    const [made] = await pointsToMake(port, input, premiseId, [service], []);
    const { drafts, writes: { servicePoint: _, ...writes } } = pointsOf(premiseId, now.line, [{ ...made!, servicePointId }]);
    return { ok: true, drafts: drafts.filter(({ type }) => type === "MeterInstalled"), writes, result: { premiseId } };
  });
}

/** Two desks may take the same badge or channel number at once; the slower one decides again, on what is there then. */
const RACES_MAX = 5;

/** Runs one command on a premise's stream. */
async function onPremise(world: World, actor: UserActor, premiseId: string, input: { readonly commandId: string }, decide: () => Promise<StreamDecision<{ premiseId: string }>>): Promise<PlaceAnswer> {
  const command = { commandId: input.commandId, stream: `premise:${premiseId}`, input, provenance: { actor: actorText(actor), source: "staff", recordedAt: world.now() } };
  for (let race = 1; ; race += 1) {
    try {
      return answerOf(premiseId, await runStreamCommand(world.port, command, decide));
    } catch (error) {
      if (!(error instanceof ConstraintError) || race >= RACES_MAX) throw error;
    }
  }
}

// ---- what the forms begin with --------------------------------------------------------------------------------

export interface NewPremiseForm {
  readonly today: LocalDate;
  /** What the utility delivers. */
  readonly delivered: readonly Delivered[];
  /** Town of the premise that was registered last; the next one is probably near it. */
  readonly near: Omit<Address, "line"> | null;
}

/** @throws ForbiddenError */
export async function newPremiseForm(world: World, actor: UserActor): Promise<NewPremiseForm> {
  requirePermission(actor, "edit:meter:any");
  const { port } = world;
  const today = await todayOf(port, world.now());
  const [{ utility }, [near]] = await Promise.all([
    settingsOn(port, today, world.now()), port.query<Omit<Address, "line">>("SELECT city, state, zip FROM premise ORDER BY rowid DESC LIMIT 1"),
  ]);
  return { today, delivered: utility.commodities, near: near ?? null };
}

export interface NewServiceForm {
  readonly today: LocalDate;
  readonly delivered: readonly Delivered[];
  readonly line: string;
  readonly points: Place["points"];
}

/** Null: there is no such premise. @throws ForbiddenError */
export async function newServiceForm(world: World, actor: UserActor, premiseId: string): Promise<NewServiceForm | null> {
  const [{ today, delivered }, place] = await Promise.all([newPremiseForm(world, actor), placeOf(world.port, premiseId)]);
  return place && { today, delivered, ...place };
}

// ---- what is wrong with a form -------------------------------------------------------------------------------

const noForm: PlaceAnswer = { status: "invalid", problems: [{ code: "commandId", message: "Open the form again: its number is missing." }] };

const problem = (field: string, message: string): Refusal => ({ code: field, field, message });
const tidy = (text: string): string => text.trim().replace(/\s+/g, " ");

function addressProblems({ line, city, state, zip }: Address): Refusal[] {
  return [
    ...(line === "" ? [problem("line", "Enter the number and the street.")] : []),
    ...(city === "" ? [problem("city", "Enter the city.")] : []),
    ...(US_STATES.has(state) ? [] : [problem("state", "Enter the state as two letters, such as IA.")]),
    ...(/^\d{5}(-\d{4})?$/.test(zip) ? [] : [problem("zip", "Enter a ZIP code of five digits.")]),
    ...([["line", line], ["city", city]] as const).filter(([, text]) => text.length > TEXT_MAX).map(([field]) => problem(field, `Use at most ${TEXT_MAX} characters.`)),
  ];
}

function aboutProblems({ premiseClass, dwellingUnits, services }: PremiseEntered): Refusal[] {
  return [
    ...((CUSTOMER_CLASSES as readonly string[]).includes(premiseClass) ? [] : [problem("premiseClass", "Choose a class.")]),
    ...(/^\d{1,5}$/.test(dwellingUnits) && Number(dwellingUnits) <= UNITS_MAX ? [] : [problem("dwellingUnits", `Enter a whole number, at most ${UNITS_MAX.toLocaleString("en-US")}.`)]),
    ...(services.length > 0 ? [] : [problem("services", "Choose at least one service.")]),
  ];
}

function serviceProblems({ commodity, byWater, meter }: ServiceEntered, services: readonly ServiceEntered[], today: LocalDate): Refusal[] {
  if (byWater && !services.some((each) => each.commodity === "water")) return [problem(`${commodity}.byWater`, "There is no water here to bill it on.")];
  return meter && isMetered(commodity) ? meterProblems(commodity, meter, today) : [];
}

export function meterProblems(commodity: Commodity, meter: MeterEntered, today: LocalDate): Refusal[] {
  const at = (field: keyof MeterEntered, message: string) => problem(`${commodity}.${field}`, message);
  const { badge, size, manufacturer, installedOn, kind, unit, dials, stepMinutes, multiplier, beside = "", received = false, compound = false } = meter;
  const registers = kind !== "interval";
  const intervals = kind !== "register";
  return [
    ...(BADGE.test(badge.trim()) ? [] : [at("badge", "Enter the number on the meter's face: letters, digits, dots and dashes, at most 32.")]),
    ...(size.length > 20 ? [at("size", "Use at most 20 characters.")] : []),
    ...(manufacturer.length > 60 ? [at("manufacturer", "Use at most 60 characters.")] : []),
    ...(isLocalDate(installedOn) && installedOn <= today ? [] : [at("installedOn", "Enter the day on which it was hung, today or before.")]),
    ...((METER_KINDS as readonly string[]).includes(kind) ? [] : [at("kind", "Choose how it is read.")]),
    ...(meterUnits(commodity).includes(unit as Unit) ? [] : [at("unit", "Choose what it counts in.")]),
    ...(registers && !(/^\d$/.test(dials) && Number(dials) >= DIALS_MIN && Number(dials) <= DIALS_MAX) ? [at("dials", `Enter how many dials it has, ${DIALS_MIN} to ${DIALS_MAX}.`)] : []),
    ...(intervals && !METER_STEPS.includes(Number(stepMinutes)) ? [at("stepMinutes", "Choose how long an interval is.")] : []),
    ...(beside !== "" && !isCountedBeside(beside) ? [at("beside", "Choose what else it counts.")] : []),
    ...(beside !== "" && (commodity !== "electric" || !intervals) ? [at("beside", "Reactive and apparent energy are kept by intervals, of electricity: choose intervals above.")] : []),
    ...(received && commodity !== "electric" ? [at("received", "Only electricity comes back through a meter that counts it.")] : []),
    ...(compound && (commodity !== "water" || !registers) ? [at("compound", "A compound meter is a water meter with registers: choose a register above.")] : []),
    ...(isMultiplier(multiplier.trim()) ? [] : [at("multiplier", "Enter a number such as 1, 40 or 0.1.")]),
  ];
}

function isMultiplier(text: string): boolean {
  try {
    multiplierRatio(text);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

async function sameAddress(port: SqlPort, { line, zip }: Address): Promise<Refusal | null> {
  const [same] = await port.query<{ id: string }>("SELECT id FROM premise WHERE line = ? COLLATE NOCASE AND substr(zip, 1, 5) = substr(?, 1, 5)", [line, zip]);
  return same ? problem("line", `This address is registered already, as premise ${same.id}. An apartment has its own number in the street's line.`) : null;
}

export async function takenBadge(port: SqlPort, services: readonly ServiceEntered[]): Promise<Refusal | null> {
  const entered = services.flatMap(({ commodity, meter }) => (meter ? [{ commodity, badge: meter.badge.trim() }] : []));
  const twice = entered.find(({ badge }, i) => entered.findIndex((each) => each.badge === badge) < i);
  if (twice) return problem(`${twice.commodity}.badge`, `Meter ${twice.badge} is entered twice.`);
  const [taken] = await port.query<{ badge: string }>("SELECT badge FROM meter WHERE badge IN (SELECT value FROM json_each(?)) LIMIT 1", [JSON.stringify(entered.map(({ badge }) => badge))]);
  return taken ? problem(`${entered.find(({ badge }) => badge === taken.badge)!.commodity}.badge`, `There is a meter ${taken.badge} already.`) : null;
}

// ---- what is made --------------------------------------------------------------------------------------------

interface Place { readonly line: string; readonly points: readonly { readonly servicePointId: string; readonly commodity: string; readonly metered: number }[] }

async function placeOf(port: SqlPort, premiseId: string): Promise<Place | null> {
  const [premises, points] = await port.read([
    { sql: "SELECT line FROM premise WHERE id = ?", args: [premiseId] },
    {
      sql: `SELECT id AS "servicePointId", commodity, usage_from IS NOT NULL OR EXISTS (SELECT 1 FROM meter_installation WHERE service_point_id = sp.id AND removed_on IS NULL) AS metered
        FROM service_point sp WHERE premise_id = ? ORDER BY id`,
      args: [premiseId],
    },
  ]);
  const premise = premises!.rows[0] as { line: string } | undefined;
  return premise ? { ...premise, points: points!.rows as unknown as Place["points"] } : null;
}

/** Service points with their meters, numbered after what is there. */
async function pointsToMake(port: SqlPort, { commandId }: { readonly commandId: string }, premiseId: string, services: readonly ServiceEntered[], there: Place["points"]): Promise<NewServicePoint[]> {
  const [last] = await port.query<{ id: number }>("SELECT coalesce(max(id), 0) AS id FROM channel");
  let channelId = last!.id;
  const taken = new Set(there.map(({ servicePointId }) => servicePointId));
  const water = there.find(({ commodity }) => commodity === "water")?.servicePointId ?? `${premiseId}-water`;
  return services.map(({ commodity, byWater, meter }): NewServicePoint => {
    const servicePointId = freeId(`${premiseId}-${commodity}`, taken);
    if (!meter || !isMetered(commodity)) return { servicePointId, commodity, usageFrom: byWater ? water : null, meter: null };
    return {
      servicePointId, commodity, usageFrom: null,
      meter: {
        meterId: `M-${digest(`meter ${commodity} ${commandId}`)}`, badge: meter.badge.trim(), commodity, size: tidy(meter.size) || null, manufacturer: tidy(meter.manufacturer) || null, installedOn: meter.installedOn,
        channels: channelsOf(meter).map((channel) => ({ ...channel, id: (channelId += 1) })),
      },
    };
  });
}

/** The name, or the name with the first number that makes it new. */
function freeId(name: string, taken: Set<string>): string {
  let id = name;
  for (let n = 2; taken.has(id); n += 1) id = `${name}-${n}`;
  taken.add(id);
  return id;
}

/** What a meter counts, each on a channel of its own. */
export function channelsOf({ kind, unit, dials, stepMinutes, multiplier, beside = "", received = false, compound = false }: MeterEntered): Omit<NewChannel, "id">[] {
  const common = { unit: unitOf(unit)!, multiplier: multiplier.trim(), direction: "delivered" } as const;
  const interval = { ...common, name: "1", kind: "interval", stepMinutes: Number(stepMinutes), dials: null } as const;
  const register = { ...common, name: "total", kind: "register", stepMinutes: null, dials: Number(dials) } as const;
  const registers = compound ? [{ ...register, name: "high" }, { ...register, name: "low" }] : [register];
  const channels = [...(kind === "register" ? [] : [interval]), ...(kind === "interval" ? [] : registers)];
  return [
    ...channels,
    ...(received ? channels.map((channel) => ({ ...channel, name: channel.kind === "interval" ? "received" : "received total", direction: "received" as const })) : []),
    ...(isCountedBeside(beside) ? [{ ...interval, unit: beside, name: beside }] : []),
  ];
}

const premiseIdOf = (commandId: string): string => `P-${digest(`premise ${commandId}`)}`;

/** Ten hexadecimal digits: the same form, the same place. */
export const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 10);

function answerOf(premiseId: string, answer: StreamAnswer<{ premiseId: string }>): PlaceAnswer {
  switch (answer.status) {
    case "done": return { status: "done", premiseId };
    case "refused": return { status: "invalid", problems: [answer.refusal] };
    case "conflict": return answer;
  }
}
