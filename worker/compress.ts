import type { Env } from "../durable/env.ts";

/**
 * Pages and their data, compressed where nobody else does it: on Cloudflare the edge compresses, on one machine the
 * Worker is what the browser talks to. Files of the client come compressed from the build (assets.ts).
 */
export function compressed(request: Request, response: Response, env: Env): Response {
  const type = response.headers.get("content-type") ?? "";
  const worthwhile = env.CLIENT && response.body !== null && !response.headers.has("content-encoding") && /^text\/|json/.test(type);
  if (!worthwhile || !/\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")) return response;
  const headers = new Headers(response.headers);
  headers.set("content-encoding", "gzip");
  headers.append("vary", "accept-encoding");
  headers.delete("content-length");
  // The runtime itself compresses a body whose headers say so.
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
