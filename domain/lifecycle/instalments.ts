/**
 * A catch-up in parts: an amount that came late is offered over as many months as it took to arise (Oak Harbor OH: an
 * under-charge is repaid "over the same number of months"). The offer stands on the account with its dates and amounts.
 */
import { addDays, addMonths, type LocalDate } from "../calendar/local-date.ts";
import { cents, formatDollars, type Cents } from "../money/cents.ts";

export interface Instalment {
  readonly dueOn: LocalDate;
  readonly amount: Cents;
}

export interface InstalmentOffer {
  readonly offerId: string;
  /** What made the catch-up: a correction of bills, or an estimate that an actual read put right. */
  readonly cause: "correction" | "trueUp";
  /** The bills whose catch-up it is. */
  readonly billIds: readonly string[];
  readonly total: Cents;
  readonly offeredOn: LocalDate;
  /** The last day on which it can be taken up. */
  readonly answerBy: LocalDate;
  readonly instalments: readonly Instalment[];
}

/** Fewer parts are no help; beyond two years nobody keeps count. */
const PARTS_MIN = 2;
const PARTS_MAX = 24;

/** Parts for a catch-up that arose in so many months. */
export const partsFor = (months: number): number => Math.min(PARTS_MAX, Math.max(PARTS_MIN, months));

/**
 * Equal parts a month apart, the first one due on `firstDue`, each moved to a working day; odd cents are in the first ones.
 * @throws RangeError when the total is less than a cent a part
 */
export function instalmentsOf(total: Cents, parts: number, firstDue: LocalDate, isBusinessDay: (day: LocalDate) => boolean): Instalment[] {
  if (cents(total) < parts) throw new RangeError(`${total} cents cannot be paid in ${parts} parts`);
  const each = Math.floor(total / parts);
  const odd = total - each * parts;
  return Array.from({ length: parts }, (_, i) => ({ dueOn: workingDay(addMonths(firstDue, i), isBusinessDay), amount: each + (i < odd ? 1 : 0) }));
}

/** No holiday season is longer than this. */
const ROLL_MAX = 14;

function workingDay(day: LocalDate, isBusinessDay: (day: LocalDate) => boolean): LocalDate {
  for (let rolled = 0; rolled < ROLL_MAX && !isBusinessDay(day); rolled += 1) day = addDays(day, 1);
  return day;
}

/** The offer in the customer's words. */
export function offerText({ total, instalments, answerBy }: InstalmentOffer): { readonly en: string; readonly es: string } {
  const [first] = instalments;
  const n = instalments.length;
  const amount = formatDollars(first!.amount);
  return {
    en: `You can pay ${formatDollars(total)} of this in ${n} monthly parts of ${amount}, the first one due ${first!.dueOn}. Tell us by ${answerBy}.`,
    es: `Puede pagar ${formatDollars(total)} de este importe en ${n} partes mensuales de ${amount}; la primera vence el ${first!.dueOn}. Avísenos antes del ${answerBy}.`,
  };
}
