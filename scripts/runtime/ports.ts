import { createServer } from "node:net";

/** A port of the loopback interface that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0, "127.0.0.1");
  await new Promise((resolve) => server.close(resolve));
  return port;
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

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("the server has no port"));
      else resolve(address.port);
    });
  });
}
