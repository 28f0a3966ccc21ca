/** Whichever operation somebody asks for, and by whichever way in: the ids of the product's own commands are not theirs. */
import { expect, test } from "vitest";
import { FORM_ID, isTakenId } from "../../domain/lifecycle/command-id.ts";
import { admin, clerk, customerOf, openUtility, openWaterAccount } from "../../test/support/utility.ts";
import { createGateway } from "./gateways.ts";
import { openRequest } from "./requests.ts";
import { proposeSetting } from "./setting-approval.ts";

const OWN = ["clock:run-01-2026-04-01:2026-04-01", "finish:run-01-2026-04-01:7", "winter:1001-sewer:2026-03-01", "window-closed:run-01", "estimate:run-01:1001", "test:evt_1", "reads-file:0a1b:received"];

test("no operation runs under one, on an account or on another stream, and nothing is stored", async () => {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  const { world, port } = utility;
  await openWaterAccount(utility, "1001");
  const before = await port.query("SELECT count(*) AS n FROM event");
  const taken = { status: "refused", refusal: { code: "commandId" } };
  for (const commandId of [...OWN, "", ":", "x".repeat(201), `${"x".repeat(20)}:\n`]) {
    expect(await openRequest(world, customerOf("1001"), { commandId, accountId: "1001", kind: "other", text: "Hello." }), commandId).toMatchObject(taken);
    expect(await createGateway(world, admin, { commandId, name: "North" }), commandId).toMatchObject(taken);
    expect(await proposeSetting(world, admin, { commandId, topic: "fees", effectiveOn: "2026-04-01", value: [], note: "" }), commandId).toMatchObject(taken);
  }
  expect(await port.query("SELECT count(*) AS n FROM event")).toEqual(before);
  expect(await openRequest(world, clerk, { commandId: crypto.randomUUID(), accountId: "1001", kind: "other", text: "Hello." })).toMatchObject({ status: "done" });
});

test("a form's number is always a person's to use, with whatever it is about; the product goes on under its own", () => {
  const of = (source: string, actor = "user:ana") => ({ actor, source });
  for (const id of [crypto.randomUUID(), `${crypto.randomUUID()}:leak:SP-1:2026-06-01`]) expect([FORM_ID.test(id), isTakenId(id, of("portal"))]).toEqual([true, false]);
  // An account is opened with its services: the next of the chain is named after the place, whatever that is called.
  expect(isTakenId(`${crypto.randomUUID()}-North Well, meter pit 4.1`, of("staff"))).toBe(false);
  for (const id of OWN) expect([FORM_ID.test(id), isTakenId(id, of("staff")), isTakenId(id, of("billing")), isTakenId(id, of("staff", "system:clock"))], id).toEqual([false, true, false, false]);
});
