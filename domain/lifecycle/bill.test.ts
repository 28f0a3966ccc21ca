import { describe, expect, test } from "vitest";
import { BILL_ACTIONS, BILL_MOVES, BILL_STAGES, mayReopen, moveBill, moveSegment, SEGMENT_ACTIONS, SEGMENT_MOVES, SEGMENT_STAGES } from "./bill.ts";

describe("the life of a bill segment", () => {
  test("a read in doubt, mended, frozen, and canceled when it turns out wrong", () => {
    const lived = (["fail", "price", "freeze", "startCancel", "cancel"] as const).reduce((stages, action) => [...stages, moveSegment(stages.at(-1)!, action)], ["incomplete" as (typeof SEGMENT_STAGES)[number]]);
    expect(lived).toEqual(["incomplete", "error", "freezable", "frozen", "pendingCancel", "canceled"]);
  });

  test("a cancellation that is undone leaves it frozen as it was", () => {
    expect(moveSegment(moveSegment("frozen", "startCancel"), "undoCancel")).toBe("frozen");
  });

  test("what is frozen is never priced again, and what is canceled stays so", () => {
    expect(() => moveSegment("frozen", "price")).toThrow("a segment that is frozen cannot price");
    expect(() => moveSegment("frozen", "cancel")).toThrow("a segment that is frozen cannot cancel");
    expect(Object.keys(SEGMENT_MOVES.canceled)).toEqual([]);
  });
});

describe("the life of a bill", () => {
  test("pending, complete, reopened, complete again or canceled", () => {
    expect(moveBill("pending", "complete")).toBe("complete");
    expect(moveBill(moveBill("complete", "reopen"), "complete")).toBe("complete");
    expect(moveBill("reopened", "cancel")).toBe("canceled");
    expect(() => moveBill("pending", "cancel")).toThrow("a bill that is pending cannot cancel");
    expect(() => moveBill("canceled", "reopen")).toThrow("a bill that is canceled cannot reopen");
  });

  test("a bill of a closed accounting period is not reopened", () => {
    const closed = new Set(["2026-02"]);
    expect([mayReopen("2026-02-28", closed), mayReopen("2026-03-01", closed)]).toEqual([false, true]);
  });
});

test("every move leads to a stage of its table", () => {
  for (const stage of SEGMENT_STAGES) for (const action of SEGMENT_ACTIONS) expect([undefined, ...SEGMENT_STAGES]).toContain(SEGMENT_MOVES[stage][action]);
  for (const stage of BILL_STAGES) for (const action of BILL_ACTIONS) expect([undefined, ...BILL_STAGES]).toContain(BILL_MOVES[stage][action]);
});
