/** A running Meterline and a browser that looks at it, for one file of browser tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchOptions } from "../../scripts/runtime/chromium.ts";
import { type Meterline, type MeterlineOptions, startMeterline } from "../../scripts/runtime/meterline.ts";

export interface Stage {
  readonly meterline: Meterline;
  readonly browser: Browser;
  /**
   * A new person with a browser of their own: no cookies, and every complaint of their pages fails the test.
   * A test that provokes an error says which with `expectComplaint`.
   */
  person(options?: BrowserContextOptions): Promise<Page>;
  /** Lines that the Worker may write to its error stream, and complaints that a page may make, in this test. */
  expectComplaint(pattern: RegExp): void;
}

export interface StageOptions extends Partial<MeterlineOptions> {
  /** Runs once on the started Meterline, before the first test: loads what the stories need. */
  readonly prepare?: (meterline: Meterline) => Promise<void>;
}

/**
 * Starts everything before the first test of the file and stops it after the last. Call at the top of the file:
 * `const stage = useStage()`.
 */
export function useStage(options: StageOptions = {}): Stage {
  let folder: string;
  let meterline: Meterline;
  let browser: Browser;
  const contexts: BrowserContext[] = [];
  let complaints: string[] = [];
  let expected: RegExp[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "meterline-browser-"));
    const { prepare, ...rest } = options;
    meterline = await startMeterline({
      dataDir: folder,
      testProvider: true,
      onLine: (line, error) => {
        if (error) complaints.push(`worker: ${line}`);
      },
      ...rest,
    });
    await prepare?.(meterline);
    browser = await chromium.launch(launchOptions());
  });

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    const unexpected = complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
    complaints = [];
    expected = [];
    expect(unexpected, "complaints of the pages or the Worker").toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await meterline?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get meterline() {
      return meterline;
    },
    get browser() {
      return browser;
    },
    async person(contextOptions) {
      const context = await browser.newContext({ baseURL: meterline.publicUrl, ...contextOptions });
      contexts.push(context);
      const page = await context.newPage();
      page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(`console.${message.type()}: ${message.text()}`);
      });
      page.on("requestfailed", (request) => {
        // A navigation that leaves a page gives up what the page was still loading.
        if (request.failure()?.errorText !== "net::ERR_ABORTED") complaints.push(`request failed: ${request.url()} ${request.failure()?.errorText}`);
      });
      return page;
    },
    expectComplaint(pattern) {
      expected.push(pattern);
    },
  };
}
