/** What a correction asks, as its form's fields say it: the same in the address of a preview and in the form that commits it. */
import { askedOf, type CorrectionAsked } from "../../../worker/operations/corrections.ts";

interface Fields {
  get(name: string): FormDataEntryValue | null;
  getAll(name: string): FormDataEntryValue[];
  keys(): IterableIterator<string>;
}

const RATE = "rate.";

/** Null while no bill and no cause are chosen. A rate that is left as it is asks for nothing. */
export function askedIn(fields: Fields): CorrectionAsked | null {
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === "string" ? value : "";
  };
  const services = [...new Set(fields.keys())].filter((name) => name.startsWith(RATE) && text(name) !== "").map((name) => ({ agreementId: name.slice(RATE.length), rateScheduleId: text(name) }));
  const feesBack = text("fees") === "chosen" ? fields.getAll("fee").filter((value) => typeof value === "string") : null;
  return askedOf({ from: text("from"), cause: text("cause"), again: text("only") === "", services, feesBack });
}
