/** A bill computed again from its manifest, as text: every line with its arithmetic, and whether all of it is as it was. */
import { explainBill, replayBill } from "../db/billing/replay.ts";
import type { SqlPort } from "../db/port.ts";
import type { SegmentSnapshot } from "../domain/billing/snapshot.ts";
import { formatDollars } from "../domain/money/cents.ts";

export interface ReplayText {
  readonly text: string;
  readonly same: boolean;
}

/** Null when there is no such bill. */
export async function replayText(port: SqlPort, billId: string): Promise<ReplayText | null> {
  const [replay, explained] = await Promise.all([replayBill(port, billId), explainBill(port, billId)]);
  if (!replay || !explained) return null;
  const { snapshot, segments } = explained;
  const same = replay.differences.length === 0;
  const standing = await standingText(port, billId);
  return {
    same,
    text: [
      `Bill ${snapshot.number}, account ${snapshot.accountId}, ${snapshot.periodFrom} to ${snapshot.periodTo}, made ${snapshot.issuedOn}${standing}`,
      ...segments.flatMap(segmentText),
      same ? `The same, to the cent: ${formatDollars(replay.replayed)}.` : `Not the same: ${formatDollars(replay.replayed)}, billed were ${formatDollars(replay.charges)}.`,
      ...replay.differences.map((difference) => `  ${difference}`),
    ].join("\n"),
  };
}

async function standingText(port: SqlPort, billId: string): Promise<string> {
  const [canceled] = await port.query<{ on: string; by: string | null }>('SELECT canceled_on AS "on", replaced_by AS "by" FROM bill_cancellation WHERE bill_id = ?', [billId]);
  if (!canceled) return "";
  return `, canceled ${canceled.on}${canceled.by === null ? "" : `, replaced by ${canceled.by}`}`;
}

/** Wide enough for most amounts, so that they stand under each other. */
const AMOUNT_WIDTH = 12;

function segmentText({ commodity, periodFrom, periodTo, rates, lines, total, corrects }: SegmentSnapshot): string[] {
  const versions = rates.map(({ scheduleId, version }) => `${scheduleId} version ${version}`).join(", ");
  return [
    `${commodity}, ${periodFrom} to ${periodTo}, ${versions}${corrects ? `; billed on an estimate were ${formatDollars(corrects.total)}` : ""}`,
    ...lines.map(({ cents, sentence }) => `${formatDollars(cents).padStart(AMOUNT_WIDTH)}  ${sentence}`),
    `${formatDollars(total).padStart(AMOUNT_WIDTH)}  in all`,
  ];
}
