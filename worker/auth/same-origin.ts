/**
 * Requests that change something and carry a browser's cookies are only taken from our own pages. Cookies are sent along
 * by whatever page made the request; the Origin header says which page that was, and no page can forge it.
 */
import type { MiddlewareHandler } from "hono";
import type { Env } from "../../durable/env.ts";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Machines that post here sign what they send, and have no cookies. */
const SIGNED_BY_MACHINES = ["/api/v1/ami/", "/api/v1/multispeak/", "/api/v1/webhooks/"] as const;

/**
 * True when the request comes from a page of ours: its Origin is the address that people use, or the one it was sent to.
 * Without an Origin (old browsers on a same-origin form) the browser's own Sec-Fetch-Site must say so.
 */
export function isSameOrigin(request: Request, env: Pick<Env, "PUBLIC_URL">): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return request.headers.get("sec-fetch-site") === "same-origin";
  return origin === new URL(env.PUBLIC_URL).origin || origin === new URL(request.url).origin;
}

/** Middleware before pages and APIs: 403 to what changes something from elsewhere. */
export const refuseOtherOrigins: MiddlewareHandler<{ Bindings: Env }> = async (c, next) => {
  if (SAFE_METHODS.has(c.req.method) || SIGNED_BY_MACHINES.some((path) => c.req.path.startsWith(path)) || isSameOrigin(c.req.raw, c.env)) return next();
  return c.text("This form was sent from another site and was not taken. Open the page here and send it again.", 403);
};
