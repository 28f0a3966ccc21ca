import { describe, expect, test } from "vitest";
import { actorText, ForbiddenError, may, PERMISSIONS, requireOnAccount, requirePermission, ROLES, SELF_SERVICE_MESSAGE, type Role, type UserActor } from "./permissions.ts";

const someone = (role: Role, ...accountIds: string[]): UserActor => ({ kind: "user", userId: `${role}-1`, role, accountIds });

function refused(work: () => unknown): ForbiddenError {
  try {
    work();
  } catch (error) {
    if (error instanceof ForbiddenError) return error;
    throw error;
  }
  throw new Error("it was allowed");
}

describe("a customer", () => {
  const ana = someone("customer", "1001");

  test("reads and pays the accounts that are linked to her", () => {
    expect(requireOnAccount(ana, "read:bill", "1001")).toBe("read:bill:own");
    expect(requireOnAccount(ana, "pay:account", "1001")).toBe("pay:account:own");
  });

  test("asking for another's account learns nothing: there is nothing here", () => {
    const another = refused(() => requireOnAccount(ana, "read:bill", "1002"));
    const missing = refused(() => requireOnAccount(ana, "read:bill", "no such account"));
    expect(another.status).toBe(404);
    expect([another.status, another.message]).toEqual([missing.status, missing.message]);
  });

  test("finds no staff screen at all", () => {
    expect(refused(() => requirePermission(ana, "read:board:any")).status).toBe(404);
    expect(refused(() => requirePermission(ana, "edit:staff:any")).status).toBe(404);
  });

  test("does nothing to her own account that is the staff's to do", () => {
    expect(refused(() => requireOnAccount(ana, "post:payment", "1001")).status).toBe(404);
    expect(refused(() => requireOnAccount(ana, "post:adjustment", "1001")).status).toBe(404);
  });
});

describe("staff", () => {
  test("a clerk takes payments for any account and cannot reverse them", () => {
    const clerk = someone("csr");
    expect(requireOnAccount(clerk, "post:payment", "1001")).toBe("post:payment:any");
    const refusal = refused(() => requireOnAccount(clerk, "reverse:payment", "1001"));
    expect(refusal.status).toBe(403);
    expect(refusal.message).toContain("csr");
  });

  test("nobody acts on an account linked to themselves, whatever the role", () => {
    for (const role of ROLES.filter((each) => each !== "customer" && each !== "auditor" && each !== "field")) {
      const employee = someone(role, "1001");
      const refusal = refused(() => requireOnAccount(employee, "post:payment", "1001"));
      expect([refusal.status, refusal.message]).toEqual([403, SELF_SERVICE_MESSAGE]);
      expect(requireOnAccount(employee, "post:payment", "1002")).toBe("post:payment:any");
      // As a customer, in the portal, like every other customer.
      expect(requireOnAccount(employee, "pay:account", "1001")).toBe("pay:account:own");
    }
  });

  test("an employee may look at an own account", () => {
    expect(may(someone("csr", "1001"), "read:account:any", true)).toBe(true);
  });

  test("an auditor sees the log and changes nothing", () => {
    const auditor = someone("auditor");
    expect(may(auditor, "read:log:any")).toBe(true);
    const changing = [...PERMISSIONS.auditor].filter((permission) => !permission.startsWith("read:") && !permission.endsWith(":own"));
    expect(changing).toEqual([]);
  });

  test("only an administrator changes staff and settings", () => {
    for (const role of ROLES) {
      expect(may(someone(role), "edit:staff:any")).toBe(role === "admin");
      expect(may(someone(role), "edit:settings:any")).toBe(role === "admin");
    }
  });

  test("what a supervisor may, an administrator may", () => {
    expect([...PERMISSIONS.supervisor].filter((permission) => !PERMISSIONS.admin.has(permission))).toEqual([]);
  });
});

test("the log names actors by id, never by name", () => {
  expect(actorText(someone("csr"))).toBe("user:csr-1");
  expect(actorText({ kind: "gateway", gatewayId: "g1" })).toBe("gateway:g1");
  expect(actorText({ kind: "provider", providerId: "test" })).toBe("provider:test");
  expect(actorText({ kind: "system", name: "bill-run" })).toBe("system:bill-run");
});
