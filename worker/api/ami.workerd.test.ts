import { createHash, createHmac } from "node:crypto";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { openPort } from "../../db/open.ts";
import { KEY_HEADER, SIGNATURE_HEADER, signedText, TIMESTAMP_HEADER } from "../../domain/lifecycle/gateway.ts";
import type { UserActor } from "../../domain/lifecycle/permissions.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import { setNetwork } from "../../test/workerd/database.ts";
import { worldOf } from "../operations/context.ts";
import { createGateway } from "../operations/gateways.ts";
import { openAccount, registerPremise, startService } from "../operations/registry.ts";
import { setUpUtility } from "../operations/settings.ts";

const world = worldOf({ env, ctx: { waitUntil: () => {} } });
const port = openPort(env);
const admin: UserActor = { kind: "user", userId: "admin", role: "admin", accountIds: [] };
const NAME = crypto.randomUUID().slice(0, 8);
const CHANNEL = Math.floor(Math.random() * 1_000_000_000);
const ACCOUNT = `ami-${NAME}`;
const PATH = "/api/v1/ami/reads";
let credential: { keyId: string; secret: string };

beforeAll(async () => {
  await setUpUtility(world, "system:test", {
    utility: { name: "Workerd Test Utility", timeZone: "America/Chicago", phone: "", email: "", addressLines: [], commodities: ["water"] },
    cycles: [{ id: "01", name: "Cycle 1", closeDay: 1 }], holidays: [], fees: SETTING_DEFAULTS.fees, gl: SETTING_DEFAULTS.gl,
  });
  await registerPremise(world, admin, `premise-${NAME}`, {
    premiseId: `P-${NAME}`, address: { line: "1 Elm St", city: "Cedar Falls", state: "IA", zip: "50613" }, premiseClass: "residential", dwellingUnits: 1,
    servicePoints: [{
      servicePointId: `SP-${NAME}`, commodity: "electric", usageFrom: null,
      meter: { meterId: `M-${NAME}`, badge: `E-${NAME}`, commodity: "electric", size: null, manufacturer: null, installedOn: "2024-01-01", channels: [{ id: CHANNEL, name: "1", kind: "interval", unit: "kWh", stepMinutes: 60, multiplier: "1", dials: null, direction: "delivered" }] },
    }],
  });
  await openAccount(world, admin, `open-${NAME}`, {
    accountId: ACCOUNT, person: { id: `person-${NAME}`, name: "Ann Lee", email: null, phone: null, language: "en" }, mailing: { line: "1 Elm St", city: "Cedar Falls", state: "IA", zip: "50613" },
    customerClass: "residential", billCycle: "01", delivery: "paper", openedOn: "2024-01-01",
  });
  await startService(world, admin, `start-${NAME}`, ACCOUNT, { agreementId: `SA-${NAME}`, premiseId: `P-${NAME}`, servicePointId: `SP-${NAME}`, commodity: "electric", rateScheduleId: "electric-res", startOn: "2024-01-01" });
  const made = await createGateway(world, admin, { commandId: `gateway-${NAME}`, name: "Head-end" });
  if (made.status !== "done") throw new Error(made.status);
  credential = { keyId: made.result.keyId, secret: made.secret! };
});

afterEach(() => setNetwork("up"));

/** Whole hours of yesterday and before, so that no clock is ever ahead. */
const hourAgo = (hours: number) => new Date(Math.floor(Date.now() / 3_600_000 - hours) * 3_600_000).toISOString();
const batch = (hours: number, value: number) => JSON.stringify({ reads: [{ meter: `E-${NAME}`, kind: "interval", unit: "kWh", start: hourAgo(hours), stepMinutes: 60, values: [value] }] });

async function post(body: string) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", credential.secret).update(signedText("POST", PATH, timestamp, createHash("sha256").update(body).digest("hex"))).digest("hex");
  const response = await exports.default.fetch(`http://meterline.test${PATH}`, { method: "POST", body, headers: { "content-type": "application/json", [KEY_HEADER]: credential.keyId, [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: signature } });
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body: (await response.json()) as { replayed?: boolean; counts?: object; error?: { code: string } } };
}

