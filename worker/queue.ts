import type { Env, OutboxWake } from "../durable/env.ts";
import { drainRun } from "./billing/drain.ts";
import { worldOf } from "./operations/context.ts";
import { drainOutbox } from "./outbox/drain.ts";
import { outboxDeps } from "./outbox/deliver.ts";
import { drainReplay } from "./rates/replay.ts";

/** A slice of a bill run, or of a replay: well inside the 30 s of processor time that one invocation has. What is left goes into the next. */
const RUN_SLICE_MS = 15_000;

/** A message says only that there may be something to drain, so one drain answers all of its kind. */
export async function consumeQueue(batch: MessageBatch<OutboxWake>, env: Env, ctx: ExecutionContext): Promise<void> {
  const runs = new Set(batch.messages.flatMap(({ body }) => (body.wake === "run" ? [body.runId] : [])));
  const replays = new Set(batch.messages.flatMap(({ body }) => (body.wake === "replay" ? [body.replayId] : [])));
  const results = await Promise.allSettled([drainTheOutbox(env, ctx), ...[...runs].map((runId) => drainTheRun(env, ctx, runId)), ...[...replays].map((replayId) => drainTheReplay(env, ctx, replayId))]);
  for (const result of results) if (result.status === "rejected") console.error(`queue: ${String(result.reason)}`);
  // Whatever failed is still in the database, and the next minute's cron finds it.
  batch.ackAll();
}

async function drainTheOutbox(env: Env, ctx: ExecutionContext): Promise<void> {
  const { more } = await drainOutbox(outboxDeps(env, worldOf({ env, ctx })));
  if (more) await env.OUTBOX.send({ wake: "outbox" });
}

async function drainTheRun(env: Env, ctx: ExecutionContext, runId: string): Promise<void> {
  if ((await drainRun(worldOf({ env, ctx }), runId, { budgetMs: RUN_SLICE_MS })) === "more") await env.OUTBOX.send({ wake: "run", runId });
}

async function drainTheReplay(env: Env, ctx: ExecutionContext, replayId: string): Promise<void> {
  if ((await drainReplay(worldOf({ env, ctx }), replayId, { budgetMs: RUN_SLICE_MS })) === "more") await env.OUTBOX.send({ wake: "replay", replayId });
}
