import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { ami } from "./api/ami.ts";
import { multiSpeakApi } from "./api/multispeak.ts";
import { paymentWebhooks } from "./api/payments.ts";
import { UnavailableError } from "../db/port.ts";
import type { Env } from "../durable/env.ts";

/** The JSON API, mounted at /api/v1. */
export const api = new Hono<{ Bindings: Env }>();

api.use(secureHeaders({ referrerPolicy: "same-origin", xFrameOptions: "DENY" }));
api.route("/webhooks/payments", paymentWebhooks);
api.route("/ami", ami);
api.route("/multispeak", multiSpeakApi);
api.onError((error, c) => {
  if (!(error instanceof UnavailableError)) throw error;
  return c.json({ error: { code: "unavailable", message: "The database is away for the moment. Try again." } }, 503, { "retry-after": "5" });
});
api.notFound((c) => c.json({ error: { code: "not_found", message: `Nothing answers at ${c.req.path}.` } }, 404));