const stored = async () => (await port.query<{ days: number; total: number }>("SELECT count(*) AS days, coalesce(sum(best_total), 0) AS total FROM interval_day WHERE channel_id = ?", [CHANNEL]))[0]!;

test("a signed batch is stored when it is answered, and posted again it is the same", async () => {
  const before = await stored();
  expect(await post(batch(30, 0.5))).toMatchObject({ status: 200, body: { replayed: false, counts: { duplicate: 0, rejected: 0 } } });
  expect((await stored()).total).toBe(before.total + 500);
  expect(await post(batch(30, 0.5))).toMatchObject({ status: 200, body: { replayed: true } });
  expect((await stored()).total).toBe(before.total + 500);
});

test("without a credential nothing happens", async () => {
  const response = await exports.default.fetch(`http://meterline.test${PATH}`, { method: "POST", body: batch(31, 0.5) });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: { code: "credential" } });
});

test("the database is away: the gateway is told to come again, and then it is taken once", async () => {
  const before = await stored();
  await setNetwork("down");
  expect(await post(batch(32, 0.25))).toMatchObject({ status: 503, retryAfter: "5", body: { error: { code: "unavailable" } } });
  await setNetwork("up");
  expect(await post(batch(32, 0.25))).toMatchObject({ status: 200, body: { replayed: false } });
  expect((await stored()).total).toBe(before.total + 250);
});

test("a page that shows the account hears of it", async () => {
  const response = await env.ACCOUNT.getByName(ACCOUNT).fetch("http://object/live", { headers: { upgrade: "websocket", "x-meterline-user": "u1", "x-meterline-session": "s1" } });
  const socket = response.webSocket!;
  const messages: { t: string }[] = [];
  socket.addEventListener("message", ({ data }) => void messages.push(JSON.parse(data as string) as { t: string }));
  socket.accept();
  await vi.waitFor(() => expect(messages.map(({ t }) => t)).toContain("snapshot"));
  expect(await post(batch(40, 0.75))).toMatchObject({ status: 200 });
  await vi.waitFor(() => expect(messages.map(({ t }) => t)).toContain("usage"), { timeout: 10_000 });
  socket.close();
});

test("a file streams through workerd in parts: kept, unpacked, stored, and the same again when it is packed", async () => {
  const line = (hours: number) => `MEPMD01,19970819,H,T,R,E-${NAME},202606101200,E-${NAME},OK,E,KWH,1,00000100,1,${hourAgo(hours - 1).replace(/[-T:]/g, "").slice(0, 12)},R0,1.25`;
  // Larger than one part of an upload to the store.
  const filler = Array.from({ length: 30_000 }, (_, i) => `MEPMD01,19970819,H,T,R,${i},202606101200,,TEMPLATE,E,KWH,1,00000100,0,${"x".repeat(240)}`);
  const text = [line(40), line(39), ...filler].join("\n");
  const send = async (body: ArrayBuffer | string) => {
    const response = await exports.default.fetch("http://meterline.test/api/v1/ami/files?timezone=UTC&name=town.cmep", { method: "POST", body, headers: { authorization: `Bearer ${credential.keyId}.${credential.secret}` } });
    return { status: response.status, body: (await response.json()) as { file: string; hash: string; replayed: boolean; counts: object; furtherRefusals: number } };
  };
  const first = await send(text);
  expect(first).toMatchObject({ status: 200, body: { replayed: false, counts: { reads: 1, rejected: 0, refused: 30_000 }, furtherRefusals: 29_950, hash: createHash("sha256").update(text).digest("hex") } });
  const [kept] = await port.query<{ key: string }>("SELECT key FROM reads_file WHERE id = ?", [first.body.file]);
  expect((await env.FILES.head(kept!.key))?.size).toBe(text.length);
  const packed = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  expect(await send(packed)).toMatchObject({ status: 200, body: { file: first.body.file, replayed: true } });
  expect((await send(packed.slice(0, 5_000)))).toMatchObject({ status: 400 });
});
