import { Hono } from "hono";
import * as v from "valibot";
import { FenceLostError } from "../../db/commit.ts";
import { parseReadsRequest, READS_MAX } from "../../domain/metering/index.ts";
import type { Env } from "../../durable/env.ts";
import { worldOf, type World } from "../operations/context.ts";
import { answerCommand, fetchCommands } from "../operations/meter-commands.ts";
import { credentialOf, READS_LIMIT, withinLimit } from "../operations/gateways.ts";
import { batchIdOf, bodyHashOf, ingestAgain, ingestReads, passedOver, repeatedBatch, type PostedReads } from "../operations/reads.ts";
import { BodyError, readBody, type Body } from "../operations/body.ts";
import { amiFiles } from "./files.ts";
import { problem, refuse, tooMany } from "./problem.ts";

/** POST /api/v1/ami/reads — a gateway posts reads. See docs/ami.md. */
export const ami = new Hono<{ Bindings: Env }>();

/** Unpacked. One batch is checked, judged and committed as one, within a second. */
export const BATCH_BYTES_MAX = 5 * 1024 * 1024;

ami.route("/files", amiFiles);
ami.get("/commands", (c) => getCommands(worldOf({ env: c.env, ctx: c.executionCtx }), c.req.raw));
ami.post("/commands/:id", (c) => postAnswer(worldOf({ env: c.env, ctx: c.executionCtx }), c.req.raw, c.req.param("id")));
ami.post("/reads", (c) => postReads(worldOf({ env: c.env, ctx: c.executionCtx }), c.req.raw));

/** Takes a gateway's batch, whoever runs it. Every answer that is not 200 says in a sentence what to do. */
export async function postReads(world: World, request: Request): Promise<Response> {
  const sent = await admitted(world, request, BATCH_BYTES_MAX);
  return sent instanceof Response ? sent : takeBatch(world, sent.gatewayId, sent.text);
}

/** The commands that wait for this head-end, for one that fetches them. */
export async function getCommands(world: World, request: Request): Promise<Response> {
  const sent = await admitted(world, request, 0);
  return sent instanceof Response ? sent : Response.json({ commands: await fetchCommands(world, sent.gatewayId) });
}

const AnswerBody = v.strictObject({
  outcome: v.picklist(["confirmed", "failed"]),
  reason: v.optional(v.pipe(v.string(), v.maxLength(300))),
  reads: v.optional(v.pipe(v.array(v.looseObject({})), v.maxLength(100))),
});

/** A head-end answers a command. Sent again, or late, it is taken as it comes: the first answer counts. */
export async function postAnswer(world: World, request: Request, id: string): Promise<Response> {
  const sent = await admitted(world, request, ANSWER_BYTES_MAX);
  if (sent instanceof Response) return sent;
  const parsed = v.safeParse(AnswerBody, parse(sent.text));
  if (!parsed.success) return problem(422, "invalid", parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "the body"}: ${issue.message}`).join("; "));
  const { outcome, reason, reads } = parsed.output;
  const answered = await answerCommand(world, sent.gatewayId, { id, outcome, ...(reason !== undefined && { reason }), ...(reads && { reads }) });
  switch (answered.status) {
    case "done": return Response.json({ command: id, state: answered.state });
    case "unknown": return problem(404, "unknown_command", "This gateway was asked no such thing.");
    case "invalid": return problem(422, "invalid", answered.message);
  }
}

/** An answer has a sentence and the reads of one meter. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** Who sends, and what, once the credential, the signature and the limit have been seen to; else what to answer. */
async function admitted(world: World, request: Request, bytesMax: number): Promise<{ readonly gatewayId: string; readonly text: string } | Response> {
  const credential = await credentialOf(world, request.headers);
  if (!credential.ok) return refuse(credential);
  let body: Body;
  try {
    body = await readBody(request, bytesMax);
  } catch (error) {
    if (error instanceof BodyError) return problem(error.status, error.code, error.message);
    throw error;
  }
  const { pathname, search } = new URL(request.url);
  const admission = credential.verify({ method: request.method, path: pathname + search, body: body.raw });
  if (!admission.ok) return refuse(admission);
  const room = await withinLimit(world, admission.gateway.id, READS_LIMIT);
  return room.ok ? { gatewayId: admission.gateway.id, text: body.text } : tooMany(room.seconds, READS_LIMIT);
}

async function takeBatch(world: World, gatewayId: string, text: string): Promise<Response> {
  const batchId = batchIdOf(gatewayId, text);
  const before = await repeatedBatch(world, batchId);
  if (before && before.counts.rejected === 0) return Response.json(before);
  const parsed = parse(text);
  if (parsed === undefined) return problem(400, "not_json", "The body is not JSON.");
  const count = readCount(parsed);
  if (count > READS_MAX) return problem(413, "too_many_reads", `The batch has ${count} reads; post at most ${READS_MAX} in one request.`);
  const batch = parseReadsRequest(parsed);
  if (!batch.ok) {
    return Response.json({ error: { code: "invalid", message: "Nothing of the batch was taken. Mend what is listed and post it again.", issues: batch.errors } }, { status: 422 });
  }
  try {
    const posted: PostedReads = { actor: { kind: "gateway", gatewayId }, batchId, bodyHash: bodyHashOf(text), readings: batch.reads, events: batch.events };
    const answer = await (before ? ingestAgain(world, posted, before) : ingestReads(world, posted));
    const unknown = (await passedOver(world, batch.events)).map(({ index, event: { meter } }) => ({ path: `events[${index}].meter`, meter, reason: "No meter has this number; what is said of it is passed over." }));
    return Response.json(unknown.length === 0 ? answer : { ...answer, passedOver: unknown });
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
