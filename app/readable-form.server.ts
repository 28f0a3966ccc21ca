/** What is sent to a page must be a form that can be read: a body of another kind is the sender's mistake and never ours. */
import type { MiddlewareFunction } from "react-router";
import { FORM_ID } from "../domain/lifecycle/command-id.ts";
import { isStaffRole } from "../domain/lifecycle/permissions.ts";
import { BodyError, collect } from "../worker/operations/body.ts";
import { knownSession, refused } from "./session.server.ts";

const FORM = /^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i;
/** More than the largest file that a page of staff takes; larger ones are posted to the API, which streams them. */
const STAFF_BYTES_MAX = 32 * 1024 * 1024;
/** Who signs in, signs up or writes to the utility sends no file: some pages of text, however it is encoded. */
const BYTES_MAX = 256 * 1024;

/**
 * Middleware of the root. Every action reads its form; one that cannot be read is refused before any of them: 415 when it is
 * no form, 413 when it is larger than any page takes of this person, 400 when it arrived broken or under a number that no page
 * gave. No more of it is read than may be, whatever length it tells or does not tell.
 */
export const readableForm: MiddlewareFunction<Response> = async ({ request, context }, next) => {
  if (request.method === "GET" || request.method === "HEAD") return next();
  if (!FORM.test(request.headers.get("content-type") ?? "")) throw refused(415, "This page takes forms, and what was sent is none.");
  const max = isStaffRole(knownSession({ context })?.role ?? "customer") ? STAFF_BYTES_MAX : BYTES_MAX;
  if (Number(request.headers.get("content-length") ?? "0") > max) throw tooLarge();
  const form = await formOf(request, max);
  if (!form.getAll("commandId").every((id) => typeof id === "string" && (id === "" || FORM_ID.test(id)))) throw refused(400, "This form has a number that no page gave it. Open the page again.");
  return next();
};

const tooLarge = () => refused(413, "This is larger than a page takes. Send it through the API.");

/** The form, out of a copy: the action reads the request's own body, which has come as far as the copy has. */
async function formOf(request: Request, max: number): Promise<FormData> {
  try {
    const bytes = await collect(request.clone().body, max);
    return await new Response(bytes as BodyInit, { headers: { "content-type": request.headers.get("content-type")! } }).formData();
  } catch (error) {
    if (!(error instanceof BodyError) || error.status !== 413) throw refused(400, "This form arrived broken. Go back and send it again.");
    // Nobody reads the rest: without this the sender would go on sending it.
    await request.body?.cancel().catch(() => undefined);
    throw tooLarge();
  }
}
