/**
 * Closing the books by month. A month is closed once it is over, in order, and for good: what was reported on it stays what
 * the book says. What comes to be known of it later is posted on the first open day.
 */
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import { mustHold } from "../../db/commit.ts";
import type { SqlPort } from "../../db/port.ts";
import { forgetSettings, settingsOn, todayOf } from "../../db/utility.ts";
import { addMonths, type LocalDate } from "../../domain/calendar/local-date.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { actorText, may, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Setting } from "../../domain/lifecycle/settings.ts";
import type { Cents } from "../../domain/money/cents.ts";
import { actorNames } from "./actors.ts";
import type { World } from "./context.ts";

const BOOKS_STREAM = "books";
/** Closed months that the page lists: five years. */
const MONTHS_SHOWN = 60;

/** A GL account in a month. */
export interface GlTotal {
  readonly code: string;
  readonly name: string;
  readonly entries: number;
  readonly debits: Cents;
  /** Positive. */
  readonly credits: Cents;
}

export interface ClosedMonth {
  readonly month: string;
  readonly closedAt: number;
  readonly by: string;
  readonly entries: number;
  readonly debits: Cents;
}

export interface PeriodsPage {
  /** The month that is closed next; null: nothing has been posted yet. */
  readonly next: { readonly month: string; readonly totals: readonly GlTotal[]; readonly problem: string | null } | null;
  /** Newest first. */
  readonly closed: readonly ClosedMonth[];
  readonly mayClose: boolean;
}

/** What has been closed, and what the month to be closed next holds. @throws ForbiddenError */
export async function periodsPage(world: World, actor: UserActor): Promise<PeriodsPage> {
  requirePermission(actor, "read:billing:any");
  const { port } = world;
  const today = await todayOf(port, world.now());
  const [month, rows] = await Promise.all([
    nextMonth(port),
    port.query<{ data: string; closedAt: number; actor: string }>(`SELECT data, recorded_at AS "closedAt", actor FROM event WHERE stream = ? ORDER BY seq DESC LIMIT ${MONTHS_SHOWN}`, [BOOKS_STREAM]),
  ]);
  const names = await actorNames(port, rows.map((row) => row.actor));
  const totals = month === null ? [] : await totalsOf(port, month, (await settingsOn(port, today, world.now())).gl);
  return {
    next: month === null ? null : { month, totals, problem: (await problemOf(port, month, today, totals))?.message ?? null },
    closed: rows.map(({ data, closedAt, actor: by }) => {
      const { month: closed, entries, debits } = JSON.parse(data) as { month: string; entries: number; debits: Cents };
      return { month: closed, closedAt, by: names[by]!, entries, debits };
    }),
    mayClose: may(actor, "close:period:any"),
  };
}

/** Closes a month for good. @throws ForbiddenError, UnavailableError */
export async function closeMonth(world: World, actor: UserActor, { commandId, month }: { readonly commandId: string; readonly month: string }): Promise<StreamAnswer<{ month: string }>> {
  requirePermission(actor, "close:period:any");
  const { port } = world;
  const recordedAt = world.now();
  const answer = await runStreamCommand(
    port,
    { commandId, stream: BOOKS_STREAM, input: { month }, provenance: { actor: actorText(actor), source: "staff", recordedAt } },
    async () => {
      const today = await todayOf(port, recordedAt);
      const next = await nextMonth(port);
      if (next !== month) return { ok: false, refusal: { code: "order", message: next === null ? "Nothing has been posted yet." : `Months are closed in order: ${next} is next.` } } as const;
      const totals = await totalsOf(port, month, (await settingsOn(port, today, recordedAt)).gl);
      const problem = await problemOf(port, month, today, totals);
      if (problem) return { ok: false, refusal: problem } as const;
      const entries = totals.reduce((sum, each) => sum + each.entries, 0);
      const debits = totals.reduce((sum, each) => sum + each.debits, 0);
      return {
        ok: true,
        drafts: [{ type: "AccountingMonthClosed", version: 1, data: { month, entries, debits, totals: totals.map(({ code, debits: debit, credits }) => ({ code, debits: debit, credits })) } }],
        writes: { accountingPeriod: [{ period: month, status: "closed", changedAt: recordedAt }] },
        // What the log says was in the month must be what is in it: an entry that slipped in is counted anew.
        further: [mustHold(`(${CODES} SELECT count(*) FROM ${ENTRIES_OF_MONTH}) = ?`, [`${month}-01`, addMonths(`${month}-01`, 1), entries])],
        result: { month },
      } as const;
    },
  );
  forgetSettings(port);
  return answer;
}

/** The GL accounts that have entries, each found by one step in the index; so a month is read by its own ranges and not the whole book. */
const CODES = `WITH RECURSIVE codes(code) AS (SELECT min(gl_account) FROM ledger_entry UNION ALL SELECT (SELECT min(gl_account) FROM ledger_entry WHERE gl_account > codes.code) FROM codes WHERE codes.code IS NOT NULL)`;
const ENTRIES_OF_MONTH = "codes CROSS JOIN ledger_entry AS e ON e.gl_account = code AND e.accounting_on >= ? AND e.accounting_on < ?";

/** The month after the last closed one; before any, the one of the first entry. */
async function nextMonth(port: SqlPort): Promise<string | null> {
  const [row] = await port.query<{ closed: string | null; first: string | null }>(
    `${CODES} SELECT (SELECT max(period) FROM accounting_period WHERE status = 'closed') AS closed, min((SELECT min(accounting_on) FROM ledger_entry WHERE gl_account = code)) AS first FROM codes WHERE code IS NOT NULL`,
  );
  if (row!.closed !== null) return addMonths(`${row!.closed}-01`, 1).slice(0, 7);
  return row!.first?.slice(0, 7) ?? null;
}

async function problemOf(port: SqlPort, month: string, today: LocalDate, totals: readonly GlTotal[]): Promise<Refusal | null> {
  const end = addMonths(`${month}-01`, 1);
  if (today < end) return { code: "month", message: `This month can be closed from ${end} on.` };
  if (totals.reduce((sum, { debits, credits }) => sum + debits - credits, 0) !== 0) return { code: "balance", message: "The entries of this month do not sum to zero. Do not close it: have the database checked." };
  const [running] = await port.query<{ id: string }>("SELECT id FROM bill_run WHERE status = 'running' AND bill_on < ? LIMIT 1", [end]);
  if (running) return { code: "run", message: `Bill run ${running.id} of this month is still running.` };
  return null;
}

async function totalsOf(port: SqlPort, month: string, gl: Setting<"gl">): Promise<GlTotal[]> {
  const rows = await port.query<Omit<GlTotal, "name">>(
    `${CODES} SELECT code, count(*) AS entries, coalesce(sum(CASE WHEN amount > 0 THEN amount END), 0) AS debits, coalesce(-sum(CASE WHEN amount < 0 THEN amount END), 0) AS credits
     FROM ${ENTRIES_OF_MONTH} GROUP BY code ORDER BY code`,
    [`${month}-01`, addMonths(`${month}-01`, 1)],
  );
  const names = new Map([...gl.accounts.map(({ code, name }): [string, string] => [code, name]), [gl.receivable, "Receivable"], [gl.cash, "Cash"], [gl.suspense, "Suspense"]]);
  return rows.map((row) => ({ ...row, name: names.get(row.code) ?? "" }));
}
