/**
 * A meter is taken off and another one hung in its place: one command over the premise and both meters. The old meter's last
 * reads go through validation like any read; the new meter's first reads are where it begins to count. The next bill sums
 * both legs, and nothing is estimated across the exchange. A meter that is only taken off goes the same way, with no other.
 */
import { loadHead, runStreamCommand, type OtherStream, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import { mustHold } from "../../db/commit.ts";
import type { SqlPort } from "../../db/port.ts";
import { batchValues, classifyBatch, exceptionChanges, type ClassifiedBatch } from "../../db/metering/ingest.ts";
import { loadExceptions, openWork, type ExceptionChange, type NewWork } from "../../db/metering/exceptions.ts";
import { readStatements } from "../../db/metering/values.ts";
import { hungBetween, type HungOn } from "../../db/metering/meters.ts";
import { usageNotices } from "../../db/metering/watched.ts";
import { timeZoneOf, todayOf } from "../../db/utility.ts";
import { dayNumber, isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, MINUTE_MS, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { exceptionStream, REBILL_KIND } from "../../domain/lifecycle/exception.ts";
import { isExchangeReason, NO_METER, meterAfter, meterEvent, meterStream, type ExchangeReason, type MeterState } from "../../domain/lifecycle/meter.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { parseMilli, registerValueProblem, type Milli, type Reading } from "../../domain/metering/index.ts";
import { skippedTime, WallClock } from "../../domain/metering/formats/wall-clock.ts";
import type { World } from "./context.ts";
import { COMMAND_ID } from "./form-answer.ts";
import { CHANNEL_COLUMNS, type ChannelRow } from "./meters.ts";
import { requireOnMeter } from "./own-meter.ts";
import { readsSetting } from "./reads.ts";

export interface ExchangeForm {
  readonly today: LocalDate;
  readonly old: HungMeter;
  /** Meters of the commodity in stock. */
  readonly stock: readonly MeterRow[];
  /** The one that was chosen of them. */
  readonly fresh: (MeterRow & { readonly registers: readonly ChannelRow[] }) | null;
}

interface MeterRow {
  readonly meterId: string;
  readonly badge: string;
  readonly commodity: string;
  readonly size: string | null;
  readonly manufacturer: string | null;
  readonly status: MeterState;
}

export type HungMeter = MeterRow & HungOn & {
  readonly servicePointId: string;
  readonly premiseId: string;
  readonly address: string;
  readonly line: string;
  readonly registers: readonly ChannelRow[];
};

/** What the form begins with; null where the meter hangs nowhere. @throws ForbiddenError */
export async function exchangeForm(world: World, actor: UserActor, meterId: string, freshId: string | null): Promise<ExchangeForm | null> {
  requirePermission(actor, "edit:meter:any");
  const { port } = world;
  const old = await hungMeter(port, meterId);
  if (!old) return null;
  const stock = await port.query<MeterRow>(`SELECT ${METER} FROM meter AS m WHERE m.status = 'inStock' AND m.commodity = ? ORDER BY m.badge LIMIT ${STOCK_MAX}`, [old.commodity]);
  const chosen = stock.find((each) => each.meterId === freshId);
  return { today: await todayOf(port, world.now()), old, stock, fresh: chosen ? { ...chosen, registers: await registersOf(port, chosen.meterId) } : null };
}

/** As many as fit a list to choose from; whoever has more finds the meter by its page. */
const STOCK_MAX = 500;

export interface ExchangeAsked {
  readonly commandId: string;
  readonly meterId: string;
  /** `NO_METER`: none is hung in its place. */
  readonly newMeterId: string;
  /** Day and wall clock (`HH:MM`) of the exchange. */
  readonly on: string;
  readonly time: string;
  /** Dials as they were typed, by channel. */
  readonly lastReads: Readonly<Record<string, string>>;
  readonly firstReads: Readonly<Record<string, string>>;
  readonly reason: string;
}

export type ExchangeDone = { readonly premiseId: string; readonly meterId: string };

/** Exchanges a meter. Refusals name fields as `on`, `last.CHANNEL`, `first.CHANNEL`. @throws ForbiddenError, UnavailableError */
export async function exchangeMeter(world: World, actor: UserActor, asked: ExchangeAsked): Promise<StreamAnswer<ExchangeDone>> {
  await requireOnMeter(world, actor, "edit:meter:any", asked.meterId);
  const { commandId, meterId, on, time, reason } = asked;
  if (!COMMAND_ID.test(commandId)) return refused("commandId", "Open the form again: its number is missing.");
  if (!isExchangeReason(reason)) return refused("reason", "Choose why.");
  const zone = await timeZoneOf(world.port, world.now());
  const at = momentOf(on, time, zone);
  if (typeof at === "string") return refused(isLocalDate(on) ? "time" : "on", at);
  if (at > world.now()) return refused("on", "The exchange cannot lie in the future.");
  const old = await hungMeter(world.port, meterId);
  if (!old) return (await answeredBefore(world, asked)) ?? refused("meterId", "This meter hangs nowhere, or it was exchanged already.");
  const answer = await runStreamCommand(
    world.port,
    { commandId, stream: `premise:${old.premiseId}`, input: asked, provenance: { actor: actorText(actor), source: "staff", recordedAt: world.now() } },
    () => decide(world, actor, { asked, at, reason, zone }),
  );
  world.poke();
  world.wakeOutbox();
  return answer;
}

interface Deciding {
  readonly asked: ExchangeAsked;
  readonly at: Instant;
  readonly reason: ExchangeReason;
  readonly zone: TimeZone;
}

type Refused = { readonly ok: false; readonly refusal: { readonly code: string; readonly field: string; readonly message: string } };
type Decision = StreamDecision<ExchangeDone>;

const refuse = (field: string, message: string): Refused => ({ ok: false, refusal: { code: field, field, message } });
const refused = (field: string, message: string): StreamAnswer<ExchangeDone> => ({ status: "refused", refusal: refuse(field, message).refusal });

async function decide(world: World, actor: UserActor, { asked, at, reason, zone }: Deciding): Promise<Decision> {
  const { port } = world;
  const old = await hungMeter(port, asked.meterId);
  const fresh = await freshMeter(port, asked.newMeterId);
  const on = localDateOf(at, zone);
  const problem = whyNotOff(old, at, zone) ?? (asked.newMeterId === NO_METER ? null : whyNotHung(fresh, old!.commodity, at, on, zone));
  if (problem) return problem;
  const [off, hung] = [old!, fresh];
  const [last, first] = [dialsOf("last", off.registers, asked.lastReads), hung ? dialsOf("first", hung.registers, asked.firstReads) : []];
  if (!Array.isArray(last)) return last;
  if (!Array.isArray(first)) return first;

  const setting = await readsSetting(world);
  const batch = await classifyBatch(port, last.map(({ register, value }, index): Reading => ({ index, kind: "register", meter: off.badge, channel: register.name, unit: register.unit, quality: "actual", at, value })), setting);
  const untaken = notTaken(batch, last);
  if (untaken) return untaken;
  const by = { actor: actorText(actor), source: "staff", batchId: asked.commandId, recordedAt: setting.now };
  const { servicePointId, premiseId } = off;
  const issued = await port.query<IssuedBill>(ISSUED, [servicePointId, on, off.meterId]);
  const changes = [...exceptionChanges(batch, setting.now), ...(await underBills(port, issued, off, hung, on, setting.now))];
  return {
    ok: true,
    drafts: [hung ? meterEvent("MeterExchanged", { servicePointId, removed: off.meterId, installed: hung.meterId, on, at, reason }) : meterEvent("MeterTakenOff", { servicePointId, removed: off.meterId, on, at, reason })],
    writes: {
      meterInstallation: [
        { meterId: off.meterId, servicePointId, installedOn: off.installedOn, removedOn: on, installedAt: off.installedAt, removedAt: at },
        ...(hung ? [{ meterId: hung.meterId, servicePointId, installedOn: on, removedOn: null, installedAt: at, removedAt: null }] : []),
      ],
      searchEntry: hung ? [{ kind: "meter", id: hung.meterId, accountId: null, title: hung.badge, body: `${hung.badge} ${off.line}` }] : [],
    },
    others: [
      await ofMeter(port, off, "removed", meterEvent("MeterRemoved", { meterId: off.meterId, servicePointId, removedOn: on, at })),
      ...(hung ? [await ofMeter(port, hung, "installed", meterEvent("MeterInstalled", { meterId: hung.meterId, servicePointId, installedOn: on, at }))] : []),
      ...changes.map((change): OtherStream => ({ stream: exceptionStream(change.row.id), head: change.head, drafts: change.events, writes: { exception: [change.row] } })),
    ],
    further: [
      // What the meter was found by while it lay in stock.
      ...(hung ? [{ sql: "DELETE FROM search_entry WHERE search_entry MATCH ?1 AND kind = 'meter' AND id = ?2 AND body = ?3", args: [`"${hung.badge.replaceAll('"', "")}"`, hung.meterId, hung.badge] }] : []),
      ...batchValues(batch.result, batch.loaded, by),
      ...readStatements(first.map(({ register, value }) => ({ channelId: register.channelId, readAt: at, version: 1, value, quality: "actual" as const, suspect: false })), FIRST_READ, by),
      usageNotices([servicePointId], setting.now),
      // A bill that was issued meanwhile did not know of this exchange: then it is decided again, with the bill before it.
      mustHold(`SELECT count(*) = ?4 FROM (${ISSUED})`, [servicePointId, on, off.meterId, issued.length]),
    ],
    result: { premiseId, meterId: (hung ?? off).meterId },
  };
}

/** The sentence beside the read with which a meter begins. */
const FIRST_READ = "Read when it was hung.";

function whyNotOff(old: HungMeter | null, at: Instant, zone: TimeZone): Refused | null {
  if (!old || meterAfter(old.status, "remove") === null) return refuse("meterId", "This meter hangs nowhere, or it was exchanged already.");
  return at <= hungBetween(old, zone).from ? refuse("on", "The meter was not hung yet at that time.") : null;
}

function whyNotHung(fresh: FreshMeter | null, commodity: string, at: Instant, on: LocalDate, zone: TimeZone): Refused | null {
  if (!fresh || meterAfter(fresh.status, "install") === null) return refuse("newMeterId", "The new meter is not in stock. Choose another one, or receive it first.");
  if (fresh.commodity !== commodity) return refuse("newMeterId", `The new meter measures ${fresh.commodity}, and ${commodity} is delivered there.`);
  const before = fresh.hung.find((each) => (hungBetween(each, zone).to ?? Infinity) > at || each.installedOn === on);
  if (before) return refuse("on", `The new meter hung elsewhere until ${before.removedOn ?? "now"}. An exchange of the same day waits for the next.`);
  return null;
}

/** What became of the last reads; a reading that could not be stored refuses the exchange, one in doubt is work for a person. */
function notTaken({ result }: ClassifiedBatch, last: readonly Dial[]): Refused | null {
  const held = result.exceptions.find((found) => found.held !== null);
  if (held) return refuse("meterId", held.sentence);
  const rejected = result.outcomes.find(({ outcome }) => outcome === "rejected");
  if (rejected) return refuse(`last.${last[rejected.index]!.register.channelId}`, `It cannot be taken: its ${rejected.field} ${rejected.reason}.`);
  const negative = result.exceptions.find(({ ruleId }) => ruleId === "negative");
  return negative ? refuse(`last.${negative.channelId}`, `${negative.sentence} Look at the dials again.`) : null;
}

async function ofMeter(port: SqlPort, { registers: _, ...meter }: MeterRow & { readonly registers: unknown }, status: MeterState, event: OtherStream["drafts"][number]): Promise<OtherStream> {
  const { meterId, badge, commodity, size, manufacturer } = meter;
  const stream = meterStream(meterId);
  return { stream, head: await loadHead(port, stream), drafts: [event], writes: { meter: [{ id: meterId, badge, commodity, size, manufacturer, status }] } };
}

// ---- bills that were issued for the day before anybody entered the exchange --------------------------------------

/** `truedUp`: it rests on an estimated read, and another bill follows: that one bills what the meters then have shown. */
const ISSUED = `SELECT DISTINCT b.id AS "billId", b.number, b.account_id AS "accountId", g.period_from AS "from", g.period_to AS "to",
    g.estimated = 1 AND (a.stop_on IS NULL OR a.stop_on > g.period_to) AND NOT EXISTS (SELECT 1 FROM channel AS c WHERE c.meter_id = ?3 AND c.kind = 'interval') AS "truedUp"
  FROM service_point AS here JOIN service_point AS sp ON sp.premise_id = here.premise_id AND coalesce(sp.usage_from, sp.id) = here.id
  JOIN service_agreement AS a ON a.service_point_id = sp.id JOIN bill_segment AS g ON g.service_agreement_id = a.id AND g.period_to > ?2
  JOIN bill AS b ON b.id = g.bill_id AND b.status = 'complete' WHERE here.id = ?1`;

interface IssuedBill { readonly billId: string; readonly number: string; readonly accountId: string; readonly from: LocalDate; readonly to: LocalDate; readonly truedUp: number }

async function underBills(port: SqlPort, bills: readonly IssuedBill[], old: HungMeter, fresh: FreshMeter | null, on: LocalDate, now: Instant): Promise<ExceptionChange[]> {
  // The last read of the old meter is one that somebody took: with the next read of the new one the estimates are trued up.
  if (fresh !== null && bills.every(({ truedUp }) => truedUp !== 0)) return [];
  const work = [...new Map(bills.map((bill) => [bill.billId, bill])).values()].map(({ billId, number, accountId, from, to }): NewWork => ({
    id: `rebill:${billId}:exchange:${old.meterId}`, kind: REBILL_KIND, rule: "exchange", severity: "warn", meterId: old.meterId, channelId: null, day: on, readAt: null,
    servicePointId: old.servicePointId, accountId, detail: null, numbers: {},
    sentence: `Meter ${old.badge} was ${fresh ? `exchanged for ${fresh.badge}` : "taken off"} on ${on}, which was entered after bill ${number} (${from} to ${to}) was issued. Look whether to bill again.`,
  }));
  const known = await loadExceptions(port, work.map(({ id }) => id));
  return work.map((each) => openWork(each, known.get(each.id), now));
}

// ---- what was typed ----------------------------------------------------------------------------------------------

interface Dial {
  readonly register: ChannelRow;
  readonly value: Milli;
}

function dialsOf(which: "last" | "first", registers: readonly ChannelRow[], typed: Readonly<Record<string, string>>): Dial[] | Refused {
  const dials: Dial[] = [];
  for (const register of registers) {
    const field = `${which}.${register.channelId}`;
    const value = parseMilli((typed[register.channelId] ?? "").trim());
    if (value === null) return refuse(field, "Enter what the dials show, such as 3100.");
    const problem = registerValueProblem(value, register);
    if (problem !== null) return refuse(field, `Look at the dials again: ${problem}.`);
    dials.push({ register, value });
  }
  return dials;
}

/** The instant of a day and wall clock; why there is none, in words. Of an hour that comes twice the first. */
function momentOf(on: string, time: string, zone: TimeZone): Instant | string {
  if (!isLocalDate(on)) return "Enter the day of the exchange.";
  const clock = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (!clock) return "Enter the time as hours and minutes, such as 10:20.";
  const wall = dayNumber(on) * 24 * 60 * MINUTE_MS + (Number(clock[1]) * 60 + Number(clock[2])) * MINUTE_MS;
  return new WallClock(zone).instant(wall, "") ?? `${skippedTime(`${on} ${time}`, zone)}.`;
}

// ---- what is there -----------------------------------------------------------------------------------------------

const METER = `m.id AS "meterId", m.badge, m.commodity, m.size, m.manufacturer, m.status`;
const HUNG = `i.installed_on AS "installedOn", i.removed_on AS "removedOn", i.installed_at AS "installedAt", i.removed_at AS "removedAt"`;

const registersOf = (port: SqlPort, meterId: string): Promise<ChannelRow[]> => port.query<ChannelRow>(`SELECT ${CHANNEL_COLUMNS} FROM channel WHERE meter_id = ? AND kind = 'register' ORDER BY id`, [meterId]);

async function hungMeter(port: SqlPort, meterId: string): Promise<HungMeter | null> {
  const [row] = await port.query<Omit<HungMeter, "registers">>(
    `SELECT ${METER}, ${HUNG}, i.service_point_id AS "servicePointId", p.id AS "premiseId", p.line, p.line || ', ' || p.city AS address
     FROM meter AS m JOIN meter_installation AS i ON i.meter_id = m.id AND i.removed_on IS NULL JOIN service_point AS sp ON sp.id = i.service_point_id JOIN premise AS p ON p.id = sp.premise_id WHERE m.id = ?`,
    [meterId],
  );
  return row ? { ...row, registers: await registersOf(port, meterId) } : null;
}

type FreshMeter = MeterRow & { readonly registers: readonly ChannelRow[]; readonly hung: readonly HungOn[] };

async function freshMeter(port: SqlPort, meterId: string): Promise<FreshMeter | null> {
  const [row] = await port.query<MeterRow>(`SELECT ${METER} FROM meter AS m WHERE m.id = ?`, [meterId]);
  return row ? { ...row, registers: await registersOf(port, meterId), hung: await port.query<HungOn>(`SELECT ${HUNG} FROM meter_installation AS i WHERE i.meter_id = ?`, [meterId]) } : null;
}

/** The form was sent twice: by then the old meter hangs nowhere, and its premise is known by the command alone. */
async function answeredBefore(world: World, asked: ExchangeAsked): Promise<StreamAnswer<ExchangeDone> | null> {
  const [row] = await world.port.query<{ stream: string }>("SELECT stream FROM command WHERE id = ?", [asked.commandId]);
  if (!row) return null;
  return runStreamCommand<ExchangeDone>(world.port, { commandId: asked.commandId, stream: row.stream, input: asked, provenance: { actor: "", source: "staff", recordedAt: 0 } }, () => refuse("meterId", "This meter hangs nowhere."));
}
