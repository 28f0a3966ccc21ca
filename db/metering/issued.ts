/** Bills that were issued on values which have now changed: each becomes work for a person, who looks whether to bill again. */
import { addDays, daysBetween, type LocalDate } from "../../domain/calendar/local-date.ts";
import { REBILL_KIND } from "../../domain/lifecycle/exception.ts";
import { BOUNDARY_TOLERANCE_DAYS, quantityText, type Unit } from "../../domain/metering/index.ts";
import type { Row, Statement } from "../port.ts";
import { jsonArgs } from "../rows.ts";
import type { NewWork } from "./exceptions.ts";

/** A value that counts differently from before. Quantities in thousandths of `unit`. */
export interface ChangedValue {
  readonly kind: "day" | "read";
  readonly channelId: number;
  readonly meterId: string;
  readonly badge: string;
  readonly servicePointId: string;
  readonly day: LocalDate;
  readonly before: number;
  readonly after: number;
  readonly unit: Unit;
}

const ISSUED = `SELECT DISTINCT w.value->>3 AS "at", b.id AS "billId", b.number, b.account_id AS "accountId", g.period_from AS "from", g.period_to AS "to"
  FROM json_each(?) AS w CROSS JOIN service_point AS here ON here.id = w.value->>0 JOIN service_point AS sp ON sp.premise_id = here.premise_id AND coalesce(sp.usage_from, sp.id) = here.id
  JOIN service_agreement AS a ON a.service_point_id = sp.id JOIN bill_segment AS g ON g.service_agreement_id = a.id AND g.period_to >= w.value->>1 AND g.period_from <= w.value->>2
  JOIN bill AS b ON b.id = g.bill_id AND b.status = 'complete'`;

/** Asks for the issued bills of the time and place of each change. */
export function issuedStatements(changes: readonly ChangedValue[]): Statement[] {
  const near = BOUNDARY_TOLERANCE_DAYS;
  return jsonArgs(changes.map(({ kind, servicePointId, day }, at) => (kind === "day" ? [servicePointId, addDays(day, 1), day, at] : [servicePointId, addDays(day, -near), addDays(day, near), at]))).map((arg) => ({ sql: ISSUED, args: [arg] }));
}

interface IssuedRow {
  readonly at: number;
  readonly billId: string;
  readonly number: string;
  readonly accountId: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** One work item a bill and channel, from what `issuedStatements` answered. */
export function rebillWork(rows: readonly Row[], changes: readonly ChangedValue[]): NewWork[] {
  const found = (rows as unknown as IssuedRow[]).filter((row) => concerns(row, changes[row.at]!));
  return [...Map.groupBy(found, (row) => `rebill:${row.billId}:${changes[row.at]!.channelId}`)].map(([id, ofBill]) => {
    const { number, accountId, from, to } = ofBill[0]!;
    const changed = ofBill.map((row) => changes[row.at]!).toSorted((a, b) => (a.day < b.day ? -1 : 1));
    const { meterId, channelId, badge, unit, servicePointId, day, kind } = changed[0]!;
    const before = changed.reduce((sum, change) => sum + change.before, 0);
    const after = changed.reduce((sum, change) => sum + change.after, 0);
    const what = kind === "read" ? `The read of ${day}` : changed.length === 1 ? `The usage of ${day}` : `The usage of ${changed.length} days from ${day} on`;
    return {
      id, kind: REBILL_KIND, rule: "billed-change", severity: "warn", meterId, channelId, day, readAt: null, servicePointId, accountId, detail: null,
      numbers: { before, after, days: changed.length },
      sentence: `${what} of meter ${badge} changed after bill ${number} (${from} to ${to}) was issued: ${howChanged(before, after, unit)}. Look whether to bill again.`,
    };
  });
}

function howChanged(before: number, after: number, unit: Unit): string {
  return before === after ? `it is ${quantityText(after, unit)} as before, but used at other times` : `it was ${quantityText(before, unit)} and is now ${quantityText(after, unit)}`;
}

/** A day counts for the bill that it lies in; a read for the bills that begin or end with it. */
function concerns({ from, to }: IssuedRow, { kind, day }: ChangedValue): boolean {
  if (kind === "day") return from <= day && day < to;
  return Math.min(Math.abs(daysBetween(from, day)), Math.abs(daysBetween(to, day))) <= BOUNDARY_TOLERANCE_DAYS;
}
