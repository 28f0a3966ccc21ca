import { renderToStaticMarkup } from "react-dom/server";
import { createMemoryRouter, RouterProvider } from "react-router";
import { describe, expect, test } from "vitest";
import { PlaceProvider } from "../i18n/context.tsx";
import { MeterStory } from "./meter-story.tsx";
import { labelled, percent, scaleTo } from "./scale.ts";
import { AgingBar, Sparkline } from "./small-charts.tsx";
import { TierSteps } from "./tier-steps.tsx";
import { blocksOf } from "./tou-map.tsx";
import { dayLabels, monthLabels, UsageBars, type UsageBar } from "./usage-bars.tsx";
import type { ReactNode } from "react";

function html(node: ReactNode): string {
  const router = createMemoryRouter([{ path: "*", element: node }]);
  return renderToStaticMarkup(<PlaceProvider locale="en" zone="America/Chicago" today="2026-11-23"><RouterProvider router={router} /></PlaceProvider>);
}

describe("axes", () => {
  test.each([[287_000, [0, 100_000, 200_000, 300_000]], [9, [0, 2.5, 5, 7.5, 10]], [40, [0, 10, 20, 30, 40]], [0, [0]]])("up to %d in round steps", (highest, ticks) => {
    const scale = scaleTo(highest);
    expect(scale.ticks).toEqual(ticks);
    expect(scale.max).toBeGreaterThanOrEqual(highest);
  });

  test("labels thin out where there is no room", () => {
    expect([...labelled(28, 7)].map(([slot, shown]) => `${slot} ${shown}`)).toEqual(["0 always", "4 wide", "8 narrow", "12 wide", "16 always", "20 wide", "24 narrow"]);
    expect(percent(1 / 3)).toBe("33.33%");
  });
});

describe("usage", () => {
  const bars: UsageBar[] = [
    { ...dayLabels("en", "2026-11-21", "2026-11-23"), value: 120_000, lastYear: 90_000 },
    { ...dayLabels("en", "2026-11-22", "2026-11-23"), value: null },
    { ...dayLabels("en", "2026-11-23", "2026-11-23"), value: 300_000, quality: "estimated", to: "/usage/2026-11-23" },
  ];
  const page = html(<UsageBars title="Water" unit="gal" bars={bars} />);

  test("says in words what it shows", () => {
    expect(page).toContain("Total: 420 gallons. Highest: Mon, Nov 23, 300 gallons.");
    expect(page).toMatch(/role="img" aria-labelledby="[^"]+" aria-describedby="[^"]+"/);
  });

  test("gives the same figures as a table, with what is missing and what is estimated", () => {
    for (const words of ["Sat, Nov 21", "120 gal", "No reading", "300 gal", "estimated", 'href="/usage/2026-11-23"']) expect(page).toContain(words);
  });

  test("draws a bar for every value and none for a gap", () => {
    expect(page.match(/class="chart-bar" data-look="(bar|estimated)" [^>]*x="/g)).toHaveLength(2 + 2);
    expect(page.match(/class="chart-gap"/g)).toHaveLength(1);
  });

  test("thousand gallons are shown in gallons, axis and all", () => {
    const months = html(<UsageBars title="Water" unit="kgal" each="month" bars={[{ ...monthLabels("en", "2026-10-01"), value: 6_120 }]} />);
    expect(months).toContain(">8,000<");
    expect(months).toContain("6,120 gal");
  });

  test("needs no style attribute and no script", () => {
    expect(page).not.toMatch(/ style=|<script|onclick/i);
  });
});

test("steps name their ranges in a customer's words and mark what was used", () => {
  const page = html(<TierSteps title="Water" unit="kgal" per="1,000 gallons" steps={[
    { from: 0, to: 6_000, price: 241, priceText: "$2.41", used: 6_000, charge: 1446 },
    { from: 6_000, to: null, price: 362, priceText: "$3.62", used: 120, charge: 43 },
  ]} />);
  for (const words of ["First 6,000 gallons", "Above 6,000 gallons", "$3.62 per 1,000 gallons", "120 gallons", "$0.43"]) expect(page).toContain(words);
  expect(page.match(/class="step-used"/g)).toHaveLength(2);
});

test("a week of hours becomes blocks: weekdays joined, the weekend apart", () => {
  const workday = Array.from({ length: 24 }, (_, hour) => (hour >= 15 && hour < 20 ? "on" : "off"));
  const weekend = Array.from({ length: 24 }, () => "off");
  expect(blocksOf([workday, workday, workday, workday, workday, weekend, weekend])).toEqual([
    { id: "off", day: 0, days: 5, hour: 0, hours: 15 },
    { id: "on", day: 0, days: 5, hour: 15, hours: 5 },
    { id: "off", day: 0, days: 5, hour: 20, hours: 4 },
    { id: "off", day: 5, days: 2, hour: 0, hours: 24 },
  ]);
});

test("a meter's story tells which read is in doubt and what was expected", () => {
  const page = html(<MeterStory title="Meter W-30418" unit="kgal" periods={[
    { ...monthLabels("en", "2026-09-01"), value: 4_000, low: 3_000, high: 6_000, neighbors: 4_200 },
    { ...monthLabels("en", "2026-10-01"), value: 21_040, low: 3_000, high: 6_000, neighbors: 4_300, suspect: "High", mark: "Meter exchanged" },
  ]} />);
  expect(page).toContain("October 2026: 21.040 kgal, in doubt: High, expected 3.000 kgal to 6.000 kgal, Meter exchanged");
  expect(page).toContain('data-look="suspect"');
});

test("a balance by age leaves nothing to the colour", () => {
  const page = html(<AgingBar label="Balance by age" buckets={[{ label: "Not yet due", cents: 9_120 }, { label: "Over 60", cents: 5_000, tone: "bad" }]} />);
  expect(page).toContain("Over 60");
  expect(page).toContain("$50.00");
});

test("a flat or empty trend is drawn without nonsense", () => {
  for (const values of [[], [0], [5, 5, 5]]) expect(html(<Sparkline label="Level" values={values} />)).not.toMatch(/NaN|Infinity/);
  expect(html(<UsageBars title="Water" unit="gal" bars={[]} />)).not.toMatch(/NaN|Infinity/);
});
