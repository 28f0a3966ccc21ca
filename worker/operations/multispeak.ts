/**
 * What a head-end tells by MultiSpeak: readings, the state of switches, whether a meter answered. Readings go through ingest like
 * any gateway's; a transaction that is one of our commands ends that command. Told twice, late or in disorder, it is taken once.
 */
import type { SqlPort } from "../../db/port.ts";
import { timeZoneOf } from "../../db/utility.ts";
import type { MeterCommandKind } from "../../domain/lifecycle/meter-command.ts";
import { ReadingCollector, ReadsFile, type ReadingBatch, type Refusal } from "../../domain/metering/formats/index.ts";
import type { ErrorObject, SoapItem, SoapMessage } from "../head-ends/multispeak/soap.ts";
import type { World } from "./context.ts";
import { endCommand, verdictOnReads, type Verdict } from "./meter-commands.ts";
import { batchIdOf, bodyHashOf, ingestAgain, ingestReads, repeatedBatch, type PostedReads, type ReadAnswer } from "./reads.ts";

/** A command that a notification may be about. */
interface Asked {
  readonly id: string;
  readonly kind: MeterCommandKind;
  readonly badge: string;
}

/** Errors told in one answer; a thousand equal lines help nobody. */
const ERRORS_MAX = 100;

const errorOf = (objectId: string, noun: string, text: string): ErrorObject => ({ objectId, noun, text });

/** Takes a notification; what of it was refused. `text` is the whole message. @throws UnavailableError, FenceLostError: it is told again */
export async function takeNotification(world: World, gatewayId: string, message: SoapMessage, text: string): Promise<readonly ErrorObject[]> {
  const errors = await (message.operation === "ReadingChangedNotification" ? takeReadings(world, gatewayId, message, text) : takeStates(world, gatewayId, message));
  return errors.length <= ERRORS_MAX ? errors : [...errors.slice(0, ERRORS_MAX), errorOf("", "message", `${errors.length - ERRORS_MAX} more were refused.`)];
}

// ---- readings -----------------------------------------------------------------------------------------------------

interface TakenRead extends ReadAnswer {
  readonly meter: string;
}

async function takeReadings(world: World, gatewayId: string, { texts }: SoapMessage, text: string): Promise<ErrorObject[]> {
  const { batches, refusals } = await readingsOf(world.port, text, world.now());
  const taken: TakenRead[] = [];
  for (const { reads } of batches) {
    // Named by what is in it: told again in another envelope, it is the same batch.
    const body = JSON.stringify(reads);
    const batchId = batchIdOf(gatewayId, body);
    const posted: PostedReads = { actor: { kind: "gateway", gatewayId }, batchId, bodyHash: bodyHashOf(body), readings: reads };
    const before = await repeatedBatch(world, batchId);
    const { outcomes } = await (before ? ingestAgain(world, posted, before) : ingestReads(world, posted));
    taken.push(...outcomes.map((outcome) => ({ ...outcome, meter: reads[outcome.index]!.meter })));
  }
  const errors = [
    ...refusals.filter(({ kind }) => kind !== "no-read").map(({ line, reason }) => errorOf("", "meterRead", `line ${line}: ${reason}`)),
    ...taken.filter(({ outcome }) => outcome === "rejected").map(({ meter, field, reason }) => errorOf(meter, "meterRead", `its ${field} ${reason}`)),
  ];
  const [asked] = await askedOf(world.port, gatewayId, texts.get("transactionID") ?? "", []);
  if (!asked) return errors;
  const verdict = verdictOf(asked, taken, refusals);
  if (verdict) await endCommand(world, gatewayId, asked.id, verdict);
  else errors.push(errorOf(asked.badge, "transaction", `Transaction ${asked.id} asked meter ${asked.badge} to ${asked.kind}; this is no answer to it.`));
  return errors;
}

/** What the readings say of the command under whose id they came; null: nothing. A register that is none of the meter's does not spoil the others. */
function verdictOf({ kind, badge }: Asked, taken: readonly TakenRead[], refusals: readonly Refusal[]): Verdict | null {
  if (kind !== "read") return null;
  const own = taken.filter(({ meter }) => meter === badge);
  if (own.length === 0) return refusals.length === 0 ? null : { move: "fail", words: `No read came: ${refusals[0]!.reason}.` };
  const stored = own.filter(({ outcome }) => outcome !== "rejected");
  return verdictOnReads(stored.length > 0 ? stored : own);
}

async function readingsOf(port: SqlPort, text: string, at: number): Promise<{ batches: readonly ReadingBatch[]; refusals: readonly Refusal[] }> {
  const batches: ReadingBatch[] = [];
  const refusals: Refusal[] = [];
  const collector = new ReadingCollector((batch) => batches.push(batch), (refusal) => refusals.push(refusal));
  const file = new ReadsFile(collector, { name: "ReadingChangedNotification", zone: await timeZoneOf(port, at), format: "multispeak" });
  file.write(new TextEncoder().encode(text));
  file.end();
  collector.end();
  return { batches, refusals };
}

