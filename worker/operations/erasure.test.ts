/** Erasing what is known of a person: when it can be, what goes, what stays, and that the log still verifies. */
import { expect, test } from "vitest";
import { verifyLog } from "../../db/log.ts";
import { writeRows } from "../../db/commit.ts";
import { admin, openUtility, openWaterAccount, supervisor, type TestUtility } from "../../test/support/utility.ts";
import { checkBook } from "../../test/simulation/checkers.ts";
import { accountHead } from "./account-page.ts";
import { search } from "./accounts.ts";
import { ERASED, erasePerson, erasurePage } from "./erasure.ts";
import { openStreet } from "./reads.testing.ts";
import { advanceRequest, openRequest } from "./requests.ts";

/** Ann Lee has left: her service ran for no day, she wrote once, she can sign in, one bill lies as a file. */
async function leftTown(): Promise<TestUtility> {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  const { world, port } = utility;
  await openWaterAccount(utility, "10422817", "2026-03-01");
  await openRequest(world, supervisor, { commandId: "request-of-ann-0001", accountId: "10422817", kind: "other", text: "Ann Lee, call me under 555-0177" });
  const [request] = await port.query<{ id: string }>("SELECT id FROM request");
  await advanceRequest(world, supervisor, { commandId: "close-request-0001", accountId: "10422817", requestId: request!.id, to: "closed", note: "Called Ann" });
  await writeRows(port, {
    authUser: [{ id: "ann", name: "Ann Lee", email: "10422817@example.test", emailVerified: true, role: "customer", language: "en", deactivatedAt: null, createdAt: new Date(0), updatedAt: new Date(0) }],
    authSession: [{ id: "s", token: "t", userId: "ann", expiresAt: new Date(9e12), createdAt: new Date(0), updatedAt: new Date(0) }],
    accountAccess: [{ userId: "ann", accountId: "10422817", grantedAt: 0, grantedBy: "system:setup", endedAt: null }],
    textNumber: [{ userId: "ann", phone: "+13195550188", agreedAt: 0, endedAt: null }],
    alertChannel: [{ userId: "ann", kind: "leak", email: 1, text: 1 }],
    invitation: [{ tokenHash: "h", accountId: "10422817", email: "ann.private@example.test", createdBy: "clerk", createdAt: 0, expiresAt: 1, usedAt: null }],
    outbox: [{ kind: "email", key: "h", payload: JSON.stringify({ to: "ann.private@example.test" }), createdAt: 0, availableAt: 0, attempts: 0, doneAt: 1 }],
  });
  return utility;
}

const stop = ({ world, clock }: TestUtility) => world.execute({
  commandId: "stop-ann", accountId: "10422817", actor: "user:clerk", authority: "test", source: "staff", acceptedAt: clock.now, command: { type: "StopService", agreementId: "10422817-water", stopOn: "2026-03-01" },
});

/** Every text of every table, to look for what must be nowhere. */
async function everything({ port }: TestUtility): Promise<string> {
  const tables = await port.query<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_entry_%'");
  const all = await Promise.all(tables.map(({ name }) => port.query(`SELECT * FROM ${name}`)));
  return JSON.stringify(all);
}

test("while a service runs nothing is erased, and the page says why", async () => {
  const utility = await leftTown();
  expect(await erasurePage(utility.world, admin, "10422817")).toEqual({ why: expect.stringContaining("still runs"), people: 1, documents: 0 });
  expect(await erasePerson(utility.world, admin, { commandId: "erase-ann-0000001", accountId: "10422817" })).toMatchObject({ status: "refused", refusal: { code: "served" } });
  expect(await everything(utility)).toContain("Ann Lee");
});

test("once all is settled the person is nowhere any more; the book and the log hold, and say who erased", async () => {
  const utility = await leftTown();
  const { world, port } = utility;
  await stop(utility);
  const before = await everything(utility);
  for (const trace of ["Ann Lee", "10422817@example.test", "ann.private@example.test", "555-0177", "+13195550188", "Called Ann", "12 Elm St"]) expect(before).toContain(trace);

  expect(await erasePerson(world, admin, { commandId: "erase-ann-0000001", accountId: "10422817" })).toMatchObject({ status: "done" });
  const after = await everything(utility);
  for (const trace of ["Ann Lee", "10422817@example.test", "ann.private@example.test", "555-0177", "+13195550188", "Called Ann", "12 Elm St"]) expect(after, trace).not.toContain(trace);
  expect(await accountHead(world, admin, "10422817")).toMatchObject({ name: ERASED });
  expect((await search(world, admin, "10422817")).length).toBeGreaterThan(0);
  expect(await search(world, admin, "Ann Lee")).toEqual([]);
  expect(await port.query("SELECT count(*) AS n FROM auth_session")).toEqual([{ n: 0 }]);
  expect(await port.query("SELECT type, actor FROM event WHERE stream = 'privacy:10422817'")).toEqual([{ type: "PersonalDataErased", actor: "user:admin" }]);
  expect((await verifyLog(port)).broken).toBeNull();
  expect(await checkBook(port)).toEqual([]);
  expect(await port.query("SELECT kind, payload FROM outbox WHERE kind = 'accessEnded'")).toEqual([{ kind: "accessEnded", payload: JSON.stringify({ userId: "ann" }) }]);
  // Asked for again: the same answer, nothing more.
  expect(await erasePerson(world, admin, { commandId: "erase-ann-0000001", accountId: "10422817" })).toMatchObject({ status: "done", replayed: true });
});

test("only an administrator erases", async () => {
  const { world } = await leftTown();
  await expect(erasePerson(world, supervisor, { commandId: "erase-ann-0000001", accountId: "10422817" })).rejects.toMatchObject({ status: 403 });
});

test("why a meter was switched goes with whoever was served by it then; the next customer's stays", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  const { world, port, clock } = street;
  const asked = (id: string, requestedAt: number, reason: string) => ({ id, meterId: "M-E1", gatewayId: "gateway-north", endpointId: "e", kind: "disconnect", status: "confirmed", reason, requestedBy: "user:clerk", requestedAt, sentAt: null, deadlineAt: 0, finishedAt: 1, answer: null });
  await writeRows(port, { meterCommand: [asked("then", Date.parse("2024-01-01T18:00:00Z"), "Ann Lee asked for it, she is in hospital"), asked("since", clock.now, "The new tenant has not signed")] });
  for (const commodity of ["electric", "water"]) {
    await world.execute({ commandId: `stop-${commodity}`, accountId: "A-1", actor: "user:clerk", authority: "test", source: "staff", acceptedAt: clock.now, command: { type: "StopService", agreementId: `A-1-${commodity}`, stopOn: "2024-01-01" } });
  }
  expect(await erasePerson(world, admin, { commandId: "erase-ann-0000002", accountId: "A-1" })).toMatchObject({ status: "done" });
  expect(await port.query("SELECT id, reason FROM meter_command ORDER BY id")).toEqual([{ id: "since", reason: "The new tenant has not signed" }, { id: "then", reason: null }]);
});
