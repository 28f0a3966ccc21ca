/** What a meter is asked through its head-end, from the asking to the answer: one table, and its events. */
import type { EventDraft } from "../compliance/chain.ts";

export const METER_COMMANDS = ["read", "ping", "connect", "disconnect", "arm"] as const;
export type MeterCommandKind = (typeof METER_COMMANDS)[number];

export const isMeterCommand = (text: string): text is MeterCommandKind => (METER_COMMANDS as readonly string[]).includes(text);

/** These change what is delivered: they need a reason, and whoever may work on meters. `arm`: the customer closes the switch. */
export const SWITCHING: ReadonlySet<MeterCommandKind> = new Set<MeterCommandKind>(["connect", "disconnect", "arm"]);

export const COMMAND_STATES = ["requested", "sent", "confirmed", "failed", "timedOut"] as const;
export type CommandState = (typeof COMMAND_STATES)[number];
export type CommandMove = "send" | "confirm" | "fail" | "expire";

/**
 * State × move → state; what is not here changes nothing. An answer may outrun the note that the command was sent, and one
 * that comes after the time was up still says what the meter did.
 */
const MOVES: Readonly<Record<CommandState, Partial<Record<CommandMove, CommandState>>>> = {
  requested: { send: "sent", confirm: "confirmed", fail: "failed", expire: "timedOut" },
  sent: { confirm: "confirmed", fail: "failed", expire: "timedOut" },
  timedOut: { confirm: "confirmed", fail: "failed" },
  confirmed: {},
  failed: {},
};

export function commandAfter(state: CommandState, move: CommandMove): CommandState | null {
  return MOVES[state][move] ?? null;
}

/** A module that is awake answers within a minute; one behind several radio hops or asleep may need ten. */
export const ANSWER_WITHIN_MS = 15 * 60_000;

export interface MeterCommandEvents {
  MeterCommandRequested: { askedId: string; meterId: string; gatewayId: string; endpointId: string; kind: MeterCommandKind; deadlineAt: number };
  MeterCommandSent: { askedId: string; meterId: string };
  MeterCommandConfirmed: { askedId: string; meterId: string; kind: MeterCommandKind };
  MeterCommandFailed: { askedId: string; meterId: string; kind: MeterCommandKind };
  MeterCommandTimedOut: { askedId: string; meterId: string; kind: MeterCommandKind };
  /** On the premise's stream: the switch at a service point is known to have moved. */
  ServicePointSwitched: { servicePointId: string; meterId: string; status: "connected" | "disconnected" };
}

export function meterCommandEvent<T extends keyof MeterCommandEvents>(type: T, data: MeterCommandEvents[T]): EventDraft<T, MeterCommandEvents[T]> {
  return { type, version: 1, data };
}

export const meterCommandStream = (id: string): string => `meter-command:${id}`;
