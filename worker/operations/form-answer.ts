/** What a form is told: the account's answer to its command, or what was wrong before anything was asked of the account. */
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import type { Answer } from "../../durable/desk.ts";

export type FormAnswer = Answer | { readonly status: "invalid"; readonly refusal: Refusal };

export const invalid = (field: string, message: string): FormAnswer => ({ status: "invalid", refusal: { code: field, message, field } });

export { COMMAND_ID } from "../../domain/lifecycle/command-id.ts";

export const noCommandId = (): FormAnswer => invalid("commandId", "Open the form again: its number is missing.");

/** The answer to a command on a stream other than an account's. */
export type { StreamAnswer } from "../../db/command.ts";
