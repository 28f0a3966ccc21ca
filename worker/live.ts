import { Hono, type Context } from "hono";
import { openPort } from "../db/open.ts";
import { may, owns } from "../domain/lifecycle/permissions.ts";
import type { Env } from "../durable/env.ts";
import { SOCKET_SESSION_HEADER, SOCKET_USER_HEADER, type SocketOwner } from "../durable/socket.ts";
import { sessionOf, type Session } from "./auth/session.ts";

/** WebSocket upgrades. Mounted before every middleware: the answer to an upgrade has headers that cannot be changed. */
export const live = new Hono<{ Bindings: Env }>();

/** GET /live/account/:id — one account's events, for whoever may see that account. */
live.get("/account/:id", async (c) => {
  const accountId = c.req.param("id");
  const refused = originRefused(c.req.raw, c.env);
  if (refused) return refused;
  const session = await sessionOf(c.req.raw, openPort(c.env), c.env);
  if (!session) return new Response("Sign in first.", { status: 401 });
  const maySee = ({ actor }: Session) => owns(actor, accountId) || may(actor, "read:account:any");
  if (!maySee(session)) return new Response("There is nothing here.", { status: 404 });
  return openSocket(c.env.ACCOUNT.getByName(accountId), c, session, maySee);
});

/** GET /live/board — the staff's board. */
live.get("/board", async (c) => {
  const refused = originRefused(c.req.raw, c.env);
  if (refused) return refused;
  const session = await sessionOf(c.req.raw, openPort(c.env), c.env);
  if (!session) return new Response("Sign in first.", { status: 401 });
  const maySee = ({ actor }: Session) => may(actor, "read:board:any");
  if (!maySee(session)) return new Response("There is nothing here.", { status: 404 });
  return openSocket(c.env.OPERATIONS.getByName("utility"), c, session, maySee);
});

interface Hub {
  fetch(request: Request): Promise<Response>;
  accessEnded(owner: SocketOwner): Promise<void>;
}

/** Access that ends while the socket is being opened closes the sockets of before: so we look once more when this one is there. */
async function openSocket(hub: Hub, { req, env, executionCtx }: Context<{ Bindings: Env }>, session: Session, maySee: (session: Session) => boolean): Promise<Response> {
  const response = await hub.fetch(asUser(req.raw, session));
  executionCtx.waitUntil(
    sessionOf(req.raw, openPort(env), env)
      .then((again) => (again && maySee(again) ? undefined : hub.accessEnded({ sessionId: session.sessionId })))
      .catch(() => undefined),
  );
  return response;
}

/** Browsers send cookies with any site's sockets: only our own pages may open one. */
function originRefused(request: Request, env: Env): Response | null {
  const origin = request.headers.get("origin");
  const own = [new URL(env.PUBLIC_URL).origin, new URL(request.url).origin];
  return origin !== null && own.includes(origin) ? null : new Response("Live pages are opened from this site only.", { status: 403 });
}

/** The request with who it is, as we know it; a header of that name from outside is overwritten. */
function asUser(request: Request, { userId, sessionId }: Session): Request {
  const headers = new Headers(request.headers);
  headers.set(SOCKET_USER_HEADER, userId);
  headers.set(SOCKET_SESSION_HEADER, sessionId);
  return new Request(request, { headers });
}
