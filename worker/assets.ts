import type { Context } from "hono";
import type { Env } from "../durable/env.ts";

/**
 * Files of the built client. On Cloudflare the platform serves them before the Worker is asked (`assets` in
 * wrangler.toml); on one machine the Worker reads them from a disk service, which knows neither content types
 * nor caching, and hands out the compressed neighbour that the build wrote.
 */
export async function serveAsset(c: Context<{ Bindings: Env }>): Promise<Response> {
  if (c.env.ASSETS) return c.env.ASSETS.fetch(c.req.raw);
  if (!c.env.CLIENT) return c.notFound();
  const { pathname } = new URL(c.req.url);
  const type = contentType(pathname);
  if (!type) return c.notFound();

  const headers = new Headers({
    "content-type": type,
    "cache-control": pathname.startsWith("/assets/") ? IMMUTABLE : "public, max-age=3600",
    "x-content-type-options": "nosniff",
    vary: "accept-encoding",
  });
  for (const [encoding, suffix] of acceptedEncodings(c.req.header("accept-encoding"))) {
    const file = await c.env.CLIENT.fetch(`http://client${pathname}${suffix}`);
    if (!file.ok) {
      await file.body?.cancel();
      continue;
    }
    const length = file.headers.get("content-length");
    if (length) headers.set("content-length", length);
    if (!encoding) return new Response(file.body, { headers });
    headers.set("content-encoding", encoding);
    // "manual": the bytes on disk are compressed already.
    return new Response(file.body, { headers, encodeBody: "manual" });
  }
  return c.notFound();
}

/** Names under /assets carry a hash of their content: what they hold never changes. */
const IMMUTABLE = "public, max-age=31536000, immutable";

/** Best first; the file as it is comes last. */
function acceptedEncodings(header: string | undefined): readonly (readonly [encoding: string | null, suffix: string])[] {
  const accepted = (header ?? "").toLowerCase();
  return [
    ...(/\bbr\b/.test(accepted) ? [["br", ".br"] as const] : []),
    ...(/\bgzip\b/.test(accepted) ? [["gzip", ".gz"] as const] : []),
    [null, ""] as const,
  ];
}

function contentType(path: string): string | undefined {
  return CONTENT_TYPES[path.slice(path.lastIndexOf(".") + 1)];
}

/** What the build may write. A file of another kind is not served. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};
