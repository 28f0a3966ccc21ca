import { expect, test } from "vitest";
import { useStage } from "./harness.ts";
import { prepareUtility } from "./utility.ts";

const stage = useStage({ prepare: prepareUtility });

test("a page arrives whole, compressed, from this origin alone, and comes alive without a complaint", async () => {
  const page = await stage.person();
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).host));

  const response = await page.goto("/");
  await page.waitForLoadState("networkidle");

  expect(response?.status()).toBe(200);
  expect(response?.headers()["content-encoding"]).toBe("gzip");
  expect(response?.headers()["content-security-policy"]).toMatch(/default-src 'none'; script-src 'self' 'nonce-[\w+/=]+';.*frame-ancestors 'none'/);
  expect([...hosts]).toEqual([new URL(stage.meterline.publicUrl).host]);
  expect(await page.evaluate(() => "__reactRouterDataRouter" in window)).toBe(true);
});

test("a script that was smuggled into a page does not run", async () => {
  stage.expectComplaint(/Content Security Policy/);
  const page = await stage.person();
  await page.goto("/");
  const ran = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.smuggled = true";
    document.body.appendChild(script);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return "smuggled" in window;
  });
  expect(ran).toBe(false);
});

test("files of the client come compressed by the build and may be kept for ever", async () => {
  const { url } = stage.meterline;
  const html = await (await fetch(url)).text();
  const script = /\/assets\/framework-[\w-]+\.js/.exec(html)?.[0];
  const response = await fetch(`${url}${script}`, { headers: { "accept-encoding": "gzip, deflate, br" } });
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "content-encoding": "br",
    "cache-control": "public, max-age=31536000, immutable",
  });
  expect((await response.text()).length).toBeGreaterThan(100_000);
});

test("nothing but the client's files is served from its folder", async () => {
  const { url } = stage.meterline;
  for (const path of ["/assets/", "/assets", "/assets/%2e%2e/.assetsignore", "/assets/..%2fserver%2findex.js", "/.assetsignore", "/assets/nothing.js"]) {
    expect((await fetch(url + path)).status, path).toBe(404);
  }
});
