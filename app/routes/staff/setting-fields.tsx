/** The fields of each topic of the settings: on its own page, and all of them when a utility is set up. */
import { COMMODITIES, CORRECTING_ROLES } from "../../../domain/lifecycle/settings.ts";
import type { Setting } from "../../../domain/lifecycle/settings.ts";
import { CheckboxesField, MoneyField, SelectField, TextArea, TextField } from "../../components/fields.tsx";
import { useField } from "../../components/form.tsx";
import { Icon } from "../../components/icons.tsx";
import { CUSTOMER_CLASSES } from "../../../domain/lifecycle/customer-class.ts";
import { COMMODITIES as METERED } from "../../../domain/metering/channel.ts";
import { dollarsText } from "./dollars.ts";
import { roleName } from "./role-names.ts";
import { ACCOUNTING_CHOICES, ACTION_CHOICES, CAUSE_CHOICES, CLASS_CHOICES, DIFFERENCE_CHOICES, DIRECTION_CHOICES, ESTIMATE_WAYS, NORMAL_CHOICES, PROOF_CHOICES, REASON_CHOICES, SETTLE_CHOICES } from "./setting-options.ts";
import { linesOf, THRESHOLD_PATHS, thresholdName } from "./thresholds.ts";
import { className, commodityName } from "./words.ts";

/** The zones in which US utilities are; a utility has one, for ever. */
const ZONES: readonly { readonly value: string; readonly label: string }[] = [
  { value: "America/New_York", label: "Eastern (New York)" },
  { value: "America/Detroit", label: "Eastern (Detroit)" },
  { value: "America/Indiana/Indianapolis", label: "Eastern (Indianapolis)" },
  { value: "America/Chicago", label: "Central (Chicago)" },
  { value: "America/Denver", label: "Mountain (Denver)" },
  { value: "America/Boise", label: "Mountain (Boise)" },
  { value: "America/Phoenix", label: "Mountain, no summer time (Phoenix)" },
  { value: "America/Los_Angeles", label: "Pacific (Los Angeles)" },
  { value: "America/Anchorage", label: "Alaska (Anchorage)" },
  { value: "Pacific/Honolulu", label: "Hawaii (Honolulu)" },
  { value: "America/Puerto_Rico", label: "Atlantic (Puerto Rico)" },
  { value: "Pacific/Guam", label: "Chamorro (Guam)" },
];
export const zoneName = (zone: string): string => ZONES.find(({ value }) => value === zone)?.label ?? zone;

export function UtilityFields({ value, zoneFixed }: { value?: Setting<"utility">; zoneFixed?: boolean }) {
  return (
    <>
      <TextField name="utility.name" label="Name of the utility" defaultValue={value?.name} maxLength={120} autoComplete="organization" />
      {zoneFixed && value ? <input type="hidden" name="utility.timeZone" value={value.timeZone} readOnly /> : (
        <SelectField name="utility.timeZone" label="Time zone" width="medium" hint="Every billing day rests on it. It cannot be changed later." options={ZONES} defaultValue={value?.timeZone} />
      )}
      <TextField name="utility.phone" label="Phone for customers" type="tel" width="medium" optional defaultValue={value?.phone} maxLength={40} autoComplete="off" />
      <TextField name="utility.email" label="E-mail for customers" type="email" optional defaultValue={value?.email} maxLength={120} autoComplete="off" />
      <TextArea name="utility.addressLines" label="Address on bills" hint="Up to four lines." optional rows={3} defaultValue={value?.addressLines.join("\n")} />
      <CheckboxesField name="utility.commodities" label="What is delivered" options={COMMODITIES.map((code) => ({ value: code, label: commodityName(code) }))} defaultValues={value?.commodities} />
    </>
  );
}

