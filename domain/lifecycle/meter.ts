/**
 * Life cycle of a meter as a thing that the utility owns. Which reads count where is told by its dated installations; this
 * table tells where it is and what may be done with it next.
 */
import type { EventDraft } from "../compliance/chain.ts";

export const METER_STATES = ["ordered", "inStock", "installed", "removed", "test", "retired"] as const;
export type MeterState = (typeof METER_STATES)[number];

export type MeterMove = "receive" | "install" | "remove" | "test" | "restock" | "retire";

/** State × move → state; what is not here cannot be done. */
const MOVES: Readonly<Record<MeterState, Partial<Record<MeterMove, MeterState>>>> = {
  ordered: { receive: "inStock" },
  inStock: { install: "installed" },
  installed: { remove: "removed" },
  removed: { test: "test" },
  test: { restock: "inStock", retire: "retired" },
  retired: {},
};

/** Moves that need nothing but a person's word: the others come with a place, reads and a moment. */
export const SHOP_MOVES = ["receive", "test", "restock", "retire"] as const satisfies readonly MeterMove[];
export type ShopMove = (typeof SHOP_MOVES)[number];

/** The state after the move; null when it cannot be made from there. */
export function meterAfter(state: MeterState, move: MeterMove): MeterState | null {
  return MOVES[state][move] ?? null;
}

/** What can be done with the meter in the shop now. */
export const shopMovesFrom = (state: MeterState): ShopMove[] => SHOP_MOVES.filter((move) => meterAfter(state, move) !== null);

export const isMeterState = (text: string): text is MeterState => (METER_STATES as readonly string[]).includes(text);

/** Why a meter is taken off and another one hung. */
export const EXCHANGE_REASONS = ["age", "stopped", "damaged", "tested", "size", "head-end", "other"] as const;
export type ExchangeReason = (typeof EXCHANGE_REASONS)[number];

export const isExchangeReason = (text: string): text is ExchangeReason => (EXCHANGE_REASONS as readonly string[]).includes(text);

/** Stands for the new meter where none is hung in an old one's place. */
export const NO_METER = "none";

export interface MeterEvents {
  /** On the meter's stream. */
  MeterOrdered: { meterId: string; badge: string; commodity: string };
  MeterReceived: { meterId: string; badge: string; commodity: string };
  MeterInstalled: { meterId: string; servicePointId: string; installedOn: string; at: number };
  MeterRemoved: { meterId: string; servicePointId: string; removedOn: string; at: number };
  MeterSentToTest: { meterId: string };
  MeterRestocked: { meterId: string };
  MeterRetired: { meterId: string };
  /** Accuracies in thousandths of a percent. */
  MeterTested: { meterId: string; testedOn: string; asFound: number; asLeft: number | null; passed: boolean };
  EndpointPaired: { meterId: string; endpointId: string; gatewayId: string; fromOn: string };
  /** The module went on to another meter after this one was taken off. */
  EndpointReleased: { meterId: string; endpointId: string; gatewayId: string; toOn: string };
  /** On the premise's stream. */
  MeterHung: { servicePointId: string; installed: string; on: string; at: number };
  MeterTakenOff: { servicePointId: string; removed: string; on: string; at: number; reason: ExchangeReason };
  MeterExchanged: { servicePointId: string; removed: string; installed: string; on: string; at: number; reason: ExchangeReason };
}

export function meterEvent<T extends keyof MeterEvents>(type: T, data: MeterEvents[T]): EventDraft<T, MeterEvents[T]> {
  return { type, version: 1, data };
}

export const meterStream = (meterId: string): string => `meter:${meterId}`;

/** A test is of no use beyond these: nothing measures less than nothing, or twice what went through. */
export const ACCURACY_MAX_MILLI = 200_000;
