/** The sign-in library on our tables: it signs people in and out; who may do what is decided elsewhere. */
import { APIError } from "better-auth/api";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { deriveKey } from "../../db/keys.ts";
import { drizzleOf } from "../../db/drizzle.ts";
import type { SqlPort } from "../../db/port.ts";
import { authCredential, authSession, authUser, authVerification } from "../../db/schema.ts";
import type { Env } from "../../durable/env.ts";
import { PASSWORD_MAX, PASSWORD_MIN } from "../../domain/lifecycle/password-rule.ts";
import { hashPassword, verifyPassword } from "./password.ts";

export type AuthEnv = Pick<Env, "SECRET_KEY" | "PUBLIC_URL">;

const HOUR_S = 3_600;
/** How long a sign-in lasts. It does not stretch with use: a cookie that was copied ends with it. */
const CUSTOMER_SESSION_S = 7 * 24 * HOUR_S;
/** Staff sign in once a shift. */
const STAFF_SESSION_S = 12 * HOUR_S;

const COOKIE = "meterline.session_token";

/** Over https the browser itself refuses to send or to set the cookie on plain http. */
export const sessionCookieName = (env: AuthEnv): string => (isSecure(env) ? `__Secure-${COOKIE}` : COOKIE);

const isSecure = (env: AuthEnv): boolean => env.PUBLIC_URL.startsWith("https://");

/** Signs session cookies. */
export const sessionSecret = (env: AuthEnv): string => deriveKey(env.SECRET_KEY, "session");

function build(port: SqlPort, env: AuthEnv) {
  return betterAuth({
    appName: "Meterline",
    baseURL: env.PUBLIC_URL,
    secret: sessionSecret(env),
    trustedOrigins: [env.PUBLIC_URL],
    database: drizzleAdapter(drizzleOf(port), {
      provider: "sqlite",
      schema: { user: authUser, session: authSession, account: authCredential, verification: authVerification },
    }),
    emailAndPassword: {
      enabled: true,
      // Sign-ins are made by our own operations, which write the user, the password and the log in one batch.
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    session: { expiresIn: CUSTOMER_SESSION_S, disableSessionRefresh: true },
    user: {
      additionalFields: {
        role: { type: "string", required: true, input: false },
        language: { type: "string", required: true, input: false },
        deactivatedAt: { type: "date", required: false, input: false },
      },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session) => {
            const [user] = await port.query<{ role: string }>("SELECT role FROM auth_user WHERE id = ? AND deactivated_at IS NULL", [session.userId]);
            if (!user) throw new APIError("UNAUTHORIZED");
            if (user.role === "customer") return;
            return { data: { ...session, expiresAt: new Date(session.createdAt.getTime() + STAFF_SESSION_S * 1_000) } };
          },
        },
      },
    },
    advanced: {
      cookiePrefix: "meterline",
      useSecureCookies: isSecure(env),
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure(env) },
      ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] },
    },
    // Counted in our own table (worker/auth/attempts.ts), because the library is called here and not over HTTP.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // A wrong password is an answer and no warning.
    logger: { level: "error" },
  });
}

export type Auth = ReturnType<typeof build>;

const built = new WeakMap<SqlPort, Map<string, Auth>>();

/** One for each port and address. Nothing of it is mounted: pages call it on the server, so it has no address of its own to attack. */
export function authOf(port: SqlPort, env: AuthEnv): Auth {
  const ofPort = built.get(port) ?? new Map<string, Auth>();
  built.set(port, ofPort);
  const auth = ofPort.get(env.PUBLIC_URL) ?? build(port, env);
  ofPort.set(env.PUBLIC_URL, auth);
  return auth;
}
