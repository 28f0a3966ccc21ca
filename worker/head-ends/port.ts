/**
 * The port to a head-end: what the product asks of whoever speaks to the meters. It is shaped after MultiSpeak's MR (meter
 * reading), CD (connect/disconnect) and OD (outage detection) interfaces, so that the adapter for them (`multispeak/`) is a
 * translation and nothing else:
 *
 * | here | MultiSpeak, to the head-end | its answer |
 * |---|---|---|
 * | `read` | MR `InitiateMeterReadByMeterNumber` | `ReadingChangedNotification` |
 * | `ping` | OD `InitiateOutageDetectionEventRequest` | `ODEventNotification` |
 * | `connect`, `disconnect`, `arm` | CD `InitiateConnectDisconnect` (load action `Connect`, `Disconnect`, `Arm`) | `CDStateChangedNotification` |
 *
 * The command's id is the transaction id of all of them. A head-end must take the same id twice for the same command.
 */
import type { MeterCommandKind } from "../../domain/lifecycle/meter-command.ts";

export interface HeadEndCommand {
  readonly id: string;
  readonly kind: MeterCommandKind;
  readonly gatewayId: string;
  readonly endpointId: string;
  /** The number on the meter's face. */
  readonly meter: string;
  readonly meterId: string;
  /** After this moment nobody waits for the answer. */
  readonly deadlineAt: number;
}

/** `sent`: the head-end has it. `waiting`: it fetches its commands itself (`GET /api/v1/ami/commands`). `refused`: it said no, and why. */
export type Handover = "sent" | "waiting" | { readonly refused: string };

export interface HeadEnd {
  /** Hands a command over. @throws when it could not be: it is tried again, and what is thrown is told if its time runs out */
  send(command: HeadEndCommand): Promise<Handover>;
}

/** A head-end that asks for its commands. */
export const FETCHING: HeadEnd = { send: async () => "waiting" };
