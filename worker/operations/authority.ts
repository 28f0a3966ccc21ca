/**
 * What a member of staff decides on alone has a limit a day, not one of each form: ten credits of half a limit are five limits.
 * Each decision is a row of its commit, and the commit holds only while the day's sum is the one it was decided on.
 */
import type { InputStamp } from "../../db/commit.ts";
import type { InsertRow } from "../../db/rows.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { actorText, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Cents } from "../../domain/money/cents.ts";
import type { World } from "./context.ts";

export type AuthorityKind = "adjustment" | "correction";

/** How much of a person's day is used, without the command itself: sent again, it must not count against itself. */
export interface Authority {
  readonly used: Cents;
  /** What goes with the command: the sum is compared again, and this one added to it. */
  readonly decided: (commandId: string, amount: Cents) => { readonly inputs: readonly InputStamp[]; readonly rows: { readonly authorityUse: InsertRow<"authorityUse">[] } };
}

export async function authorityOf({ port }: Pick<World, "port">, person: UserActor, kind: AuthorityKind, day: LocalDate, commandId = ""): Promise<Authority> {
  const actor = actorText(person);
  const [row] = await port.query<{ used: Cents }>("SELECT coalesce(sum(amount), 0) AS used FROM authority_use WHERE actor = ? AND day = ? AND kind = ? AND command_id <> ?", [actor, day, kind, commandId]);
  const { used } = row!;
  return {
    used,
    decided: (id, amount) => ({ inputs: [{ kind: "authority", actor, day, what: kind, stamp: used }], rows: { authorityUse: [{ commandId: id, actor, day, kind, amount: Math.abs(amount) }] } }),
  };
}