export function BillingFields({ value }: { value: Setting<"billing"> }) {
  const number = (name: keyof Setting<"billing">, label: string, hint: string, suffix: string) =>
    <TextField name={`billing.${name}`} label={label} hint={hint} suffix={suffix} width="short" inputMode="numeric" defaultValue={String(value[name])} autoComplete="off" />;
  return (
    <>
      {number("dueDays", "A bill is due after", "From its date; a weekend or holiday moves it on.", "days")}
      {number("windowDays", "A held bill is tried again for", "Each morning after the cycle has closed; on the last one, missing reads are estimated.", "days")}
      {number("estimatesInRowMax", "Estimated bills in a row", "After so many the meter must be read.", "bills")}
      {number("highBillPercent", "A bill is looked at first from", "Of what is usual for the account.", "%")}
      <MoneyField name="billing.highBillMin" label="And only from" hint="Smaller bills go out without a look." defaultValue={dollarsText(value.highBillMin)} />
      {number("lowBillPercent", "A bill is looked at first below", "Of what is usual for the account; 0 looks at none.", "%")}
      <MoneyField name="billing.lowBillMin" label="And only where usual is" hint="A small account halves easily." defaultValue={dollarsText(value.lowBillMin)} />
      {number("unbilledDays", "Alarm without a bill for", "A service in use that nobody has billed for so long is on the board.", "days")}
    </>
  );
}

