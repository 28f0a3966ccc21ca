import fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { eachDay, type LocalDate } from "../calendar/local-date.ts";
import { startOfDay } from "../calendar/zone.ts";
import { decide } from "../lifecycle/account/decide.ts";
import { accountEvent, type AccountEvents } from "../lifecycle/account/events.ts";
import { evolve } from "../lifecycle/account/evolve.ts";
import { emptyAccount, type AccountState, type Agreement } from "../lifecycle/account/state.ts";
import { SETTING_DEFAULTS, type Settings } from "../lifecycle/settings.ts";
import { entriesOf } from "../ledger/entries.ts";
import { slotCount, usageForPeriod, type Channel, type UsageOfPeriod } from "../metering/index.ts";
import { compileRate, parseRateDocument, type DeterminantSeries } from "../rating/index.ts";
import type { ServiceFact } from "../lifecycle/service-fact.ts";
import { PUBLISHED_RATES } from "../rating/published/index.ts";
import { decideBill, type BillInput } from "./decide-bill.ts";
import { dueSegments } from "./cycle.ts";
import { rateNeeds, type PricedVersion } from "./price.ts";
import { explainSnapshot, replaySnapshot, type BilledSeries } from "./replay.ts";
import { isAsBilled, thaw } from "./freeze.ts";
import { checkManifest, type BillManifest } from "./manifest.ts";
import type { FrozenSegment } from "./snapshot.ts";

const zone = "America/Chicago";
const settings: Settings = {
  utility: { name: "Test", timeZone: zone, phone: "", email: "", addressLines: [], commodities: ["water"] },
  ...SETTING_DEFAULTS,
  // Random bills are anything but usual.
  billing: { ...SETTING_DEFAULTS.billing, highBillMin: 100_000_00 },
};
const facts = { gl: { receivable: "1200", cash: "1010", suspense: "2300" }, timeZone: zone, booksOpenFrom: null, budget: SETTING_DEFAULTS.budget };

const versions: readonly PricedVersion[] = PUBLISHED_RATES.map(({ scheduleId, document }) => {
  const parsed = parseRateDocument(document);
  if (!parsed.ok) throw new Error(scheduleId);
  return { scheduleId, version: 1, effectiveOn: "2020-01-01", documentHash: scheduleId, rate: compileRate(parsed.document) };
});

const RUNS = process.env["METERLINE_NIGHTLY"] ? 5_000 : 150;

/** A month's usage by quarter hours, repeated from a few random values. */
function usageOf(version: PricedVersion, from: LocalDate, to: LocalDate, shape: readonly number[]): UsageOfPeriod {
  const { unit, commodity } = version.rate.document;
  const electric = commodity === "electric";
  const channel: Channel = { channelId: 1, meterId: "m", commodity: electric ? "electric" : commodity === "gas" ? "gas" : "water", kind: "interval", unit: electric ? "kWh" : unit, stepMinutes: 15, multiplier: "1", direction: "delivered" };
  const days = eachDay({ from, to }).map((day, d) => ({
    channelId: 1, day, version: 1, revisions: [], raw: { values: Int32Array.from({ length: slotCount(day, zone, 15) }, (_, slot) => shape[(d * 7 + slot) % shape.length]!), quality: null },
  }));
  return usageForPeriod({ period: { from, to }, zone, unit, legs: [{ channel, badge: "M", from: startOfDay("2019-01-01", zone), to: null }], days, registerReads: [], openExceptions: [] });
}

const agreementOf = (version: PricedVersion, i: number, startOn: LocalDate): Agreement => ({
  agreementId: `a${i}`, premiseId: "p", servicePointId: `s${i}`, commodity: version.rate.document.commodity, rateScheduleId: version.scheduleId, startOn, stopOn: null, billedTo: startOn, estimatesInRow: 0,
});

