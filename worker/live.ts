import { Hono } from "hono";
import { openPort } from "../db/open.ts";
import { may, owns } from "../domain/lifecycle/permissions.ts";
import type { Env } from "../durable/env.ts";
import { SOCKET_USER_HEADER } from "../durable/socket.ts";
import { sessionOf } from "./auth/session.ts";

/** WebSocket upgrades. Mounted before every middleware: the answer to an upgrade has headers that cannot be changed. */
export const live = new Hono<{ Bindings: Env }>();

/** GET /live/account/:id — one account's events, for whoever may see that account. */
live.get("/account/:id", async (c) => {
  const accountId = c.req.param("id");
  const refused = originRefused(c.req.raw, c.env);
  if (refused) return refused;
  const session = await sessionOf(c.req.raw, openPort(c.env), c.env);
  if (!session) return new Response("Sign in first.", { status: 401 });
  const mine = owns(session.actor, accountId);
  if (!(mine || may(session.actor, "read:account:any"))) return new Response("There is nothing here.", { status: 404 });
  const object = c.env.ACCOUNT.getByName(accountId);
  const response = await object.fetch(asUser(c.req.raw, session.actor.userId));
  // Access that ended while the socket was being opened closed the sockets of before: look once more now that this one is there.
  c.executionCtx.waitUntil(
    sessionOf(c.req.raw, openPort(c.env), c.env)
      .then((again) => (again && (owns(again.actor, accountId) || may(again.actor, "read:account:any")) ? undefined : object.accessEnded(session.actor.userId)))
      .catch(() => undefined),
  );
  return response;
});

/** GET /live/board — the staff's board. */
live.get("/board", async (c) => {
  const refused = originRefused(c.req.raw, c.env);
  if (refused) return refused;
  const session = await sessionOf(c.req.raw, openPort(c.env), c.env);
  if (!session) return new Response("Sign in first.", { status: 401 });
  if (!may(session.actor, "read:board:any")) return new Response("There is nothing here.", { status: 404 });
  return c.env.OPERATIONS.getByName("utility").fetch(asUser(c.req.raw, session.actor.userId));
});

/** Browsers send cookies with any site's sockets: only our own pages may open one. */
function originRefused(request: Request, env: Env): Response | null {
  const origin = request.headers.get("origin");
  const own = [new URL(env.PUBLIC_URL).origin, new URL(request.url).origin];
  return origin !== null && own.includes(origin) ? null : new Response("Live pages are opened from this site only.", { status: 403 });
}

/** The request with who it is, as we know it; a header of that name from outside is overwritten. */
function asUser(request: Request, userId: string): Request {
  const headers = new Headers(request.headers);
  headers.set(SOCKET_USER_HEADER, userId);
  return new Request(request, { headers });
}
