import { Hono } from "hono";
import { FenceLostError } from "../../db/commit.ts";
import { parseReadsRequest, READS_MAX } from "../../domain/metering/index.ts";
import type { Env } from "../../durable/env.ts";
import { worldOf, type World } from "../operations/context.ts";
import { credentialOf, READS_LIMIT, withinLimit } from "../operations/gateways.ts";
import { batchIdOf, bodyHashOf, ingestReads, repeatedBatch } from "../operations/reads.ts";
import { BodyError, readBody, type Body } from "./body.ts";
import { amiFiles } from "./files.ts";
import { problem, refuse, tooMany } from "./problem.ts";

/** POST /api/v1/ami/reads — a gateway posts reads. See docs/ami.md. */
export const ami = new Hono<{ Bindings: Env }>();

/** Unpacked. One batch is checked, judged and committed as one, within a second. */
export const BATCH_BYTES_MAX = 5 * 1024 * 1024;

ami.route("/files", amiFiles);
ami.post("/reads", (c) => postReads(worldOf({ env: c.env, ctx: c.executionCtx }), c.req.raw));

/** Takes a gateway's batch, whoever runs it. Every answer that is not 200 says in a sentence what to do. */
export async function postReads(world: World, request: Request): Promise<Response> {
  const credential = await credentialOf(world, request.headers);
  if (!credential.ok) return refuse(credential);
  let body: Body;
  try {
    body = await readBody(request, BATCH_BYTES_MAX);
  } catch (error) {
    if (error instanceof BodyError) return problem(error.status, error.code, error.message);
    throw error;
  }
  const { pathname, search } = new URL(request.url);
  const admission = credential.verify({ method: request.method, path: pathname + search, body: body.raw });
  if (!admission.ok) return refuse(admission);
  const room = await withinLimit(world, admission.gateway.id, READS_LIMIT);
  return room.ok ? takeBatch(world, admission.gateway.id, body.text) : tooMany(room.seconds, READS_LIMIT);
}

async function takeBatch(world: World, gatewayId: string, text: string): Promise<Response> {
  const batchId = batchIdOf(gatewayId, text);
  const before = await repeatedBatch(world, batchId);
  if (before) return Response.json(before);
  const parsed = parse(text);
  if (parsed === undefined) return problem(400, "not_json", "The body is not JSON.");
  const count = readCount(parsed);
  if (count > READS_MAX) return problem(413, "too_many_reads", `The batch has ${count} reads; post at most ${READS_MAX} in one request.`);
  const batch = parseReadsRequest(parsed);
  if (!batch.ok) {
    return Response.json({ error: { code: "invalid", message: "Nothing of the batch was taken. Mend what is listed and post it again.", issues: batch.errors } }, { status: 422 });
  }
  try {
    return Response.json(await ingestReads(world, { actor: { kind: "gateway", gatewayId }, batchId, bodyHash: bodyHashOf(text), readings: batch.reads }));
  } catch (error) {
    if (!(error instanceof FenceLostError)) throw error;
    return problem(503, "busy", "Others are writing reads of the same meters. Post it again.", { "retry-after": "1" });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readCount(body: unknown): number {
  const reads = typeof body === "object" && body !== null ? (body as { reads?: unknown }).reads : null;
  return Array.isArray(reads) ? reads.length : 0;
}