function open(agreements: readonly Agreement[]): AccountState {
  const opened = evolve(emptyAccount("1001"), accountEvent("AccountOpened", { accountId: "1001", personRef: "p", mailingRef: "m", customerClass: "residential", billCycle: "01", openedOn: "2026-01-01" }));
  return agreements.reduce((state, { stopOn: _, billedTo: __, estimatesInRow: ___, ...data }) => evolve(state, accountEvent("ServiceStarted", data)), opened);
}

/** What a water budget asks of a household. */
function knownOf(agreementId: string, from: LocalDate): ServiceFact[] {
  const counts = { people: 4_000, irrigatedArea: 1_500_000, evapotranspiration: 4_250 };
  return Object.entries(counts).map(([name, milli]) => ({ agreementId, kind: "count", name, milli, unit: null, text: null, from, to: null, source: "staff", basis: null }));
}

/** An account on some of the published rates, with its usage of the days up to the close. */
function inputFor(chosen: readonly number[], startOn: LocalDate, periodTo: LocalDate, shape: readonly number[]): { input: BillInput; state: AccountState } {
  const state = open(chosen.map((v, i) => agreementOf(versions[v]!, i, startOn)));
  const segments = dueSegments(state.agreements, periodTo).map((due, i) => {
    const version = versions[chosen[i]!]!;
    const needs = rateNeeds([version], due.period)!;
    const usage = needs.usage ? usageOf(version, due.period.from, due.period.to, shape) : null;
    return { due, facts: knownOf(due.agreement.agreementId, startOn), point: { servicePointId: due.agreement.servicePointId, measuredAt: "s", dwellingUnits: 1, legs: [], meterSize: '5/8"' }, versions: [version], usage };
  });
  return { state, input: { accountId: "1001", customerClass: "commercial", segments, history: [], demandHistory: new Map(), released: new Set(["zero-bill", "negative-bill"]), canceled: [] } };
}

const asBilled = (segment: FrozenSegment, series: readonly DeterminantSeries[]): BilledSeries => ({ series, asBilled: isAsBilled(segment, series) });

test("whatever is used on whatever rates: the bill is its lines, its lines are its postings, and it replays", () => {
  const arbitrary = fc.record({
    chosen: fc.uniqueArray(fc.integer({ min: 0, max: versions.length - 1 }), { minLength: 1, maxLength: 4 }),
    days: fc.integer({ min: 1, max: 62 }),
    shape: fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 40 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ chosen, days, shape }) => {
      const startOn = eachDay({ from: "2026-02-10", to: "2026-05-01" })[80 - days]!;
      const { input, state } = inputFor(chosen, startOn, "2026-05-01", shape);
      const decision = decideBill(input, { runId: "r", periodTo: "2026-05-01", issuedOn: "2026-05-01", settings });
      if (decision.kind === "hold") throw new Error(JSON.stringify(decision.reasons));
      const { bill: { snapshot, frozen, command } } = decision;

      for (const segment of snapshot.segments) expect(segment.lines.reduce((sum, { cents }) => sum + cents, 0)).toBe(segment.total);
      expect(snapshot.segments.reduce((sum, { total }) => sum + total, 0)).toBe(snapshot.charges);
      const { snapshot: stored, hash } = thaw(frozen.text);
      expect(hash).toBe(command.snapshotHash);

      const decided = decide(state, command, facts);
      if (!decided.ok) throw new Error(decided.refusal.message);
      const [event] = decided.events;
      const { entries } = entriesOf(event!)!;
      expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
      expect(entries.filter(({ gl }) => gl === "1200").reduce((sum, { amount }) => sum + amount, 0)).toBe(snapshot.charges);
      expect((event!.data as AccountEvents["BillCompleted"]).balance).toBe(snapshot.charges);

      const of = (segment: FrozenSegment) => input.segments.find(({ due }) => due.agreement.agreementId === segment.agreementId)!;
      const inputs = { versionsOf: (segment: FrozenSegment) => of(segment).versions, seriesOf: (segment: FrozenSegment) => asBilled(segment, segment.series.length > 0 ? of(segment).usage!.series : []) };
      expect(replaySnapshot(stored, inputs)).toEqual({ billId: "1001-20260501", charges: snapshot.charges, replayed: snapshot.charges, differences: [] });
      for (const segment of explainSnapshot(stored, inputs)) for (const { steps, kind } of segment.lines) expect(steps.length > 0 || kind === "time-of-use").toBe(true);
    }),
    { numRuns: RUNS },
  );
});

