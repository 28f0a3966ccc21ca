/** The staff's board: what needs a person now, what is flowing, runs under way, the feed. */
import { RUN_COUNTS } from "../../db/billing/due.ts";
import type { Board, FeedItem, RunProgress } from "../../domain/live/messages.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { worldOf, type RequestContext } from "./context.ts";

export interface BoardPage {
  readonly position: number;
  readonly board: Board;
  readonly feed: readonly FeedItem[];
  readonly runs: readonly RunProgress[];
  /** Counts of what waits for a person, each with the list it leads to. */
  readonly waiting: { readonly exceptions: number; readonly requests: number; readonly heldBills: number; readonly unbilled: number; readonly alerts: number; readonly proposals: number; readonly parkedMessages: number; readonly silentGateways: number };
}

/** A gateway that has posted before and has not for a day is silent. */
const SILENT_AFTER_MS = 24 * 3_600_000;

/** The place in the feed from which a page that watches for something goes on, and the board with it. Taken before what the page shows is read. @throws ForbiddenError */
export async function feedPlace({ env }: RequestContext, actor: UserActor): Promise<{ readonly position: number; readonly board: Board }> {
  requirePermission(actor, "read:board:any");
  const { position, board } = await env.OPERATIONS.getByName("utility").board();
  return { position, board };
}

export async function boardPage(request: RequestContext, actor: UserActor): Promise<BoardPage> {
  requirePermission(actor, "read:board:any");
  const { port, now } = worldOf(request);
  const [live, runs, [waiting]] = await Promise.all([
    request.env.OPERATIONS.getByName("utility").board(),
    port.query<RunProgress>(
      `SELECT r.id AS "runId", r.cycle_id AS "cycleId", r.status, r.due, ${RUN_COUNTS}, NULL AS "billsPerSecond"
       FROM bill_run r ORDER BY r.started_at DESC LIMIT 5`,
    ),
    port.query<BoardPage["waiting"]>(
      `SELECT (SELECT count(*) FROM exception WHERE status = 'open') AS exceptions,
         (SELECT count(*) FROM request WHERE status <> 'closed') AS requests,
         (SELECT count(*) FROM exception WHERE status = 'open' AND kind = 'billing') AS "heldBills",
         (SELECT count(*) FROM exception WHERE status = 'open' AND kind = 'unbilled') AS unbilled,
         (SELECT count(*) FROM usage_alert WHERE ended_at IS NULL) AS alerts,
         (SELECT count(*) FROM setting_proposal WHERE status = 'open') AS proposals,
         (SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL) AS "parkedMessages",
         (SELECT count(*) FROM gateway WHERE status = 'active' AND last_seen_at < ?) AS "silentGateways"`,
      [now() - SILENT_AFTER_MS],
    ),
  ]);
  return { ...live, runs, waiting: waiting! };
}
