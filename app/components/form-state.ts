/**
 * What an action hands back to its form: what the person typed and what is wrong with it.
 * The form shows both again, so nothing has to be typed twice.
 */

/** What is wrong and what to do; `field` is the control's name, or "" when it is about the whole form. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface FormState {
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly errors: readonly FieldError[];
}

/** Fields that are never sent back to the page. */
const SECRET = /password|secret|commandId/i;

/** Reads what was typed, files and secrets left out, for showing the form again. */
export function typedValues(form: FormData): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of form) {
    if (typeof value !== "string" || SECRET.test(name)) continue;
    (values[name] ??= []).push(value);
  }
  return values;
}

/** The answer of an action that could not do what was asked. */
export function formState(form: FormData, errors: readonly FieldError[]): FormState {
  return { values: typedValues(form), errors };
}

/** A new command's id. Made in the loader, so that it is in the page before any script and a second press sends the same. */
export function newCommandId(): string {
  return crypto.randomUUID();
}