describe("a bill computed again by somebody else, from its manifest", () => {
  const sha256 = async (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const timeOfUse = versions.findIndex(({ rate }) => rate.document.charges.some(({ kind }) => kind === "time-of-use"));
  const water = versions.findIndex(({ scheduleId }) => scheduleId === "water-residential");

  /** The manifest of a month on both rates, as the book would give it. */
  function manifest(): { readonly manifest: BillManifest; readonly charges: number } {
    const texts = new Map(PUBLISHED_RATES.map(({ scheduleId, document }) => [scheduleId, JSON.stringify(document)]));
    const hashOf = (scheduleId: string) => createHash("sha256").update(texts.get(scheduleId)!).digest("hex");
    const { input } = inputFor([water, timeOfUse], "2026-04-01", "2026-05-01", [120, 310, 80]);
    const segments = input.segments.map((segment) => ({ ...segment, versions: segment.versions.map((version) => ({ ...version, documentHash: hashOf(version.scheduleId) })) }));
    const decision = decideBill({ ...input, segments }, { runId: "r", periodTo: "2026-05-01", issuedOn: "2026-05-01", settings });
    if (decision.kind === "hold") throw new Error(JSON.stringify(decision.reasons));
    const { snapshot, frozen } = decision.bill;
    return {
      charges: snapshot.charges,
      manifest: {
        snapshot: frozen.text, snapshotHash: frozen.hash,
        documents: segments.flatMap(({ versions: used }) => used.map(({ scheduleId, version, effectiveOn, documentHash }) => ({ scheduleId, version, effectiveOn, documentHash, document: texts.get(scheduleId)! }))),
        series: Object.fromEntries(snapshot.segments.map(({ segmentId, agreementId, series }) => [segmentId, series.length === 0 ? [] : segments.find(({ due }) => due.agreement.agreementId === agreementId)!.usage!.series])),
      },
    };
  }
  /** What travels is JSON. */
  const check = (sent: BillManifest) => checkManifest(JSON.parse(JSON.stringify(sent, (_, value: unknown) => (value instanceof Int32Array ? [...value] : value))) as BillManifest, sha256);

  test("gives the same cent, every line with its arithmetic, every piece under its fingerprint", async () => {
    const { manifest: sent, charges } = manifest();
    const { replay, segments, pieces } = await check(sent);
    expect(replay).toMatchObject({ charges, replayed: charges, differences: [] });
    expect(segments.flatMap(({ lines }) => lines).every(({ steps, kind }) => steps.length > 0 || kind === "time-of-use")).toBe(true);
    expect(pieces).toBe(1 + 2 + 1);
  });

  test("shows a price that was changed afterwards", async () => {
    const { manifest: sent } = manifest();
    const documents = sent.documents.map((each) => (each.scheduleId === "water-residential" ? { ...each, document: each.document.replace(/"price":"2/, '"price":"3') } : each));
    expect((await check({ ...sent, documents })).replay.differences).toContain("water: a rate version that priced it is not there any more, or is another.");
  });

  test("shows an interval that was changed afterwards", async () => {
    const { manifest: sent } = manifest();
    const series = Object.fromEntries(Object.entries(sent.series).map(([segment, all]) => [segment, all.map((each) => ({ ...each, values: [...each.values].with(5, 9_999) }))]));
    expect((await check({ ...sent, series })).replay.differences).toContain("electric: its intervals are not the ones that were billed.");
  });

  test("shows a bill that was changed afterwards", async () => {
    const { manifest: sent, charges } = manifest();
    const forged = sent.snapshot.replaceAll(`"charges":${charges}`, `"charges":${charges + 1}`);
    const { differences } = (await check({ ...sent, snapshot: forged })).replay;
    expect(differences[0]).toBe("The snapshot is not the one whose hash is in the log.");
    expect(differences).toHaveLength(2);
  });
});

describe("what keeps a bill back", () => {
  const water = versions.findIndex(({ scheduleId }) => scheduleId === "water-residential");
  const decideOn = (change: (input: BillInput) => BillInput, billing: Partial<Settings["billing"]> = {}, holds: Settings["holds"] = SETTING_DEFAULTS.holds) => {
    const { input } = inputFor([water], "2026-04-01", "2026-05-01", [10]);
    const decision = decideBill(change(input), { runId: "r", periodTo: "2026-05-01", issuedOn: "2026-05-01", settings: { ...settings, billing: { ...SETTING_DEFAULTS.billing, ...billing }, holds } });
    return decision.kind === "hold" ? decision.reasons.map(({ rule }) => rule) : [];
  };
  const withUsage = (usage: (before: UsageOfPeriod) => UsageOfPeriod) => (input: BillInput): BillInput => ({ ...input, segments: input.segments.map((segment) => ({ ...segment, usage: usage(segment.usage!) })) });
  const bill = (charges: number, periodFrom: LocalDate, periodTo: LocalDate) => ({ charges, periodFrom, periodTo });

  test("nothing, when everything is there and usual", () => {
    expect(decideOn((input) => input)).toEqual([]);
    expect(decideOn((input) => ({ ...input, history: [bill(65_00, "2026-03-01", "2026-04-01")] }))).toEqual([]);
  });

  test("all reasons at once, not the first alone", () => {
    expect(decideOn(withUsage((usage) => ({ ...usage, complete: false, problems: [{ code: "missing-intervals", channelId: 1, sentence: "3 are missing." }], suspectDays: ["2026-04-02"] })))).toEqual(["missing", "suspect"]);
    expect(decideOn(withUsage((usage) => ({ ...usage, complete: false, problems: [{ code: "negative", channelId: 1, sentence: "It went back." }] })))).toEqual(["negative-usage"]);
  });

  test("a bill far above the usual, unless the season explains it or a person has let it pass", () => {
    const low = bill(10_00, "2026-03-01", "2026-04-01");
    expect(decideOn((input) => ({ ...input, history: [low] }), { highBillMin: 0 })).toEqual(["high-bill"]);
    expect(decideOn((input) => ({ ...input, history: [low] }), { highBillMin: 200_00 })).toEqual([]);
    expect(decideOn((input) => ({ ...input, history: [low, bill(60_00, "2025-04-02", "2025-05-02")] }), { highBillMin: 0 })).toEqual([]);
    expect(decideOn((input) => ({ ...input, history: [low], released: new Set(["high-bill"]) }), { highBillMin: 0 })).toEqual([]);
  });

  test("a household's first bill only when it is high; a business's first bill is what it is", () => {
    expect(decideOn((input) => ({ ...input, customerClass: "residential" }), { highBillMin: 1_00 })).toEqual(["first-bill"]);
    expect(decideOn((input) => input, { highBillMin: 1_00 })).toEqual([]);
  });

  test("a bill far below the usual and the season: a meter may have stopped", () => {
    const high = bill(400_00, "2026-03-01", "2026-04-01");
    expect(decideOn((input) => ({ ...input, history: [high] }))).toEqual(["low-bill"]);
    expect(decideOn((input) => ({ ...input, history: [high, bill(60_00, "2025-04-02", "2025-05-02")] }))).toEqual([]);
    expect(decideOn((input) => ({ ...input, history: [high] }), { lowBillMin: 500_00 })).toEqual([]);
    expect(decideOn((input) => ({ ...input, history: [high] }), { lowBillPercent: 0 })).toEqual([]);
  });

  test("the first, the last and each other kind as the utility says, for a class or for all", () => {
    const final = (input: BillInput): BillInput => ({ ...input, history: [bill(65_00, "2026-03-01", "2026-04-01")], segments: input.segments.map((segment) => ({ ...segment, due: { ...segment.due, final: true } })) });
    const line = (rule: Settings["holds"][number]["rule"], action: Settings["holds"][number]["action"], customerClass: Settings["holds"][number]["customerClass"] = null) => ({ rule, action, customerClass });
    expect(decideOn(final)).toEqual([]);
    expect(decideOn(final, {}, [line("final-bill", "hold")])).toEqual(["final-bill"]);
    expect(decideOn(final, { highBillMin: 50_00 }, [line("final-bill", "unusual")])).toEqual(["final-bill"]);
    expect(decideOn(final, { highBillMin: 500_00 }, [line("final-bill", "unusual")])).toEqual([]);
    expect(decideOn((input) => input, {}, [line("first-bill", "hold")])).toEqual(["first-bill"]);
    expect(decideOn((input) => input, {}, [line("first-bill", "hold"), line("first-bill", "pass", "commercial")])).toEqual([]);
    expect(decideOn((input) => ({ ...input, history: [bill(10_00, "2026-03-01", "2026-04-01")] }), { highBillMin: 0 }, [line("high-bill", "pass")])).toEqual([]);
  });

  test("one estimate too many in a row", () => {
    const estimated = withUsage((usage) => ({ ...usage, slots: { ...usage.slots, estimated: usage.slots.expected } }));
    const after = (estimatesInRow: number) => (input: BillInput): BillInput => ({ ...input, segments: input.segments.map((segment) => ({ ...segment, due: { ...segment.due, agreement: { ...segment.due.agreement, estimatesInRow } } })) });
    expect(decideOn((input) => after(2)(estimated(input)))).toEqual([]);
    expect(decideOn((input) => after(3)(estimated(input)))).toEqual(["estimates"]);
    expect(decideOn(after(3))).toEqual([]);
  });

  test("intervals that do not add up to the register beside them, and too few that were measured where a utility has a gate: a person looks, and may let it pass", () => {
    const apart = (difference: number) => withUsage((usage) => ({ ...usage, crossChecks: [{ channelId: 1, badge: "W1", quantity: "usage", intervals: 6_000 + difference, registers: 6_000, dialUnit: 1 }] }));
    expect(decideOn(apart(50))).toEqual([]);
    expect(decideOn(apart(-70))).toEqual(["sum"]);
    expect(decideOn((input) => ({ ...apart(-70)(input), released: new Set(["sum"]) }))).toEqual([]);
    const estimated = withUsage((usage) => ({ ...usage, slots: { ...usage.slots, expected: 1_000, estimated: 60 } }));
    expect(decideOn(estimated)).toEqual([]);
    const { input } = inputFor([water], "2026-04-01", "2026-05-01", [10]);
    const gated = { ...settings, validation: [{ commodity: "water" as const, customerClass: null, overrides: { quality: { percent: 5 } } }] };
    expect(decideBill(estimated(input), { runId: "r", periodTo: "2026-05-01", issuedOn: "2026-05-01", settings: gated })).toMatchObject({
      kind: "hold", reasons: [{ rule: "quality", sentence: "Water: 6 % of the intervals were not measured (0 missing, 60 estimated, 0 edited); the limit is 5 %." }],
    });
  });

  test("what must be mended cannot be let pass", () => {
    const missing = withUsage((usage) => ({ ...usage, complete: false, problems: [{ code: "no-channel", channelId: null, sentence: "No meter." }] }));
    expect(decideOn((input) => ({ ...missing(input), released: new Set(["missing"]) }))).toEqual(["missing"]);
  });
});
