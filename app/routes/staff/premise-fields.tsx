/** The fields of a service at a premise and of the meter that measures it. Names begin with the commodity: `water.badge`. */
import type { Commodity } from "../../../domain/metering/channel.ts";
import { UNITS, type Unit } from "../../../domain/metering/units.ts";
import { COUNTED_BESIDE, METER_STEPS, meterUnits } from "../../../domain/metering/new-meter.ts";
import type { MeterEntered } from "../../../worker/operations/premise-forms.ts";
import { CheckboxField, DateField, RadioField, SelectField, TextField } from "../../components/fields.tsx";
import { Row } from "../../components/layout.tsx";

/** What most meters of a commodity are; a default and no rule. */
const USUAL: Readonly<Record<Commodity, { readonly unit: Unit; readonly dials: string; readonly stepMinutes: string }>> = {
  water: { unit: "gal", dials: "7", stepMinutes: "60" },
  electric: { unit: "kWh", dials: "5", stepMinutes: "15" },
  gas: { unit: "ccf", dials: "4", stepMinutes: "60" },
};

/** `today` null: it does not hang yet. */
export function MeterFields({ commodity, today, optional }: { commodity: Commodity; today: string | null; optional?: boolean }) {
  const usual = USUAL[commodity];
  const name = (field: keyof MeterEntered) => `${commodity}.${field}`;
  return (
    <>
      <Row align="start">
        <TextField name={name("badge")} label="Meter" hint={optional ? "The number on its face. Empty: no meter hangs there." : "The number on its face."} width="medium" optional={optional} maxLength={32} autoComplete="off" spellCheck={false} />
        {today === null ? null : <DateField name={name("installedOn")} label="Hung on" hint="Today or before." defaultValue={today} optional={optional} />}
      </Row>
      <RadioField name={name("kind")} label="Read by" defaultValue="both" options={[
        { value: "both", label: "Intervals and a register", hint: "A head-end sends both; they are compared." },
        { value: "interval", label: "Intervals alone" },
        { value: "register", label: "A register alone", hint: "Dials that are read now and then." },
      ]} />
      <Row align="start">
        <SelectField name={name("unit")} label="Counts in" width="medium" options={meterUnits(commodity).map((unit) => ({ value: unit, label: UNITS[unit].label }))} defaultValue={usual.unit} optional={optional} />
        <SelectField name={name("stepMinutes")} label="An interval is" width="short" options={METER_STEPS.map((minutes) => ({ value: String(minutes), label: `${minutes} min` }))} defaultValue={usual.stepMinutes} optional />
        <TextField name={name("dials")} label="Dials" width="short" inputMode="numeric" defaultValue={usual.dials} optional autoComplete="off" />
        <TextField name={name("multiplier")} label="Multiplier" width="short" inputMode="decimal" defaultValue="1" optional={optional} autoComplete="off" />
      </Row>
      {commodity === "water" ? <CheckboxField name={name("compound")} label="It is a compound meter" hint="A second register counts low flow. Both are read, named “high” and “low”, and add up." /> : null}
      {commodity === "electric" ? <CheckboxField name={name("received")} label="It counts what comes back as well" hint="From a roof with panels, on channels of their own: a rate with net metering needs them." /> : null}
      {commodity === "electric" ? (
        <SelectField name={name("beside")} label="Also counts" width="medium" optional hint="By intervals. A power factor that a rate asks for follows from it." defaultValue=""
          options={[{ value: "", label: "nothing else" }, ...COUNTED_BESIDE.map((unit) => ({ value: unit, label: UNITS[unit].label }))]} />
      ) : null}
      <Row align="start">
        <TextField name={name("size")} label="Size" width="short" optional maxLength={20} autoComplete="off" {...(commodity === "water" ? { placeholder: '5/8"' } : {})} />
        <TextField name={name("manufacturer")} label="Manufacturer" width="medium" optional maxLength={60} autoComplete="off" />
      </Row>
    </>
  );
}

/** How a service without a meter of its own is charged. */
export function UnmeteredFields({ commodity, water }: { commodity: string; water: boolean }) {
  if (!water) return <p className="soft">It has no meter: what does not depend on use is charged.</p>;
  return <RadioField name={`${commodity}.measure`} label="Billed on" defaultValue={commodity === "sewer" ? "water" : "none"} options={[{ value: "water", label: "The water used here" }, { value: "none", label: "No use: fixed charges alone" }]} />;
}
