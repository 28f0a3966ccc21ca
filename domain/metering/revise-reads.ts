/**
 * A register read that a person changes: a further version beside those that came, judged against its neighbours by the
 * same rules as ingest, and the read after it against it.
 */
import { localDateOf } from "../calendar/zone.ts";
import type { Channel, MeterRecord, RegisterRead } from "./channel.ts";
import { validateSequence } from "./classify-registers.ts";
import type { ReadsLoaded, ReadsResult, RegisterWrite } from "./ingest-result.ts";
import { startWork } from "./ingest-work.ts";
import type { ReadsContext } from "./match-reads.ts";
import { bestReads } from "./register.ts";

export interface ReadDecision {
  readonly meter: MeterRecord;
  readonly channel: Channel;
  /** The version that is to count: its quality must not be `estimated` where the instant was read. */
  readonly read: RegisterRead;
}

export type RevisedRead = Pick<ReadsResult, "exceptions" | "exceptionUpdates" | "cured" | "findings" | "changes" | "alerts"> & { readonly registerWrites: readonly RegisterWrite[] };

/**
 * Applies the decision to the stored reads (`loaded.registerReads`: all versions of the instant and its neighbours) and
 * judges again. Errors: a `RangeError` when the version is not the next one of its instant.
 */
export function reviseRead({ meter, channel, read }: ReadDecision, loaded: ReadsLoaded, context: ReadsContext): RevisedRead {
  const stored = loaded.registerReads.get(channel.channelId) ?? [];
  const latest = Math.max(0, ...stored.filter(({ readAt }) => readAt === read.readAt).map(({ version }) => version));
  if (read.version !== latest + 1) throw new RangeError(`version ${read.version} does not follow version ${latest} of the read`);
  const work = startWork(loaded, context);
  validateSequence(bestReads([...stored, read]), new Map([[read.readAt, []]]), { meter, channel }, work);
  const { exceptionUpdates, cured, findings, changes } = work;
  const day = localDateOf(read.readAt, context.zone);
  return { registerWrites: [{ ...read, meterId: meter.meterId, day }], exceptions: [...work.exceptions.values()], exceptionUpdates, cured, findings, changes, alerts: [...work.alerts.values()] };
}
