/** What sources said of meters as it is stored: by channel and day for validation, and the last word of each kind for pages. */
import type { DayCondition, LatestCondition, ReadsNeeds, ReadsResult } from "../../domain/metering/index.ts";
import type { Statement } from "../port.ts";
import { insertFromJson, jsonArgs, rowValues } from "../rows.ts";

const COLUMNS = `c.channel_id AS "channelId", c.day, c.kind, c.from_at AS "from", c.to_at AS "to", c.says, c.seconds, c.line`;

const ON_DAYS = `SELECT ${COLUMNS} FROM json_each(?) AS w CROSS JOIN channel_condition AS c ON c.channel_id = w.value->>0 AND c.day >= w.value->>1 AND c.day < w.value->>2`;

/** Of a register, since the read before the first in question. */
const SINCE_READS = `SELECT ${COLUMNS} FROM json_each(?) AS w CROSS JOIN channel_condition AS c ON c.channel_id = w.value->>0
  AND c.from_at > coalesce((SELECT p.read_at FROM register_read AS p WHERE p.channel_id = w.value->>0 AND p.read_at < w.value->>1 ORDER BY p.read_at DESC LIMIT 1), 0)`;

/** Asks for what was said on the days and between the reads in question; each answer's rows are `DayCondition`s. */
export function conditionLoads({ days, registers }: ReadsNeeds): Statement[] {
  return [
    ...jsonArgs(days.map(({ channelId, from, to }) => [channelId, from, to])).map((arg) => ({ sql: ON_DAYS, args: [arg] })),
    ...jsonArgs(registers.map(({ channelId, from }) => [channelId, from])).map((arg) => ({ sql: SINCE_READS, args: [arg] })),
  ];
}

/** A channel of which days and reads are needed comes twice: each thing that was said once. */
export function eachOnce(conditions: readonly DayCondition[]): DayCondition[] {
  return [...new Map(conditions.map((each) => [`${each.channelId} ${each.day} ${each.kind}`, each])).values()];
}

/** Two batches that say something of one day, both are kept: from the first to the last, and how far the clock was off at most. */
const SAY = `${insertFromJson("channelCondition")} ON CONFLICT (channel_id, day, kind) DO UPDATE SET from_at = min(from_at, excluded.from_at), to_at = max(to_at, excluded.to_at),
  says = CASE WHEN abs(coalesce(excluded.seconds, 0)) > abs(coalesce(seconds, 0)) THEN excluded.says ELSE says END, seconds = CASE WHEN abs(coalesce(excluded.seconds, 0)) > abs(coalesce(seconds, 0)) THEN excluded.seconds ELSE seconds END`;

/** That all is well is said with every read, and written down again no more often. */
const WELL_AGAIN_MS = 7 * 86_400_000;

/** What is said later counts. As long as the same is said, it has been said since the first time, by the batch that said it then. */
const LAST_WORD = `${insertFromJson("meterCondition")} ON CONFLICT (meter_id, kind) DO UPDATE SET
  since = CASE WHEN is_on = excluded.is_on THEN since ELSE excluded.since END, batch_id = CASE WHEN is_on = excluded.is_on THEN batch_id ELSE excluded.batch_id END,
  line = CASE WHEN is_on = excluded.is_on THEN line ELSE excluded.line END, is_on = excluded.is_on, told_at = excluded.told_at, says = excluded.says, seconds = excluded.seconds
  WHERE excluded.told_at > told_at AND (excluded.is_on <> is_on OR excluded.is_on = 1 OR excluded.told_at > told_at + ${WELL_AGAIN_MS})`;

/** Statements that keep what a batch said. */
export function conditionStatements({ conditions, latest }: Pick<ReadsResult, "conditions" | "latest">, { batchId, recordedAt }: { readonly batchId: string; readonly recordedAt: number }): Statement[] {
  const said = conditions.map((each) => rowValues("channelCondition", { ...each, fromAt: each.from, toAt: each.to, batchId, recordedAt }));
  const last = latest.map((each) => rowValues("meterCondition", lastRow(each, batchId)));
  return [...jsonArgs(said).map((arg) => ({ sql: SAY, args: [arg] })), ...jsonArgs(last).map((arg) => ({ sql: LAST_WORD, args: [arg] }))];
}

function lastRow({ meterId, kind, on, says, seconds, at, line }: LatestCondition, batchId: string): Record<string, unknown> {
  return { meterId, kind, isOn: on ? 1 : 0, since: at, toldAt: at, says, seconds, batchId, line };
}
