import type { Context } from "hono";
import type { Env } from "../durable/env.ts";

/** GET /healthz: 200 once this Worker can serve, 503 with a sentence while it cannot. */
export function health(c: Context<{ Bindings: Env }>): Response {
  return c.json({ ok: true, version: c.env.VERSION });
}
