/**
 * A meter is taken off and another one hung in its place: one command over the premise and both meters. The old meter's last
 * reads go through validation like any read; the new meter's first reads are where it begins to count. The next bill sums
 * both legs, and nothing is estimated across the exchange. A meter that is only taken off goes the same way, with no other.
 */
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import type { SqlPort } from "../../db/port.ts";
import { batchValues, classifyBatch, exceptionChanges, type ClassifiedBatch } from "../../db/metering/ingest.ts";
import { hungBetween, type HungOn } from "../../db/metering/meters.ts";
import { usageNotices } from "../../db/metering/watched.ts";
import { timeZoneOf, todayOf } from "../../db/utility.ts";
import { isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { isExchangeReason, NO_METER, meterAfter, meterEvent, type ExchangeReason } from "../../domain/lifecycle/meter.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Reading } from "../../domain/metering/index.ts";
import type { World } from "./context.ts";
import { COMMAND_ID } from "./form-answer.ts";
import { dialsOf, exceptionStreams, freshMeter, HUNG, hangingOf, METER, momentOf, ofMeter, refuse, registersOf, stockOf, underBills, whyNotHung, type Dial, type MeterRow, type Refused } from "./meter-hanging.ts";
import type { ChannelRow } from "./meters.ts";
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
  const stock = await stockOf(port, old.commodity);
  const chosen = stock.find((each) => each.meterId === freshId);
  return { today: await todayOf(port, world.now()), old, stock, fresh: chosen ? { ...chosen, registers: await registersOf(port, chosen.meterId) } : null };
}

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

type Decision = StreamDecision<ExchangeDone>;

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
  const issued = await underBills(port, {
    servicePointId, on, key: `exchange:${off.meterId}`, meterId: off.meterId, what: `Meter ${off.badge} was ${hung ? `exchanged for ${hung.badge}` : "taken off"} on ${on}`, readsGoOn: hung !== null,
  }, setting.now);
  const changes = [...exceptionChanges(batch, setting.now), ...issued.changes];
  const hanging = hung ? await hangingOf(port, hung, off, first, { on, at, by }) : null;
  return {
    ok: true,
    drafts: [hung ? meterEvent("MeterExchanged", { servicePointId, removed: off.meterId, installed: hung.meterId, on, at, reason }) : meterEvent("MeterTakenOff", { servicePointId, removed: off.meterId, on, at, reason })],
    writes: {
      meterInstallation: [
        { meterId: off.meterId, servicePointId, installedOn: off.installedOn, removedOn: on, installedAt: off.installedAt, removedAt: at },
        ...(hanging ? [hanging.installation] : []),
      ],
      searchEntry: hanging ? [hanging.searchEntry] : [],
    },
    others: [
      await ofMeter(port, off, "removed", meterEvent("MeterRemoved", { meterId: off.meterId, servicePointId, removedOn: on, at })),
      ...(hanging ? [hanging.other] : []),
      ...exceptionStreams(changes),
    ],
    further: [
      ...batchValues(batch.result, batch.loaded, by),
      ...(hanging?.further ?? []),
      usageNotices([servicePointId], setting.now),
      // A bill that was issued meanwhile did not know of this exchange: then it is decided again, with the bill before it.
      issued.fence,
    ],
    result: { premiseId, meterId: (hung ?? off).meterId },
  };
}

function whyNotOff(old: HungMeter | null, at: Instant, zone: TimeZone): Refused | null {
  if (!old || meterAfter(old.status, "remove") === null) return refuse("meterId", "This meter hangs nowhere, or it was exchanged already.");
  return at <= hungBetween(old, zone).from ? refuse("on", "The meter was not hung yet at that time.") : null;
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

// ---- what is there -----------------------------------------------------------------------------------------------

async function hungMeter(port: SqlPort, meterId: string): Promise<HungMeter | null> {
  const [row] = await port.query<Omit<HungMeter, "registers">>(
    `SELECT ${METER}, ${HUNG}, i.service_point_id AS "servicePointId", p.id AS "premiseId", p.line, p.line || ', ' || p.city AS address
     FROM meter AS m JOIN meter_installation AS i ON i.meter_id = m.id AND i.removed_on IS NULL JOIN service_point AS sp ON sp.id = i.service_point_id JOIN premise AS p ON p.id = sp.premise_id WHERE m.id = ?`,
    [meterId],
  );
  return row ? { ...row, registers: await registersOf(port, meterId) } : null;
}

/** The form was sent twice: by then the old meter hangs nowhere, and its premise is known by the command alone. */
async function answeredBefore(world: World, asked: ExchangeAsked): Promise<StreamAnswer<ExchangeDone> | null> {
  const [row] = await world.port.query<{ stream: string }>("SELECT stream FROM command WHERE id = ?", [asked.commandId]);
  if (!row) return null;
  return runStreamCommand<ExchangeDone>(world.port, { commandId: asked.commandId, stream: row.stream, input: asked, provenance: { actor: "", source: "staff", recordedAt: 0 } }, () => refuse("meterId", "This meter hangs nowhere."));
}
