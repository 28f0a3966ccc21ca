/** Once an hour: whose prepaid money runs low is told, once until there is more again. */
import { runStreamCommand } from "../../db/command.ts";
import { loadAccount } from "../../db/account/store.ts";
import { loadPrepaidDays } from "../../db/billing/prepaid.ts";
import { noticeRows } from "../../db/notices.ts";
import { timeZoneOf } from "../../db/utility.ts";
import { prepaidStanding } from "../../domain/billing/prepaid.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { noticeEvent, prepaidNoticeStream, type NoticeEvents } from "../../domain/lifecycle/notice.ts";
import type { World } from "./context.ts";

const PREPAID = "SELECT account_id AS accountId FROM account_state WHERE state->'prepaid' <> 'null' ORDER BY account_id";

/** Looks at every prepaid account. @returns how many were told of */
export async function watchPrepaid(world: World): Promise<number> {
  let told = 0;
  for (const { accountId } of await world.port.query<{ accountId: string }>(PREPAID)) if (await watchOne(world, accountId)) told += 1;
  if (told > 0) world.wakeOutbox();
  return told;
}

async function watchOne({ port, now: clock }: World, accountId: string): Promise<boolean> {
  const now = clock();
  const { state } = await loadAccount(port, accountId);
  if (!state.prepaid) return false;
  const { prepaidId, lowAt } = state.prepaid;
  const { days } = await loadPrepaidDays(port, accountId, state, now);
  // Where a day cannot be priced nothing is said: better no figure than a wrong one.
  if (days === null) return false;
  const { left, state: standing } = prepaidStanding(-balanceOf(state), lowAt, days);
  const stream = prepaidNoticeStream(accountId);
  const [last] = await port.query<{ seq: number; type: string; data: string }>("SELECT seq, type, data FROM event WHERE stream = ? ORDER BY seq DESC LIMIT 1", [stream]);
  const isTold = last?.type === "PrepaidLowTold" && (JSON.parse(last.data) as NoticeEvents["PrepaidLowTold"]).prepaidId === prepaidId;
  const isLow = standing !== "ok";
  if (isLow === isTold) return false;
  const outbox = isLow ? await noticeRows(port, [{ kind: "prepaid", accountId, alertId: null }], now, await timeZoneOf(port, now)) : [];
  // Two clocks that look at once ask the same question: the second finds the answer.
  const commandId = `${stream}:${(last?.seq ?? 0) + 1}`;
  const answer = await runStreamCommand(port, { commandId, stream, input: { accountId, isLow }, provenance: { actor: "system:clock", source: "clock", recordedAt: now } }, (head) =>
    head.seq !== (last?.seq ?? 0)
      ? { ok: false, refusal: { code: "told", message: "It has been looked at meanwhile." } }
      : { ok: true, result: {}, drafts: [isLow ? noticeEvent("PrepaidLowTold", { accountId, prepaidId, left, lowAt }) : noticeEvent("PrepaidLowOver", { accountId, prepaidId, left })], writes: { outbox } });
  return isLow && answer.status === "done" && !answer.replayed;
}
