/** What changed since the last bill, in two sentences: by how much, and why. For the customer, in both languages. */
import { daysBetween } from "../calendar/local-date.ts";
import { milliText, type Unit } from "../metering/index.ts";
import { formatDollars, type Cents } from "../money/cents.ts";
import type { BillSnapshot, FrozenSegment } from "./snapshot.ts";
import { catchUpOf, type CatchUp } from "./true-up.ts";

export interface Sentence {
  readonly en: string;
  readonly es: string;
}

const SERVICE: Readonly<Record<string, Sentence>> = {
  water: { en: "Water", es: "El agua" },
  sewer: { en: "Sewer", es: "El alcantarillado" },
  electric: { en: "Electricity", es: "La electricidad" },
  gas: { en: "Gas", es: "El gas" },
  stormwater: { en: "Stormwater", es: "El agua pluvial" },
  refuse: { en: "Refuse collection", es: "La recolección de basura" },
};

const serviceName = (commodity: string): Sentence => SERVICE[commodity] ?? { en: commodity, es: commodity };

/** A quarter of a percent is not a change that anybody asks about. */
const SAME_PER_MILLE = 3;

/** Two sentences; one when nothing changed or there is nothing to compare with. */
export function changesSince(bill: BillSnapshot, previous: BillSnapshot | null): Sentence[] {
  if (!previous) return [{ en: "This is your first bill.", es: "Esta es su primera factura." }];
  const difference = bill.charges - previous.charges;
  if (Math.abs(difference) * 1000 <= Math.abs(previous.charges) * SAME_PER_MILLE) {
    return [{ en: `Your charges are ${formatDollars(bill.charges)}, about the same as on your last bill.`, es: `Sus cargos son ${formatDollars(bill.charges)}, casi iguales a los de su última factura.` }];
  }
  const cause = causeOf(bill, previous, difference);
  return cause === null ? [byHowMuch(bill, difference)] : [byHowMuch(bill, difference), cause];
}

function byHowMuch({ charges }: BillSnapshot, difference: Cents): Sentence {
  const by = formatDollars(Math.abs(difference));
  return difference > 0
    ? { en: `Your charges are ${formatDollars(charges)}, ${by} more than on your last bill.`, es: `Sus cargos son ${formatDollars(charges)}, ${by} más que en su última factura.` }
    : { en: `Your charges are ${formatDollars(charges)}, ${by} less than on your last bill.`, es: `Sus cargos son ${formatDollars(charges)}, ${by} menos que en su última factura.` };
}

interface Change {
  readonly now: FrozenSegment | null;
  readonly before: FrozenSegment | null;
  readonly difference: Cents;
}

/** The service that changed most in the direction of the whole, and what about it. */
function causeOf(bill: BillSnapshot, previous: BillSnapshot, difference: Cents): Sentence | null {
  const catchUp = catchUpOf(bill.segments);
  if (catchUp !== null && Math.sign(catchUp.cents) === Math.sign(difference) && Math.abs(catchUp.cents) * 2 >= Math.abs(difference)) return catchUpSentence(catchUp);
  const [own, earlier] = [bill, previous].map(({ segments }) => segments.filter(({ corrects }) => corrects === undefined)) as [FrozenSegment[], FrozenSegment[]];
  const agreements = new Set([...own, ...earlier].map(({ agreementId }) => agreementId));
  const changes = [...agreements].map((id): Change => {
    const now = own.find(({ agreementId }) => agreementId === id) ?? null;
    const before = earlier.find(({ agreementId }) => agreementId === id) ?? null;
    return { now, before, difference: (now?.total ?? 0) - (before?.total ?? 0) };
  });
  const [most] = changes.filter((change) => Math.sign(change.difference) === Math.sign(difference)).sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  return most ? sentenceOf(most) : null;
}

/** Most of the change is not of this period at all. */
function catchUpSentence({ cents, estimates }: CatchUp): Sentence {
  const by = formatDollars(Math.abs(cents));
  return cents > 0
    ? { en: `${by} of it corrects ${estimates === 1 ? "a bill that was" : `${estimates} bills that were`} estimated too low.`, es: `${by} corrigen ${estimates === 1 ? "una factura que se estimó" : `${estimates} facturas que se estimaron`} de menos.` }
    : { en: `${by} are given back: ${estimates === 1 ? "a bill was" : `${estimates} bills were`} estimated too high.`, es: `Se devuelven ${by}: ${estimates === 1 ? "una factura se estimó" : `${estimates} facturas se estimaron`} de más.` };
}

function sentenceOf({ now, before, difference }: Change): Sentence | null {
  const by = formatDollars(Math.abs(difference));
  if (now === null) return { en: `${serviceName(before!.commodity).en} is not on this bill any more: ${by}.`, es: `${serviceName(before!.commodity).es} ya no está en esta factura: ${by}.` };
  const name = serviceName(now.commodity);
  if (before === null) return { en: `${name.en} is new on this bill: ${by}.`, es: `${name.es} es nuevo en esta factura: ${by}.` };
  const amount = { en: `${name.en} costs ${by} ${difference > 0 ? "more" : "less"}`, es: `${name.es} cuesta ${by} ${difference > 0 ? "más" : "menos"}` };
  const why = reasonOf(now, before, difference);
  return { en: `${amount.en}: ${why.en}.`, es: `${amount.es}: ${why.es}.` };
}

/** In the order in which a person would accept it as the reason: usage, length of the period, price. */
function reasonOf(now: FrozenSegment, before: FrozenSegment, difference: Cents): Sentence {
  const used = now.usage?.quantities["usage"];
  const usedBefore = before.usage?.quantities["usage"];
  const days = [daysBetween(now.periodFrom, now.periodTo), daysBetween(before.periodFrom, before.periodTo)] as const;
  if (used !== undefined && usedBefore !== undefined && now.usage!.unit === before.usage!.unit && Math.sign(used - usedBefore) === Math.sign(difference)) {
    const [a, b] = [quantity(used, now.usage!.unit), quantity(usedBefore, now.usage!.unit)];
    const over = days[0] === days[1] ? { en: "", es: "" } : { en: `, in ${days[0]} days instead of ${days[1]}`, es: `, en ${days[0]} días en vez de ${days[1]}` };
    return { en: `${a} were used, ${b} the last time${over.en}`, es: `se usaron ${a}, la última vez ${b}${over.es}` };
  }
  const rate = now.rates.at(-1)!;
  if (now.rates.length > 1 || rate.version !== before.rates.at(-1)?.version) return { en: `its price changed on ${rate.effectiveOn}`, es: `su precio cambió el ${rate.effectiveOn}` };
  if (days[0] !== days[1]) return { en: `the bill covers ${days[0]} days instead of ${days[1]}`, es: `la factura cubre ${days[0]} días en vez de ${days[1]}` };
  return { en: "the time or the kind of use was another", es: "el horario o el tipo de consumo fue otro" };
}

/** One decimal is enough to compare by. */
function quantity(milli: number, unit: Unit): string {
  const tenths = Math.round(milli / 100) * 100;
  return `${milliText(tenths)} ${unit}`;
}
