/** How a gateway's meters are asked: its head-end fetches the commands, or is called. Set by an administrator; its secret is stored encrypted and never shown. */
import { createHmac } from "node:crypto";
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import { encryptSecret } from "../../db/keys.ts";
import { gatewayEvent, gatewayStream, HEAD_END_KINDS, type HeadEndKind } from "../../domain/lifecycle/gateway.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { calledHeadEnd, HEAD_END_KEY, responseUrl, SERVICES, targetOf, type Service } from "../head-ends/multispeak/adapter.ts";
import { ask, whyNotCalled, type Fetcher } from "../head-ends/multispeak/call.ts";
import type { World } from "./context.ts";
import { COMMAND_ID } from "./form-answer.ts";

export interface HeadEndSetting extends Readonly<Record<Service, string | null>> {
  readonly kind: HeadEndKind;
  readonly userName: string | null;
}

/** As it is stored. */
export interface StoredHeadEnd extends HeadEndSetting {
  /** When it was last set, a new secret included; null: never. */
  readonly changedAt: number | null;
}

const FETCHING: HeadEndSetting = { kind: "fetching", readUrl: null, switchUrl: null, pingUrl: null, userName: null };

/** As it is set, without the secret. @throws ForbiddenError */
export async function headEndSetting(world: World, actor: UserActor, gatewayId: string): Promise<StoredHeadEnd> {
  requirePermission(actor, "read:settings:any");
  const [row] = await world.port.query<StoredHeadEnd>(`SELECT kind, read_url AS "readUrl", switch_url AS "switchUrl", ping_url AS "pingUrl", user_name AS "userName", changed_at AS "changedAt" FROM head_end WHERE gateway_id = ?`, [gatewayId]);
  return row ?? { ...FETCHING, changedAt: null };
}

export interface HeadEndPage {
  readonly name: string;
  /** What the head-end sends as its user name when it tells what came of a question. */
  readonly keyId: string;
  readonly active: boolean;
  /** Where it tells it. */
  readonly responseUrl: string;
  readonly setting: StoredHeadEnd;
}

/** Null: there is no such gateway. @throws ForbiddenError */
export async function headEndPage(world: World, actor: UserActor, gatewayId: string, publicUrl: string): Promise<HeadEndPage | null> {
  const setting = await headEndSetting(world, actor, gatewayId);
  const [row] = await world.port.query<{ name: string; keyId: string; status: string }>(`SELECT name, key_id AS "keyId", status FROM gateway WHERE id = ?`, [gatewayId]);
  return row ? { name: row.name, keyId: row.keyId, active: row.status === "active", responseUrl: responseUrl(publicUrl, gatewayId), setting } : null;
}

export interface HeadEndAsked extends Readonly<Record<Service, string>> {
  readonly commandId: string;
  readonly gatewayId: string;
  readonly kind: string;
  readonly userName: string;
  /** Empty: as before. */
  readonly secret: string;
}

/** User names and secrets of the protocol are text; longer ones are something else that was pasted. */
const CREDENTIAL_MAX = 200;

type Done = { readonly gatewayId: string };
type Decision = StreamDecision<Done>;
const refuse = (field: string, message: string): Extract<Decision, { ok: false }> => ({ ok: false, refusal: { code: field, field, message } });

/** Sets how a gateway's head-end is reached. @throws ForbiddenError, UnavailableError */
export async function setHeadEnd(world: World, actor: UserActor, asked: HeadEndAsked, publicUrl: string): Promise<StreamAnswer<Done>> {
  requirePermission(actor, "edit:gateways:any");
  const { commandId, gatewayId, secret, ...fields } = asked;
  if (!COMMAND_ID.test(commandId)) return { status: "refused", refusal: refuse("commandId", "Open the form again: its number is missing.").refusal };
  const key = world.key(HEAD_END_KEY);
  const answer = await runStreamCommand<Done>(
    world.port,
    // The secret itself must not be found from what is stored of the command, however short it is.
    { commandId, stream: gatewayStream(gatewayId), input: { ...fields, secret: createHmac("sha256", key).update(secret).digest("hex") }, provenance: { actor: actorText(actor), source: "staff", recordedAt: world.now() } },
    async () => {
      const [gateway] = await world.port.query<{ status: string }>("SELECT status FROM gateway WHERE id = ?", [gatewayId]);
      if (gateway?.status !== "active") return refuse("gatewayId", "There is no such gateway, or it is revoked.");
      const known = await calledHeadEnd(world.port, gatewayId);
      const setting = settingOf(asked, publicUrl, known !== null);
      if ("ok" in setting) return setting;
      return {
        ok: true,
        drafts: [gatewayEvent("GatewayHeadEndSet", { gatewayId, ...setting, newSecret: setting.kind === "multispeak" && secret !== "" })],
        writes: { headEnd: [{ gatewayId, ...setting, secret: setting.kind === "fetching" ? null : secret === "" ? known!.secret : encryptSecret(key, secret), changedAt: world.now() }] },
        result: { gatewayId },
      };
    },
  );
  world.poke();
  return answer;
}

/** What was typed, checked; or why it cannot be. */
function settingOf({ kind, secret, userName, ...urls }: HeadEndAsked, publicUrl: string, known: boolean): HeadEndSetting | Extract<Decision, { ok: false }> {
  const chosen = HEAD_END_KINDS.find((each) => each === kind);
  if (!chosen) return refuse("kind", "Choose how its meters are asked.");
  if (chosen === "fetching") return FETCHING;
  const typed = (service: Service): string | null => urls[service].trim() || null;
  for (const service of SERVICES) {
    const url = typed(service);
    const problem = url === null ? (service === "readUrl" ? "Enter the address at which the head-end answers." : null) : whyNotCalled(url, publicUrl);
    if (problem !== null) return refuse(service, problem);
  }
  const name = userName.trim();
  if (name === "" || name.length > CREDENTIAL_MAX) return refuse("userName", `Enter the user name that the head-end knows us by, at most ${CREDENTIAL_MAX} characters.`);
  if (secret === "" && !known) return refuse("secret", "Enter the secret that goes with the user name.");
  if (secret.length > CREDENTIAL_MAX) return refuse("secret", `At most ${CREDENTIAL_MAX} characters.`);
  return { kind: chosen, readUrl: typed("readUrl"), switchUrl: typed("switchUrl"), pingUrl: typed("pingUrl"), userName: name };
}

export interface Checked {
  readonly url: string;
  /** What the address is asked for. */
  readonly services: readonly Service[];
  readonly ok: boolean;
  /** What came of it, in words. */
  readonly words: string;
}

/** Asks each address whether it is there (PingURL). Null: the head-end is not called. @throws ForbiddenError */
export async function checkHeadEnd(world: World, actor: UserActor, gatewayId: string, { publicUrl, fetcher }: { readonly publicUrl: string; readonly fetcher: Fetcher }): Promise<readonly Checked[] | null> {
  requirePermission(actor, "edit:gateways:any");
  const headEnd = await calledHeadEnd(world.port, gatewayId);
  if (!headEnd) return null;
  const addresses = Map.groupBy(SERVICES, (service) => targetOf(headEnd, service, world.key).url);
  return Promise.all([...addresses].map(async ([url, services]): Promise<Checked> => {
    const refusal = whyNotCalled(url, publicUrl);
    if (refusal !== null) return { url, services, ok: false, words: refusal };
    const reached = await ask(fetcher, targetOf(headEnd, services[0]!, world.key), { operation: "PingURL", content: [] }, world.now());
    return { url, services, ok: reached.outcome === "taken", words: reached.outcome === "taken" ? "It answers." : reached.reason };
  }));
}