interface RowColumn {
  readonly field: string; readonly label: string; readonly type?: string; readonly width?: "short" | "wide"; readonly inputMode?: "numeric" | "decimal";
  /** One of these, instead of free text. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

/** Rows of short fields, with empty ones at the end for more. A row whose fields are emptied is taken away. */
export function RowFields({ name, legend, titled, stacked, hint, columns, rows, spare }: {
  name: string; legend: string; hint?: string; columns: readonly RowColumn[]; rows: readonly Readonly<Record<string, string>>[];
  /** How many empty rows. */
  spare: number;
  /** A title above says the legend already. */
  titled?: boolean;
  /** More fields than fit one line: each row is a block. */
  stacked?: boolean;
}) {
  const field = useField(name);
  const all = [...rows, ...Array.from({ length: spare }, (): Readonly<Record<string, string>> => ({}))];
  return (
    <fieldset className="row-fields" data-stacked={stacked || undefined} id={field.id} tabIndex={field.error ? -1 : undefined} aria-describedby={field.error ? field.errorId : undefined}>
      <legend className={titled ? "unseen" : undefined}>{legend}</legend>
      {hint ? <div className="field-hint">{hint}</div> : null}
      {field.error ? <p className="field-error" id={field.errorId}><Icon name="bad" /><span>{field.error}</span></p> : null}
      <table>
        <thead><tr>{columns.map(({ field, label }) => <th key={field} scope="col">{label}</th>)}</tr></thead>
        <tbody>
          {all.map((row, i) => (
            <tr key={i}>{columns.map((column) => <td key={column.field}><RowField name={`${name}.${i}.${column.field}`} column={column} value={row[column.field]} row={i + 1} /></td>)}</tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  );
}

function RowField({ name, column: { label, type = "text", width, inputMode, options }, value, row }: { name: string; column: RowColumn; value: string | undefined; row: number }) {
  const { id, errorId, typed, error } = useField(name);
  const shared = {
    className: "input", id, name, "data-width": width, defaultValue: typed?.[0] ?? value ?? "",
    "aria-label": `${label}, row ${row}`, "aria-invalid": error ? (true as const) : undefined, "aria-describedby": error ? errorId : undefined,
  };
  return (
    <>
      <span className="row-label" aria-hidden="true">{label}</span>
      {options ? (
        <select {...shared}>
          {options.some((option) => option.value === "") ? null : <option value="">Choose</option>}
          {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
      ) : <input {...shared} type={type} inputMode={inputMode} autoComplete="off" spellCheck={false} />}
      {error ? <p className="field-error" id={errorId}><Icon name="bad" /><span>{error}</span></p> : null}
    </>
  );
}

export function HolidayRows({ value, spare = 3, titled }: { value: Setting<"holidays">; spare?: number; titled?: boolean }) {
  return <RowFields titled={titled} name="holidays" legend="Holidays" hint="Days on which the counter is closed: no bill is due on one. Empty a row to take it away." spare={spare}
    columns={[{ field: "on", label: "Day", type: "date" }, { field: "name", label: "Name", width: "wide" }]} rows={value.map(({ on, name }) => ({ on, name }))} />;
}

export function RiderRows({ value, spare = 2 }: { value: Setting<"riders">; spare?: number }) {
  return <RowFields titled name="riders" legend="Riders" hint="The factor counts from this change's day on; days before keep theirs. A rider that is left out goes on as it was: to end one, set it to 0." spare={spare}
    columns={[{ field: "id", label: "Name in rates", width: "short" }, { field: "name", label: "Name", width: "wide" }, { field: "value", label: "Factor", inputMode: "decimal", width: "short" }]}
    rows={value.map((row) => ({ ...row }))} />;
}

export function PeakRows({ value, spare = 2 }: { value: Setting<"systemPeaks">; spare?: number }) {
  return <RowFields titled name="systemPeaks" legend="System peaks" hint="A moment inside the hour of the peak, by the local clock." spare={spare}
    columns={[{ field: "on", label: "Day", type: "date" }, { field: "at", label: "Time", type: "time" }]} rows={value.map(({ on, at }) => ({ on, at }))} />;
}

export function FeeRows({ value, spare = 2, titled }: { value: Setting<"fees">; spare?: number; titled?: boolean }) {
  return <RowFields titled={titled} name="fees" legend="Fees" hint="The one with the code “returned” is charged when a payment is taken back with its fee." spare={spare}
    columns={[{ field: "code", label: "Code", width: "short" }, { field: "name", label: "Name", width: "wide" }, { field: "amount", label: "Amount, $", inputMode: "decimal", width: "short" }, { field: "gl", label: "GL account", width: "short" }]}
    rows={value.map((fee) => ({ ...fee, amount: dollarsText(fee.amount) }))} />;
}

const FOR_EVERY = { value: "", label: "Every" };

export function ThresholdRows({ value, spare = 3 }: { value: Setting<"validation">; spare?: number }) {
  return <RowFields name="validation" legend="Figures that differ from what is built in" hint="The narrowest row counts: water and residential before water, water before every service. 0 hours or percent switches a check off. Empty a row's figure and choice to go back to what is built in." spare={spare}
    columns={[
      { field: "path", label: "Figure", width: "wide", options: [{ value: "", label: "" }, ...THRESHOLD_PATHS.map((path) => ({ value: path, label: thresholdName(path) }))] },
      { field: "commodity", label: "Service", width: "short", options: [FOR_EVERY, ...METERED.map((code) => ({ value: code, label: commodityName(code) }))] },
      { field: "customerClass", label: "Class", width: "short", options: [FOR_EVERY, ...CUSTOMER_CLASSES.map((code) => ({ value: code, label: className(code) }))] },
      { field: "value", label: "Counts", inputMode: "decimal", width: "short" },
    ]}
    rows={linesOf(value).map((line) => ({ path: line.path, commodity: line.commodity ?? "", customerClass: line.customerClass ?? "", value: String(line.value) }))} />;
}

export function GlFields({ value, spare = 2 }: { value: Setting<"gl">; spare?: number }) {
  const account = (name: "receivable" | "cash" | "suspense", label: string, hint: string) => <TextField name={`gl.${name}`} label={label} hint={hint} width="short" defaultValue={value[name]} autoComplete="off" spellCheck={false} />;
  return (
    <>
      {account("receivable", "Receivable", "What customers owe.")}
      {account("cash", "Cash", "What is paid in.")}
      {account("suspense", "Suspense", "Money that nobody could be found for yet.")}
      <RowFields name="gl.accounts" legend="Revenue and taxes" hint="Rates name a key; the key leads to the account here. What has no key of its own goes to “other”." spare={spare}
        columns={[{ field: "key", label: "Key", width: "short" }, { field: "code", label: "GL account", width: "short" }, { field: "name", label: "Name", width: "wide" }]}
        rows={value.accounts.map((each) => ({ ...each }))} />
    </>
  );
}

export function CycleRows({ value, spare = 3 }: { value: readonly { id: string; name: string; closeDay: number }[]; spare?: number }) {
  return <RowFields titled name="cycles" legend="Bill cycles" hint="Accounts are billed by cycle, so that not everybody is billed on one day. A cycle closes on one day of every month, 1 to 28." spare={spare}
    columns={[{ field: "id", label: "Code", width: "short" }, { field: "name", label: "Name", width: "wide" }, { field: "closeDay", label: "Closes on day", inputMode: "numeric", width: "short" }]}
    rows={value.map(({ id, name, closeDay }) => ({ id, name, closeDay: String(closeDay) }))} />;
}

export function WindowRows({ value, cycles, spare = 1 }: { value: Setting<"windows">; cycles: readonly { readonly id: string; readonly name: string }[]; spare?: number }) {
  return <RowFields titled name="windows" legend="Bill windows" hint="Days are counted from the day on which the cycle closes. A cycle without a line is tried as the billing rules say." spare={Math.min(spare, Math.max(0, cycles.length - value.length))}
    columns={[
      { field: "cycleId", label: "Cycle", options: cycles.map(({ id, name }) => ({ value: id, label: name })) },
      { field: "estimateAfter", label: "Estimates after, days", inputMode: "numeric", width: "short" }, { field: "closeAfter", label: "Closes after, days", inputMode: "numeric", width: "short" },
      { field: "accounting", label: "Posted in the month of", options: ACCOUNTING_CHOICES },
    ]} rows={value.map(({ cycleId, estimateAfter, closeAfter, accounting }) => ({ cycleId, estimateAfter: String(estimateAfter), closeAfter: String(closeAfter), accounting }))} />;
}

export function HoldRows({ value, spare = 2 }: { value: Setting<"holds">; spare?: number }) {
  return <RowFields titled name="holds" legend="Reasons" hint="The last line that fits a bill counts; a reason without a line holds each such bill. What is missing or in doubt always holds." spare={spare}
    columns={[{ field: "rule", label: "Reason", options: REASON_CHOICES }, { field: "customerClass", label: "Class", options: CLASS_CHOICES }, { field: "action", label: "What happens", options: ACTION_CHOICES }]}
    rows={value.map(({ rule, customerClass, action }) => ({ rule, customerClass: customerClass ?? "", action }))} />;
}

export function CorrectionFields({ value }: { value: Setting<"corrections"> }) {
  return (
    <>
      <RowFields name="corrections.approvals" legend="Decides alone in a day, up to" hint="A correction that goes beyond it waits for a second person." spare={Math.max(0, CORRECTING_ROLES.length - value.approvals.length)}
        columns={[{ field: "role", label: "Role", options: CORRECTING_ROLES.map((role) => ({ value: role, label: roleName(role) })) }, { field: "most", label: "Up to", inputMode: "decimal" }]}
        rows={value.approvals.map(({ role, most }) => ({ role, most: dollarsText(most) }))} />
      <MoneyField name="corrections.offerFrom" label="Offered in parts from" hint="A correction that asks for so much more comes with an offer of instalments, as many as the months it covers." defaultValue={dollarsText(value.offerFrom)} />
      <RowFields stacked name="corrections.rules" legend="How far back" hint="The line that names the cause counts first, then the state, then the class. No months: without limit. What is billed too little beyond it is not charged." spare={2}
        columns={[
          { field: "state", label: "State", width: "short" }, { field: "customerClass", label: "Class", options: CLASS_CHOICES }, { field: "cause", label: "Cause", options: CAUSE_CHOICES },
          { field: "direction", label: "About", options: DIRECTION_CHOICES }, { field: "months", label: "Months", width: "short", inputMode: "numeric" }, { field: "sharePercent", label: "Share, %", width: "short", inputMode: "numeric" },
          { field: "source", label: "Whose rule", width: "wide" },
        ]}
        rows={value.rules.map((rule) => ({
          state: rule.state ?? "", customerClass: rule.customerClass ?? "", cause: rule.cause ?? "", direction: rule.direction,
          months: rule.months === null ? "" : String(rule.months), sharePercent: String(rule.sharePercent), source: rule.source,
        }))} />
    </>
  );
}

export function EstimationFields({ value }: { value: Setting<"estimation"> }) {
  return (
    <>
      <RowFields name="estimation.methods" legend="A missing read is reckoned from" hint="The first one that there is anything to go by counts, times the days. Nobody served: none." spare={Math.max(0, ESTIMATE_WAYS.length - value.methods.length)}
        columns={[{ field: "method", label: "Way", width: "wide", options: ESTIMATE_WAYS }]} rows={value.methods.map(({ method }) => ({ method }))} />
      <MoneyField name="estimation.planFrom" label="A catch-up comes with a plan from" hint="When the next read asks for so much more at once, the bill offers instalments." defaultValue={dollarsText(value.planFrom)} />
      <TextField name="estimation.planMonthsPerEstimate" label="Months of the plan" hint="For each month that was estimated." suffix="months" width="short" inputMode="numeric" defaultValue={String(value.planMonthsPerEstimate)} autoComplete="off" />
    </>
  );
}

export function BudgetFields({ value }: { value: Setting<"budget"> }) {
  return (
    <>
      <TextField name="budget.billsLeast" label="Bills that an average takes" hint="With fewer, staff say the amount." suffix="bills" width="short" inputMode="numeric" defaultValue={String(value.billsLeast)} autoComplete="off" />
      <MoneyField name="budget.roundUpTo" label="Amounts are rounded up to a multiple of" defaultValue={dollarsText(value.roundUpTo)} />
      <TextField name="budget.reviewMonths" label="An amount is looked at every" hint="With the first bill after so many months." suffix="months" width="short" inputMode="numeric" defaultValue={String(value.reviewMonths)} autoComplete="off" />
      <TextField name="budget.tolerancePercent" label="Another one is proposed when it is off by more than" suffix="%" width="short" inputMode="numeric" defaultValue={String(value.tolerancePercent)} autoComplete="off" />
      <SelectField name="budget.settleMonth" label="The year is settled" options={SETTLE_CHOICES} defaultValue={String(value.settleMonth)} />
      <SelectField name="budget.difference" label="The year's difference is" options={DIFFERENCE_CHOICES} defaultValue={value.difference} />
      <TextField name="budget.missedMost" label="A budget ends when so many instalments are past due" width="short" inputMode="numeric" defaultValue={String(value.missedMost)} autoComplete="off" />
    </>
  );
}

export function LeakFields({ value }: { value: Setting<"leaks"> }) {
  const number = (name: keyof Setting<"leaks">, label: string, hint: string, suffix: string) =>
    <TextField name={`leaks.${name}`} label={label} hint={hint} suffix={suffix} width="short" inputMode="numeric" defaultValue={String(value[name])} autoComplete="off" />;
  return (
    <>
      {number("sharePercent", "Forgiven of the excess", "The difference between the bill and what it would have been at normal use.", "%")}
      {number("sewerSharePercent", "Of sewer billed on the water", "Water that leaked into the ground did not reach the sewer.", "%")}
      {number("excessPercent", "A bill counts from", "Of the normal use; 100 counts any excess.", "%")}
      {number("billsMost", "Bills of one adjustment", "In a row; those of which the customer gets the most back.", "bills")}
      {number("everyMonths", "One adjustment within", "For the same account; 0: no limit.", "months")}
      {number("withinDays", "Asked for within", "After the meter showed that the leak has ended.", "days")}
      <SelectField name="leaks.proof" label="Proof" options={PROOF_CHOICES} defaultValue={value.proof ? "yes" : "no"} />
      <SelectField name="leaks.normal" label="Normal use is the average of" hint="Where there are none, the other; a new customer’s bills after the repair." options={NORMAL_CHOICES} defaultValue={value.normal} />
      {number("normalBills", "Of so many bills", "At most.", "bills")}
    </>
  );
}
