/** A page looked at: sound at desk and phone width, and kept as a picture for whoever wants to see it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
declare const axe: { run: (on: Document) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
/** $PICTURES names a folder that gets a picture of every page. */
const PICTURES = process.env["PICTURES"];

/** Nothing that axe finds, and nothing wider than the window. Without a script there is only the picture. */
export async function looked(page: Page, name: string, script = true): Promise<void> {
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-${width}.png`, fullPage: true });
    if (!script) continue;
    await page.evaluate(AXE);
    const findings = await page.evaluate(async () => (await axe.run(document)).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`));
    expect({ name, width, findings, wide: await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth) }).toEqual({ name, width, findings: [], wide: false });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}
