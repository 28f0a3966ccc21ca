/** Replays of drafts: starting one, and finding those that were made. `worker/rates/replay.ts` does the work. */
import { countOnSchedule } from "../../db/billing/what-if.ts";
import { runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import type { SqlPort } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import { todayOf } from "../../db/utility.ts";
import { addMonths } from "../../domain/calendar/local-date.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";
import { findDraft } from "./rate-drafts.ts";

export type ReplayRow = Required<InsertRow<"rateReplay">>;

/** A year holds every season, and customers compare by it. */
const MONTHS = 12;

const COLUMNS = `id, draft_id AS "draftId", schedule_id AS "scheduleId", document, document_hash AS "documentHash", from_on AS "fromOn", to_on AS "toOn", status, accounts,
  started_by AS "startedBy", started_at AS "startedAt", finished_at AS "finishedAt", lease_until AS "leaseUntil"`;

export async function findReplay(port: SqlPort, replayId: string): Promise<ReplayRow | null> {
  const [row] = await port.query<ReplayRow>(`SELECT ${COLUMNS} FROM rate_replay WHERE id = ?`, [replayId]);
  return row ?? null;
}

/** Replays of a draft, the newest first. */
export async function replaysOf(port: SqlPort, draftId: string): Promise<ReplayRow[]> {
  return port.query<ReplayRow>(`SELECT ${COLUMNS} FROM rate_replay WHERE draft_id = ? ORDER BY started_at DESC`, [draftId]);
}

/** Starts a replay of the draft as it is now. @throws ForbiddenError, UnavailableError */
export async function startReplay(world: World, actor: UserActor, { commandId, draftId }: { readonly commandId: string; readonly draftId: string }): Promise<StreamAnswer<{ replayId: string }>> {
  requirePermission(actor, "draft:rates:any");
  const { port } = world;
  const draft = await findDraft(port, draftId);
  if (!draft) return { status: "refused", refusal: { code: "draft", message: "There is no such draft." } };
  const { scheduleId, document, documentHash } = draft;
  const startedAt = world.now();
  const toOn = await todayOf(port, startedAt);
  const fromOn = addMonths(toOn, -MONTHS);
  const replayId = `replay-${commandId}`;
  const answer = await runStreamCommand<{ replayId: string }>(
    port,
    { commandId, stream: `rate:${scheduleId}`, input: { replay: draftId, documentHash }, provenance: { actor: actorText(actor), source: "staff", recordedAt: startedAt } },
    async () => {
      const accounts = await countOnSchedule(port, scheduleId);
      if (accounts === 0) return { ok: false, refusal: { code: "accounts", message: "No account is or was on this rate, so there is nothing to run the draft over." } };
      return {
        ok: true, result: { replayId },
        drafts: [{ type: "RateReplayStarted", version: 1, data: { replayId, draftId, scheduleId, documentHash, from: fromOn, to: toOn } }],
        writes: { rateReplay: [{ id: replayId, draftId, scheduleId, document, documentHash, fromOn, toOn, status: "running", accounts, startedBy: actorText(actor), startedAt, finishedAt: null, leaseUntil: 0 }] },
      };
    },
  );
  if (answer.status === "done") world.wakeReplay(replayId);
  return answer;
}
