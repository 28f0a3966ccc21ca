import type { BillManifest } from "../../domain/billing/manifest.ts";
import { setBaseHeaders } from "../security-headers.ts";

/** The manifest as JSON. It is the customer's and changes never, but is kept by no cache on the way. */
export function manifestAnswer(manifest: BillManifest): Response {
  const headers = new Headers({ "content-type": "application/json; charset=utf-8" });
  setBaseHeaders(headers);
  headers.set("cache-control", "private, no-store");
  return new Response(JSON.stringify(manifest), { headers });
}
