import { createServer } from "node:net";

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux): there, a port that was free a
 * moment ago is soon the near end of somebody's connection.
 */
const FIRST_PORT = 10_000;
const LAST_PORT = 31_999;
const ATTEMPTS = 100;

const handedOut = new Set<number>();

/** A port of the loopback interface that nobody listens on at this moment, and that was not handed out before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (handedOut.has(port) || !(await checkPort(port, "127.0.0.1")).free) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error(`found no free port between ${FIRST_PORT} and ${LAST_PORT}`);
}

/** Whether somebody listens on `host:port` already (or we may not listen there: `reason` says which). */
export async function checkPort(port: number, host: string): Promise<{ free: true } | { free: false; reason: string }> {
  const server = createServer();
  try {
    await listen(server, port, host);
    await new Promise((resolve) => server.close(resolve));
    return { free: true };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EADDRINUSE") return { free: false, reason: "is taken by another program" };
    if (code === "EACCES") return { free: false, reason: "may not be used by this user" };
    return { free: false, reason: `cannot be used (${code ?? String(error)})` };
  }
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, resolve);
  });
}
