/** Prepaid: how the money stands that a customer paid ahead, day by day, and a clerk who enrols an account or ends it. */
import { loadAccount } from "../../db/account/store.ts";
import { loadPrepaidDays } from "../../db/billing/prepaid.ts";
import { todayOf } from "../../db/utility.ts";
import { prepaidStanding, type PrepaidDay, type PrepaidStanding } from "../../domain/billing/prepaid.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { CommandOf } from "../../domain/lifecycle/account/commands.ts";
import { balanceOf } from "../../domain/lifecycle/account/state.ts";
import { actorText, requireOnAccount, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Why } from "../../domain/lifecycle/why.ts";
import { CENTS_MAX, type Cents } from "../../domain/money/cents.ts";
import type { World } from "./context.ts";
import { COMMAND_ID, invalid, noCommandId, type FormAnswer } from "./form-answer.ts";
import { noteOf } from "./notes.ts";

const PERMISSION = "edit:prepaid:any";
/** A sentence, for whoever asks next year. */
const REASON_MAX = 200;

export interface PrepaidAccount {
  readonly enrolledOn: LocalDate;
  readonly lowAt: Cents;
  /** Null where a service cannot be priced: better no figure than a wrong one. */
  readonly standing: PrepaidStanding | null;
  /** The unbilled days, oldest first. */
  readonly days: readonly PrepaidDay[];
}

/** How a prepaid account stands; null when it is not prepaid. For its customer and for staff. @throws ForbiddenError, UnavailableError */
export async function prepaidOf(world: World, actor: UserActor, accountId: string): Promise<PrepaidAccount | null> {
  requireOnAccount(actor, "read:bill", accountId);
  const { state } = await loadAccount(world.port, accountId);
  if (!state.prepaid) return null;
  const { enrolledOn, lowAt } = state.prepaid;
  const { days } = await loadPrepaidDays(world.port, accountId, state, world.now());
  return { enrolledOn, lowAt, standing: days && prepaidStanding(-balanceOf(state), lowAt, days), days: days ?? [] };
}

export interface AskedPrepaid {
  readonly commandId: string;
  readonly accountId: string;
  /** `enrol`, `change` or `leave`. */
  readonly what: string;
  /** Undefined: what was typed is no amount. */
  readonly lowAt: Cents | undefined;
  readonly reason: string;
}

/** @throws ForbiddenError */
export async function setPrepaid(world: World, actor: UserActor, asked: AskedPrepaid): Promise<FormAnswer> {
  requirePermission(actor, PERMISSION, asked.accountId);
  const { commandId, accountId, what } = asked;
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  const reason = asked.reason.trim();
  if (reason.length > REASON_MAX) return invalid("reason", `Keep the reason under ${REASON_MAX} characters.`);
  const { lowAt } = asked;
  if (what !== "leave" && (lowAt === undefined || lowAt < 0 || lowAt > CENTS_MAX)) return invalid("lowAt", "Enter an amount such as 20.00.");
  const now = world.now();
  const { why, rows } = noteOf(world, commandId, reason);
  const command = commandOf({ commandId, what, lowAt: lowAt ?? 0, why }, await todayOf(world.port, now));
  if (!command) return invalid("what", "Choose what is to be done.");
  if (command.type === "EnrolPrepaid") {
    const { state } = await loadAccount(world.port, accountId);
    if (!state.prepaid && (await loadPrepaidDays(world.port, accountId, state, now)).unmetered) return invalid("what", "A service of this account has a meter without intervals. Prepaid needs a reading of each day.");
  }
  return world.execute({
    commandId, accountId, command,
    // Without the day: a form sent again after midnight asks the same question.
    asked: { type: command.type, accountId, lowAt: command.type === "LeavePrepaid" ? null : command.lowAt, ...why },
    attachments: rows,
    actor: actorText(actor), authority: PERMISSION, source: "staff", acceptedAt: now,
  });
}

type PrepaidCommand = CommandOf<"EnrolPrepaid"> | CommandOf<"ChangePrepaid"> | CommandOf<"LeavePrepaid">;

function commandOf({ commandId, what, lowAt, why }: { commandId: string; what: string; lowAt: Cents; why: Why }, today: LocalDate): PrepaidCommand | null {
  switch (what) {
    case "enrol": return { type: "EnrolPrepaid", prepaidId: commandId, enrolledOn: today, lowAt };
    case "change": return { type: "ChangePrepaid", changedOn: today, lowAt };
    case "leave": return { type: "LeavePrepaid", leftOn: today, ...why };
    default: return null;
  }
}
