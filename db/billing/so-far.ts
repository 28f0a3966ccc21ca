import type { AccountState } from "../../domain/lifecycle/account/state.ts";
import type { SoFar } from "../../domain/live/messages.ts";
import type { SqlPort } from "../port.ts";

/** Bill so far. */
export async function loadSoFar(_port: SqlPort, _accountId: string, _state: AccountState, _now: number): Promise<{ soFar: SoFar | null; version: number }> {
  return { soFar: null, version: 0 };
}
