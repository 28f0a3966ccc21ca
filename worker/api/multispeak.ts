import { Hono } from "hono";
import { FenceLostError } from "../../db/commit.ts";
import { UnavailableError } from "../../db/port.ts";
import type { Env } from "../../durable/env.ts";
import { element, envelope, errorList, fault, leaf, readSoap, SOAP_TYPE, TAKEN, type SoapMessage } from "../head-ends/multispeak/soap.ts";
import { worldOf, type World } from "../operations/context.ts";
import { admitBySecret, noteSeen, READS_LIMIT, withinLimit } from "../operations/gateways.ts";
import { takeNotification } from "../operations/multispeak.ts";
import { BATCH_BYTES_MAX } from "./ami.ts";
import { BodyError, readBody } from "../operations/body.ts";

/** POST /api/v1/multispeak/GATEWAY — a head-end that we ask by MultiSpeak tells what came of it. See docs/ami.md. */
export const multiSpeakApi = new Hono<{ Bindings: Env }>();

multiSpeakApi.post("/:gateway", (c) => postNotification(worldOf({ env: c.env, ctx: c.executionCtx }), c.req.raw, c.req.param("gateway")));

/** Takes a notification, whoever runs it. Every answer is SOAP; a fault says in a sentence what to do. */
export async function postNotification(world: World, request: Request, gatewayId: string): Promise<Response> {
  try {
    const { text } = await readBody(request, BATCH_BYTES_MAX);
    return await answer(world, gatewayId, text);
  } catch (error) {
    if (error instanceof BodyError) return faulty(error.status, "Client", error.message);
    if (error instanceof UnavailableError) return faulty(503, "Server", "The database is away for the moment. Send it again.", 5);
    if (error instanceof FenceLostError) return faulty(503, "Server", "Others are writing reads of the same meters. Send it again.", 1);
    throw error;
  }
}

async function answer(world: World, gatewayId: string, text: string): Promise<Response> {
  const message = readSoap(text);
  if (typeof message === "string") return faulty(400, "Client", `This is not a SOAP message: ${message}.`);
  const problem = await notAdmitted(world, gatewayId, message);
  if (problem) return problem;
  const operation = TAKEN.find((each) => each === message.operation);
  if (!operation) return faulty(400, "Client", `Here only these are taken, in the MultiSpeak 3.0 namespace: ${TAKEN.join(", ")}.`);
  const at = world.now();
  const result = operation === "GetMethods" ? TAKEN.map((each) => leaf("string", each)) : errorList(operation === "PingURL" ? [] : await takeNotification(world, gatewayId, message, text), at);
  return soap(200, envelope({ at }, `${operation}Response`, [element(`${operation}Result`, result)]));
}

/** Who sends is in the header of the message: the gateway's key id as UserID, its secret as Pwd. */
async function notAdmitted(world: World, gatewayId: string, { credential }: SoapMessage): Promise<Response | null> {
  const admission = credential ? await admitBySecret(world, credential.userName, credential.secret) : null;
  if (!admission) return faulty(401, "Client", "Who sends this? Put the gateway's key id and secret into UserID and Pwd of MultiSpeakMsgHeader.");
  if (!admission.ok) return faulty(admission.status, "Client", admission.message);
  if (admission.gateway.id !== gatewayId) return faulty(403, "Client", "This address is another gateway's.");
  await noteSeen(world, gatewayId);
  const room = await withinLimit(world, gatewayId, READS_LIMIT);
  return room.ok ? null : faulty(429, "Server", `This gateway may send ${READS_LIMIT.max} messages in ${READS_LIMIT.windowMs / 1000} seconds.`, room.seconds);
}

const soap = (status: number, body: string, headers: Record<string, string> = {}): Response => new Response(body, { status, headers: { "content-type": SOAP_TYPE, ...headers } });

const faulty = (status: number, code: "Client" | "Server", text: string, retryAfter?: number): Response => soap(status, fault(code, text), retryAfter === undefined ? {} : { "retry-after": String(retryAfter) });
