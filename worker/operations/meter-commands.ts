/**
 * What a meter is asked through its head-end. The request and its message leave in one commit; the outbox hands it over and
 * tries again; the answer comes in like any post of a gateway, its reads through ingest; the clock ends what nobody answers.
 */
import { loadHead, runStreamCommand, type OtherStream, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import { mustHold } from "../../db/commit.ts";
import { ConstraintError, type SqlPort } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import { ANSWER_WITHIN_MS, commandAfter, isMeterCommand, METER_COMMANDS, meterCommandEvent, meterCommandStream, SWITCHING, type CommandMove, type CommandState, type MeterCommandKind } from "../../domain/lifecycle/meter-command.ts";
import { actorText, may, requirePermission, type Permission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { parseReadsRequest } from "../../domain/metering/index.ts";
import type { HeadEnd } from "../head-ends/port.ts";
import type { World } from "./context.ts";
import { COMMAND_ID } from "./form-answer.ts";
import { requireOnMeter } from "./own-meter.ts";
import { batchIdOf, bodyHashOf, ingestReads, type ReadAnswer } from "./reads.ts";

/** Outbox kind of a command on its way to its head-end. */
export const METER_COMMAND = "meterCommand";

type Row = Omit<Required<InsertRow<"meterCommand">>, "kind" | "status"> & { readonly kind: MeterCommandKind; readonly status: CommandState };
type Decision = StreamDecision<{ readonly id: string }>;

const refuse = (field: string, message: string): Extract<Decision, { ok: false }> => ({ ok: false, refusal: { code: field, field, message } });

// ---- asked -------------------------------------------------------------------------------------------------------

export interface AskMeter {
  readonly commandId: string;
  readonly meterId: string;
  readonly kind: string;
  /** Why the switch is moved; a read or ping needs no reason. */
  readonly reason: string;
}

const REASON_MAX = 200;

/** Whoever may order a new read may ask for one; the switch is for those who work on meters. */
export const permissionFor = (kind: MeterCommandKind): Permission => (SWITCHING.has(kind) ? "edit:meter:any" : "order:reread:any");

/** Asks a meter something. The command's id is the form's. @throws ForbiddenError, UnavailableError */
export async function askMeter(world: World, actor: UserActor, asked: AskMeter): Promise<StreamAnswer<{ readonly id: string }>> {
  const { commandId: id, meterId, kind } = asked;
  if (!isMeterCommand(kind)) return { status: "refused", refusal: refuse("kind", "Choose what to ask.").refusal };
  await requireOnMeter(world, actor, permissionFor(kind), meterId);
  const reason = asked.reason.trim().slice(0, REASON_MAX).toWellFormed();
  if (!COMMAND_ID.test(id)) return { status: "refused", refusal: refuse("commandId", "Open the form again: its number is missing.").refusal };
  if (SWITCHING.has(kind) && reason === "") return { status: "refused", refusal: refuse("reason", "Say why. It stands beside the command.").refusal };
  const { port } = world;
  const now = world.now();
  const command = { commandId: id, stream: meterCommandStream(id), input: asked, provenance: { actor: actorText(actor), source: "staff", recordedAt: now } };
  const decide = async (): Promise<Decision> => {
    const [paired] = await port.query<{ endpointId: string; gatewayId: string; waiting: number }>(
      `SELECT e.endpoint_id AS "endpointId", e.gateway_id AS "gatewayId", EXISTS (SELECT 1 FROM meter_command WHERE ${WAITING}) AS waiting
       FROM meter_endpoint AS e JOIN meter AS m ON m.id = e.meter_id AND m.status = 'installed' JOIN gateway AS g ON g.id = e.gateway_id AND g.status = 'active' WHERE e.meter_id = ?1 AND e.to_on IS NULL`,
      [meterId, kind],
    );
    if (!paired) return refuse("kind", "Nobody speaks for this meter: it hangs nowhere, or is not paired with a module of a head-end.");
    if (paired.waiting !== 0) return ASKED;
    const { endpointId, gatewayId } = paired;
    const deadlineAt = now + ANSWER_WITHIN_MS;
    return {
      ok: true,
      drafts: [meterCommandEvent("MeterCommandRequested", { askedId: id, meterId, gatewayId, endpointId, kind, deadlineAt })],
      writes: {
        meterCommand: [{ id, meterId, gatewayId, endpointId, kind, status: "requested", reason: reason || null, requestedBy: actorText(actor), requestedAt: now, sentAt: null, deadlineAt, finishedAt: null, answer: null }],
        outbox: [{ kind: METER_COMMAND, key: meterId, payload: JSON.stringify({ id }), createdAt: now, availableAt: now, attempts: 0 }],
      },
      further: [mustHold(`SELECT count(*) = 1 FROM meter_command WHERE ${WAITING}`, [meterId, kind])],
      result: { id },
    };
  };
  try {
    return await runStreamCommand(port, command, decide);
  } catch (error) {
    // Two desks asked the same at once: the slower one hears that it is being asked.
    if (!(error instanceof ConstraintError)) throw error;
    return { status: "refused", refusal: ASKED.refusal };
  } finally {
    world.poke();
    world.wakeOutbox();
  }
}

const ASKED = refuse("kind", "The meter has been asked this and has not answered yet.");

const WAITING = "meter_id = ?1 AND kind = ?2 AND finished_at IS NULL";

// ---- handed over -------------------------------------------------------------------------------------------------

type Here = Pick<World, "port" | "now" | "poke">;

/** Hands a command to its head-end; one that it refuses has failed. Done before, or too late, it is left as it is. @throws what the head-end throws */
export async function sendMeterCommand(world: Here, headEnd: HeadEnd, id: string): Promise<void> {
  const row = await commandRow(world.port, id);
  if (!row || row.status !== "requested" || row.deadlineAt <= world.now()) return;
  const [meter] = await world.port.query<{ badge: string }>("SELECT badge FROM meter WHERE id = ?", [row.meterId]);
  const { kind, gatewayId, endpointId, meterId, deadlineAt } = row;
  const handover = await headEnd.send({ id, kind, gatewayId, endpointId, meter: meter!.badge, meterId, deadlineAt });
  if (handover === "sent") await moveCommand(world, id, "send", "system:outbox");
  else if (handover !== "waiting") await moveCommand(world, id, "fail", `gateway:${gatewayId}`, `The head-end did not take it: ${handover.refused}`.slice(0, ANSWER_MAX).toWellFormed());
}

export interface WaitingCommand {
  readonly id: string;
  readonly kind: MeterCommandKind;
  readonly endpoint: string;
  readonly meter: string;
  readonly deadline: string;
}

/** At once; the rest comes with the next fetch. */
const FETCH_MAX = 100;

/** The commands that a head-end has not answered yet, for one that fetches them; from now on they count as sent. */
export async function fetchCommands(world: Here, gatewayId: string): Promise<WaitingCommand[]> {
  const rows = await world.port.query<Row & { badge: string }>(
    `SELECT c.id, c.kind, c.status, c.endpoint_id AS "endpointId", c.deadline_at AS "deadlineAt", m.badge FROM meter_command AS c JOIN meter AS m ON m.id = c.meter_id
     WHERE c.finished_at IS NULL AND c.gateway_id = ? AND c.deadline_at > ? ORDER BY c.requested_at LIMIT ${FETCH_MAX}`,
    [gatewayId, world.now()],
  );
  for (const { id, status } of rows) if (status === "requested") await moveCommand(world, id, "send", `gateway:${gatewayId}`);
  return rows.map(({ id, kind, endpointId, badge, deadlineAt }) => ({ id, kind, endpoint: endpointId, meter: badge, deadline: new Date(deadlineAt).toISOString() }));
}

// ---- answered ----------------------------------------------------------------------------------------------------

/** What a head-end answers. `reads` as in `POST /api/v1/ami/reads`. */
export interface CommandAnswer {
  readonly id: string;
  readonly outcome: "confirmed" | "failed";
  readonly reason?: string;
  readonly reads?: readonly object[];
}

export type Answered = { readonly status: "done"; readonly state: CommandState } | { readonly status: "unknown" } | { readonly status: "invalid"; readonly message: string };

const ANSWER_MAX = 300;

/** How a command ends, and the words beside it. */
export interface Verdict {
  readonly move: "confirm" | "fail";
  readonly words: string | null;
}

/** What the reads that an answer brought say of it. `taken` are as ingest answered them, of the meter that was asked. */
export function verdictOnReads(taken: readonly Pick<ReadAnswer, "outcome" | "field" | "reason">[]): Verdict {
  const refused = taken.find(({ outcome }) => outcome === "rejected");
  if (refused) return { move: "fail", words: `A read came that was not taken: its ${refused.field} ${refused.reason}.` };
  return { move: "confirm", words: taken.find(({ outcome }) => outcome === "exception")?.reason ?? null };
}

/** Ends a command; where it has ended before, it stays as it is. @returns its state afterwards */
export function endCommand(world: Here, gatewayId: string, id: string, { move, words }: Verdict): Promise<CommandState> {
  return moveCommand(world, id, move, `gateway:${gatewayId}`, words?.slice(0, ANSWER_MAX).toWellFormed() ?? null);
}

/**
 * Takes an answer. The first one counts; the same again, or another after it, changes nothing. Reads are taken in first, so
 * that a command is confirmed only with what it brought. @throws UnavailableError: answer again
 */
export async function answerCommand(world: World, gatewayId: string, answer: CommandAnswer): Promise<Answered> {
  const row = await commandRow(world.port, answer.id);
  if (!row || row.gatewayId !== gatewayId) return { status: "unknown" };
  if (commandAfter(row.status, "confirm") === null) return { status: "done", state: row.status };
  const wanted: Verdict = answer.outcome === "confirmed" ? { move: "confirm", words: answer.reason ?? null } : { move: "fail", words: answer.reason ?? "The head-end gave no reason." };
  const read = wanted.move === "confirm" && row.kind === "read" ? await takeReads(world, gatewayId, answer) : null;
  if (read && "message" in read) return { status: "invalid", message: read.message };
  return { status: "done", state: await endCommand(world, gatewayId, row.id, read ?? wanted) };
}

async function takeReads(world: World, gatewayId: string, { id, reads = [] }: CommandAnswer): Promise<Verdict | { message: string }> {
  const body = JSON.stringify({ reads });
  const parsed = parseReadsRequest(JSON.parse(body));
  if (!parsed.ok) return { message: parsed.errors.map(({ path, message }) => `${path} ${message}`).join("; ") };
  const [command] = await world.port.query<{ badge: string }>("SELECT m.badge FROM meter_command AS c JOIN meter AS m ON m.id = c.meter_id WHERE c.id = ?", [id]);
  if (parsed.reads.some(({ meter }) => meter !== command!.badge)) return { message: `reads must be of meter ${command!.badge}, which was asked` };
  const { outcomes } = await ingestReads(world, { actor: { kind: "gateway", gatewayId }, batchId: batchIdOf(`${gatewayId} ${id}`, body), bodyHash: bodyHashOf(body), readings: parsed.reads });
  return verdictOnReads(outcomes);
}

/** What stood in the way when a command (`c`) that waits to be handed over was tried last: the outbox knows it. */
const TROUBLE = `(SELECT o.last_error FROM outbox AS o WHERE c.status = 'requested' AND o.done_at IS NULL AND o.parked_at IS NULL AND o.kind = '${METER_COMMAND}' AND o.key = c.meter_id AND o.payload ->> 'id' = c.id)`;

/** Ends commands whose time is up. @returns how many */
export async function expireCommands(world: Here): Promise<number> {
  const rows = await world.port.query<{ id: string; trouble: string | null }>(
    `SELECT c.id, ${TROUBLE} AS trouble
     FROM meter_command AS c WHERE c.finished_at IS NULL AND c.deadline_at <= ? ORDER BY c.deadline_at LIMIT 500`,
    [world.now()],
  );
  for (const { id, trouble } of rows) await moveCommand(world, id, "expire", "system:clock", trouble === null ? "Nobody answered in time." : `The head-end was not reached in time: ${trouble}`.slice(0, ANSWER_MAX));
  return rows.length;
}

const EVENT_OF = { send: "MeterCommandSent", confirm: "MeterCommandConfirmed", fail: "MeterCommandFailed", expire: "MeterCommandTimedOut" } as const;

/** Moves a command on; where the table has no such move, it stays. @returns the state afterwards */
async function moveCommand({ port, now, poke }: Here, id: string, move: CommandMove, actor: string, words: string | null = null): Promise<CommandState> {
  const at = now();
  const answer = await runStreamCommand<{ state: CommandState }>(
    port,
    { commandId: `${id}:${move}`, stream: meterCommandStream(id), input: { move, words }, provenance: { actor, source: "ami", recordedAt: at } },
    async () => {
      const row = (await commandRow(port, id))!;
      const status = commandAfter(row.status, move);
      if (status === null) return refuse("state", row.status);
      const finished = move !== "send";
      return {
        ok: true,
        drafts: [meterCommandEvent(EVENT_OF[move], { askedId: id, meterId: row.meterId, kind: row.kind })],
        writes: { meterCommand: [{ ...row, status, sentAt: move === "send" ? at : row.sentAt, finishedAt: finished ? at : null, answer: words }] },
        others: move === "confirm" ? await switched(port, row) : [],
        result: { state: status },
      };
    },
  );
  if (answer.status !== "done") return (await commandRow(port, id))!.status;
  poke();
  return answer.result.state;
}

/** The service point whose switch the command moved. An armed switch is closed by the customer, at a time that nobody knows. */
async function switched(port: SqlPort, { kind, meterId }: Row): Promise<OtherStream[]> {
  if (kind !== "connect" && kind !== "disconnect") return [];
  const [point] = await port.query<InsertRow<"servicePoint">>(
    `SELECT sp.id, sp.premise_id AS "premiseId", sp.commodity, sp.usage_from AS "usageFrom", sp.status FROM meter_installation AS i JOIN service_point AS sp ON sp.id = i.service_point_id WHERE i.meter_id = ? AND i.removed_on IS NULL`,
    [meterId],
  );
  const status = kind === "connect" ? "connected" : "disconnected";
  if (!point || point.status === status) return [];
  const stream = `premise:${point.premiseId}`;
  return [{ stream, head: await loadHead(port, stream), drafts: [meterCommandEvent("ServicePointSwitched", { servicePointId: point.id, meterId, status })], writes: { servicePoint: [{ ...point, status }] } }];
}

const COLUMNS = `id, meter_id AS "meterId", gateway_id AS "gatewayId", endpoint_id AS "endpointId", kind, status, reason, requested_by AS "requestedBy", requested_at AS "requestedAt",
  sent_at AS "sentAt", deadline_at AS "deadlineAt", finished_at AS "finishedAt", answer`;

async function commandRow(port: SqlPort, id: string): Promise<Row | null> {
  const [row] = await port.query<Row>(`SELECT ${COLUMNS} FROM meter_command WHERE id = ?`, [id]);
  return row ?? null;
}

// ---- the page ----------------------------------------------------------------------------------------------------

export interface AskPage {
  readonly badge: string;
  /** The module that is asked; null: none. */
  readonly endpoint: string | null;
  readonly gateway: string | null;
  readonly kinds: readonly MeterCommandKind[];
  readonly commands: readonly AskShown[];
}

export interface AskShown extends Pick<Row, "id" | "kind" | "status" | "reason" | "requestedAt" | "sentAt" | "finishedAt" | "answer"> {
  /** Why the head-end does not have it yet, where it was tried. */
  readonly trouble: string | null;
}

const SHOWN = 20;

/** What a meter can be asked and what it was, newest first; null when there is none. @throws ForbiddenError */
export async function askPage(world: World, actor: UserActor, meterId: string): Promise<AskPage | null> {
  requirePermission(actor, "read:meter:any");
  const [meters, commands] = await world.port.read([
    {
      sql: `SELECT m.badge, e.endpoint_id AS endpoint, g.name AS gateway FROM meter AS m LEFT JOIN meter_endpoint AS e ON e.meter_id = m.id AND e.to_on IS NULL AND m.status = 'installed' LEFT JOIN gateway AS g ON g.id = e.gateway_id WHERE m.id = ?`,
      args: [meterId],
    },
    { sql: `SELECT ${COLUMNS}, ${TROUBLE} AS trouble FROM meter_command AS c WHERE meter_id = ? ORDER BY requested_at DESC LIMIT ${SHOWN}`, args: [meterId] },
  ]);
  const meter = meters!.rows[0] as unknown as Pick<AskPage, "badge" | "endpoint" | "gateway"> | undefined;
  if (!meter) return null;
  const kinds = METER_COMMANDS.filter((kind) => may(actor, permissionFor(kind)));
  return { ...meter, kinds, commands: commands!.rows as unknown as AskPage["commands"] };
}
