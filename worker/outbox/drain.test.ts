import { expect, test } from "vitest";
import { openUtility, type TestUtility } from "../../test/support/utility.ts";
import { backoffMs, drainOutbox, type OutboxMessage } from "./drain.ts";

async function utilityWith(...messages: [kind: string, key: string][]): Promise<TestUtility> {
  const utility = await openUtility("2026-06-01T12:00:00Z");
  for (const [kind, key] of messages) {
    await utility.port.write([{ sql: "INSERT INTO outbox (kind, key, payload, created_at, available_at, attempts) VALUES (?, ?, '{}', 0, 0, 0)", args: [kind, key] }]);
  }
  return utility;
}

function postman({ port, clock }: TestUtility, deliver: (message: OutboxMessage) => void) {
  const parked: number[] = [];
  const deps = { port, now: () => clock.now, deliver: { letter: async (message: OutboxMessage) => deliver(message) }, onParked: (message: OutboxMessage) => void parked.push(message.id) };
  return { parked, drain: () => drainOutbox(deps) };
}

test("what left with a commit is delivered once, in order for each key", async () => {
  const utility = await utilityWith(["letter", "a"], ["letter", "b"], ["letter", "a"]);
  const seen: string[] = [];
  const { drain } = postman(utility, (message) => void seen.push(`${message.key}${message.id}`));
  expect(await drain()).toEqual({ delivered: 3, more: false });
  expect(seen.filter((each) => each.startsWith("a"))).toEqual(["a1", "a3"]);
  expect(await drain()).toEqual({ delivered: 0, more: false });
});

test("a message that fails waits longer each time and holds back later ones of its key only", async () => {
  const utility = await utilityWith(["letter", "a"], ["letter", "a"], ["letter", "b"]);
  const seen: number[] = [];
  let broken = true;
  const { drain } = postman(utility, (message) => {
    if (broken && message.id === 1) throw new Error("printer on fire");
    seen.push(message.id);
  });
  await drain();
  await drain();
  expect(seen).toEqual([3]);
  broken = false;
  utility.clock.now += backoffMs(1) + 1;
  await drain();
  expect(seen.toSorted()).toEqual([1, 2, 3]);
});

test("a message that nobody can deliver is parked and reported once", async () => {
  const utility = await utilityWith(["pigeon", "a"]);
  const { drain, parked } = postman(utility, () => {});
  for (let i = 0; i < 20; i += 1) {
    await drain();
    utility.clock.now += 2 * 3_600_000;
  }
  expect(parked).toEqual([1]);
});
