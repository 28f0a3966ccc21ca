/** The bulk commit on any door to the database: who wins, who is left out, and that nothing hangs on a loser. */
import { describe, expect, test } from "vitest";
import { loadAccounts, prepareCommand, type LoadedAccount } from "./account/store.ts";
import { commitSet, type CommitUnit, type InputStamp } from "./commit.ts";
import type { OpenPort } from "./port.contract.testing.ts";
import { ConstraintError, type SqlPort } from "./port.ts";
import { factsOn, forgetSettings } from "./utility.ts";
import { openUtility, openWaterAccount, type TestUtility } from "../test/support/utility.ts";

const JUNE = "2026-06-01T15:00:00Z";

export function describeCommitSet(name: string, open: () => OpenPort | Promise<OpenPort>): void {
  describe(`${name}`, () => {
    async function withUtility(story: (utility: TestUtility, accounts: Map<string, LoadedAccount>) => Promise<void>): Promise<void> {
      const opened = await open();
      try {
        const utility = await openUtility(JUNE, opened.port);
        for (const id of ["1", "2", "3"]) await openWaterAccount(utility, id);
        await story(utility, await loadAccounts(opened.port, ["1", "2", "3"]));
      } finally {
        await opened.close();
      }
    }

    async function lockbox(utility: TestUtility, accounts: Map<string, LoadedAccount>, batchId: string, inputs: Record<string, InputStamp[]> = {}): Promise<CommitUnit[]> {
      const facts = await factsOn(utility.port, utility.clock.now);
      return [...accounts].map(([id, account]) => {
        const prepared = prepareCommand(account, {
          id: `${batchId}:${id}`, inputs: inputs[id] ?? [],
          command: { type: "PostPayment", paymentId: `${batchId}:${id}`, amount: 100 * Number(id), tender: "check", channel: "lockbox", reference: null, receivedAt: utility.clock.now },
          provenance: { actor: "system:lockbox", source: "run", batchId, recordedAt: utility.clock.now },
        }, facts);
        if (!prepared.ok) throw new Error(prepared.refusal.message);
        return prepared.prepared.unit;
      });
    }

    const paid = (port: SqlPort) => port.query<{ id: string; events: number; entries: number; payments: number; commands: number }>(
      `SELECT s.account_id AS id,
         (SELECT count(*) FROM event e WHERE e.stream = 'account:' || s.account_id AND e.type = 'PaymentPosted') AS events,
         (SELECT count(*) FROM ledger_entry l WHERE l.stream = 'account:' || s.account_id) AS entries,
         (SELECT count(*) FROM payment p WHERE p.account_id = s.account_id) AS payments,
         (SELECT count(*) FROM command c WHERE c.stream = 'account:' || s.account_id AND c.id LIKE 'box%') AS commands
       FROM account_state s ORDER BY s.account_id`,
    );

    test("a file of payments commits as one, and the same file again fails as a whole", () =>
      withUtility(async (utility, accounts) => {
        const units = await lockbox(utility, accounts, "box1");
        expect(await commitSet(utility.port, "box1", units, utility.clock.now)).toEqual(new Set(["account:1", "account:2", "account:3"]));
        await expect(commitSet(utility.port, "box1", units, utility.clock.now)).rejects.toThrow(ConstraintError);
        expect((await paid(utility.port)).map((row) => row.payments)).toEqual([1, 1, 1]);
        expect(await utility.port.query("SELECT sum(amount) AS total FROM ledger_entry")).toEqual([{ total: 0 }]);
      }));

    test("an account that moved on meanwhile is left out with everything of it, the others commit", () =>
      withUtility(async (utility, accounts) => {
        const units = await lockbox(utility, accounts, "box1");
        await utility.world.execute({
          commandId: "fee-on-two", accountId: "2", actor: "user:clerk", authority: "test", source: "counter", acceptedAt: utility.clock.now,
          command: { type: "PostAdjustment", adjustmentId: "fee", kind: "fee", amount: 500, postedOn: "2026-06-01", arrearsOn: "2026-06-20", revenueGl: "4900", reason: "meter test" },
        });
        expect(await commitSet(utility.port, "box1", units, utility.clock.now)).toEqual(new Set(["account:1", "account:3"]));
        expect(await paid(utility.port)).toEqual([
          { id: "1", events: 1, entries: 2, payments: 1, commands: 1 },
          { id: "2", events: 0, entries: 2, payments: 0, commands: 0 },
          { id: "3", events: 1, entries: 2, payments: 1, commands: 1 },
        ]);
      }));

    test("an account whose inputs changed is left out, whatever kind of input it was", () =>
      withUtility(async (utility, accounts) => {
        await utility.port.write([
          { sql: "INSERT INTO interval_day (channel_id, day, version, raw, best_total, best_peak, missing, suspect, batch_id, recorded_at) VALUES (1, '2026-05-01', 2, x'00', 0, 0, 0, 0, 'b', 0), (1, '2026-05-02', 1, x'00', 0, 0, 0, 0, 'b', 0)" },
          { sql: "INSERT INTO register_read (channel_id, read_at, version, value, quality, suspect, source, actor, batch_id, recorded_at) VALUES (2, 1000, 1, 5, 'actual', 0, 's', 'a', 'b', 0)" },
        ]);
        const interval = (stamp: number): InputStamp => ({ kind: "interval", channelId: 1, from: "2026-05-01", to: "2026-05-03", stamp });
        const register = (stamp: number): InputStamp => ({ kind: "register", channelId: 2, from: 0, to: 2000, stamp });
        const rate = (stamp: number): InputStamp => ({ kind: "rate", scheduleId: "water-res", stamp });
        const units = await lockbox(utility, accounts, "box1", { "1": [interval(3), register(1), rate(0)], "2": [interval(2)], "3": [register(1), rate(1)] });
        expect(await commitSet(utility.port, "box1", units, utility.clock.now)).toEqual(new Set(["account:1"]));
      }));

    test("an account that somebody watches gets its notice in the same batch", () =>
      withUtility(async (utility, accounts) => {
        await utility.port.write([{ sql: "INSERT INTO watched (account_id, since) VALUES ('2', 0)" }]);
        await utility.port.write([{ sql: "DELETE FROM outbox" }]);
        await commitSet(utility.port, "box1", await lockbox(utility, accounts, "box1"), utility.clock.now);
        expect(await utility.port.query("SELECT kind, key FROM outbox WHERE kind = 'accountChanged'")).toEqual([{ kind: "accountChanged", key: "2" }]);
      }));

    test("nobody edits the book: events, entries, payments and commands refuse it, and a closed period refuses entries", () =>
      withUtility(async (utility, accounts) => {
        await commitSet(utility.port, "box1", await lockbox(utility, accounts, "box1"), utility.clock.now);
        for (const table of ["event", "ledger_entry", "payment", "command"]) {
          await expect(utility.port.write([{ sql: `DELETE FROM ${table}` }])).rejects.toThrow(ConstraintError);
        }
        await expect(utility.port.write([{ sql: "UPDATE ledger_entry SET amount = amount + 1" }])).rejects.toThrow(/never changed/);
        await utility.port.write([{ sql: "INSERT INTO accounting_period VALUES ('2026-06', 'closed', 0)" }]);
        const later = await loadAccounts(utility.port, ["1"]);
        await expect(commitSet(utility.port, "box2", await lockbox(utility, later, "box2"), utility.clock.now)).rejects.toThrow(/period is closed/);
        expect((await paid(utility.port))[0]!.payments).toBe(1);
        await expect(utility.port.write([{ sql: "UPDATE accounting_period SET status = 'open'" }])).rejects.toThrow(/never opened again/);
        await expect(utility.port.write([{ sql: "DELETE FROM accounting_period" }])).rejects.toThrow(/never deleted/);
      }));

    test("what belongs to a month that is closed is posted on the first open day, and keeps its own time", () =>
      withUtility(async (utility, accounts) => {
        await utility.port.write([{ sql: "INSERT INTO accounting_period VALUES ('2026-06', 'closed', 0)" }]);
        forgetSettings(utility.port);
        expect([...await commitSet(utility.port, "box1", await lockbox(utility, accounts, "box1"), utility.clock.now)]).toHaveLength(accounts.size);
        expect(await utility.port.query("SELECT DISTINCT accounting_on, effective_at < recorded_at + 1 AS own FROM ledger_entry")).toEqual([{ accounting_on: "2026-07-01", own: 1 }]);
      }));
  });
}
