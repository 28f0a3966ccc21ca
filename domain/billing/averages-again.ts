/** Winter averages that rest on bills which are made again: what was used then is not what it was taken for. */
import type { LocalDate } from "../calendar/local-date.ts";
import type { ServiceFact } from "../lifecycle/service-fact.ts";
import type { Milli, Unit } from "../metering/index.ts";
import type { BillDiff } from "./branch.ts";

export interface AverageAgain {
  readonly agreementId: string;
  readonly commodity: string;
  /** Since when it counts. */
  readonly from: LocalDate;
  readonly milli: Milli;
  readonly unit: Unit;
  /** The first of the changed bills that it rests on. */
  readonly number: string;
}

/** Those that a run has reckoned; one that staff have set rests on no bills. */
export function averagesAgain(facts: readonly ServiceFact[], diffs: readonly BillDiff[]): AverageAgain[] {
  return facts.flatMap(({ agreementId, kind, milli, unit, from, basis }): AverageAgain[] => {
    if (kind !== "winter-average" || basis === null || milli === null || unit === null) return [];
    for (const { number, segments } of diffs) {
      const changed = segments.find((segment) => segment.agreementId === agreementId && segment.periodFrom >= basis.from && segment.periodTo <= basis.to && segment.usedBefore !== segment.usedNow);
      if (changed) return [{ agreementId, commodity: changed.commodity, from, milli, unit, number }];
    }
    return [];
  });
}
