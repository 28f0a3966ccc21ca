/** A completed bill as rows. Its place in the log and the balances are put in by the commit, which alone knows them. */
import type { AssembledBill } from "../../domain/billing/decide-bill.ts";
import { chargedLines } from "../../domain/billing/snapshot.ts";
import { packSnapshot } from "./stored-snapshot.ts";
import type { Attachments } from "../account/writes.ts";

export function billAttachments({ snapshot, frozen, command }: AssembledBill): Attachments {
  const { billId, number, accountId, periodFrom, periodTo, issuedOn, dueOn, charges, segments } = snapshot;
  return {
    bill: [{
      id: billId, accountId, seq: 0, number, periodFrom, periodTo, issuedOn, dueOn, previousBalance: 0, charges, balance: 0, status: "complete",
      runId: command.runId, snapshotHash: frozen.hash, snapshot: packSnapshot(frozen.text, snapshot),
    }],
    billSegment: segments.map((segment, i) => {
      const { billedMilli, unit, estimated } = command.segments[i]!;
      return {
        id: segment.segmentId, billId, serviceAgreementId: segment.agreementId, commodity: segment.commodity, periodFrom: segment.periodFrom, periodTo: segment.periodTo,
        // A correction is the difference: over all rows of a period it is what was used and charged.
        registeredMilli: (segment.usage?.quantities["usage"] ?? 0) - (segment.corrects?.usedMilli ?? 0), billedMilli, unit, estimated: estimated ? 1 : 0, total: segment.total,
      };
    }),
    billLine: segments.flatMap((segment) => chargedLines(segment).map(({ chargeId, name, glAccount, quantityMilli, unit, cents }, i) => ({ segmentId: segment.segmentId, line: i + 1, chargeId, name, glAccount, quantityMilli, unit, amount: cents }))),
  };
}
