/** What waits for a person, counted for the staff's navigation: shown beside the words on every page. */
import { isStaffRole, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";

export interface Waiting {
  readonly exceptions: number;
  readonly requests: number;
}

const NOTHING: Waiting = { exceptions: 0, requests: 0 };

/** Both counts come from small indexes of what is open. Nothing for whoever does not work here. */
export async function waitingCounts(world: World, actor: UserActor): Promise<Waiting> {
  if (!isStaffRole(actor.role)) return NOTHING;
  const [row] = await world.port.query<Waiting>(
    "SELECT (SELECT count(*) FROM exception WHERE status = 'open') AS exceptions, (SELECT count(*) FROM request WHERE status <> 'closed') AS requests",
  );
  return row ?? NOTHING;
}
