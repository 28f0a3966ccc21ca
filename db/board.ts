/** The staff board, folded from the log: what happened today, counted as it happened. */
import type { LocalDate } from "../domain/calendar/local-date.ts";
import { localDateOf } from "../domain/calendar/zone.ts";
import { summaryOf } from "../domain/lifecycle/account/summary.ts";
import type { Board, FeedItem } from "../domain/live/messages.ts";
import type { SqlPort } from "./port.ts";
import { timeZoneOf } from "./utility.ts";

export interface BoardFold {
  /** The last event counted. */
  readonly position: number;
  readonly board: Board;
}

/** Events read at once; an answer stays far below libSQL's 10 MB. */
const PAGE = 1_000;

interface EventRow {
  position: number;
  stream: string;
  seq: number;
  type: string;
  data: string;
  actor: string;
  source: string;
  at: number;
  effectiveAt: number;
}
const EVENT_COLUMNS = `position, stream, seq, type, data, actor, source, recorded_at AS "at", effective_at AS "effectiveAt"`;

const emptyBoard = (day: LocalDate): Board => ({ day, reads: 0, readBatches: 0, readExceptions: 0, exceptionsOpen: 0, bills: 0, billed: 0, payments: 0, paid: 0, requests: 0 });

type Facts = Record<string, number>;
const COUNT: Readonly<Record<string, (board: Board, data: Facts) => Board>> = {
  ReadsIngested: (board, data) => ({ ...board, reads: board.reads + (data["accepted"] ?? 0), readBatches: board.readBatches + 1, readExceptions: board.readExceptions + (data["exceptions"] ?? 0) }),
  BillCompleted: (board, data) => ({ ...board, bills: board.bills + 1, billed: board.billed + data["charges"]! }),
  // What is billed today is what today's bills charge, less what they take back.
  BillCanceled: (board, data) => ({ ...board, billed: board.billed - data["charges"]! }),
  PaymentPosted: (board, data) => ({ ...board, payments: board.payments + 1, paid: board.paid + data["amount"]! }),
  PaymentSuspended: (board, data) => ({ ...board, payments: board.payments + 1, paid: board.paid + data["amount"]! }),
  PaymentReversed: (board, data) => ({ ...board, payments: board.payments - 1, paid: board.paid - data["amount"]! }),
};

/**
 * Brings a fold up to the newest event; from nothing, it begins with today's first event.
 * @returns the fold and the newest feed items (at most `feedMax`), oldest first
 */
export async function foldBoard(port: SqlPort, from: BoardFold | null, now: number, feedMax: number): Promise<{ fold: BoardFold; items: FeedItem[] }> {
  const zone = await timeZoneOf(port, now);
  const today = localDateOf(now, zone);
  const fresh = from === null;
  let { position, board } = from ?? (await beginningOfDay(port, today, zone));
  if (board.day !== today) board = emptyBoard(today);
  const items: FeedItem[] = [];
  for (;;) {
    const rows = await port.query<EventRow>(`SELECT ${EVENT_COLUMNS} FROM event WHERE position > ? ORDER BY position LIMIT ${PAGE}`, [position]);
    for (const row of rows) {
      position = row.position;
      if (localDateOf(row.at, zone) === today) board = COUNT[row.type]?.(board, JSON.parse(row.data) as Facts) ?? board;
    }
    items.push(...rows.slice(-feedMax).map(feedItem));
    if (rows.length < PAGE) break;
  }
  if (fresh && items.length < feedMax) {
    const earlier = await port.query<EventRow>(`SELECT ${EVENT_COLUMNS} FROM event WHERE position <= ? ORDER BY position DESC LIMIT ?`, [(items[0]?.position ?? position + 1) - 1, feedMax - items.length]);
    items.unshift(...earlier.reverse().map(feedItem));
  }
  const [open] = await port.query<{ exceptions: number; requests: number }>(
    "SELECT (SELECT count(*) FROM exception WHERE status = 'open') AS exceptions, (SELECT count(*) FROM request WHERE status <> 'closed') AS requests",
  );
  return { fold: { position, board: { ...board, exceptionsOpen: open!.exceptions, requests: open!.requests } }, items: items.slice(-feedMax) };
}

/** The position before today's first event, found from the end of the log: today is never far from it. */
async function beginningOfDay(port: SqlPort, today: LocalDate, zone: string): Promise<BoardFold> {
  let before: number | null = null;
  for (;;) {
    const rows: { position: number; at: number }[] = await port.query(
      `SELECT position, recorded_at AS "at" FROM event WHERE position < ? ORDER BY position DESC LIMIT ${PAGE}`,
      [before ?? Number.MAX_SAFE_INTEGER],
    );
    for (const row of rows) {
      if (localDateOf(row.at, zone) < today) return { position: row.position, board: emptyBoard(today) };
      before = row.position;
    }
    if (rows.length < PAGE) return { position: (before ?? 1) - 1, board: emptyBoard(today) };
  }
}

function feedItem(row: EventRow): FeedItem {
  const { position, stream, seq, type, at, effectiveAt, actor, source } = row;
  return { position, stream, seq, type, at, effectiveAt, actor, source, summary: summaryOf(type, JSON.parse(row.data) as object) };
}
