import fc from "fast-check";
import { expect, test } from "vitest";
import { verifyLog } from "../../db/log.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { bestOf, bestReads, dayStats, decodeDay, type RegisterRead } from "../../domain/metering/index.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { decideException, listExceptions } from "./exceptions.ts";
import { day, household, openStreet, read, type Street } from "./reads.testing.ts";

const biller: UserActor = { kind: "user", userId: "biller", role: "billing", accountIds: [] };
const FIRST = "2026-06-01";

/** What can happen to the meters of a house: parts of days, in any order, some of them wrong; reads; repetitions; decisions. */
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant("day" as const), day: fc.nat(3), from: fc.nat(95), to: fc.nat(95), spike: fc.option(fc.nat(95), { freq: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("read" as const), day: fc.nat(8), off: fc.constantFrom(0, 0, 0, 900_000, -50_000) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("again" as const), batch: fc.nat(20) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant("decide" as const), which: fc.nat(5), decision: fc.constantFrom("accept" as const, "edit" as const, "estimate" as const), value: fc.integer({ min: 0, max: 400 }) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function readsOf(it: Extract<Happening, { what: "day" | "read" }>): object[] {
  if (it.what === "read") return [read(addDays("2026-05-20", it.day * 2), 20_000 + it.day * 300 + it.off)];
  const date = addDays(FIRST, it.day);
  const [from, to] = [Math.min(it.from, it.to), Math.max(it.from, it.to)];
  return [day(date, household(date).map((value, slot) => (slot < from || slot > to ? null : slot === it.spike ? 70 : value)))];
}

async function play(street: Street, story: readonly Happening[]): Promise<void> {
  const posted: (readonly object[])[] = [];
  for (const [n, it] of story.entries()) {
    if (it.what === "day" || it.what === "read") {
      const reads = readsOf(it);
      posted.push(reads);
      await street.post(reads);
    } else if (it.what === "again") {
      const reads = posted[it.batch];
      // In another batch, so that each read is looked at again.
      if (reads) await street.post([...reads, ...(posted[0] ?? [])]);
    } else {
      const { items } = await listExceptions(street.world, biller);
      if (items.length === 0) continue;
      const item = items[it.which % items.length]!;
      const values = item.readAt === null ? { slots: [{ slot: it.value % 96, value: String(it.value / 1000) }] } : { value: String(20_000 + it.value) };
      await decideException(street.world, biller, { commandId: `decision-${n}`, exceptionId: item.id, decision: it.decision, reason: "Looked at.", ...(it.decision === "edit" ? values : {}) });
    }
    street.clock.now += 60_000;
  }
}

/** What must hold of days and reads whatever happened. */
async function check({ port }: Street): Promise<void> {
  const days = await port.query<{ channel: number; day: string; version: number; raw: Uint8Array; flags: string | null; total: number; peak: number; missing: number; suspect: number; estimated: number }>(
    "SELECT channel_id AS channel, day, version, raw, flags, best_total AS total, best_peak AS peak, missing, suspect, estimated FROM interval_day");
  for (const stored of days) {
    const layers = (await port.query<{ values: Uint8Array; flags: string }>(`SELECT "values", flags FROM interval_revision WHERE channel_id = ? AND day = ? ORDER BY revision`, [stored.channel, stored.day]))
      .map((revision) => ({ layer: decodeDay(revision.values, revision.flags) }));
    const best = dayStats(bestOf(decodeDay(stored.raw, stored.flags), layers));
    expect(stored).toMatchObject({ total: best.sum, peak: best.max, missing: best.slots - best.present, estimated: best.estimated });
    const [open] = await port.query<{ n: number }>("SELECT count(*) AS n FROM exception WHERE status = 'open' AND severity = 'fail' AND channel_id = ? AND day = ? AND read_at IS NULL", [stored.channel, stored.day]);
    expect({ ...stored, raw: null, suspect: stored.suspect }, "a day is suspect exactly while an exception that holds bills is open on it").toMatchObject({ suspect: open!.n > 0 ? 1 : 0 });
  }
  const reads = await port.query<RegisterRead & { suspect: number }>(`SELECT channel_id AS "channelId", read_at AS "readAt", version, value, quality, suspect FROM register_read ORDER BY version`);
  for (const [readAt, versions] of Map.groupBy(reads, (each) => each.readAt)) {
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, i) => i + 1));
    expect(bestReads(versions)).toHaveLength(1);
    const [open] = await port.query<{ n: number }>("SELECT count(*) AS n FROM exception WHERE status = 'open' AND severity = 'fail' AND read_at = ?", [readAt]);
    expect(versions.at(-1)!.suspect, `a read is suspect exactly while an exception that holds bills is open on it (${new Date(readAt).toISOString()})`).toBe(open!.n > 0 ? 1 : 0);
  }
  // Every row of the queue is what its stream says.
  const rows = await port.query<{ id: string; status: string; last: string }>("SELECT x.id, x.status, (SELECT e.type FROM event AS e WHERE e.stream = 'exception:' || x.id ORDER BY e.seq DESC LIMIT 1) AS last FROM exception AS x");
  for (const { id, status, last } of rows) expect(status, `${id} after ${last}`).toBe(last === "ExceptionDecided" || last === "ExceptionClosed" ? "closed" : "open");
  expect((await verifyLog(port)).broken).toBeNull();
}

/** Many small utilities, on a machine that may have other work. */
const SLOW = { timeout: 60_000 };

test("whatever comes in whatever order, and whatever people decide: days, reads, queue and log agree", SLOW, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 4, maxLength: 16 }), async (story) => {
      const street = await openStreet("2026-06-10T15:00:00Z");
      await play(street, story);
      await check(street);
    }),
    { numRuns: 60 },
  );
});

test("a day that comes in any parts and any order, some of them twice, is the same day", SLOW, async () => {
  const cuts = fc.array(fc.tuple(fc.nat(95), fc.nat(95)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(cuts, async (parts) => {
      const street = await openStreet("2026-06-10T15:00:00Z");
      const whole = household(FIRST);
      for (const [a, b] of parts) {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        await street.post([day(FIRST, whole.map((value, slot) => (slot < from || slot > to ? null : value))), read("2026-06-02", from * 96 + to)]);
      }
      await street.post([day(FIRST, whole)]);
      expect(await street.port.query("SELECT best_total AS total, missing FROM interval_day")).toEqual([{ total: whole.reduce((sum, value) => sum + Math.round(value * 1000), 0), missing: 0 }]);
      expect(await street.port.query("SELECT count(*) AS n FROM interval_revision")).toEqual([{ n: 0 }]);
    }),
    { numRuns: 25 },
  );
});
