/** What somebody does with an exception: one key and one form for each decision. */
import type { FocusEvent } from "react";
import { APPROVAL_KIND, REBILL_KIND } from "../../../domain/lifecycle/exception.ts";
import { ButtonLink } from "../../components/button.tsx";
import { accountPath } from "./account-head.tsx";
import { addDays } from "../../../domain/calendar/local-date.ts";
import { milliText, quantityText, timesMultiplier, type Unit } from "../../../domain/metering/units.ts";
import type { ExceptionPage } from "../../../worker/operations/exceptions.ts";
import { Card } from "../../components/card.tsx";
import { DateField, TextField } from "../../components/fields.tsx";
import { ActionButton, FormFrame, Submit, useField } from "../../components/form.tsx";
import { Row } from "../../components/layout.tsx";
import { usePlace } from "../../i18n/context.tsx";
import { formatTime } from "../../format/dates.ts";
import type { StaffForm } from "./staff.server.ts";

export interface DecideIds { readonly decide: string; readonly edit: string; readonly own: string; readonly snooze: string; readonly pass: string }

interface Props {
  readonly page: ExceptionPage;
  readonly ids: DecideIds;
  /** The exception that is shown when this one is dealt with. */
  readonly next: string;
  /** The address of the exception in its list: where its forms go. */
  readonly to: string;
  readonly state: StaffForm | null;
  readonly userId: string;
  readonly may: { readonly decide: boolean; readonly reread: boolean; readonly correct: boolean };
}

/** The buttons at the foot of the card: the commonest decisions without a word to type. */
export function QuickDecisions({ page, ids, next, to, may, userId }: Props) {
  const { item, decisions, actions, subject } = page;
  const can = (decision: ExceptionPage["decisions"][number]) => decisions.includes(decision) && (decision === "reread" ? may.reread : may.decide);
  const fields = (decision: string) => ({ do: "decide", decision, next });
  const pass = item.kind === "billing" && can("accept");
  const correction = correctionOf(item);
  return (
    <Row>
      {correction && may.correct ? <ButtonLink to={correction.to} kind="primary" icon="bill">{correction.label}</ButtonLink> : null}
      {can("accept") && !pass ? <ActionButton action={to} kind="primary" keyHint="a" commandId={ids.decide} fields={fields("accept")}>{subject === "reading" ? "Take it in" : "Accept"}</ActionButton> : null}
      {can("edit") ? <label className="button" data-kind="secondary" data-key="e" htmlFor="edit-first"><span>Edit</span><kbd aria-hidden="true">e</kbd></label> : null}
      {can("estimate") ? <ActionButton action={to} keyHint="s" commandId={ids.decide} fields={fields("estimate")}>{estimateWord(page)}</ActionButton> : null}
      {can("reread") && item.kind !== "billing" ? <ActionButton action={to} keyHint="r" commandId={ids.decide} fields={fields("reread")} icon="truck">Order a re-read</ActionButton> : null}
      {may.decide && actions.includes("assign") && item.owner !== userId ? <ActionButton action={to} kind="quiet" keyHint="t" commandId={ids.own} fields={{ do: "assign" }}>Take it</ActionButton> : null}
      {may.decide && actions.includes("release") && item.owner === userId ? <ActionButton action={to} kind="quiet" keyHint="t" commandId={ids.own} fields={{ do: "release" }}>Give it back</ActionButton> : null}
      {may.decide && actions.includes("wake") ? <ActionButton action={to} kind="quiet" keyHint="z" commandId={ids.own} fields={{ do: "wake" }}>Back on the list</ActionButton> : null}
    </Row>
  );
}

/** Where bills are corrected: what changed under one, or what somebody has proposed. */
function correctionOf({ id, kind, rule, status, accountId }: ExceptionPage["item"]): { readonly to: string; readonly label: string } | null {
  if (accountId === null || status !== "open") return null;
  const [, about = ""] = id.split(":");
  if (rule === "winter-average") return { to: accountPath(accountId, "/facts"), label: "See what is known of the service" };
  if (kind === REBILL_KIND) return { to: accountPath(accountId, `/correct?from=${encodeURIComponent(about)}&cause=wrongRead`), label: "See what it changes" };
  return kind === APPROVAL_KIND ? { to: accountPath(accountId, `/correct?proposal=${encodeURIComponent(about)}`), label: "Look at it" } : null;
}

/** "Estimate 4.1 kgal": what the day, or the read, would be. */
function estimateWord({ suggestion, meter }: ExceptionPage): string {
  if (!suggestion || !meter) return "Estimate";
  const unit = meter.unit as Unit;
  if (suggestion.value !== null) return `Estimate ${quantityText(suggestion.value, unit)}`;
  const changed = new Map(suggestion.slots.map(({ slot, value }) => [slot, value]));
  const total = meter.slots.reduce((sum, { slot, value }) => sum + (changed.get(slot) ?? value ?? 0), 0);
  return `Estimate ${quantityText(timesMultiplier(total, meter.multiplier), unit)}`;
}

