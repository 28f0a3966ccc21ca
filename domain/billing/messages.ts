/** What a bill says to its customer beside the figures, by condition. */
import { daysBetween } from "../calendar/local-date.ts";
import { CAUSES, type CorrectionCause } from "../lifecycle/correction.ts";
import { formatDollars, type Cents } from "../money/cents.ts";
import { isEstimated } from "./hold-rules.ts";
import { countingVersions, type SegmentToBill } from "./price.ts";
import type { BillMessage } from "./snapshot.ts";
import type { CatchUp } from "./true-up.ts";

interface MessageRule {
  readonly code: string;
  readonly when: (segment: SegmentToBill) => boolean;
  readonly en: string;
  readonly es: string;
}

/** Days of an ordinary month's bill; one outside of them is prorated where its rate says so. */
const SHORT_DAYS = 25;

const MESSAGES: readonly MessageRule[] = [
  {
    code: "estimated", when: ({ usage }) => isEstimated(usage),
    en: "Part of this bill is estimated because reads did not arrive. The next actual read corrects it.",
    es: "Parte de esta factura es estimada porque no llegaron lecturas. La próxima lectura real la corrige.",
  },
  {
    code: "rateChange", when: ({ due: { period }, versions }) => countingVersions(versions, period.from, period.to).length > 1,
    en: "Prices changed during this period. Each day is billed at the price of its day.",
    es: "Los precios cambiaron durante este período. Cada día se factura al precio de su día.",
  },
  {
    code: "meterExchanged", when: ({ usage }) => new Set(usage?.legs.map(({ meterId }) => meterId)).size > 1,
    en: "Your usage was measured by more than one meter during this period.",
    es: "Su consumo se midió con más de un medidor durante este período.",
  },
  {
    code: "short", when: ({ due: { first, final, period } }) => (first || final) && daysBetween(period.from, period.to) < SHORT_DAYS,
    en: "This bill covers less than a full month.",
    es: "Esta factura cubre menos de un mes completo.",
  },
  {
    code: "final", when: ({ due: { final } }) => final,
    en: "This is the last bill for a service that has been stopped.",
    es: "Esta es la última factura de un servicio que se ha terminado.",
  },
];

/** The bill whose place another one takes, and why. */
export interface CorrectedFrom {
  readonly billId: string;
  readonly number: string;
  readonly charges: Cents;
  readonly cause: CorrectionCause;
}

/** What a corrected bill says first: which one it replaces, why, and what that changes. */
export function correctionMessage({ number, charges, cause }: CorrectedFrom, now: Cents): BillMessage {
  const by = formatDollars(Math.abs(now - charges));
  const change = now === charges ? { en: "Its charges are the same.", es: "Sus cargos son los mismos." }
    : now > charges ? { en: `Its charges are ${formatDollars(now)}, ${by} more than before.`, es: `Sus cargos son ${formatDollars(now)}, ${by} más que antes.` }
      : { en: `Its charges are ${formatDollars(now)}, ${by} less than before.`, es: `Sus cargos son ${formatDollars(now)}, ${by} menos que antes.` };
  return {
    code: "corrected",
    en: `This bill replaces bill ${number}, because ${CAUSES[cause].en}. ${change.en} What you paid on the bill before counts for this one.`,
    es: `Esta factura reemplaza la factura ${number}, porque ${CAUSES[cause].es}. ${change.es} Lo que pagó de la factura anterior cuenta para esta.`,
  };
}

/** What a bill says of the estimates that it corrects. */
export function trueUpMessage({ cents, estimates }: CatchUp): BillMessage {
  const amount = formatDollars(Math.abs(cents));
  return {
    code: "trueUp",
    en: `Your meter was read. What you used since the reading before is spread by days over ${estimates + 1} periods, each at its own prices; ${estimates === 1 ? "the estimated one is" : `the ${estimates} estimated ones are`} corrected by ${cents < 0 ? `a credit of ${amount}` : amount}.`,
    es: `Se leyó su medidor. Lo que usó desde la lectura anterior se reparte por días entre ${estimates + 1} períodos, cada uno con sus precios; ${estimates === 1 ? "el estimado se corrige" : `los ${estimates} estimados se corrigen`} con ${cents < 0 ? `un crédito de ${amount}` : amount}.`,
  };
}

export function billMessages(segments: readonly SegmentToBill[]): BillMessage[] {
  return MESSAGES.filter(({ when }) => segments.some(when)).map(({ code, en, es }) => ({ code, en, es }));
}
