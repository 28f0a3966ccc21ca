import { expect, test } from "vitest";
import { admin, supervisor } from "../../test/support/utility.ts";
import { createGateway, listGateways, READS_LIMIT, revokeGateway, rotateGatewaySecret } from "./gateways.ts";
import { day, openStreet, signed, type Street } from "./reads.testing.ts";

const BODY = JSON.stringify({ reads: [day("2026-06-09")] });
const bearer = (street: Street, secret = street.gateway.secret): Record<string, string> => ({ authorization: `Bearer ${street.gateway.keyId}.${secret}` });
const attempt = async (street: Street, headers: Record<string, string>, body = BODY) => {
  const response = await street.postRaw(body, headers);
  return { status: response.status, message: ((await response.json()) as { error?: { message: string } }).error?.message };
};

test("a signed request is let in; each of its parts is covered", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  expect(await attempt(street, signed(street, BODY))).toMatchObject({ status: 200 });
  expect(await attempt(street, signed(street, `${BODY} `))).toMatchObject({ status: 401 });
  expect(await attempt(street, signed(street, BODY, { path: "/api/v1/ami/other" }))).toMatchObject({ status: 401 });
  expect(await attempt(street, signed(street, BODY, { secret: "guess" }))).toMatchObject({ status: 401 });
  expect(await attempt(street, { ...signed(street, BODY), "x-meterline-key": "gk_other" })).toMatchObject({ status: 401, message: "The key or its secret is wrong." });
});

test("a signature counts for five minutes, before and after", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  const { now } = street.clock;
  expect(await attempt(street, signed(street, BODY, { at: now - 299_000 }))).toMatchObject({ status: 200 });
  expect(await attempt(street, signed(street, BODY, { at: now + 299_000 }))).toMatchObject({ status: 200 });
  for (const at of [now - 302_000, now + 302_000]) expect(await attempt(street, signed(street, BODY, { at }))).toMatchObject({ status: 401, message: expect.stringContaining("Check the clock") });
  expect(await attempt(street, { ...signed(street, BODY), "x-meterline-timestamp": "noon" })).toMatchObject({ status: 401 });
});

test("a token is the short way; without any the answer says how", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  expect(await attempt(street, bearer(street))).toMatchObject({ status: 200 });
  expect(await attempt(street, bearer(street, "wrong"))).toEqual({ status: 401, message: "The key or its secret is wrong." });
  expect(await attempt(street, {})).toMatchObject({ status: 401, message: expect.stringContaining("Authorization: Bearer KEY_ID.SECRET") });
  expect(await attempt(street, { authorization: "Basic abc" })).toMatchObject({ status: 401 });
  const response = await street.postRaw(BODY, {});
  expect(response.headers.get("www-authenticate")).toBe("Bearer");
});

test("nobody unknown has a large body read", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  expect(await attempt(street, bearer(street, "wrong"), " ".repeat(6 * 1024 * 1024))).toMatchObject({ status: 401 });
});

test("a new secret may end the old one at once; a revoked credential is told so", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  const { gatewayId } = street.gateway;
  const rotated = await rotateGatewaySecret(street.world, admin, { commandId: "rotate-1", gatewayId, atOnce: true });
  expect(rotated).toMatchObject({ status: "done", result: { keyId: street.gateway.keyId }, secret: expect.any(String) });
  expect(await attempt(street, bearer(street))).toMatchObject({ status: 401 });
  expect(await attempt(street, bearer(street, rotated.secret!))).toMatchObject({ status: 200 });
  expect(await rotateGatewaySecret(street.world, admin, { commandId: "rotate-1", gatewayId, atOnce: true })).toMatchObject({ status: "done", replayed: true, secret: null });

  expect(await revokeGateway(street.world, admin, { commandId: "revoke-1", gatewayId })).toMatchObject({ status: "done" });
  expect(await attempt(street, bearer(street, rotated.secret!))).toMatchObject({ status: 403, message: "This credential has been revoked. Ask the utility for a new one." });
  expect(await attempt(street, bearer(street, "wrong"))).toMatchObject({ status: 401 });
  expect(await attempt(street, signed(street, BODY, { secret: rotated.secret! }))).toMatchObject({ status: 403 });
  expect(await rotateGatewaySecret(street.world, admin, { commandId: "rotate-2", gatewayId, atOnce: false })).toMatchObject({ status: "refused" });
  expect(await revokeGateway(street.world, admin, { commandId: "revoke-2", gatewayId })).toMatchObject({ status: "refused" });
});

