import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { Demo } from "./world.ts";

export async function decideFindings(_demo: Demo, _undecidedFrom: LocalDate): Promise<number> {
  return 0;
}

export async function reviewHeldBills(_demo: Demo, _runId: string): Promise<number> {
  return 0;
}
