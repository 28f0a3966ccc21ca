/** The least that a live page needs: a bare Worker and a Durable Object that writes one row durably and tells its sockets. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "../../scripts/runtime/compatibility.ts";
import { freePort } from "../../scripts/runtime/ports.ts";

const SCRIPT = `
import { DurableObject } from "cloudflare:workers";

const PAGE = \`<!doctype html><title>Bare</title><link rel="icon" href="data:,"><h1 id="value">0</h1>
<script>
  const socket = new WebSocket("ws://" + location.host + "/live");
  socket.onmessage = (event) => { document.getElementById("value").textContent = JSON.parse(event.data).value; };
</script>\`;

export class Bare extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS value (n INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  }
  async fetch(request) {
    if (request.headers.get("upgrade") === "websocket") {
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server);
      return new Response(null, { status: 101, webSocket: client });
    }
    const { value } = await request.json();
    this.ctx.storage.sql.exec("INSERT INTO value (text) VALUES (?)", value);
    // Nothing leaves the object before the row is on disk.
    for (const socket of this.ctx.getWebSockets()) socket.send(JSON.stringify({ value }));
    return new Response(String(this.ctx.storage.sql.exec("SELECT count(*) AS n FROM value").one().n));
  }
}

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname === "/") return new Response(PAGE, { headers: { "content-type": "text/html" } });
    return env.BARE.getByName("one").fetch(request);
  },
};
`;

export interface BareObject {
  readonly url: string;
  /** Writes a value and tells the page. @returns how many values there are */
  put(value: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startBareObject(): Promise<BareObject> {
  const folder = mkdtempSync(join(tmpdir(), "meterline-bare-"));
  const port = await freePort();
  // Reached as Meterline is: directly, with nothing in front.
  const miniflare = new Miniflare({
    modules: true, script: SCRIPT, compatibilityDate: COMPATIBILITY_DATE, compatibilityFlags: COMPATIBILITY_FLAGS,
    durableObjects: { BARE: { className: "Bare", useSQLite: true } }, durableObjectsPersist: folder,
    unsafeDirectSockets: [{ host: "127.0.0.1", port }], cf: false, telemetry: { enabled: false },
  });
  await miniflare.ready;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async put(value) {
      const response = await fetch(`${url}/value`, { method: "POST", body: JSON.stringify({ value }) });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`the bare object answered ${response.status}: ${text}`);
      return Number(text);
    },
    async stop() {
      await miniflare.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
