/** Gateways: their credentials as staff keep them, and who a request comes from. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import { decryptSecret, encryptSecret } from "../../db/keys.ts";
import type { SqlPort } from "../../db/port.ts";
import {
  gatewayEvent, gatewayStream, KEY_HEADER, SIGNATURE_HEADER, SIGNATURE_WINDOW_MS, signedText, TIMESTAMP_HEADER, type GatewayEvents, type GatewayStatus,
} from "../../domain/lifecycle/gateway.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { takeAttempt, type Limit } from "../auth/attempts.ts";
import type { World } from "./context.ts";

/** Key use under which secrets are stored encrypted: to check a signature the secret itself is needed. */
export const GATEWAY_KEY = "gateway";

const NAME_MAX = 80;

export interface GatewayRow {
  readonly id: string;
  readonly name: string;
  readonly keyId: string;
  readonly status: GatewayStatus;
  readonly lastSeenAt: number | null;
}

/** `previousSecret` counts until `previousUntil`. */
type StoredGateway = GatewayRow & { readonly secret: string; readonly previousSecret: string | null; readonly previousUntil: number | null };

const GATEWAY = `SELECT id, name, key_id AS "keyId", secret, status, last_seen_at AS "lastSeenAt", previous_secret AS "previousSecret", previous_until AS "previousUntil" FROM gateway`;

/** For how long a secret still counts after it was changed, unless it is said that it may be known: a night in which somebody reconfigures the head-end. */
export const ROTATION_OVERLAP_MS = 24 * 3_600_000;

// ---- what staff do --------------------------------------------------------------------------------------------

/** The secret is shown once, to whoever made it: a repetition of the command, and everybody later, gets none. */
export type GatewayAnswer = StreamAnswer<{ gatewayId: string; keyId: string }> & { readonly secret: string | null };

/** Makes a credential for a head-end. The gateway's id is the command's. */
export async function createGateway(world: World, actor: UserActor, input: { readonly commandId: string; readonly name: string }): Promise<GatewayAnswer> {
  requirePermission(actor, "edit:gateways:any");
  const name = input.name.trim();
  const gatewayId = input.commandId;
  const keyId = `gk_${randomBytes(9).toString("hex")}`;
  return withSecret(await change(world, actor, { commandId: input.commandId, gatewayId, input: { name } }, (known, secret) => {
    if (name === "") return refuse("name", "Give the gateway a name, for example that of the head-end.");
    if (name.length > NAME_MAX) return refuse("name", `At most ${NAME_MAX} characters.`);
    if (known) return refuse("commandId", "There is such a gateway already.");
    return decided("GatewayCreated", { gatewayId, name, keyId }, { id: gatewayId, name, keyId, secret: secret.encrypted, status: "active", lastSeenAt: null, previousSecret: null, previousUntil: null });
  }));
}

/** A new secret under the same key id. The one before counts for a day more, so that no read is lost while it is changed; `atOnce`, when it may be known, not. */
export async function rotateGatewaySecret(world: World, actor: UserActor, input: { readonly commandId: string; readonly gatewayId: string; readonly atOnce: boolean }): Promise<GatewayAnswer> {
  requirePermission(actor, "edit:gateways:any");
  const { commandId, gatewayId, atOnce } = input;
  const previousUntil = atOnce ? null : world.now() + ROTATION_OVERLAP_MS;
  return withSecret(await change(world, actor, { commandId, gatewayId, input: { rotate: gatewayId, atOnce } }, (known, secret) => {
    if (!known) return refuse("gatewayId", "There is no such gateway.");
    if (known.status === "revoked") return refuse("gatewayId", "This gateway is revoked. Make a new one.");
    return decided("GatewaySecretRotated", { gatewayId, keyId: known.keyId, previousUntil }, { ...known, secret: secret.encrypted, previousSecret: atOnce ? null : known.secret, previousUntil });
  }));
}

/** From now on nothing that is signed with this credential is taken. Cannot be undone. */
export async function revokeGateway(world: World, actor: UserActor, input: { readonly commandId: string; readonly gatewayId: string }): Promise<StreamAnswer<{ gatewayId: string; keyId: string }>> {
  requirePermission(actor, "edit:gateways:any");
  const { commandId, gatewayId } = input;
  const { answer } = await change(world, actor, { commandId, gatewayId, input: { revoke: gatewayId } }, (known) => {
    if (!known) return refuse("gatewayId", "There is no such gateway.");
    if (known.status === "revoked") return refuse("gatewayId", "This gateway is revoked already.");
    return decided("GatewayRevoked", { gatewayId, keyId: known.keyId }, { ...known, status: "revoked", previousSecret: null, previousUntil: null });
  });
  return answer;
}

