/**
 * Who is looking at a page. The root's middleware reads the session once a request; layouts and loaders ask here, and
 * what a person may not see ends in a sign-in, a 404 or a 403.
 */
import { createContext, data, redirect, type MiddlewareFunction, type RouterContextProvider } from "react-router";
import { ForbiddenError, isStaffRole, NOT_FOUND_MESSAGE, requirePermission, type Permission } from "../domain/lifecycle/permissions.ts";
import { cookieOf, isUnavailable, sessionOfContext, type Session } from "../worker/operations/people.ts";
import { requestContext } from "./context.ts";
import { isLocale, localeFromHeader, type Locale } from "./i18n/translate.ts";
import { isTheme, THEME_COOKIE, type Theme } from "./theme.ts";

/** The session of the request that is being answered, or why nobody could say. Set by `readSession` on the root route. */
export const sessionContext = createContext<{ readonly session: Session | null } | { readonly away: unknown }>();

/** What loaders, actions and middleware have in common. */
export interface Asked {
  readonly request: Request;
  readonly url: URL;
  readonly context: Readonly<RouterContextProvider>;
}

/**
 * Middleware of the root: who asks, for everything below. While the database is away that is not known; whoever asks for
 * the session ends in a 503, and the root's own loader, which does not, gives that page its language and its frame.
 */
export const readSession: MiddlewareFunction<Response> = async ({ request, context }, next) => {
  try {
    context.set(sessionContext, { session: await sessionOfContext(request, context.get(requestContext)) });
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    context.set(sessionContext, { away: error });
  }
  return next();
};

export function sessionIn({ context }: Pick<Asked, "context">): Session | null {
  const known = context.get(sessionContext);
  if ("away" in known) throw answerTo(known.away);
  return known.session;
}

/** Who has signed in, as far as it is known: nobody while the database is away. */
export function knownSession({ context }: Pick<Asked, "context">): Session | null {
  const known = context.get(sessionContext);
  return "session" in known ? known.session : null;
}

/** Whoever has signed in; others are sent to sign in and come back. */
export function requireSession(asked: Asked): Session {
  const session = sessionIn(asked);
  if (session) return session;
  const back = asked.request.method === "GET" ? asked.url.pathname + asked.url.search : "/";
  throw redirect(`/sign-in?${new URLSearchParams({ next: back })}`);
}

/** Whoever has signed in and has an account linked; without one there is nothing to see yet but the way to link it. */
export function requireCustomer(asked: Asked): Session {
  const session = requireSession(asked);
  if (session.accountIds.length === 0) throw redirect("/link-account");
  return session;
}

/** Whoever works here and, if one is named, has the permission. To customers there is nothing here. */
export function requireStaff(asked: Asked, permission?: Permission): Session {
  const session = requireSession(asked);
  if (!isStaffRole(session.role)) throw refused(404, NOT_FOUND_MESSAGE);
  if (permission) answeringNow(() => requirePermission(session.actor, permission));
  return session;
}

/** Middleware of a staff layout. The layout must have a loader, or navigations within the browser pass it by. */
export function staffOnly(permission?: Permission): MiddlewareFunction<Response> {
  return (asked) => void requireStaff(asked, permission);
}

const UNAVAILABLE_MESSAGE = "Our records cannot be reached for the moment. Nothing is lost. Try again in a minute.";

/** Runs an operation for a page: what it forbids becomes the page's 403 or 404, an unreachable database its 503. */
export async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw answerTo(error);
  }
}

function answeringNow(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw answerTo(error);
  }
}

function answerTo(error: unknown): unknown {
  if (error instanceof ForbiddenError) return refused(error.status, error.message);
  return isUnavailable(error) ? refused(503, UNAVAILABLE_MESSAGE) : error;
}

/** What the error page shows. */
export function refused(status: number, message: string) {
  return data({ message }, { status });
}

const LANGUAGE_COOKIE = "lang";
const LANGUAGE_COOKIE_S = 365 * 24 * 3_600;

/** The page's language: what was chosen here, else what the person chose once, else what the browser asks for. */
export function localeOf({ request, context }: Pick<Asked, "request" | "context">): Locale {
  const known = context.get(sessionContext);
  const chosen = cookieOf(request, LANGUAGE_COOKIE) ?? ("session" in known ? known.session?.language : undefined);
  return isLocale(chosen) ? chosen : localeFromHeader(request.headers.get("accept-language"));
}

/** How the page looks: what was chosen here, else as the device says. */
export function themeOf(request: Request): Theme {
  const chosen = cookieOf(request, THEME_COOKIE);
  return isTheme(chosen) ? chosen : "auto";
}

export function languageCookie(locale: Locale, secure: boolean): string {
  return `${LANGUAGE_COOKIE}=${locale}; Path=/; Max-Age=${LANGUAGE_COOKIE_S}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

/** A path of ours to go on to: nothing that a browser would read as another site's address. */
export function safePath(path: string | null, otherwise: string): string {
  return path !== null && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : otherwise;
}

/** Where somebody begins. */
export function homeOf(role: string): string {
  return role === "customer" ? "/portal" : "/staff";
}
