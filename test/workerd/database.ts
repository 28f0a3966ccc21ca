/** What a test inside workerd can do to the connection to the database. */
import { env } from "cloudflare:workers";
import type { Network } from "./database-proxy.ts";

/**
 * Until further notice, or for the next `requests` requests, the connection is like this:
 * "up", "down" (refused before the database sees it), "deaf" (carried out, the answer lost) or "slow" (carried out, the answer held until "up").
 */
export async function setNetwork(network: Network, requests?: number): Promise<void> {
  const response = await fetch(`${env.DATABASE_CONTROL}/${network}${requests === undefined ? "" : `?requests=${requests}`}`);
  await response.text();
}
