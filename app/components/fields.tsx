/**
 * Form controls: the browser's own, each with its label, hint and error joined to it. What was typed
 * comes back from the form's state by the control's name.
 */
import { useEffect, useState, type ComponentProps, type ReactNode } from "react";
import { useField, type FieldShape } from "./form.tsx";
import { Icon } from "./icons.tsx";
import { useT } from "../i18n/context.tsx";

interface FieldProps {
  name: string;
  label: ReactNode;
  /** What to write, and why we ask. */
  hint?: ReactNode;
  /** Marked in words; fields are required unless they say so. */
  optional?: boolean;
}

function described(field: FieldShape, hint: ReactNode): string | undefined {
  return [hint ? field.hintId : "", field.error ? field.errorId : ""].filter(Boolean).join(" ") || undefined;
}

function control(field: FieldShape, { name, hint, optional }: FieldProps) {
  return {
    id: field.id, name,
    "aria-describedby": described(field, hint),
    "aria-invalid": field.error ? (true as const) : undefined,
    required: !optional,
  };
}

function Hint({ field, hint }: { field: FieldShape; hint: ReactNode }) {
  return hint ? <div className="field-hint" id={field.hintId}>{hint}</div> : null;
}

function FieldErrorText({ field }: { field: FieldShape }) {
  const t = useT();
  if (!field.error) return null;
  return (
    <p className="field-error" id={field.errorId}>
      <Icon name="bad" /><span><span className="unseen">{t("form.error")} </span>{field.error}</span>
    </p>
  );
}

function Optional({ optional }: { optional?: boolean }) {
  const t = useT();
  return optional ? <span className="soft field-optional"> ({t("form.optional")})</span> : null;
}

/** Label, hint and error around one control. */
function FieldFrame({ field, label, hint, optional, children }: Omit<FieldProps, "name"> & { field: FieldShape; children: ReactNode }) {
  return (
    <div className="field" data-invalid={field.error ? true : undefined}>
      <label htmlFor={field.id}>{label}<Optional optional={optional} /></label>
      <Hint field={field} hint={hint} />
      <FieldErrorText field={field} />
      {children}
    </div>
  );
}

type Native<Element extends "input" | "select" | "textarea"> = Omit<ComponentProps<Element>, "name" | "id" | "width" | "prefix">;

/** `short`, `medium`, `long`: as wide as what belongs in it. */
type Width = "short" | "medium" | "long";

export interface TextFieldProps extends FieldProps, Native<"input"> {
  width?: Width;
  /** Before and after the text, inside the frame ("$", "kWh"). */
  prefix?: string;
  suffix?: string;
}

export function TextField({ name, label, hint, optional, width, defaultValue, prefix, suffix, ...rest }: TextFieldProps) {
  const field = useField(name);
  const input = (
    <input className="input" type="text" data-width={prefix || suffix ? undefined : width} defaultValue={field.typed?.[0] ?? defaultValue} {...control(field, { name, label, hint, optional })} {...rest} />
  );
  return (
    <FieldFrame field={field} label={label} hint={hint} optional={optional}>
      {prefix || suffix ? (
        <div className="input-group" data-width={width}>
          {prefix ? <span aria-hidden="true">{prefix}</span> : null}{input}{suffix ? <span aria-hidden="true">{suffix}</span> : null}
        </div>
      ) : input}
    </FieldFrame>
  );
}

/** A file from the person's machine. The form it stands in is sent as multipart/form-data. */
export function FileField({ name, label, hint, optional, ...rest }: FieldProps & Native<"input">) {
  const field = useField(name);
  return (
    <FieldFrame field={field} label={label} hint={hint} optional={optional}>
      <input className="input" type="file" {...control(field, { name, label, hint, optional })} {...rest} />
    </FieldFrame>
  );
}

/** Dollars as a person types them; the server reads them with `parseDollars`. */
export function MoneyField(props: TextFieldProps) {
  return <TextField prefix="$" width="short" inputMode="decimal" autoComplete="off" spellCheck={false} {...props} />;
}

/** A day. The browser's own picker; its value is `YYYY-MM-DD`. */
export function DateField(props: TextFieldProps) {
  return <TextField width="medium" {...props} type="date" />;
}

export function EmailField(props: TextFieldProps) {
  return <TextField type="email" inputMode="email" autoComplete="email" autoCapitalize="none" spellCheck={false} {...props} />;
}

export function TextArea({ name, label, hint, optional, defaultValue, rows = 4, ...rest }: FieldProps & Native<"textarea">) {
  const field = useField(name);
  return (
    <FieldFrame field={field} label={label} hint={hint} optional={optional}>
      <textarea className="input" rows={rows} defaultValue={field.typed?.[0] ?? defaultValue} {...control(field, { name, label, hint, optional })} {...rest} />
    </FieldFrame>
  );
}

export interface Option { value: string; label: ReactNode; hint?: ReactNode; disabled?: boolean }

