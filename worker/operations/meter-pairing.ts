/** A module of a head-end comes to speak for a meter: what that changes, whoever asks for it. */
import { loadHead, type OtherStream } from "../../db/command.ts";
import type { SqlPort } from "../../db/port.ts";
import type { InsertRow } from "../../db/rows.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { EventDraft } from "../../domain/compliance/chain.ts";
import { meterEvent, meterStream, type MeterState } from "../../domain/lifecycle/meter.ts";
import { refuse, type Refused } from "./meter-hanging.ts";

interface EndpointRow {
  readonly meterId: string;
  readonly fromOn: LocalDate;
  readonly toOn: LocalDate | null;
  readonly endpointId: string;
  readonly gatewayId: string;
  readonly recordedAt: number;
}

const COLUMNS = `meter_id AS "meterId", from_on AS "fromOn", to_on AS "toOn", endpoint_id AS "endpointId", gateway_id AS "gatewayId", recorded_at AS "recordedAt"`;

const ENDPOINT = /^[A-Za-z0-9][A-Za-z0-9:._-]{0,63}$/;

export interface Pairing {
  /** On the meter's own stream. */
  readonly draft: EventDraft;
  /** The meter that the module spoke for until then. */
  readonly others: readonly OtherStream[];
  /** First what ends: a module never speaks for two. */
  readonly rows: InsertRow<"meterEndpoint">[];
}

/** Pairs a meter with a module from a day on; the module before ends there. Refusals name `endpointId`, `gatewayId`, `fromOn`. */
export async function pairingOf(port: SqlPort, asked: { readonly meterId: string; readonly endpointId: string; readonly gatewayId: string; readonly fromOn: LocalDate }, now: number): Promise<Pairing | Refused> {
  const { meterId, gatewayId, fromOn } = asked;
  const endpointId = asked.endpointId.trim();
  if (!ENDPOINT.test(endpointId)) return refuse("endpointId", "Enter the module's number as the head-end writes it: letters, digits and :._-, at most 64.");
  const [gateway] = await port.query("SELECT id FROM gateway WHERE id = ? AND status = 'active'", [gatewayId]);
  if (!gateway) return refuse("gatewayId", "Choose the gateway of the head-end.");
  const [other] = await port.query<EndpointRow & { badge: string; status: MeterState }>(
    `SELECT ${COLUMNS}, badge, status FROM meter_endpoint JOIN meter ON meter.id = meter_id WHERE gateway_id = ? AND endpoint_id = ? AND to_on IS NULL AND meter_id <> ?`, [gatewayId, endpointId, meterId],
  );
  if (other?.status === "installed") return refuse("endpointId", `This module speaks for meter ${other.badge}. Pair that meter with its own first.`);
  if (other && other.fromOn >= fromOn) return refuse("fromOn", `The module spoke for meter ${other.badge} from ${other.fromOn} on. Choose a later day.`);
  const [before] = await port.query<EndpointRow>(`SELECT ${COLUMNS} FROM meter_endpoint WHERE meter_id = ? AND to_on IS NULL`, [meterId]);
  if (before && before.fromOn >= fromOn) return refuse("fromOn", `The module before is paired from ${before.fromOn} on. Choose a later day.`);
  return {
    draft: meterEvent("EndpointPaired", { meterId, endpointId, gatewayId, fromOn }),
    // A module stays on the wall when the meter under it is exchanged.
    others: other ? [await released(port, other, fromOn)] : [],
    rows: [...[other, before].flatMap((row) => (row ? [ended(row, fromOn)] : [])), { meterId, fromOn, toOn: null, endpointId, gatewayId, recordedAt: now }],
  };
}

const ended = ({ meterId, fromOn, endpointId, gatewayId, recordedAt }: EndpointRow, toOn: LocalDate): EndpointRow => ({ meterId, fromOn, toOn, endpointId, gatewayId, recordedAt });

async function released(port: SqlPort, { meterId, endpointId, gatewayId }: EndpointRow, toOn: LocalDate): Promise<OtherStream> {
  const stream = meterStream(meterId);
  return { stream, head: await loadHead(port, stream), drafts: [meterEvent("EndpointReleased", { meterId, endpointId, gatewayId, toOn })], writes: {} };
}
