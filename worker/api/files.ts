/** POST /api/v1/ami/files — a gateway sends a file of reads, in the head-end's own format. See docs/ami.md. */
import { Hono } from "hono";
import { FenceLostError } from "../../db/commit.ts";
import { loadFile, notesOf } from "../../db/metering/files.ts";
import { CONTENT_HASH_HEADER } from "../../domain/lifecycle/gateway.ts";
import type { Env } from "../../durable/env.ts";
import { worldOf, type World } from "../operations/context.ts";
import { BodyError } from "../operations/body.ts";
import { askedOptions, fileAnswer } from "../operations/files/answer.ts";
import { receiveFile, type FileStore } from "../operations/files/receive.ts";
import { registerFile, takeFile } from "../operations/files/take.ts";
import { credentialOf, FILE_LIMIT, withinLimit, type Admission } from "../operations/gateways.ts";
import type { Charset } from "../../domain/metering/formats/index.ts";
import { problem, refuse, tooMany } from "./problem.ts";

export const amiFiles = new Hono<{ Bindings: Env }>();

amiFiles.post("/", (c) => postFile(worldOf({ env: c.env, ctx: c.executionCtx }), c.env.FILES, c.req.raw));
amiFiles.get("/:fileId", (c) => getFile(worldOf({ env: c.env, ctx: c.executionCtx }), c.req.raw, c.req.param("fileId")));

/** SHA-256 of nothing: the body of a GET. */
const NO_BODY = new Uint8Array(0);

/** Takes a file from a gateway, whoever runs it. */
export async function postFile(world: World, files: FileStore, request: Request): Promise<Response> {
  const credential = await credentialOf(world, request.headers);
  if (!credential.ok) return refuse(credential);
  const { pathname, search, searchParams } = new URL(request.url);
  const asked = await askedOptions(world, {
    name: searchParams.get("name"), format: searchParams.get("format"), timezone: searchParams.get("timezone"), interval: searchParams.get("interval"),
    charset: searchParams.get("charset") ?? charsetOf(request.headers.get("content-type")), mapping: searchParams.get("mapping"),
  });
  if (!asked.ok) return problem(400, asked.field, asked.message);
  const admitted = async (bodyHash: string) => senderOf(world, credential.verify({ method: request.method, path: pathname + search, bodyHash }));
  const told = request.headers.get(CONTENT_HASH_HEADER)?.trim().toLowerCase() ?? null;
  try {
    // A token says at once who sends, a signature when the hash is known that it is over. Before that nothing is stored.
    let sender = credential.signed && told === null ? null : await admitted(told ?? "");
    const received = await receiveFile(files, request.body, {
      key: `reads/${world.newId()}`, encoding: request.headers.get("content-encoding"), length: lengthOf(request.headers), charset: asked.options.charset as Charset | null,
      unproven: sender === null,
      admit: async (hash) => {
        if (told !== null && told !== hash) throw new BodyError(400, "content_hash", `The file is not the one that ${CONTENT_HASH_HEADER} tells of: its SHA-256 is ${hash}.`);
        sender ??= await admitted(hash);
      },
    });
    return await takeIn(world, files, sender!, { name: asked.name, options: asked.options, received });
  } catch (error) {
    if (error instanceof NotAdmitted) return error.response;
    if (error instanceof BodyError) return problem(error.status, error.code, error.message);
    throw error;
  }
}

/** Whoever sends this may not, or not now. */
class NotAdmitted extends Error {
  readonly response: Response;
  constructor(response: Response) {
    super("not admitted");
    this.response = response;
  }
}

/** The gateway that sends, its request counted. @throws NotAdmitted */
async function senderOf(world: World, admission: Admission): Promise<string> {
  if (!admission.ok) throw new NotAdmitted(refuse(admission));
  const room = await withinLimit(world, admission.gateway.id, FILE_LIMIT);
  if (!room.ok) throw new NotAdmitted(tooMany(room.seconds, FILE_LIMIT));
  return admission.gateway.id;
}

type Received = Pick<Parameters<typeof registerFile>[2], "name" | "options" | "received">;

async function takeIn(world: World, files: FileStore, gatewayId: string, { name, options, received }: Received): Promise<Response> {
  const { file, known } = await registerFile(world, files, { actor: { kind: "gateway", gatewayId }, source: "api", name, options, received });
  if (file.key !== received.key) await files.delete(received.key);
  try {
    const taken = await takeFile(world, files, file);
    return Response.json(await fileAnswer(world, taken, known && file.status !== "received"), { status: taken.status === "unreadable" ? 422 : 200 });
  } catch (error) {
    if (!(error instanceof FenceLostError)) throw error;
    return problem(503, "busy", "The file is kept and will be read. Others are writing reads of the same meters; post it again to learn what became of it.", { "retry-after": "5" });
  }
}

/** Lines of a file in one answer. */
const LINES_MAX = 1_000;

/** What became of a file, and the lines of it that did not simply become reads, `?from=` the nth on. Only its sender sees it. */
export async function getFile(world: World, request: Request, fileId: string): Promise<Response> {
  const credential = await credentialOf(world, request.headers);
  if (!credential.ok) return refuse(credential);
  const { pathname, search, searchParams } = new URL(request.url);
  const admission = credential.verify({ method: request.method, path: pathname + search, body: NO_BODY });
  if (!admission.ok) return refuse(admission);
  const file = await loadFile(world.port, fileId);
  if (file === null || file.gatewayId !== admission.gateway.id) return problem(404, "not_found", "This gateway has sent no such file.");
  const from = Number(searchParams.get("from") ?? "0");
  if (!Number.isSafeInteger(from) || from < 0) return problem(400, "from", "from is a number, 0 for the first line.");
  const { notes, total, next } = await notesOf(world.port, fileId, { from, limit: LINES_MAX });
  return Response.json({ ...(await fileAnswer(world, file, true)), notes, notesTotal: total, next: next === null ? null : `${pathname}?from=${next}` });
}

function lengthOf(headers: Headers): number | null {
  const text = headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A charset of the content type that says more than that it is text. */
function charsetOf(contentType: string | null): string | null {
  const named = /charset="?([\w-]+)/i.exec(contentType ?? "")?.[1]?.toLowerCase() ?? null;
  return named === "utf-8" || named === "us-ascii" ? null : named === "iso-8859-1" ? "windows-1252" : named;
}
