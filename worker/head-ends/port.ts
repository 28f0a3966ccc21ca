/**
 * The port to a head-end: what the product asks of whoever speaks to the meters. It is shaped after MultiSpeak's MR (meter
 * reading) and CD (connect/disconnect) interfaces, so that an adapter for them is a translation and nothing else:
 *
 * | here | MultiSpeak, to the head-end | its answer |
 * |---|---|---|
 * | `read` | MR `InitiateMeterReadingsByMeterID` | `ReadingChangedNotification` |
 * | `ping` | OD `InitiateOutageDetectionEventRequest` | `ODEventNotification` |
 * | `connect`, `disconnect`, `arm` | CD `InitiateConnectDisconnect` (load action `Connect`, `Disconnect`, `Enable`) | `CDStateChangedNotification` |
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

export interface HeadEnd {
  /**
   * Hands a command over. `sent`: the head-end has it. `waiting`: it fetches its commands itself (`GET /api/v1/ami/commands`).
   * @throws when it could not be handed over: it is tried again
   */
  send(command: HeadEndCommand): Promise<"sent" | "waiting">;
}

/** A head-end that asks for its commands. */
export const FETCHING: HeadEnd = { send: async () => "waiting" };