/** Decisions that need words: an edit, a bill let pass, a dismissal, putting off. */
export function WordyDecisions({ page, ids, next, to, state, may }: Props) {
  const { item, decisions, actions } = page;
  const { today } = usePlace();
  const doing = state?.values["do"]?.[0];
  const of = (name: string) => (doing === name || (name === "edit" && state?.values["decision"]?.[0] === "edit") ? state : null);
  if (!may.decide) return null;
  const pass = item.kind === "billing" && decisions.includes("accept");
  return (
    <>
      {decisions.includes("edit") && page.meter ? (
        <Card title="Edit">
          <FormFrame action={to} id="edit" state={of("edit")} commandId={ids.edit} className="form form-wide">
            <input type="hidden" name="do" value="decide" readOnly />
            <input type="hidden" name="decision" value="edit" readOnly />
            <input type="hidden" name="next" value={next} readOnly />
            {page.meter.kind === "register"
              ? <TextField name="first" label={`What the meter showed, ${page.meter.unit}`} width="short" inputMode="decimal" defaultValue={milliText(page.meter.reads.find((read) => read.readAt === item.readAt)?.value ?? 0)} autoComplete="off" onFocus={selectAll} />
              : <SlotInputs page={page} />}
            <TextField name="reason" label="Why" hint="It stands in the log beside the change." maxLength={1000} autoComplete="off" />
            <Submit kind="secondary">Save the edit</Submit>
          </FormFrame>
        </Card>
      ) : null}
      {pass ? (
        <Card title="Let the bill pass">
          <FormFrame action={to} id="pass" state={of("pass")} commandId={ids.pass}>
            <input type="hidden" name="do" value="pass" readOnly />
            <input type="hidden" name="next" value={next} readOnly />
            <p className="soft">You have looked at it and it is right as it is. The bill is made at once, unless something else holds it.</p>
            <TextField name="reason" label="Why it is right" maxLength={500} autoComplete="off" />
            <Submit>Let it pass</Submit>
          </FormFrame>
        </Card>
      ) : null}
      {item.kind === "billing" && decisions.includes("reread") && may.reread ? (
        <Card title="Send it back">
          <FormFrame action={to} id="send-back" state={state?.values["decision"]?.[0] === "reread" ? state : null} commandId={ids.decide}>
            <input type="hidden" name="do" value="decide" readOnly />
            <input type="hidden" name="decision" value="reread" readOnly />
            <input type="hidden" name="next" value={next} readOnly />
            <p className="soft">The bill stays held, and waits for a new read. It can still pass when that has come.</p>
            <TextField name="reason" label="What is to be looked at" maxLength={1000} autoComplete="off" />
            <Submit kind="secondary">Send back</Submit>
          </FormFrame>
        </Card>
      ) : null}
      {decisions.includes("dismiss") ? (
        <Card title="Nothing needs to be done">
          <FormFrame action={to} id="dismiss" state={state?.values["decision"]?.[0] === "dismiss" ? state : null} commandId={ids.decide}>
            <input type="hidden" name="do" value="decide" readOnly />
            <input type="hidden" name="decision" value="dismiss" readOnly />
            <input type="hidden" name="next" value={next} readOnly />
            <TextField name="reason" label="Why" maxLength={1000} autoComplete="off" />
            <Submit kind="secondary">Dismiss</Submit>
          </FormFrame>
        </Card>
      ) : null}
      {actions.includes("snooze") ? (
        <Card title="Put it off">
          <FormFrame action={to} id="snooze" state={of("snooze")} commandId={ids.snooze}>
            <input type="hidden" name="do" value="snooze" readOnly />
            <input type="hidden" name="next" value={next} readOnly />
            <DateField name="until" label="Until" hint="It stays open: nothing that hangs on it is billed." defaultValue={addDays(today, 7)} />
            <TextField name="reason" label="Why" optional maxLength={1000} autoComplete="off" />
            <Submit kind="secondary">Put off</Submit>
          </FormFrame>
        </Card>
      ) : null}
    </>
  );
}

/** Typing over is what one comes for. */
const selectAll = (event: FocusEvent<HTMLInputElement>) => event.currentTarget.select();

/** Every interval of the day with its value; what is changed is sent, the rest stays as it is. */
function SlotInputs({ page }: { page: ExceptionPage }) {
  const { zone } = usePlace();
  const meter = page.meter!;
  const suggested = new Map(page.suggestion?.slots.map(({ slot, value }) => [slot, value]) ?? []);
  return (
    <fieldset className="row-fields">
      <legend>Intervals, {meter.unit}</legend>
      <div className="field-hint">Change those that are wrong. Beside each stands what an estimate would be.</div>
      <ol className="slot-grid">
        {meter.slots.map(({ slot, at, value }, i) => (
          <SlotInput key={slot} name={i === 0 ? "first" : `slot-${slot}`} time={formatTime("en", at, zone)} value={value} estimate={suggested.get(slot)} doubted={page.slot === slot} />
        ))}
      </ol>
    </fieldset>
  );
}

function SlotInput({ name, time, value, estimate, doubted }: { name: string; time: string; value: number | null; estimate: number | undefined; doubted: boolean }) {
  const { id, typed, error, errorId } = useField(name);
  return (
    <li data-doubted={doubted || undefined}>
      <label htmlFor={id}>{time}</label>
      <input className="input" id={id} name={name} inputMode="decimal" defaultValue={typed?.[0] ?? (value === null ? "" : milliText(value))} autoComplete="off" onFocus={selectAll} aria-invalid={error ? true : undefined} aria-describedby={error ? errorId : undefined} />
      {estimate !== undefined ? <span className="small soft num">{milliText(estimate)}</span> : null}
      {error ? <span className="field-error" id={errorId}>{error}</span> : null}
    </li>
  );
}
