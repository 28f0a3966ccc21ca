/**
 * Everything the Worker answers except the pages: `worker/index.ts` adds those from the router's build, and the
 * tests that run inside workerd use this app as it is.
 */
import { Hono } from "hono";
import type { Env } from "../durable/env.ts";
import { api } from "./api.ts";
import { serveAsset } from "./assets.ts";
import { refuseOtherOrigins } from "./auth/same-origin.ts";
import { health } from "./health.ts";
import { live } from "./live.ts";
import { testProviderPages } from "./payments/test-provider-page.ts";

/** Files at the root of the built client (`public/`): a name with a known ending and no folder. */
const ROOT_FILE = "/:file{[a-z0-9-]+\\.(?:ico|png|svg|txt|webmanifest)}";

export function createApp(): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();
  app.route("/live", live);
  app.get("/healthz", health);
  app.get("/assets/*", serveAsset);
  app.get(ROOT_FILE, serveAsset);
  app.use(refuseOtherOrigins);
  app.route("/api/v1", api);
  app.route("/provider/test", testProviderPages((request, env, ctx) => app.fetch(request, env, ctx)));
  return app;
}
