/** Answers of the API that are not 200: a code for the machine, and a sentence that says what to do. */
import type { Limit } from "../auth/attempts.ts";
import type { Denied } from "../operations/gateways.ts";

export function problem(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: { code, message } }, { status, headers });
}

/** A gateway that is not let in. */
export function refuse({ status, code, message }: Denied): Response {
  return problem(status, code, message, status === 401 ? { "www-authenticate": "Bearer" } : {});
}

/** A gateway that sends faster than it may. */
export function tooMany(seconds: number, { max, windowMs }: Limit): Response {
  return problem(429, "too_many_requests", `This gateway may send ${max} requests in ${windowMs / 1000} seconds. Wait ${seconds} s and send it again.`, { "retry-after": String(seconds) });
}
