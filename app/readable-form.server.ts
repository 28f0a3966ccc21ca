/** What is sent to a page must be a form that can be read: a body of another kind is the sender's mistake and never ours. */
import type { MiddlewareFunction } from "react-router";
import { refused } from "./session.server.ts";

const FORM = /^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i;
/** More than the largest file that a page takes; larger ones are posted to the API, which streams them. */
const BYTES_MAX = 32 * 1024 * 1024;
/**
 * The number of a form, made when its page was, and what it is about where a page has several. Ids of the product's own
 * commands begin with a short word (`clock:`, `finish:`): no form can take one of them away.
 */
const COMMAND_ID = /^([\w-]{16,64}(:.{1,200})?)?$/;

/**
 * Middleware of the root. Every action reads its form; one that cannot be read is refused before any of them: 415 when it is
 * no form, 413 when it is larger than any page takes, 400 when it arrived broken or under a number that no page gave.
 */
export const readableForm: MiddlewareFunction<Response> = async ({ request }, next) => {
  if (request.method === "GET" || request.method === "HEAD") return next();
  if (!FORM.test(request.headers.get("content-type") ?? "")) throw refused(415, "This page takes forms, and what was sent is none.");
  if (Number(request.headers.get("content-length") ?? "0") > BYTES_MAX) throw refused(413, "This is larger than a page takes. Send it through the API.");
  const form = await formOf(request);
  if (!form.getAll("commandId").every((id) => typeof id === "string" && COMMAND_ID.test(id))) throw refused(400, "This form has a number that no page gave it. Open the page again.");
  return next();
};

async function formOf(request: Pick<Request, "clone">): Promise<FormData> {
  try {
    return await request.clone().formData();
  } catch {
    throw refused(400, "This form arrived broken. Go back and send it again.");
  }
}