export interface GatewayItem extends GatewayRow {
  /** Of the last 24 hours. */
  readonly batches: number;
  readonly reads: number;
}

export type GatewayName = Pick<GatewayRow, "id" | "keyId" | "name">;

/** The gateways that may send, for whoever finds one by its name. */
export async function activeGateways(port: SqlPort): Promise<GatewayName[]> {
  return port.query<GatewayName>(`SELECT id, key_id AS "keyId", name FROM gateway WHERE status = 'active' ORDER BY name, id`);
}

const DAY_MS = 24 * 3_600_000;

/** Every gateway, those that count first. */
export async function listGateways(world: World, actor: UserActor): Promise<GatewayItem[]> {
  requirePermission(actor, "read:settings:any");
  return world.port.query<GatewayItem>(
    `SELECT g.id, g.name, g.key_id AS "keyId", g.status, g.last_seen_at AS "lastSeenAt", count(b.id) AS batches, coalesce(sum(b.reads), 0) AS reads
     FROM gateway AS g LEFT JOIN read_batch AS b ON b.gateway_id = g.id AND b.received_at > ? GROUP BY g.id ORDER BY g.status, g.name`,
    [world.now() - DAY_MS],
  );
}

type GatewayDecision = StreamDecision<{ gatewayId: string; keyId: string }>;

function refuse(field: string, message: string): GatewayDecision {
  return { ok: false, refusal: { code: field, message, field } };
}

function decided<T extends Exclude<keyof GatewayEvents, "GatewayHeadEndSet">>(type: T, data: GatewayEvents[T], row: StoredGateway): GatewayDecision {
  return { ok: true, drafts: [gatewayEvent(type, data)], writes: { gateway: [row] }, result: { gatewayId: data.gatewayId, keyId: data.keyId } };
}

interface Secret {
  readonly plain: string;
  readonly encrypted: string;
}

async function change(
  world: World,
  actor: UserActor,
  { commandId, gatewayId, input }: { readonly commandId: string; readonly gatewayId: string; readonly input: object },
  decide: (known: StoredGateway | undefined, secret: Secret) => GatewayDecision,
): Promise<{ readonly answer: StreamAnswer<{ gatewayId: string; keyId: string }>; readonly secret: string }> {
  const plain = randomBytes(32).toString("base64url");
  const secret = { plain, encrypted: encryptSecret(world.key(GATEWAY_KEY), plain) };
  const answer = await runStreamCommand(
    world.port,
    { commandId, stream: gatewayStream(gatewayId), input, provenance: { actor: actorText(actor), source: "staff", recordedAt: world.now() } },
    async () => decide((await world.port.query<StoredGateway>(`${GATEWAY} WHERE id = ?`, [gatewayId]))[0], secret),
  );
  world.poke();
  return { answer, secret: plain };
}

function withSecret({ answer, secret }: Awaited<ReturnType<typeof change>>): GatewayAnswer {
  return { ...answer, secret: answer.status === "done" && !answer.replayed ? secret : null };
}

// ---- who a request comes from ---------------------------------------------------------------------------------

/** Not let in. 401: nobody knows who it is; 403: it is known, and no longer welcome. */
export interface Denied {
  readonly ok: false;
  readonly status: 401 | 403;
  readonly code: string;
  readonly message: string;
}

export type Admission = { readonly ok: true; readonly gateway: GatewayRow } | Denied;

/** A request's credential before its body has been read. A token proves itself; a signature covers the body: `verify` with its hash. */
export type Credential =
  | { readonly ok: true; readonly signed: boolean; readonly verify: (request: SignedRequest) => Admission }
  | Denied;

/** What a signature is over: the body itself, or its SHA-256 (hex) where it was hashed on its way. */
export type SignedRequest = { readonly method: string; readonly path: string } & ({ readonly body: Uint8Array } | { readonly bodyHash: string });

const denied = (code: string, message: string, status: 401 | 403 = 401): Denied => ({ ok: false, status, code, message });

const HOW = `Sign the request (${KEY_HEADER}, ${TIMESTAMP_HEADER}, ${SIGNATURE_HEADER}) or send "Authorization: Bearer KEY_ID.SECRET".`;
/** One answer for an unknown key and a wrong secret: guessing learns nothing. */
const WRONG = "The key or its secret is wrong.";

/**
 * Finds out who a request claims to come from, and refuses early what cannot be right, so that nobody unknown has a
 * large body read. Signed requests are checked against their body by `verify`.
 */
