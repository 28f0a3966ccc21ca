/** What exchanging a meter and hanging one at an empty point have in common: the meter from stock, its first reads, the moment, and the bills that did not know of it. */
import { loadHead, type OtherStream } from "../../db/command.ts";
import { mustHold } from "../../db/commit.ts";
import type { SqlPort, Statement } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import { loadExceptions, openWork, type ExceptionChange, type NewWork } from "../../db/metering/exceptions.ts";
import { hungBetween, type HungOn } from "../../db/metering/meters.ts";
import { readStatements } from "../../db/metering/values.ts";
import { dayNumber, isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { MINUTE_MS, type Instant, type TimeZone } from "../../domain/calendar/zone.ts";
import { exceptionStream, REBILL_KIND } from "../../domain/lifecycle/exception.ts";
import { meterAfter, meterEvent, meterStream, type MeterState } from "../../domain/lifecycle/meter.ts";
import { registerValueProblem, typedMilli, type Milli } from "../../domain/metering/index.ts";
import { skippedTime, WallClock } from "../../domain/metering/formats/wall-clock.ts";
import { CHANNEL_COLUMNS, type ChannelRow } from "./meters.ts";

export type Refused = { readonly ok: false; readonly refusal: { readonly code: string; readonly field: string; readonly message: string } };

export const refuse = (field: string, message: string): Refused => ({ ok: false, refusal: { code: field, field, message } });

// ---- the meter from stock ----------------------------------------------------------------------------------------

export interface MeterRow {
  readonly meterId: string;
  readonly badge: string;
  readonly commodity: string;
  readonly size: string | null;
  readonly manufacturer: string | null;
  readonly status: MeterState;
}

export const METER = `m.id AS "meterId", m.badge, m.commodity, m.size, m.manufacturer, m.status`;
export const HUNG = `i.installed_on AS "installedOn", i.removed_on AS "removedOn", i.installed_at AS "installedAt", i.removed_at AS "removedAt"`;

export const registersOf = (port: SqlPort, meterId: string): Promise<ChannelRow[]> => port.query<ChannelRow>(`SELECT ${CHANNEL_COLUMNS} FROM channel WHERE meter_id = ? AND kind = 'register' ORDER BY id`, [meterId]);

/** As many as fit a list to choose from; whoever has more finds the meter by its page. */
const STOCK_MAX = 500;

/** Meters of the commodity in stock, by number. */
export const stockOf = (port: SqlPort, commodity: string): Promise<MeterRow[]> =>
  port.query<MeterRow>(`SELECT ${METER} FROM meter AS m WHERE m.status = 'inStock' AND m.commodity = ? ORDER BY m.badge LIMIT ${STOCK_MAX}`, [commodity]);

export type FreshMeter = MeterRow & { readonly registers: readonly ChannelRow[]; readonly hung: readonly HungOn[] };

export async function freshMeter(port: SqlPort, meterId: string): Promise<FreshMeter | null> {
  const [row] = await port.query<MeterRow>(`SELECT ${METER} FROM meter AS m WHERE m.id = ?`, [meterId]);
  return row ? { ...row, registers: await registersOf(port, meterId), hung: await port.query<HungOn>(`SELECT ${HUNG} FROM meter_installation AS i WHERE i.meter_id = ?`, [meterId]) } : null;
}

export function whyNotHung(fresh: FreshMeter | null, commodity: string, at: Instant, on: LocalDate, zone: TimeZone): Refused | null {
  if (!fresh || meterAfter(fresh.status, "install") === null) return refuse("newMeterId", "The new meter is not in stock. Choose another one, or receive it first.");
  if (fresh.commodity !== commodity) return refuse("newMeterId", `The new meter measures ${fresh.commodity}, and ${commodity} is delivered there.`);
  const before = fresh.hung.find((each) => (hungBetween(each, zone).to ?? Infinity) > at || each.installedOn === on);
  if (before) return refuse("on", `The new meter hung elsewhere until ${before.removedOn ?? "now"}. Hung again on the same day, it waits for the next.`);
  return null;
}

/** The sentence beside the read with which a meter begins. */
const FIRST_READ = "Read when it was hung.";

/** Where a meter is hung. */
export interface Place {
  readonly servicePointId: string;
  /** Street line of the premise: the meter is found by it. */
  readonly line: string;
}

/** What of a meter's own follows from its being hung: its installation, where it is found, its stream, and its first reads. */
export async function hangingOf(
  port: SqlPort, fresh: FreshMeter, { servicePointId, line }: Place, first: readonly Dial[],
  { on, at, by }: { readonly on: LocalDate; readonly at: Instant; readonly by: Parameters<typeof readStatements>[2] },
): Promise<{ installation: InsertRow<"meterInstallation">; searchEntry: InsertRow<"searchEntry">; other: OtherStream; further: readonly Statement[] }> {
  return {
    installation: { meterId: fresh.meterId, servicePointId, installedOn: on, removedOn: null, installedAt: at, removedAt: null },
    searchEntry: { kind: "meter", id: fresh.meterId, accountId: null, title: fresh.badge, body: `${fresh.badge} ${line}` },
    other: await ofMeter(port, fresh, "installed", meterEvent("MeterInstalled", { meterId: fresh.meterId, servicePointId, installedOn: on, at })),
    further: [
      // What the meter was found by while it lay in stock.
      { sql: "DELETE FROM search_entry WHERE search_entry MATCH ?1 AND kind = 'meter' AND id = ?2 AND body = ?3", args: [`"${fresh.badge.replaceAll('"', "")}"`, fresh.meterId, fresh.badge] },
      ...readStatements(first.map(({ register, value }) => ({ channelId: register.channelId, readAt: at, version: 1, value, quality: "actual" as const, suspect: false })), FIRST_READ, by),
    ],
  };
}

/** A meter's own stream, moved on. */
export async function ofMeter(port: SqlPort, { registers: _, ...meter }: MeterRow & { readonly registers: unknown }, status: MeterState, event: OtherStream["drafts"][number]): Promise<OtherStream> {
  const { meterId, badge, commodity, size, manufacturer } = meter;
  const stream = meterStream(meterId);
  return { stream, head: await loadHead(port, stream), drafts: [event], writes: { meter: [{ id: meterId, badge, commodity, size, manufacturer, status }] } };
}

// ---- bills that were issued for the day before anybody entered it -------------------------------------------------

/** `truedUp`: it rests on an estimated read, and another bill follows: that one bills what the meters then have shown. */
const ISSUED = `SELECT DISTINCT b.id AS "billId", b.number, b.account_id AS "accountId", g.period_from AS "from", g.period_to AS "to",
    g.estimated = 1 AND (a.stop_on IS NULL OR a.stop_on > g.period_to) AND NOT EXISTS (SELECT 1 FROM channel AS c WHERE c.meter_id = ?3 AND c.kind = 'interval') AS "truedUp"
  FROM service_point AS here JOIN service_point AS sp ON sp.premise_id = here.premise_id AND coalesce(sp.usage_from, sp.id) = here.id
  JOIN service_agreement AS a ON a.service_point_id = sp.id JOIN bill_segment AS g ON g.service_agreement_id = a.id AND g.period_to > ?2
  JOIN bill AS b ON b.id = g.bill_id AND b.status = 'complete' WHERE here.id = ?1`;

interface IssuedBill {
  readonly billId: string;
  readonly number: string;
  readonly accountId: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly truedUp: number;
}

/** What happened at a point on a day, as far as bills issued for later days did not know of it. */
export interface Unknown {
  readonly servicePointId: string;
  readonly on: LocalDate;
  /** Names it, once for each bill. */
  readonly key: string;
  readonly meterId: string;
  /** As a sentence that goes on: `Meter 7 was hung on …`. */
  readonly what: string;
  /** The meter's last read was taken and another one hangs: with that one's next read estimates are trued up. */
  readonly readsGoOn: boolean;
}

/** Work for whoever makes bills again, a piece a bill; and what fails the commit where another bill was issued meanwhile. */
export async function underBills(port: SqlPort, { servicePointId, on, key, meterId, what, readsGoOn }: Unknown, now: Instant): Promise<{ readonly changes: readonly ExceptionChange[]; readonly fence: Statement }> {
  const bills = await port.query<IssuedBill>(ISSUED, [servicePointId, on, meterId]);
  const untold = readsGoOn && bills.every(({ truedUp }) => truedUp !== 0) ? [] : bills;
  const work = [...new Map(untold.map((bill) => [bill.billId, bill])).values()].map(({ billId, number, accountId, from, to }): NewWork => ({
    id: `rebill:${billId}:${key}`, kind: REBILL_KIND, rule: "exchange", severity: "warn", meterId, channelId: null, day: on, readAt: null, servicePointId, accountId, detail: null, numbers: {},
    sentence: `${what}, which was entered after bill ${number} (${from} to ${to}) was issued. Look whether to bill again.`,
  }));
  const known = await loadExceptions(port, work.map(({ id }) => id));
  return { changes: work.map((each) => openWork(each, known.get(each.id), now)), fence: mustHold(`SELECT count(*) = ?4 FROM (${ISSUED})`, [servicePointId, on, meterId, bills.length]) };
}

/** Exceptions as further streams of a command. */
export const exceptionStreams = (changes: readonly ExceptionChange[]): OtherStream[] => changes.map((change) => ({ stream: exceptionStream(change.row.id), head: change.head, drafts: change.events, writes: { exception: [change.row] } }));

// ---- what was typed ----------------------------------------------------------------------------------------------

export interface Dial {
  readonly register: ChannelRow;
  readonly value: Milli;
}

export function dialsOf(which: "last" | "first", registers: readonly ChannelRow[], typed: Readonly<Record<string, string>>): Dial[] | Refused {
  const dials: Dial[] = [];
  for (const register of registers) {
    const field = `${which}.${register.channelId}`;
    const value = typedMilli((typed[register.channelId] ?? "").trim());
    if (value === null) return refuse(field, "Enter what the dials show, such as 3100.");
    const problem = registerValueProblem(value, register);
    if (problem !== null) return refuse(field, `Look at the dials again: ${problem}.`);
    dials.push({ register, value });
  }
  return dials;
}

/** The instant of a day and wall clock; why there is none, in words. Of an hour that comes twice the first. */
export function momentOf(on: string, time: string, zone: TimeZone): Instant | string {
  if (!isLocalDate(on)) return "Enter the day.";
  const clock = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (!clock) return "Enter the time as hours and minutes, such as 10:20.";
  const wall = dayNumber(on) * 24 * 60 * MINUTE_MS + (Number(clock[1]) * 60 + Number(clock[2])) * MINUTE_MS;
  return new WallClock(zone).instant(wall, "") ?? `${skippedTime(`${on} ${time}`, zone)}.`;
}
