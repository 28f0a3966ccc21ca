/**
 * Ids of commands. The product's own are made of what they are about, behind a short word and a colon (`clock:`, `finish:`,
 * `winter:`). A person's is the number of a form, made when its page was; what it is about may follow. Whoever could choose
 * one of the product's own would take its place: it would be found done, and never be done.
 */

/** As the number of a form: long enough to be unique, short enough to store, nothing that needs escaping. */
export const COMMAND_ID = /^[\w-]{16,64}$/;

/** The same on a page with several forms, with what each is about. */
export const FORM_ID = /^[\w-]{16,64}(:.{1,200})?$/;

/**
 * What may stand behind a person's command: a form's number, with what an operation adds to it for the next of a chain (the
 * service that is started with an account). A colon comes after a number alone, and no number is as short as a word.
 */
const PERSONS_ID = /^\w([^:\n]{0,199}|[^:\n]{15,199}:[^\n]{1,400})$/;

/** By which doors people come in. */
const PERSONS_SOURCES: ReadonlySet<string> = new Set(["staff", "portal", "counter"]);

/** Whether somebody asks under an id that is not theirs to choose. */
export const isTakenId = (commandId: string, { actor, source }: { readonly actor: string; readonly source: string }): boolean =>
  actor.startsWith("user:") && PERSONS_SOURCES.has(source) && !PERSONS_ID.test(commandId);

export const TAKEN_ID = { code: "commandId", field: "commandId", message: "This form has a number that no page gave it. Open the page again." };
