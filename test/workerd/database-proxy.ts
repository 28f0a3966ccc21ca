/**
 * Stands between the Worker and the database server and does what networks do: lets requests through, refuses
 * them, or carries out a write and loses the answer. A test inside workerd steers it over HTTP (see database.ts).
 */
import { type ClientRequest, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";

export type Network =
  /** Everything passes. */
  | "up"
  /** Nothing gets through: connections are cut before the database has seen the request. */
  | "down"
  /** The database carries out what it is asked; its answer never arrives. */
  | "deaf"
  /** The database carries out what it is asked; its answer arrives once the network is "up" again. */
  | "slow";

export interface DatabaseProxy {
  readonly url: string;
  readonly controlUrl: string;
  close(): Promise<void>;
}

export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  let network: Network = "up";
  /** For how many more requests `network` holds; then it is "up" again. */
  let remaining = Number.POSITIVE_INFINITY;
  const held: (() => void)[] = [];

  const current = (): Network => {
    const now = network;
    if (--remaining <= 0) network = "up";
    return now;
  };

  const proxy = createServer((incoming, outgoing) => {
    const now = current();
    if (now === "down") return void incoming.socket.destroy();
    forward(databaseUrl, incoming, (answer) => {
      if (now === "deaf") {
        answer.resume();
        answer.once("end", () => incoming.socket.destroy());
      } else if (now === "slow") held.push(() => pass(answer, outgoing));
      else pass(answer, outgoing);
    }).on("error", () => incoming.socket.destroy());
  });

  const control = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://control");
    network = pathname.slice(1) as Network;
    remaining = Number(searchParams.get("requests") ?? Number.POSITIVE_INFINITY);
    if (network === "down") proxy.closeIdleConnections();
    if (network === "up") for (const release of held.splice(0)) release();
    outgoing.end("ok");
  });

  const [url, controlUrl] = await Promise.all([listen(proxy), listen(control)]);
  return {
    url,
    controlUrl,
    async close() {
      await Promise.all([close(proxy), close(control)]);
    },
  };
}

function pass(answer: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(outgoing);
}

function forward(databaseUrl: string, incoming: IncomingMessage, onAnswer: (answer: IncomingMessage) => void): ClientRequest {
  const outgoing = request(new URL(incoming.url ?? "/", databaseUrl), { method: incoming.method, headers: incoming.headers }, onAnswer);
  incoming.pipe(outgoing);
  return outgoing;
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
}
