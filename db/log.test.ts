import { expect, test } from "vitest";
import { openUtility, openWaterAccount } from "../test/support/utility.ts";
import { verifyLog } from "./log.ts";

async function utilityWithHistory() {
  const utility = await openUtility("2026-06-01T12:00:00Z");
  for (const id of ["1", "2"]) await openWaterAccount(utility, id);
  return utility;
}

/** What somebody with the database file in hand could do, past every trigger. */
const tamper = async ({ port }: Awaited<ReturnType<typeof utilityWithHistory>>, sql: string) => {
  await port.write([{ sql: "DROP TRIGGER event_never_updated" }, { sql: "DROP TRIGGER event_never_deleted" }, { sql }]);
};

test("a log that nobody touched verifies, with its counts", async () => {
  const { port } = await utilityWithHistory();
  expect(await verifyLog(port)).toEqual({ streams: 3, events: 5, broken: null });
});

test("an event that somebody changed is named", async () => {
  const utility = await utilityWithHistory();
  await tamper(utility, "UPDATE event SET actor = 'user:somebody-else' WHERE stream = 'account:2' AND seq = 1");
  expect((await verifyLog(utility.port)).broken).toEqual({ stream: "account:2", seq: 1, reason: "its content does not match its hash" });
});

test("an event that somebody dropped is named, in the middle and at the end", async () => {
  const middle = await utilityWithHistory();
  await tamper(middle, "DELETE FROM event WHERE stream = 'account:1' AND seq = 1");
  expect((await verifyLog(middle.port)).broken).toMatchObject({ stream: "account:1", seq: 2, reason: "event 1 is missing" });
  const end = await utilityWithHistory();
  await tamper(end, "DELETE FROM event WHERE stream = 'account:1' AND seq = 2");
  expect((await verifyLog(end.port)).broken).toMatchObject({ stream: "account:1", seq: 2 });
});