test("while a secret is changed both count for a day, signed or as a token; then only the new one", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  const rotated = await rotateGatewaySecret(street.world, admin, { commandId: "rotate-1", gatewayId: street.gateway.gatewayId, atOnce: false });
  for (const secret of [street.gateway.secret, rotated.secret!]) {
    expect(await attempt(street, bearer(street, secret))).toMatchObject({ status: 200 });
    expect(await attempt(street, signed(street, BODY, { secret }))).toMatchObject({ status: 200 });
  }
  street.clock.now += 24 * 3_600_000;
  expect(await attempt(street, bearer(street))).toMatchObject({ status: 401 });
  expect(await attempt(street, signed(street, BODY))).toMatchObject({ status: 401 });
  expect(await attempt(street, bearer(street, rotated.secret!))).toMatchObject({ status: 200 });
});

test("a gateway that posts faster than it may is told when to come again; another is not held up", async () => {
  const street = await openStreet("2026-06-10T15:00:10Z");
  const other = await createGateway(street.world, admin, { commandId: "gateway-south", name: "South head-end" });
  const { max } = READS_LIMIT;
  await street.port.write([{ sql: "UPDATE rate_limit SET hits = ?", args: [max] }]);
  expect(await attempt(street, bearer(street))).toMatchObject({ status: 200 });
  await street.port.write([{ sql: "UPDATE rate_limit SET hits = ? WHERE key LIKE 'gateway:reads:%'", args: [max] }]);
  const answer = await street.postRaw(BODY, bearer(street));
  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).toBe("50");
  expect(await answer.json()).toEqual({ error: { code: "too_many_requests", message: "This gateway may send 1200 requests in 60 seconds. Wait 50 s and send it again." } });
  if (other.status !== "done") throw new Error(other.status);
  expect(await attempt(street, { authorization: `Bearer ${other.result.keyId}.${other.secret}` })).toMatchObject({ status: 200 });
  street.clock.now += 50_000;
  expect(await attempt(street, bearer(street))).toMatchObject({ status: 200 });
});

test("secrets are nowhere to be read: not in the table, the log or the stored answers", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  const everything = JSON.stringify([
    await street.port.query("SELECT * FROM gateway"), await street.port.query("SELECT * FROM event"), await street.port.query("SELECT * FROM command"),
  ]);
  expect(everything).toContain(street.gateway.keyId);
  expect(everything).not.toContain(street.gateway.secret);
  expect(await street.port.query("SELECT type, actor FROM event WHERE stream = 'gateway:gateway-north'")).toEqual([{ type: "GatewayCreated", actor: "user:admin" }]);
});

test("only an administrator makes one, and it has a name", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  await expect(createGateway(street.world, supervisor, { commandId: "g", name: "South" })).rejects.toThrow("Your role (supervisor)");
  expect(await createGateway(street.world, admin, { commandId: "g", name: " " })).toMatchObject({ status: "refused", refusal: { field: "name" }, secret: null });
  expect(await createGateway(street.world, admin, { commandId: "gateway-north", name: "Other" })).toMatchObject({ status: "conflict", secret: null });
});

test("the list shows who reported when", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  await street.post([day("2026-06-09")]);
  expect(await listGateways(street.world, admin)).toEqual([
    { id: "gateway-north", name: "North head-end", keyId: street.gateway.keyId, status: "active", lastSeenAt: street.clock.now, batches: 1, reads: 1 },
  ]);
});
