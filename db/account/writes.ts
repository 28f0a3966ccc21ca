/** What follows from an account's events in the tables: ledger entries, bills, payments, requests, messages, the state. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { SealedEvent } from "../../domain/compliance/chain.ts";
import { entriesOf } from "../../domain/ledger/entries.ts";
import type { AccountEvents, AccountEventType } from "../../domain/lifecycle/account/events.ts";
import { balanceOf, type AccountState } from "../../domain/lifecycle/account/state.ts";
import type { InsertRow, Writes } from "../rows.ts";

/** Rows that a command brings along because its events only refer to them: personal data, a bill's frozen snapshot. */
export type Attachments = Writes;

type Project = { [T in AccountEventType]?: (data: AccountEvents[T], event: SealedEvent, state: AccountState) => Writes };

const message = (event: SealedEvent, kind: string, key: string, payload: object): InsertRow<"outbox"> => ({
  kind, key, payload: JSON.stringify(payload), createdAt: event.recordedAt, availableAt: event.recordedAt, attempts: 0,
});

function agreementRow(state: AccountState, agreementId: string): InsertRow<"serviceAgreement"> {
  const { accountId, agreements } = state;
  const { servicePointId, commodity, rateScheduleId, startOn, stopOn } = agreements.find((each) => each.agreementId === agreementId)!;
  return { id: agreementId, accountId, servicePointId, commodity, rateScheduleId, startOn, stopOn };
}

const PROJECT: Project = {
  ServiceStarted: (data, _event, state) => ({
    serviceAgreement: [{
      id: data.agreementId, accountId: state.accountId, servicePointId: data.servicePointId, commodity: data.commodity,
      rateScheduleId: data.rateScheduleId, startOn: data.startOn, stopOn: null,
    }],
  }),
  ServiceStopped: (data, _event, state) => ({ serviceAgreement: [agreementRow(state, data.agreementId)] }),
  BillCompleted: (data, event, state) => ({
    outbox: [message(event, "billReady", data.billId, { accountId: state.accountId, billId: data.billId })],
    searchEntry: [{ kind: "bill", id: data.billId, accountId: state.accountId, title: data.number, body: `${data.number} ${state.accountId}` }],
  }),
  BillCanceled: (data, event, state) => ({
    billCancellation: [{ billId: data.billId, accountId: state.accountId, seq: event.seq, canceledOn: data.canceledOn, cause: data.cause, replacedBy: data.replacedBy, recordedAt: event.recordedAt }],
  }),
  ServiceCorrected: (data, _event, state) => ({ serviceAgreement: [agreementRow(state, data.agreementId)] }),
  PaymentPosted: (data, event, state) => ({
    payment: [{
      id: data.paymentId, accountId: state.accountId, seq: event.seq, amount: data.amount, tender: data.tender, channel: data.channel,
      reference: data.reference, receivedAt: data.receivedAt, recordedAt: event.recordedAt,
    }],
    outbox: [message(event, "receipt", data.paymentId, { accountId: state.accountId, paymentId: data.paymentId })],
  }),
  PaymentSuspended: (data, event, state) => ({
    payment: [{
      id: data.paymentId, accountId: state.accountId, seq: event.seq, amount: data.amount, tender: data.tender, channel: "suspense",
      reference: data.reference, receivedAt: data.receivedAt, recordedAt: event.recordedAt,
    }],
    exception: [{
      id: `suspense:${data.paymentId}`, kind: "payment", rule: "suspense", severity: "fail", status: "open", meterId: null, channelId: null, day: null, readAt: null,
      servicePointId: null, accountId: state.accountId, runId: null, sentence: `A payment arrived for account ${state.accountId}, which does not exist. Find the right account and transfer it.`,
      numbers: JSON.stringify({ amount: data.amount }), owner: null, openedAt: event.recordedAt, closedAt: null, decision: null,
    }],
  }),
  RequestOpened: (data, event, state) => ({
    request: [{ id: data.requestId, accountId: state.accountId, kind: data.kind, status: "open", textRef: data.textRef, openedAt: event.recordedAt, changedAt: event.recordedAt }],
  }),
};

/** An event as it stands in the log, and its data as it was decided. */
export interface Happened {
  readonly event: SealedEvent;
  readonly data: object;
}

/**
 * Everything that must be written with these events; `state` is the account's state after them. What belongs to a month that
 * is closed already is posted on the first open day of the books: it keeps its effective time, and money is never refused.
 */
export function accountWrites(happened: readonly Happened[], state: AccountState, booksOpenFrom: LocalDate | null): Writes {
  const writes: Record<string, object[]> = {};
  const add = (more: Writes) => {
    for (const [name, rows] of Object.entries(more)) (writes[name] ??= []).push(...(rows as object[]));
  };
  for (const { event, data } of happened) {
    add({ ledgerEntry: ledgerRows(event, data, booksOpenFrom) });
    const project = PROJECT[event.type as AccountEventType] as ((data: object, event: SealedEvent, state: AccountState) => Writes) | undefined;
    if (project) add(project(data, event, state));
  }
  const last = happened.at(-1)!.event;
  add({ accountState: [{ accountId: state.accountId, seq: last.seq, hash: last.hash, balance: balanceOf(state), state: JSON.stringify(state) }] });
  return writes as Writes;
}

function ledgerRows(event: SealedEvent, data: object, booksOpenFrom: LocalDate | null): InsertRow<"ledgerEntry">[] {
  const posted = entriesOf({ type: event.type, data });
  if (!posted) return [];
  const accountingOn = booksOpenFrom !== null && posted.accountingOn < booksOpenFrom ? booksOpenFrom : posted.accountingOn;
  return posted.entries.map((entry, i) => ({
    stream: event.stream, seq: event.seq, line: i + 1, glAccount: entry.gl, amount: entry.amount, item: entry.item,
    serviceAgreementId: entry.agreementId, accountingOn, effectiveAt: event.effectiveAt, recordedAt: event.recordedAt,
  }));
}