/** Many options. Fewer than about seven are better as radio buttons. */
export function SelectField({ name, label, hint, optional, options, width, defaultValue, placeholder, ...rest }: FieldProps & Native<"select"> & {
  options: readonly (Option & { label: string })[]; width?: Width; placeholder?: string;
}) {
  const field = useField(name);
  const t = useT();
  const chosen = field.typed?.[0] ?? defaultValue;
  return (
    <FieldFrame field={field} label={label} hint={hint} optional={optional}>
      <select className="input" data-width={width} defaultValue={chosen ?? ""} {...control(field, { name, label, hint, optional })} {...rest}>
        {defaultValue === undefined ? <option value="" disabled={!optional}>{placeholder ?? (optional ? "" : t("form.choose"))}</option> : null}
        {options.map(({ value, label: words, disabled }) => <option key={value} value={value} disabled={disabled}>{words}</option>)}
      </select>
    </FieldFrame>
  );
}

interface GroupProps extends FieldProps {
  options: readonly Option[];
  /** Beside each other, where there are few and short ones. */
  inline?: boolean;
}

function Group({ kind, name, label, hint, optional, options, inline, chosen }: GroupProps & { kind: "radio" | "checkbox"; chosen: readonly string[] }) {
  const field = useField(name);
  return (
    <fieldset className="field" aria-describedby={described(field, hint)} data-invalid={field.error ? true : undefined}>
      <legend>{label}<Optional optional={optional} /></legend>
      <Hint field={field} hint={hint} />
      <FieldErrorText field={field} />
      <div className="choices" data-inline={inline || undefined}>
        {options.map((option, i) => {
          const id = i === 0 ? field.id : `${field.id}-${option.value}`;
          return (
            <label key={option.value} className="choice" htmlFor={id}>
              <input
                type={kind} id={id} name={name} value={option.value} disabled={option.disabled}
                defaultChecked={chosen.includes(option.value)} required={kind === "radio" && !optional}
                aria-describedby={option.hint ? `${id}-more` : undefined}
              />
              <span>
                <span className="choice-label">{option.label}</span>
                {option.hint ? <span className="choice-hint" id={`${id}-more`}>{option.hint}</span> : null}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

/** One of a few. */
export function RadioField({ defaultValue, ...props }: GroupProps & { defaultValue?: string }) {
  const field = useField(props.name);
  return <Group kind="radio" {...props} chosen={field.typed ?? (defaultValue === undefined ? [] : [defaultValue])} />;
}

/** Any of a few. */
export function CheckboxesField({ defaultValues = [], ...props }: GroupProps & { defaultValues?: readonly string[] }) {
  const field = useField(props.name);
  return <Group kind="checkbox" {...props} chosen={field.typed ?? defaultValues} />;
}

/** One yes or no. */
export function CheckboxField({ name, label, hint, value = "yes", defaultChecked }: FieldProps & { value?: string; defaultChecked?: boolean }) {
  const named = useField(name);
  // Several boxes may share a name; a label must lead to its own.
  const field = value === "yes" ? named : { ...named, id: `${named.id}-${value}`, hintId: `${named.hintId}-${value}`, error: undefined };
  return (
    <div className="field" data-invalid={field.error ? true : undefined}>
      <FieldErrorText field={field} />
      <label className="choice" htmlFor={field.id}>
        <input type="checkbox" id={field.id} name={name} value={value} defaultChecked={field.typed ? field.typed.includes(value) : defaultChecked}
          aria-describedby={described(field, hint)} aria-invalid={field.error ? true : undefined} />
        <span>
          <span className="choice-label">{label}</span>
          {hint ? <span className="choice-hint" id={field.hintId}>{hint}</span> : null}
        </span>
      </label>
    </div>
  );
}

/** A password that can be shown; the button is there once a script can serve it, its room from the start. */
export function PasswordField({ name, label, hint, optional, autoComplete = "current-password", ...rest }: FieldProps & Native<"input">) {
  const field = useField(name);
  const t = useT();
  const [ready, setReady] = useState(false);
  const [shown, setShown] = useState(false);
  useEffect(() => setReady(true), []);
  return (
    <FieldFrame field={field} label={label} hint={hint} optional={optional}>
      <div className="input-group">
        <input className="input" type={shown ? "text" : "password"} autoComplete={autoComplete} autoCapitalize="none" spellCheck={false} {...control(field, { name, label, hint, optional })} {...rest} />
        <button type="button" className="input-action" data-ready={ready || undefined} aria-controls={field.id} onClick={() => setShown(!shown)}>
          {shown ? t("form.hidePassword") : t("form.showPassword")}<span className="unseen"> {label}</span>
        </button>
      </div>
      <span className="unseen" role="status">{ready && shown ? t("form.passwordShown") : ""}</span>
    </FieldFrame>
  );
}

/** Fields that belong together under one question. With a `name`, what is wrong with all of them is said here. */
export function Fieldset({ legend, hint, name, children }: { legend: ReactNode; hint?: ReactNode; name?: string; children: ReactNode }) {
  const field = useField(name ?? "");
  return (
    <fieldset className="fieldset" {...(name ? { id: field.id, tabIndex: -1, "aria-describedby": described(field, hint) } : {})}>
      <legend>{legend}</legend>
      {hint ? <div className="field-hint" id={name ? field.hintId : undefined}>{hint}</div> : null}
      {name ? <FieldErrorText field={field} /> : null}
      <div className="stack">{children}</div>
    </fieldset>
  );
}
