import { Hono } from "hono";
import type { Env } from "../durable/env.ts";

/** WebSocket upgrades. Mounted before every middleware: the answer to an upgrade has headers that cannot be changed. */
export const live = new Hono<{ Bindings: Env }>();
