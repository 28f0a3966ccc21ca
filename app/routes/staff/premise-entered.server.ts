/** What a form says of a service and its meter, as it was typed. */
import type { MeterEntered, ServiceEntered } from "../../../worker/operations/premise-forms.ts";
import { textOf } from "./forms.server.ts";

/** A metered service whose badge is empty has no meter. */
export function serviceEntered(form: FormData, commodity: string): ServiceEntered {
  const meter = meterEntered(form, commodity);
  return { commodity, byWater: textOf(form, `${commodity}.measure`) === "water", meter: meter.badge.trim() === "" ? null : meter };
}

export function meterEntered(form: FormData, commodity: string): MeterEntered {
  const text = (field: keyof MeterEntered) => textOf(form, `${commodity}.${field}`);
  return {
    badge: text("badge"), size: text("size"), manufacturer: text("manufacturer"), installedOn: text("installedOn"), kind: text("kind"), unit: text("unit"), dials: text("dials"),
    stepMinutes: text("stepMinutes"), multiplier: text("multiplier"), beside: text("beside"), received: text("received") === "yes", compound: text("compound") === "yes",
  };
}
