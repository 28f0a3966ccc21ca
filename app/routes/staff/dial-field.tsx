import type { ChannelRow } from "../../../worker/operations/meters.ts";
import { TextField } from "../../components/fields.tsx";

/** What a dial shows. `several`: the meter has more than one, and each is named. */
export function DialField({ name, label, register: { name: channel, unit }, several }: { name: string; label: string; register: ChannelRow; several: boolean }) {
  return <TextField name={name} label={several ? `${label}, ${channel}` : label} suffix={unit} width="medium" inputMode="decimal" autoComplete="off" />;
}

/** Dials as they were typed, by channel: the fields of `which.CHANNEL`. */
export const dialsTyped = (form: FormData, which: "first" | "last"): Record<string, string> =>
  Object.fromEntries([...form].flatMap(([name, value]) => (name.startsWith(`${which}.`) && typeof value === "string" ? [[name.slice(which.length + 1), value.trim()]] : [])));
