import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Env } from "../durable/env.ts";

/** The JSON API, mounted at /api/v1. */
export const api = new Hono<{ Bindings: Env }>();

api.use(secureHeaders({ referrerPolicy: "same-origin", xFrameOptions: "DENY" }));
api.notFound((c) => c.json({ error: { code: "not_found", message: `Nothing answers at ${c.req.path}.` } }, 404));