// ---- switches and pings -------------------------------------------------------------------------------------------

/** One thing that is told of one meter. */
interface Told {
  readonly meter: string;
  readonly noun: string;
  /** Of these commands it can be the answer. */
  readonly answers: readonly MeterCommandKind[];
  verdict(kind: MeterCommandKind): Verdict;
}

async function takeStates(world: World, gatewayId: string, message: SoapMessage): Promise<ErrorObject[]> {
  const told = toldIn(message);
  if (told.length === 0) return [errorOf("", message.operation ?? "message", "There is nothing in it.")];
  const transaction = message.texts.get("transactionID") ?? "";
  const asked = await askedOf(world.port, gatewayId, transaction, told.map(({ meter }) => meter));
  const errors: ErrorObject[] = [];
  for (const each of told) {
    // A head-end that leaves the transaction out answers the question that is open.
    const command = asked.find(({ badge, kind }) => badge === each.meter && each.answers.includes(kind));
    if (command) await endCommand(world, gatewayId, command.id, each.verdict(command.kind));
    else errors.push(errorOf(each.meter, each.noun, whyNotAsked(each, asked, transaction)));
  }
  return errors;
}

function whyNotAsked({ meter }: Told, asked: readonly Asked[], transaction: string): string {
  const other = asked.find(({ id }) => id === transaction);
  return other ? `Transaction ${transaction} asked meter ${other.badge} to ${other.kind}; this is no answer to it.` : `Meter ${meter} was not asked this${transaction === "" ? "" : ` in transaction ${transaction}`}; nothing was changed.`;
}

function toldIn({ operation, texts, items }: SoapMessage): Told[] {
  const whole: SoapItem = { objectId: "", error: texts.get("errorString") ?? "", texts };
  switch (operation) {
    case "CDStateChangedNotification": return [switchTold(whole)];
    case "CDStatesChangedNotification": return items.map(switchTold);
    case "ODEventNotification": return items.map(eventTold);
    default: return [];
  }
}

const meterIn = ({ texts, objectId }: SoapItem): string => texts.get("meterNo") || texts.get("meterID") || objectId;

/** The states (load action codes) that show that a switch did what it was asked. */
const REACHED: Readonly<Record<"connect" | "disconnect" | "arm", readonly string[]>> = {
  connect: ["Connect", "Connected", "Close", "Closed"], disconnect: ["Disconnect", "Disconnected", "Open", "Opened"], arm: ["Arm", "Armed", "Enable", "Enabled"],
};

function switchTold(item: SoapItem): Told {
  const state = item.texts.get("stateChange") ?? "";
  const error = item.error || (item.texts.get("errorString") ?? "");
  return {
    meter: meterIn(item), noun: "CDStateChange", answers: ["connect", "disconnect", "arm"],
    verdict: (kind) => {
      if (error !== "") return { move: "fail", words: error };
      return REACHED[kind as keyof typeof REACHED].includes(state) ? { move: "confirm", words: null } : { move: "fail", words: `The head-end reports the switch as "${state || "not known"}".` };
    },
  };
}

/** What a ping's event says of the meter. */
const EVENTS: Readonly<Record<string, Verdict>> = {
  Restoration: { move: "confirm", words: "It has power." },
  PowerOn: { move: "confirm", words: "It has power." },
  Instantaneous: { move: "confirm", words: "It answered; its power blinked." },
  Outage: { move: "fail", words: "The head-end reports an outage at the meter." },
  PowerOff: { move: "fail", words: "The head-end reports an outage at the meter." },
  Inferred: { move: "fail", words: "The meter did not answer; the head-end infers an outage." },
  NoResponse: { move: "fail", words: "The meter did not answer." },
};

function eventTold(item: SoapItem): Told {
  const type = item.texts.get("outageEventType") ?? "";
  const error = item.error || (item.texts.get("errorString") ?? "");
  return {
    meter: meterIn(item) || (item.texts.get("outageDetectDeviceID") ?? ""), noun: "outageDetectionEvent", answers: ["ping"],
    verdict: () => (error !== "" ? { move: "fail", words: error } : EVENTS[type] ?? { move: "fail", words: `The head-end reports "${type || "nothing"}".` }),
  };
}

/** The gateway's command of that id, whatever became of it; without an id, its open commands of those meters. */
async function askedOf(port: SqlPort, gatewayId: string, transaction: string, meters: readonly string[]): Promise<Asked[]> {
  const COMMAND = "SELECT c.id, c.kind, m.badge FROM meter_command AS c JOIN meter AS m ON m.id = c.meter_id";
  if (transaction !== "") return port.query<Asked>(`${COMMAND} WHERE c.id = ? AND c.gateway_id = ?`, [transaction, gatewayId]);
  if (meters.length === 0) return [];
  return port.query<Asked>(
    `${COMMAND} WHERE c.finished_at IS NULL AND c.gateway_id = ?1 AND m.badge IN (SELECT value FROM json_each(?2)) ORDER BY c.requested_at`,
    [gatewayId, JSON.stringify(meters)],
  );
}
