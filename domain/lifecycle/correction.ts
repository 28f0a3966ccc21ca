/** Why bills are canceled and made again: one table. The customer's words stand on the corrected bill itself. */

export const CORRECTION_CAUSES = ["wrongRead", "lateReads", "slowMeter", "fastMeter", "wrongRate", "backdatedRate", "tampering", "other"] as const;
export type CorrectionCause = (typeof CORRECTION_CAUSES)[number];

export interface CauseWords {
  /** For staff. */
  readonly name: string;
  readonly what: string;
  /** For the customer, after "because": why the bill before was wrong. */
  readonly en: string;
  readonly es: string;
}

export const CAUSES: Readonly<Record<CorrectionCause, CauseWords>> = {
  wrongRead: { name: "Wrong reading", what: "A meter reading was wrong and has been corrected.", en: "a meter reading was wrong and has been corrected", es: "una lectura del medidor era incorrecta y se corrigió" },
  lateReads: { name: "Late readings", what: "Readings arrived after the bill was made on estimates.", en: "readings arrived that were missing when the bill was made", es: "llegaron lecturas que faltaban cuando se hizo la factura" },
  slowMeter: { name: "Slow meter", what: "A test showed that the meter measured too little.", en: "a test showed that your meter measured too little", es: "una prueba mostró que su medidor medía de menos" },
  fastMeter: { name: "Fast meter", what: "A test showed that the meter measured too much.", en: "a test showed that your meter measured too much", es: "una prueba mostró que su medidor medía de más" },
  wrongRate: { name: "Wrong class or attribute", what: "The service had the wrong rate, or its place the wrong attributes.", en: "your service was billed under the wrong rate", es: "su servicio se facturó con la tarifa equivocada" },
  backdatedRate: { name: "Back-dated rate", what: "Prices were published that count from an earlier day.", en: "prices changed from a day that this bill covers", es: "los precios cambiaron desde un día que cubre esta factura" },
  tampering: { name: "Tampering or theft", what: "The meter was bypassed or tampered with.", en: "not all of the usage was measured", es: "no se midió todo el consumo" },
  other: { name: "Another cause", what: "Say in the reason what it is.", en: "it was not right", es: "no era correcta" },
};

export const isCorrectionCause = (text: string): text is CorrectionCause => Object.hasOwn(CAUSES, text);

/** The id and number of what takes a bill's place: its own with the edition behind it. */
export function nextEdition(billId: string): string {
  const [, base, edition] = /^(.+)-r(\d+)$/.exec(billId) ?? [null, billId, "1"];
  return `${base}-r${Number(edition) + 1}`;
}

/** An id that no canceled bill of the account has. */
export function freeEdition(billId: string, canceled: readonly string[]): string {
  return canceled.includes(billId) ? freeEdition(nextEdition(billId), canceled) : billId;
}
