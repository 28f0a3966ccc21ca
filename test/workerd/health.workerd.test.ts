import { env, exports } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import type { Env } from "../../durable/env.ts";
import { setNetwork } from "./database.ts";

afterEach(() => setNetwork("up"));

const health = async () => {
  const response = await exports.default.fetch("http://meterline.test/healthz");
  return { status: response.status, body: await response.json() };
};

test("a Worker whose database is there says so, with the schema's number", async () => {
  expect(await health()).toEqual({
    status: 200,
    body: { ok: true, version: "0.0.0-test", database: { reachable: true, migrations: expect.any(Number), schema: "current" } },
  });
});

test("a Worker whose database is away says so in a sentence", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  await setNetwork("down");
  expect(await health()).toMatchObject({
    status: 503,
    body: { ok: false, message: expect.stringMatching(/database cannot be reached/), database: { reachable: false } },
  });
  expect(warn).toHaveBeenCalledOnce();
});

test("every binding that the code relies on is there", () => {
  const bindings: (keyof Env)[] = ["ACCOUNT", "OPERATIONS", "FILES", "OUTBOX", "DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "VERSION"];
  expect(bindings.filter((name) => env[name] === undefined)).toEqual([]);
});
