/** Every component on sample pages, in a real browser: no accessibility finding, and nothing wider than the screen. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchOptions } from "../../scripts/runtime/chromium.ts";
import { GALLERY_PAGES, renderGallery } from "../gallery/render.tsx";

const STYLES = fileURLToPath(new URL("../../app/styles", import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** $GALLERY names a folder that gets a picture of every page. */
const PICTURES = process.env.GALLERY;

declare const axe: { run: (on: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };

let browser: Browser;
beforeAll(async () => { browser = await chromium.launch(launchOptions()); });
afterAll(() => browser?.close());

/** The rules are slow to run; two looks see every component wide and narrow, light and dark. */
const LOOKS = [
  { width: 1280, theme: "light", locale: "en", rules: true },
  { width: 1280, theme: "dark", locale: "es", rules: false },
  { width: 360, theme: "light", locale: "es", rules: false },
  { width: 320, theme: "dark", locale: "en", rules: true },
] as const;

describe.each(LOOKS)("$width px, $theme, $locale", ({ width, theme, locale, rules }) => {
  test.each(GALLERY_PAGES)("%s", async (name) => {
    const page = await browser.newPage({ viewport: { width, height: 740 }, reducedMotion: "reduce" });
    try {
      await page.setContent(await renderGallery(name, STYLES, { locale, theme }));
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), "wider than the screen").toBeLessThanOrEqual(0);
      if (rules) {
        await page.evaluate(AXE);
        const findings = await page.evaluate(async () => (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`));
        expect(findings).toEqual([]);
      }
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-${width}-${theme}-${locale}.png`, fullPage: true });
    } finally {
      await page.close();
    }
  });
});
