import { createContext, useContext, useEffect, useRef, type ReactNode } from "react";
import { Form, useNavigation, type FormProps } from "react-router";
import { Button, type ButtonKind } from "./button.tsx";
import type { IconName } from "./icons.tsx";
import type { FormState } from "./form-state.ts";
import { useT } from "../i18n/context.tsx";

interface FormShape { readonly state: FormState | undefined; readonly prefix: string }

const FormShapeContext = createContext<FormShape>({ state: undefined, prefix: "" });

export interface FieldShape {
  id: string;
  hintId: string;
  errorId: string;
  /** What was typed before, when the form came back. */
  typed: readonly string[] | undefined;
  error: string | undefined;
}

/** A control's ids, what was typed in it, and its error, by its name. */
export function useField(name: string): FieldShape {
  const { state, prefix } = useContext(FormShapeContext);
  const id = `${prefix}${name}`;
  return {
    id, hintId: `${id}-hint`, errorId: `${id}-error`,
    typed: state?.values[name],
    error: state?.errors.find((error) => error.field === name)?.message,
  };
}

export interface FormFrameProps extends Omit<FormProps, "id"> {
  /** What the action handed back, if it did. */
  state?: FormState | null;
  /** Sent along hidden; from the loader (`newCommandId`). */
  commandId?: string;
  /** Needed when a page has two forms with equal field names. */
  id?: string;
  children: ReactNode;
}

/** A form that works without a script: posts, comes back with what was typed, and says what is wrong at the top and at the field. */
export function FormFrame({ state, commandId, id, children, method = "post", ...rest }: FormFrameProps) {
  const prefix = id ? `${id}-` : "";
  const shape = { state: state ?? undefined, prefix };
  return (
    <FormShapeContext value={shape}>
      <Form className="form" id={id} method={method} noValidate {...rest}>
        {state?.errors.length ? <ErrorSummary state={state} prefix={prefix} /> : null}
        {commandId ? <CommandIdField value={commandId} /> : null}
        {children}
      </Form>
    </FormShapeContext>
  );
}

/** The command's id, hidden: the same press twice does the thing once. */
export function CommandIdField({ value }: { value: string }) {
  return <input type="hidden" name="commandId" value={value} readOnly />;
}

/** All that is wrong, each a link to its field. Takes focus when it appears. */
export function ErrorSummary({ state, prefix = "" }: { state: FormState; prefix?: string }) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [state]);
  return (
    <div className="error-summary" ref={box} tabIndex={-1} role="alert" autoFocus>
      <h2>{t("form.problem", { count: state.errors.length })}</h2>
      <ul className="error-list">
        {state.errors.map(({ field, message }) => (
          <li key={field + message}>{field ? <a href={`#${prefix}${field}`}>{message}</a> : message}</li>
        ))}
      </ul>
    </div>
  );
}

/** The button that sends the form. While it is on its way the word changes and the width does not. */
export function Submit({ children, kind = "primary", icon, wide, name, value }: {
  children: ReactNode; kind?: ButtonKind; icon?: IconName; wide?: boolean; name?: string; value?: string;
}) {
  const t = useT();
  const { state, formData } = useNavigation();
  const mine = state !== "idle" && formData !== undefined && (name === undefined || formData.get(name) === (value ?? ""));
  return (
    <Button kind={kind} icon={icon} wide={wide} name={name} value={value} aria-disabled={mine || undefined}>
      {children}{mine ? <span className="unseen" role="status"> {t("form.sending")}</span> : null}
    </Button>
  );
}

/** One decision as one button: a whole form with nothing to fill in. */
export function ActionButton({ action, fields = {}, commandId, kind = "secondary", icon, keyHint, wide, children }: {
  action?: string;
  /** Sent hidden: what the button decides, about what. */
  fields?: Readonly<Record<string, string>>;
  commandId?: string;
  kind?: ButtonKind; icon?: IconName; wide?: boolean;
  /** The key that presses it (staff); `useKeys` finds the button by it. */
  keyHint?: string;
  children: ReactNode;
}) {
  return (
    <Form method="post" action={action} className="action">
      {commandId ? <CommandIdField value={commandId} /> : null}
      {Object.entries(fields).map(([name, value]) => <input key={name} type="hidden" name={name} value={value} readOnly />)}
      <Button kind={kind} icon={icon} wide={wide} keyHint={keyHint}>{children}</Button>
    </Form>
  );
}
