import fc from "fast-check";
import { expect, test } from "vitest";
import { emptyAccount } from "../../domain/lifecycle/account/state.ts";
import { viewOf } from "../../domain/lifecycle/account/view.ts";
import type { AccountMessage } from "../../domain/live/messages.ts";
import { applyAccountMessage, type AccountLive } from "./state.ts";

const view = (balance: number) => ({ ...viewOf(emptyAccount("1"), "2026-06-01"), balance });
const from = (seq: number): AccountLive => ({ seq, view: view(seq), soFar: null, usageVersion: 0, readOnly: false, arrived: [] });
const event = (seq: number): AccountMessage => ({ t: "event", seq, type: "PaymentPosted", at: 0, summary: {}, view: view(seq) });

test("the next event moves the balance; a gap asks for the missed ones", () => {
  expect(applyAccountMessage(from(4), event(5))).toMatchObject({ seq: 5, view: { balance: 5 } });
  expect(applyAccountMessage(from(4), event(6))).toBe("gap");
});

test("whatever is repeated, late or overtaken, the page never goes back", () => {
  const message = fc.oneof(
    fc.integer({ min: 1, max: 12 }).map(event),
    fc.integer({ min: 1, max: 12 }).map((seq): AccountMessage => ({ t: "snapshot", seq, view: view(seq) })),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
      let state = from(3);
      for (const each of messages) {
        const next = applyAccountMessage(state, each);
        if (next === "gap") continue;
        expect(next.seq).toBeGreaterThanOrEqual(state.seq);
        expect(next.view.balance).toBe(next.seq);
        state = next;
      }
    }),
  );
});

test("usage that overtook newer usage is not shown", () => {
  const soFar = { periodFrom: "2026-06-01", closed: null, asOf: "2026-06-02", total: 500, services: [], projection: null };
  const newer = applyAccountMessage(from(1), { t: "usage", version: 7, soFar }) as AccountLive;
  expect(applyAccountMessage(newer, { t: "usage", version: 6, soFar: null })).toBe(newer);
});
