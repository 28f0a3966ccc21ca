/** Signing in, up and out. Each answers the headers that set or clear the cookie. */
import { APIError } from "better-auth/api";
import { writeRows } from "../../../db/commit.ts";
import { takeAttempt, LIMITS, type Attempt, type Counted } from "../../auth/attempts.ts";
import { authOf } from "../../auth/auth.ts";
import { sessionOf } from "../../auth/session.ts";
import type { Role } from "../../../domain/lifecycle/permissions.ts";
import { pagesToClose } from "./open-pages.ts";
import { createUser, normalEmail, type NewUser } from "./users.ts";
import { isUnavailable, refuse, type From, type Outcome, type PeopleWorld } from "./world.ts";

export interface SignedIn {
  readonly userId: string;
  readonly role: Role;
  /** `Set-Cookie`, to be sent with the answer. */
  readonly headers: Headers;
}

/**
 * Signs a person in. A wrong address, a wrong password and a person who was deactivated are one answer, in the same time.
 * Never throws for an unreachable database: that is an answer as well.
 */
export async function signIn(world: PeopleWorld, input: { readonly email: string; readonly password: string }, from: From): Promise<Outcome<SignedIn>> {
  const email = normalEmail(input.email);
  return whenAvailable(async () => {
    const attempt = await attemptOf(world, [
      { limit: LIMITS.signInPair, subject: `${email} ${from.address ?? ""}` },
      { limit: LIMITS.signInEmail, subject: email },
      { limit: LIMITS.signInAddress, subject: from.address },
    ]);
    if (!attempt.ok) return refuse("tooManyTries", { until: attempt.until });
    const signedIn = await byPassword(world, email, input.password, from);
    if (signedIn.ok && attempt.giveBack.length > 0) await world.port.write(attempt.giveBack);
    return signedIn;
  });
}

/** Registers a customer and signs them in. Whoever sends the form twice, or comes back with the same password, is simply signed in. */
export async function signUp(world: PeopleWorld, input: Omit<NewUser, "role">, from: From): Promise<Outcome<SignedIn>> {
  return whenAvailable(async () => {
    const attempt = await attemptOf(world, [{ limit: LIMITS.signUpAddress, subject: from.address }]);
    if (!attempt.ok) return refuse("tooManyTries", { until: attempt.until });
    const created = await createUser(world, { ...input, role: "customer" });
    if (!created.ok && created.refusal.code !== "emailTaken") return created;
    const signedIn = await signIn(world, input, from);
    return created.ok || signedIn.ok ? signedIn : created;
  });
}

/** Ends the session of a request at once, and every page that is open under it; without one it does nothing. Answers the headers that clear the cookie. */
export async function signOut(world: PeopleWorld, request: Request): Promise<Headers> {
  const now = world.now();
  const session = await sessionOf(request, world.port, world.env, now);
  if (session) {
    await writeRows(world.port, { outbox: await pagesToClose(world, session, now) }, [{ sql: "DELETE FROM auth_session WHERE id = ?", args: [session.sessionId] }]);
    world.wakeOutbox();
  }
  const cookie = request.headers.get("cookie") ?? "";
  const { headers } = await authOf(world.port, world.env).api.signOut({ headers: new Headers({ cookie }), returnHeaders: true });
  return cookiesOf(headers);
}

async function byPassword(world: PeopleWorld, email: string, password: string, from: From): Promise<Outcome<SignedIn>> {
  const about = new Headers();
  if (from.userAgent) about.set("user-agent", from.userAgent.slice(0, 300));
  if (from.address) about.set("cf-connecting-ip", from.address);
  try {
    const { headers, response } = await authOf(world.port, world.env).api.signInEmail({ body: { email, password }, headers: about, returnHeaders: true });
    const user = response.user as typeof response.user & { role: Role };
    return { ok: true, userId: user.id, role: user.role, headers: cookiesOf(headers) };
  } catch (error) {
    // 400 and 401 are about what was typed; anything else is ours.
    if (error instanceof APIError && error.statusCode < 500) return refuse("signInWrong");
    throw error;
  }
}

export async function attemptOf(world: PeopleWorld, counted: readonly Counted[]): Promise<Attempt> {
  return takeAttempt(world.port, world.key("rate-limit"), counted, world.now());
}

/** A database that is away is an answer for the form, which keeps what was typed. */
export async function whenAvailable<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (isUnavailable(error)) return refuse("unavailable");
    throw error;
  }
}

function cookiesOf(headers: Headers): Headers {
  const cookies = new Headers();
  for (const cookie of headers.getSetCookie()) cookies.append("set-cookie", cookie);
  return cookies;
}