export async function credentialOf(world: Pick<World, "port" | "now" | "key">, headers: Headers): Promise<Credential> {
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const token = /^Bearer ([\w-]+)\.([\w-]+)$/.exec(authorization);
    if (!token) return denied("credential", `The Authorization header is not understood. ${HOW}`);
    const admission = await admitBySecret(world, token[1]!, token[2]!);
    return admission.ok ? { ok: true, signed: false, verify: () => admission } : admission;
  }
  const [keyId, timestamp, signature] = [headers.get(KEY_HEADER), headers.get(TIMESTAMP_HEADER), headers.get(SIGNATURE_HEADER)];
  if (keyId === null || timestamp === null || signature === null) return denied("credential", `Who sends this? ${HOW}`);
  if (!/^\d{1,12}$/.test(timestamp)) return denied("timestamp", `${TIMESTAMP_HEADER} is the time in whole seconds since 1970.`);
  if (Math.abs(world.now() - Number(timestamp) * 1000) > SIGNATURE_WINDOW_MS) return denied("timestamp", "The signature is too old or from the future; it counts for five minutes. Check the clock.");
  const found = await find(world, keyId);
  if (!found) return denied("credential", WRONG);
  return {
    ok: true,
    signed: true,
    verify: (request) => {
      const bodyHash = "bodyHash" in request ? request.bodyHash : createHash("sha256").update(request.body).digest("hex");
      const text = signedText(request.method, request.path, timestamp, bodyHash);
      const expected = found.secrets.map((secret) => createHmac("sha256", secret).update(text).digest("hex"));
      return expected.some((each) => same(each, signature.toLowerCase())) ? admit(found.gateway) : denied("signature", `${WRONG} Or the signature is not over method, path, timestamp and body hash as they were sent.`);
    },
  };
}

/** Who comes with a key id and its secret in the open: a token, or the header of a protocol that has no signatures. */
export async function admitBySecret(world: Pick<World, "port" | "now" | "key">, keyId: string, secret: string): Promise<Admission> {
  const found = await find(world, keyId);
  return found?.secrets.some((each) => same(each, secret)) ? admit(found.gateway) : denied("credential", WRONG);
}

/** A gateway with the secrets that count now: its own, and the one before it for as long as that was given. */
async function find({ port, key, now }: Pick<World, "port" | "key" | "now">, keyId: string): Promise<{ gateway: GatewayRow; secrets: string[] } | null> {
  const [stored] = await port.query<StoredGateway>(`${GATEWAY} WHERE key_id = ?`, [keyId]);
  if (!stored) return null;
  const { secret, previousSecret, previousUntil, ...gateway } = stored;
  const counting = previousSecret !== null && previousUntil !== null && now() < previousUntil ? [secret, previousSecret] : [secret];
  return { gateway, secrets: counting.map((each) => decryptSecret(key(GATEWAY_KEY), each)) };
}

function admit(gateway: GatewayRow): Admission {
  return gateway.status === "active" ? { ok: true, gateway } : denied("revoked", "This credential has been revoked. Ask the utility for a new one.", 403);
}

/** Compares without telling by its time how much was right. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** How often a gateway's last sign of life is written when it only repeats itself. */
export const SEEN_EVERY_MS = 60_000;

/** A gateway that says something that is no batch of reads is alive all the same. */
export async function noteSeen({ port, now }: Pick<World, "port" | "now">, gatewayId: string): Promise<void> {
  const at = now();
  await port.write([{ sql: "UPDATE gateway SET last_seen_at = ?1 WHERE id = ?2 AND coalesce(last_seen_at, 0) < ?3", args: [at, gatewayId, at - SEEN_EVERY_MS] }]);
}

// ---- how often ------------------------------------------------------------------------------------------------

/** Twenty a second, of up to 10,000 reads each, is what a head-end of a million meters needs when it catches up. */
export const READS_LIMIT: Limit = { name: "gateway:reads", max: 1_200, windowMs: 60_000 };

/** A file is up to 100 MB and a minute of work. */
export const FILE_LIMIT: Limit = { name: "gateway:files", max: 60, windowMs: 60_000 };

/** Counts a request of a gateway; when it has sent too many, after how many seconds it may send again. */
export async function withinLimit({ port, key, now }: Pick<World, "port" | "key" | "now">, gatewayId: string, limit: Limit): Promise<{ readonly ok: true } | { readonly ok: false; readonly seconds: number }> {
  const at = now();
  const attempt = await takeAttempt(port, key(GATEWAY_KEY), [{ limit, subject: gatewayId }], at);
  return attempt.ok ? { ok: true } : { ok: false, seconds: Math.max(1, Math.ceil((attempt.until - at) / 1000)) };
}
