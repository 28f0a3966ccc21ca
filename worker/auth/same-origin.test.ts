import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import type { Env } from "../../durable/env.ts";
import { refuseOtherOrigins } from "./same-origin.ts";

const app = new Hono<{ Bindings: Env }>().use(refuseOtherOrigins).all("*", (c) => c.text("taken"));
const env = { PUBLIC_URL: "https://utility.example" } as Env;

async function ask(method: string, headers: Record<string, string>, url = "https://utility.example/sign-in"): Promise<number> {
  return (await app.fetch(new Request(url, { method, headers }), env)).status;
}

describe("what changes something is taken from our own pages alone", () => {
  test("a form of ours", async () => {
    expect(await ask("POST", { origin: "https://utility.example" })).toBe(200);
  });

  test("also under the address by which the machine was reached", async () => {
    expect(await ask("POST", { origin: "http://127.0.0.1:8787" }, "http://127.0.0.1:8787/sign-in")).toBe(200);
  });

  test("a form on another site is refused, by any method that changes", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect(await ask(method, { origin: "https://evil.example" })).toBe(403);
      expect(await ask(method, { origin: "null" })).toBe(403);
      expect(await ask(method, { origin: "https://utility.example.evil.example" })).toBe(403);
    }
  });

  test("without an Origin the browser must say that it is the same site", async () => {
    expect(await ask("POST", {})).toBe(403);
    expect(await ask("POST", { "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await ask("POST", { "sec-fetch-site": "same-site" })).toBe(403);
    expect(await ask("POST", { "sec-fetch-site": "same-origin" })).toBe(200);
  });

  test("looking is free", async () => {
    expect(await ask("GET", { origin: "https://evil.example" })).toBe(200);
    expect(await ask("HEAD", {})).toBe(200);
  });

  test("gateways and payment providers sign what they post and have no Origin", async () => {
    expect(await ask("POST", {}, "https://utility.example/api/v1/ami/reads")).toBe(200);
    expect(await ask("POST", {}, "https://utility.example/api/v1/webhooks/payments/test")).toBe(200);
    expect(await ask("POST", {}, "https://utility.example/api/v1/accounts/1/payments")).toBe(403);
  });
});
