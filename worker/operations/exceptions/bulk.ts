/** One decision on many exceptions that a person has seen together: each is a command and a commit of its own. */
import type { ExceptionDecision } from "../../../domain/lifecycle/exception.ts";
import { ForbiddenError, requirePermission, type UserActor } from "../../../domain/lifecycle/permissions.ts";
import type { World } from "../context.ts";
import { decideException } from "./decide.ts";

/** As many as one page of the queue shows: nobody decides on what they have not seen. */
export const BULK_MAX = 200;

/** What may be decided without looking at each one alone. */
export const BULK_DECISIONS = ["accept", "estimate"] as const satisfies readonly ExceptionDecision[];
export type BulkDecision = (typeof BULK_DECISIONS)[number];
export const isBulkDecision = (text: string): text is BulkDecision => (BULK_DECISIONS as readonly string[]).includes(text);

export interface DecideMany {
  readonly commandId: string;
  /** Those that were listed when it was pressed. */
  readonly exceptionIds: readonly string[];
  readonly decision: BulkDecision;
  readonly reason: string;
}

export interface ManyDecided {
  /** Decided now, or by the same form before. */
  readonly decided: number;
  /** Those that stay open, with the reason in words. */
  readonly refused: readonly { readonly exceptionId: string; readonly message: string }[];
}

/**
 * Decides on each of them as `decideException` does. When it stops half-way, those decided stay so and the same form
 * goes on with the rest: each command's id is made of the form's and the exception's.
 * @throws ForbiddenError, UnavailableError; RangeError for more than `BULK_MAX`
 */
export async function decideExceptions(world: World, actor: UserActor, { commandId, exceptionIds, decision, reason }: DecideMany): Promise<ManyDecided> {
  requirePermission(actor, "decide:exception:any");
  const ids = [...new Set(exceptionIds)];
  if (ids.length > BULK_MAX) throw new RangeError(`at most ${BULK_MAX} exceptions are decided together, not ${ids.length}`);
  const refused: { exceptionId: string; message: string }[] = [];
  // In turn: two days of one meter are judged by each other.
  for (const exceptionId of ids) {
    const message = await refusalOf(world, actor, { commandId: `${commandId}:${exceptionId}`, exceptionId, decision, reason });
    if (message !== null) refused.push({ exceptionId, message });
  }
  return { decided: ids.length - refused.length, refused };
}

async function refusalOf(world: World, actor: UserActor, input: Parameters<typeof decideException>[2]): Promise<string | null> {
  try {
    const answer = await decideException(world, actor, input);
    if (answer.status === "done") return null;
    return answer.status === "refused" ? answer.refusal.message : "Something else was decided under this form before.";
  } catch (error) {
    // One of them may be of an account linked to who decides: the others are not.
    if (error instanceof ForbiddenError) return error.message;
    throw error;
  }
}
