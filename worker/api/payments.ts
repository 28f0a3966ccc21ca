import { Hono } from "hono";
import { UnavailableError } from "../../db/port.ts";
import type { Env } from "../../durable/env.ts";
import { BodyError, readBody, type Body } from "../operations/body.ts";
import { worldOf } from "../operations/context.ts";
import { takeProviderEvent } from "../operations/payments.ts";
import { providerNamed } from "../payments/providers.ts";
import { problem } from "./problem.ts";

/** POST /api/v1/webhooks/payments/:provider — the provider's signed word. 200 done, 202 accepted and kept, else call again. */
export const paymentWebhooks = new Hono<{ Bindings: Env }>();

/** A webhook is a few hundred bytes; anything near this is not one. */
const WEBHOOK_BYTES_MAX = 64 * 1024;

paymentWebhooks.post("/:provider", async (c) => {
  const provider = providerNamed(c.env, c.req.param("provider"));
  if (!provider) return c.json({ error: { code: "no_provider", message: "No such payment provider is switched on." } }, 404);
  let body: Body;
  try {
    body = await readBody(c.req.raw, WEBHOOK_BYTES_MAX);
  } catch (error) {
    if (error instanceof BodyError) return problem(error.status, error.code, error.message);
    throw error;
  }
  const event = provider.readWebhook(c.req.raw.headers, body.text, Date.now());
  if (!event) return c.json({ error: { code: "signature", message: "The signature does not hold, is too old, or the event is malformed." } }, 401);
  try {
    const answer = await takeProviderEvent(worldOf({ env: c.env, ctx: c.executionCtx }), provider, event);
    switch (answer.status) {
      case "done":
        return c.json({ status: "posted", replayed: answer.replayed });
      case "pending":
        return c.json({ status: "pending" }, 202);
      case "conflict":
        return c.json({ error: { code: "conflict", message: "This event id came before with another content." } }, 409);
      case "refused":
        return c.json({ error: { code: answer.refusal.code, message: answer.refusal.message } }, 422);
      case "unavailable":
        return unavailable();
    }
  } catch (error) {
    if (error instanceof UnavailableError) return unavailable();
    throw error;
  }
});

function unavailable(): Response {
  return Response.json({ error: { code: "unavailable", message: "The database is away for the moment. Call again." } }, { status: 503, headers: { "retry-after": "5" } });
}
