import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "../../../domain/lifecycle/permissions.ts";
import { passwordLinkOwner, setPassword } from "./passwords.ts";
import { eventsOf, HERE, letters, newTown, PASSWORD, person, sessionIn, visitOf, type Town } from "./people.testing.ts";
import { signIn } from "./sign-in.ts";
import { changeRole, createStaff, deactivate, listStaff, makePasswordLink, reactivate } from "./staff.ts";

let town: Town;
let ada: UserActor;

beforeEach(async () => {
  town = await newTown();
  ada = { kind: "user", userId: await person(town, { email: "ada@utility.example", name: "Ada Admin", role: "admin" }), role: "admin", accountIds: [] };
});

const form = { commandId: "new-staff-form-00001", name: "Carl Clerk", email: "carl@utility.example", role: "csr" };
const commandId = () => crypto.randomUUID();
const tokenIn = (url: string): string => url.split("/").at(-1)!;

async function hired(): Promise<{ userId: string; token: string }> {
  const created = await createStaff(town, ada, form);
  if (!created.ok) throw new Error(created.refusal.message);
  return { userId: created.userId, token: tokenIn(created.url) };
}

describe("an administrator lets somebody in", () => {
  test("who chooses a password with the link and signs in", async () => {
    const { userId, token } = await hired();
    expect((await letters(town))[0]).toMatchObject({ to: "carl@utility.example", letter: "welcome", token });
    expect(await signIn(town, { email: form.email, password: PASSWORD }, HERE)).toMatchObject({ refusal: { code: "signInWrong" } });
    expect(await passwordLinkOwner(town, token)).toMatchObject({ name: "Carl Clerk", role: "csr" });
    expect(await setPassword(town, token, PASSWORD)).toMatchObject({ ok: true });
    expect(await sessionIn(town, await visitOf(town, form.email))).toMatchObject({ role: "csr", name: "Carl Clerk" });
    expect(await eventsOf(town, `staff:${userId}`)).toEqual(["StaffCreated", "PasswordSet"]);
  });

  test("sending the form twice makes one person and gives the same link", async () => {
    const first = await createStaff(town, ada, form);
    expect(await createStaff(town, ada, form)).toEqual(first);
    expect(await createStaff(town, ada, { ...form, name: "Someone Else" })).toMatchObject({ refusal: { code: "conflict" } });
    expect(await listStaff(town, ada)).toHaveLength(2);
  });

  test.each([
    [{ name: "" }, "name"], [{ email: "carl" }, "email"], [{ role: "customer" }, "role"], [{ role: "king" }, "role"], [{ email: "ada@utility.example" }, "email"],
  ])("is told what is wrong: %o", async (wrong, field) => {
    expect(await createStaff(town, ada, { ...form, ...wrong })).toMatchObject({ ok: false, refusal: { field } });
  });

  test("nobody else does: staff are told why, customers find nothing there", async () => {
    const supervisor: UserActor = { ...ada, userId: "s", role: "supervisor" };
    await expect(createStaff(town, supervisor, form)).rejects.toMatchObject({ status: 403, message: expect.stringContaining("supervisor") });
    await expect(createStaff(town, { ...ada, userId: "c", role: "customer" }, form)).rejects.toMatchObject({ status: 404 });
    await expect(listStaff(town, { ...ada, userId: "f", role: "field" })).rejects.toMatchObject({ status: 403 });
    expect(await listStaff(town, supervisor)).toHaveLength(1);
  });
});

describe("an administrator lets somebody go", () => {
  test("every session ends at once, no link works, and the password opens nothing", async () => {
    const { userId, token } = await hired();
    await setPassword(town, token, PASSWORD);
    const visit = await visitOf(town, form.email);
    const link = await makePasswordLink(town, ada, { commandId: commandId(), userId });
    expect(await deactivate(town, ada, { commandId: commandId(), userId })).toEqual({ ok: true });
    expect(await sessionIn(town, visit)).toBeNull();
    expect(link.ok && (await passwordLinkOwner(town, tokenIn(link.url)))).toBeNull();
    expect(await signIn(town, { email: form.email, password: PASSWORD }, HERE)).toEqual({ ok: false, refusal: { code: "signInWrong" } });
    expect(await town.port.query("SELECT kind, key FROM outbox WHERE kind = 'boardAccessEnded' ORDER BY id DESC LIMIT 1")).toEqual([{ kind: "boardAccessEnded", key: "utility" }]);
    expect(await listStaff(town, ada)).toMatchObject([{ name: "Ada Admin", active: true }, { name: "Carl Clerk", active: false }]);
  });

  test("a session that slipped in beside the end is worth nothing", async () => {
    const { userId, token } = await hired();
    await setPassword(town, token, PASSWORD);
    const visit = await visitOf(town, form.email);
    await town.port.write([{ sql: "UPDATE auth_user SET deactivated_at = 1 WHERE id = ?", args: [userId] }]);
    expect(await sessionIn(town, visit)).toBeNull();
  });

  test("and takes them back", async () => {
    const { userId, token } = await hired();
    await setPassword(town, token, PASSWORD);
    await deactivate(town, ada, { commandId: commandId(), userId });
    expect(await deactivate(town, ada, { commandId: commandId(), userId })).toMatchObject({ refusal: { code: "inactive" } });
    expect(await reactivate(town, ada, { commandId: commandId(), userId })).toEqual({ ok: true });
    expect(await sessionIn(town, await visitOf(town, form.email))).toMatchObject({ role: "csr" });
    expect(await eventsOf(town, `staff:${userId}`)).toEqual(["StaffCreated", "PasswordSet", "StaffDeactivated", "StaffReactivated"]);
  });

  test("not themselves, and never the last administrator", async () => {
    expect(await deactivate(town, ada, { commandId: commandId(), userId: ada.userId })).toMatchObject({ refusal: { code: "yourself" } });
    const bob: UserActor = { ...ada, userId: await person(town, { email: "bob@utility.example", role: "admin" }) };
    expect(await changeRole(town, bob, { commandId: commandId(), userId: ada.userId, role: "csr" })).toEqual({ ok: true });
    // Ada's page is still open; what it asks for is refused by the database itself.
    expect(await deactivate(town, ada, { commandId: commandId(), userId: bob.userId })).toMatchObject({ refusal: { code: "last-administrator" } });
  });

  test("two administrators who let each other go: one stays", async () => {
    const bob: UserActor = { ...ada, userId: await person(town, { email: "bob@utility.example", role: "admin" }) };
    const both = await Promise.all([deactivate(town, ada, { commandId: commandId(), userId: bob.userId }), deactivate(town, bob, { commandId: commandId(), userId: ada.userId })]);
    expect(both.map((answer) => answer.ok).sort()).toEqual([false, true]);
  });
});

test("a new role counts from the next request on", async () => {
  const { userId, token } = await hired();
  await setPassword(town, token, PASSWORD);
  const visit = await visitOf(town, form.email);
  expect(await changeRole(town, ada, { commandId: commandId(), userId, role: "billing" })).toEqual({ ok: true });
  expect((await sessionIn(town, visit))?.actor.role).toBe("billing");
  expect(await changeRole(town, ada, { commandId: commandId(), userId, role: "billing" })).toMatchObject({ refusal: { code: "same-role" } });
  expect(await changeRole(town, ada, { commandId: commandId(), userId, role: "customer" })).toMatchObject({ refusal: { code: "role", field: "role" } });
  expect(await changeRole(town, ada, { commandId: commandId(), userId: "nobody", role: "csr" })).toMatchObject({ refusal: { code: "no-person" } });
});
