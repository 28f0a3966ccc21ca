/**
 * Every table of the book of record. A fact is stored once: `event` says what happened, `ledger_entry` what it
 * did to money, and the other tables hold what events refer to or what is read by many (each says which).
 *
 * Conventions: `..._at` are epoch milliseconds, `..._on` / `day` are local dates (`YYYY-MM-DD`), money is whole cents,
 * quantities are thousandths of the channel's unit. Indexes cost a written row each: add one only for a query that needs it.
 */
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

// ------------------------------------------------------------------------------------------------ the log

/** The compliance log and the fence in one: PRIMARY KEY (stream, seq) lets exactly one writer have the next seq. */
export const event = sqliteTable(
  "event",
  {
    /** Commit order over all streams: the feed's cursor. */
    position: integer().primaryKey({ autoIncrement: true }),
    stream: text().notNull(),
    seq: integer().notNull(),
    type: text().notNull(),
    /** Version of the type's data shape, so that old events stay readable. */
    version: integer().notNull(),
    /** Canonical JSON; personal data only by keyed hash (see `personal_data`). */
    data: text().notNull(),
    commandId: text("command_id").notNull(),
    batchId: text("batch_id").notNull(),
    actor: text().notNull(),
    source: text().notNull(),
    effectiveAt: integer("effective_at").notNull(),
    recordedAt: integer("recorded_at").notNull(),
    prevHash: text("prev_hash").notNull(),
    hash: text().notNull(),
  },
  (t) => [uniqueIndex("event_stream_seq").on(t.stream, t.seq)],
);

/** One row a command that took effect: the second half of idempotency (same id and same input: the stored answer). */
export const command = sqliteTable("command", {
  id: text().primaryKey(),
  stream: text().notNull(),
  inputHash: text("input_hash").notNull(),
  result: text().notNull(),
  recordedAt: integer("recorded_at").notNull(),
});

/** A batch of a bulk run: a plain INSERT of its id makes a replay of the batch fail as a whole. */
export const batch = sqliteTable("batch", {
  id: text().primaryKey(),
  recordedAt: integer("recorded_at").notNull(),
});

/** What the log refers to by keyed hash and the law may ask us to erase: names, addresses, free text. */
export const personalData = sqliteTable("personal_data", {
  ref: text().primaryKey(),
  kind: text().notNull(),
  value: text().notNull(),
  recordedAt: integer("recorded_at").notNull(),
});

// --------------------------------------------------------------------------------------------- the ledger

/** Double entry. The lines of one event sum to zero; debit is positive. Never updated, never deleted. */
export const ledgerEntry = sqliteTable(
  "ledger_entry",
  {
    stream: text().notNull(),
    seq: integer().notNull(),
    line: integer().notNull(),
    glAccount: text("gl_account").notNull(),
    amount: integer().notNull(),
    /** The open item (bill segment, fee, credit) that this receivable line opens or settles. */
    item: text(),
    serviceAgreementId: text("service_agreement_id"),
    accountingOn: text("accounting_on").notNull(),
    effectiveAt: integer("effective_at").notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.stream, t.seq, t.line] }),
    // The amount last: a bulk commit's entries then lie side by side in it, where by amount each would touch a page of its own.
    index("ledger_entry_gl").on(t.glAccount, t.accountingOn, t.stream, t.seq, t.line, t.amount),
  ],
);

/** Accounting periods (`YYYY-MM`): a row with status `closed` makes the trigger refuse entries dated in it. */
export const accountingPeriod = sqliteTable("accounting_period", {
  period: text().primaryKey(),
  status: text().notNull(),
  changedAt: integer("changed_at").notNull(),
});

// -------------------------------------------------------------------------------- the customer's side

/** Who: a human or an organisation. No money on it. Erasable; the log refers to `ref`. */
export const person = sqliteTable("person", {
  id: text().primaryKey(),
  ref: text().notNull(),
  name: text().notNull(),
  email: text(),
  phone: text(),
  language: text().notNull(),
});

/** The payer and mailing unit: joins people, agreements and a cycle. */
export const account = sqliteTable(
  "account",
  {
    id: text().primaryKey(),
    personId: text("person_id").notNull(),
    customerClass: text("customer_class").notNull(),
    billCycle: text("bill_cycle").notNull(),
    mailingLine: text("mailing_line").notNull(),
    mailingCity: text("mailing_city").notNull(),
    mailingState: text("mailing_state").notNull(),
    mailingZip: text("mailing_zip").notNull(),
    delivery: text().notNull(),
    openedOn: text("opened_on").notNull(),
  },
  (t) => [index("account_cycle").on(t.billCycle), index("account_person").on(t.personId)],
);

/** The fold of the account's events, kept so that neither a page nor a run replays a log. Checked against a replay in tests. */
export const accountState = sqliteTable("account_state", {
  accountId: text("account_id").primaryKey(),
  seq: integer().notNull(),
  hash: text().notNull(),
  balance: integer().notNull(),
  state: text().notNull(),
});

/** The obligation for one service; joins the moving account side with the staying premise side. */
export const serviceAgreement = sqliteTable(
  "service_agreement",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    servicePointId: text("service_point_id").notNull(),
    commodity: text().notNull(),
    rateScheduleId: text("rate_schedule_id").notNull(),
    startOn: text("start_on").notNull(),
    stopOn: text("stop_on"),
  },
  (t) => [index("service_agreement_account").on(t.accountId), index("service_agreement_point").on(t.servicePointId)],
);

// --------------------------------------------------------------------------------- the premise's side

export const premise = sqliteTable("premise", {
  id: text().primaryKey(),
  line: text().notNull(),
  city: text().notNull(),
  state: text().notNull(),
  zip: text().notNull(),
  premiseClass: text("premise_class").notNull(),
  dwellingUnits: integer("dwelling_units").notNull(),
});

/** Where one service is delivered. `usage_from` names the service point whose meter it is billed on (sewer on water). */
export const servicePoint = sqliteTable(
  "service_point",
  {
    id: text().primaryKey(),
    premiseId: text("premise_id").notNull(),
    commodity: text().notNull(),
    usageFrom: text("usage_from"),
    status: text().notNull(),
  },
  (t) => [index("service_point_premise").on(t.premiseId)],
);

export const meter = sqliteTable(
  "meter",
  {
    id: text().primaryKey(),
    badge: text().notNull(),
    commodity: text().notNull(),
    size: text(),
    manufacturer: text(),
    status: text().notNull(),
  },
  (t) => [uniqueIndex("meter_badge").on(t.badge)],
);

/** Which meter hung at which service point, when. An exchange ends one row and begins another. */
export const meterInstallation = sqliteTable(
  "meter_installation",
  {
    meterId: text("meter_id").notNull(),
    servicePointId: text("service_point_id").notNull(),
    installedOn: text("installed_on").notNull(),
    removedOn: text("removed_on"),
    /** The moments on those days at which the dials were read; null: the days' beginnings. */
    installedAt: integer("installed_at"),
    removedAt: integer("removed_at"),
  },
  (t) => [primaryKey({ columns: [t.meterId, t.installedOn] }), index("meter_installation_point").on(t.servicePointId)],
);

/** A meter on the test bench or tested where it hangs. Accuracies in thousandths of a percent; a test is never edited. */
export const meterTest = sqliteTable(
  "meter_test",
  {
    id: text().primaryKey(),
    meterId: text("meter_id").notNull(),
    testedOn: text("tested_on").notNull(),
    /** What it measured of what went through, before and after it was set right; null where it was not set. */
    asFound: integer("as_found").notNull(),
    asLeft: integer("as_left"),
    passed: integer().notNull(),
    note: text(),
    actor: text().notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [index("meter_test_meter").on(t.meterId, t.testedOn)],
);

/** Which module of a head-end speaks for a meter, from a day on. Pairing with another ends one row and begins the next. */
export const meterEndpoint = sqliteTable(
  "meter_endpoint",
  {
    meterId: text("meter_id").notNull(),
    fromOn: text("from_on").notNull(),
    /** First day on which it no longer speaks for the meter. */
    toOn: text("to_on"),
    endpointId: text("endpoint_id").notNull(),
    gatewayId: text("gateway_id").notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  // A module speaks for one meter at a time.
  (t) => [primaryKey({ columns: [t.meterId, t.fromOn] }), uniqueIndex("meter_endpoint_now").on(t.gatewayId, t.endpointId).where(sql`to_on IS NULL`)],
);

/** What a meter was asked through its head-end, and what came of it. Projection of the command's own stream. */
export const meterCommand = sqliteTable(
  "meter_command",
  {
    id: text().primaryKey(),
    meterId: text("meter_id").notNull(),
    gatewayId: text("gateway_id").notNull(),
    endpointId: text("endpoint_id").notNull(),
    kind: text().notNull(),
    status: text().notNull(),
    reason: text(),
    requestedBy: text("requested_by").notNull(),
    requestedAt: integer("requested_at").notNull(),
    sentAt: integer("sent_at"),
    /** Unanswered at this moment, it has timed out. */
    deadlineAt: integer("deadline_at").notNull(),
    finishedAt: integer("finished_at"),
    /** What the head-end said, in words or as the read that it brought. */
    answer: text(),
  },
  (t) => [index("meter_command_meter").on(t.meterId, t.requestedAt), index("meter_command_open").on(t.deadlineAt).where(sql`finished_at IS NULL`)],
);

/** A measuring component of a meter: a register (dial) or an interval channel. */
export const channel = sqliteTable(
  "channel",
  {
    id: integer().primaryKey(),
    meterId: text("meter_id").notNull(),
    name: text().notNull(),
    kind: text().notNull(),
    unit: text().notNull(),
    stepMinutes: integer("step_minutes"),
    /** Exact decimal text. */
    multiplier: text().notNull(),
    dials: integer(),
    direction: text().notNull(),
  },
  (t) => [index("channel_meter").on(t.meterId)],
);

/**
 * One local day of an interval channel, packed: little-endian int32 a slot, missing = INT32_MIN. Empty slots may be filled
 * (version + 1); a filled slot never changes here, what differs is a row of `interval_revision`. `best_total` and `best_peak`
 * are of the best values, for charts and history.
 */
export const intervalDay = sqliteTable(
  "interval_day",
  {
    channelId: integer("channel_id").notNull(),
    day: text().notNull(),
    version: integer().notNull(),
    raw: blob({ mode: "buffer" }).notNull(),
    flags: text(),
    bestTotal: integer("best_total").notNull(),
    bestPeak: integer("best_peak").notNull(),
    missing: integer().notNull(),
    /** 0 usable, 1 suspect: an exception is open on it and it must not reach a bill. */
    suspect: integer().notNull(),
    batchId: text("batch_id").notNull(),
    recordedAt: integer("recorded_at").notNull(),
    /** Best values that are estimates; null: none. Says how far the day may be judged by as history. */
    estimated: integer(),
    /** Intervals of flow without a pause up to the day's end, below zero of no flow, for the next day's checks; null: not known, taken for none. */
    flowAtEnd: integer("flow_at_end"),
  },
  (t) => [
    primaryKey({ columns: [t.channelId, t.day] }),
    // History, totals of a period and the fence of a bill are answered from here: the packed days are many pages apart.
    index("interval_day_totals").on(t.channelId, t.day, t.version, t.bestTotal, t.bestPeak, t.missing, t.suspect, t.estimated, t.flowAtEnd, t.flags),
  ],
);

/** Later values of a day (corrected, edited, estimated), never in place of the raw ones. Slots not revised are INT32_MIN. */
export const intervalRevision = sqliteTable(
  "interval_revision",
  {
    channelId: integer("channel_id").notNull(),
    day: text().notNull(),
    revision: integer().notNull(),
    values: blob({ mode: "buffer" }).notNull(),
    flags: text().notNull(),
    rule: text().notNull(),
    actor: text().notNull(),
    reason: text().notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.channelId, t.day, t.revision] })],
);

/** Register reads. A correction is a higher version of the same instant; the highest is the best. */
export const registerRead = sqliteTable(
  "register_read",
  {
    channelId: integer("channel_id").notNull(),
    readAt: integer("read_at").notNull(),
    version: integer().notNull(),
    value: integer().notNull(),
    quality: text().notNull(),
    suspect: integer().notNull(),
    source: text().notNull(),
    actor: text().notNull(),
    reason: text(),
    batchId: text("batch_id").notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.channelId, t.readAt, t.version] })],
);

// ---------------------------------------------------------------------------------------- ingest and VEE

/** A head-end that may post reads, with a credential of its own. The secrets are encrypted under the bound key. */
export const gateway = sqliteTable("gateway", {
  id: text().primaryKey(),
  name: text().notNull(),
  keyId: text("key_id").notNull().unique(),
  secret: text().notNull(),
  status: text().notNull(),
  lastSeenAt: integer("last_seen_at"),
  /** The secret before the last change still counts until then: a head-end is not reconfigured in the same minute. */
  previousSecret: text("previous_secret"),
  previousUntil: integer("previous_until"),
});

/** How a head-end that is called is reached, and as whom; a gateway without one fetches its commands. The secret is encrypted under the bound key. */
export const headEnd = sqliteTable("head_end", {
  gatewayId: text("gateway_id").primaryKey(),
  kind: text().notNull(),
  /** Where reads are asked for; switches and pings too, where they have no address of their own. Null: it is not called. */
  readUrl: text("read_url"),
  switchUrl: text("switch_url"),
  pingUrl: text("ping_url"),
  userName: text("user_name"),
  secret: text(),
  changedAt: integer("changed_at").notNull(),
});

/** One accepted request of a gateway, named by the hash of its body: posting it again finds it here. */
export const readBatch = sqliteTable("read_batch", {
  id: text().primaryKey(),
  gatewayId: text("gateway_id").notNull(),
  receivedAt: integer("received_at").notNull(),
  reads: integer().notNull(),
  outcome: text().notNull(),
  /** The file that it is a part of; null: it was posted as it is. */
  fileId: text("file_id"),
});

/**
 * One file of reads, named by who sent it, what is in it and how it was to be read: the same file again is found here. The
 * file itself lies in R2 under `key`, as it was sent.
 */
export const readsFile = sqliteTable(
  "reads_file",
  {
    id: text().primaryKey(),
    /** As in `read_batch`. */
    gatewayId: text("gateway_id").notNull(),
    actor: text().notNull(),
    /** `api`, `inbox` or `staff`. */
    source: text().notNull(),
    name: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of the file as it was sent and of its content unpacked, hex. */
    hash: text().notNull(),
    contentHash: text("content_hash").notNull(),
    bytes: integer().notNull(),
    contentBytes: integer("content_bytes").notNull(),
    /** JSON: what was said about it beside its content (format, zone, length of intervals, mapping). */
    options: text().notNull(),
    /** As which it was read; null while it was not, or where nothing could. */
    format: text(),
    /** `received` until every part of it is stored, then `done`, or `unreadable` where it could not be followed to its end. */
    status: text().notNull(),
    /** JSON: reads by what became of them, and what was refused; null until it is over. */
    counts: text(),
    receivedAt: integer("received_at").notNull(),
    finishedAt: integer("finished_at"),
    /** Somebody is at work on it until then. */
    claimedUntil: integer("claimed_until").notNull(),
  },
  (t) => [index("reads_file_received").on(t.receivedAt), index("reads_file_open").on(t.claimedUntil).where(sql`status = 'received'`)],
);

/** What of a file is stored, part by part in its order, so that whoever takes it up again need not begin anew. */
export const readsFilePart = sqliteTable(
  "reads_file_part",
  {
    fileId: text("file_id").notNull(),
    part: integer().notNull(),
    batchId: text("batch_id"),
    /** JSON: counts of this part. */
    counts: text().notNull(),
    /** JSON: what did not simply become a read, with line, kind and reason. */
    notes: text().notNull(),
    notesCount: integer("notes_count").notNull(),
  },
  (t) => [primaryKey({ columns: [t.fileId, t.part] })],
);

/**
 * Where stored values come from: a register's read, or a run of a channel's intervals within a day, and its lines in the
 * file that its batch is of. `line + n × line_step` is the line of the nth; `lines` (JSON) lists them where no step does.
 */
export const readSource = sqliteTable(
  "read_source",
  {
    channelId: integer("channel_id").notNull(),
    /** The read, or the start of the run's first interval. */
    at: integer().notNull(),
    batchId: text("batch_id").notNull(),
    line: integer().notNull(),
    slots: integer().notNull(),
    lineStep: integer("line_step").notNull(),
    lines: text(),
  },
  (t) => [primaryKey({ columns: [t.channelId, t.at, t.batchId, t.line] })],
);

/** What a source said of a channel on a local day that validation looks at (tamper, a wrong clock); one row a kind, widened by what is said later. */
export const channelCondition = sqliteTable(
  "channel_condition",
  {
    channelId: integer("channel_id").notNull(),
    day: text().notNull(),
    kind: text().notNull(),
    fromAt: integer("from_at").notNull(),
    toAt: integer("to_at").notNull(),
    /** The source's own word. */
    says: text().notNull(),
    /** Of a clock, by how many seconds it is ahead; null: not told. */
    seconds: integer(),
    /** The batch that said it first, and the line of its file (0: it had none). */
    batchId: text("batch_id").notNull(),
    line: integer().notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.channelId, t.day, t.kind] })],
);

/** The last word of a meter's sources on each kind of condition: a low battery, a weak signal, tamper. */
export const meterCondition = sqliteTable(
  "meter_condition",
  {
    meterId: text("meter_id").notNull(),
    kind: text().notNull(),
    /** 1: it is so; 0: the source says that it is not, or no longer. */
    isOn: integer("is_on").notNull(),
    /** Since when it has been said, and when it was said last. */
    since: integer().notNull(),
    toldAt: integer("told_at").notNull(),
    says: text().notNull(),
    seconds: integer(),
    /** The batch that said it first, and the line of its file (0: it had none). */
    batchId: text("batch_id").notNull(),
    line: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.meterId, t.kind] }), index("meter_condition_on").on(t.kind, t.since).where(sql`is_on = 1`)],
);

/** What the columns of a table are that no known head-end sends. A version never changes; the newest in effect counts. */
export const readsMapping = sqliteTable(
  "reads_mapping",
  {
    name: text().notNull(),
    version: integer().notNull(),
    /** JSON, as `domain/metering/formats/csv-mapping.ts` checks it. */
    mapping: text().notNull(),
    effectiveAt: integer("effective_at").notNull(),
    actor: text().notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.name, t.version] })],
);

/** The queue of what needs a person. Projection of the stream `exception:ID`; `open` rows keep data out of bills. */
export const exception = sqliteTable(
  "exception",
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    rule: text().notNull(),
    severity: text().notNull(),
    status: text().notNull(),
    meterId: text("meter_id"),
    channelId: integer("channel_id"),
    day: text(),
    readAt: integer("read_at"),
    servicePointId: text("service_point_id"),
    accountId: text("account_id"),
    runId: text("run_id"),
    sentence: text().notNull(),
    numbers: text().notNull(),
    owner: text(),
    openedAt: integer("opened_at").notNull(),
    closedAt: integer("closed_at"),
    decision: text(),
    /** Where an open one stands: null (nobody has touched it), `assigned`, `snoozed`, `waiting` (for a new read). */
    stage: text(),
    /** A snoozed one shows again from then on. */
    snoozedUntil: integer("snoozed_until"),
    /** JSON: the slot it points at, and a reading that is kept until its cause is mended. */
    detail: text(),
  },
  (t) => [
    index("exception_open").on(t.openedAt).where(sql`status = 'open'`),
    index("exception_channel").on(t.channelId, t.day),
    index("exception_account").on(t.accountId),
  ],
);

/**
 * What a customer is told of their usage: flow that has not stopped, a burst, high use, a month over budget, no flow in the cold. Projection of
 * the stream `alert:ID`. While it runs `ended_at` is null; afterwards it stays, as evidence of what was lost and for how long.
 */
export const usageAlert = sqliteTable(
  "usage_alert",
  {
    id: text().primaryKey(),
    kind: text().notNull(),
    channelId: integer("channel_id").notNull(),
    meterId: text("meter_id").notNull(),
    servicePointId: text("service_point_id").notNull(),
    /** Whose usage it was when it was raised; null: nobody's. */
    accountId: text("account_id"),
    startedAt: integer("started_at").notNull(),
    /** The end of the last interval that proves it. */
    throughAt: integer("through_at").notNull(),
    endedAt: integer("ended_at"),
    /** Unit of the figures below, which count after the multiplier. */
    unit: text().notNull(),
    stepMinutes: integer("step_minutes").notNull(),
    /** Flow: the lowest interval since it was noticed. High, freeze: the usual day. A month: the budget. */
    least: integer().notNull(),
    /** Flow: what went through at that lowest rate since it began, so at least that much. Else the usage of the day or month. */
    usage: integer().notNull(),
    raisedAt: integer("raised_at").notNull(),
    clearedAt: integer("cleared_at"),
    /** The customer has said that they know. */
    acknowledgedAt: integer("acknowledged_at"),
  },
  (t) => [
    index("usage_alert_channel").on(t.channelId, t.throughAt),
    index("usage_alert_account").on(t.accountId, t.startedAt),
    index("usage_alert_running").on(t.startedAt).where(sql`ended_at IS NULL`),
  ],
);

/** What a customer means to use at most in a calendar month, by service. A later one replaces it; the log keeps them all. */
export const usageBudget = sqliteTable(
  "usage_budget",
  {
    accountId: text("account_id").notNull(),
    servicePointId: text("service_point_id").notNull(),
    /** In thousandths of `unit`; 0: none any more. */
    quantity: integer().notNull(),
    unit: text().notNull(),
    setAt: integer("set_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.servicePointId, t.accountId] })],
);

// ------------------------------------------------------------------------------------------------- rates

export const rateSchedule = sqliteTable("rate_schedule", {
  id: text().primaryKey(),
  name: text().notNull(),
  commodity: text().notNull(),
  customerClass: text("customer_class").notNull(),
});

/** A version counts from `effective_on` until the next published one. Its document never changes once published. */
export const rateVersion = sqliteTable(
  "rate_version",
  {
    scheduleId: text("schedule_id").notNull(),
    version: integer().notNull(),
    effectiveOn: text("effective_on").notNull(),
    status: text().notNull(),
    document: text().notNull(),
    documentHash: text("document_hash").notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.scheduleId, t.version] })],
);

/**
 * A version of a rate while people work on it: written, proposed, and published by somebody else. What is published goes
 * into `rate_version`; events say who did what under which hash.
 */
export const rateDraft = sqliteTable(
  "rate_draft",
  {
    id: text().primaryKey(),
    scheduleId: text("schedule_id").notNull(),
    name: text().notNull(),
    commodity: text().notNull(),
    customerClass: text("customer_class").notNull(),
    effectiveOn: text("effective_on").notNull(),
    document: text().notNull(),
    documentHash: text("document_hash").notNull(),
    status: text().notNull(),
    /** `written`, or the form it was imported from. */
    origin: text().notNull(),
    /** JSON: what an import could not carry over, by path with the reason. */
    notCarriedOver: text("not_carried_over").notNull(),
    savedBy: text("saved_by").notNull(),
    savedAt: integer("saved_at").notNull(),
    proposedBy: text("proposed_by"),
    proposedAt: integer("proposed_at"),
    noteRef: text("note_ref"),
    decidedBy: text("decided_by"),
    decidedAt: integer("decided_at"),
    decisionRef: text("decision_ref"),
    /** Customers see what they would have paid, from the proposal on. */
    shownToCustomers: integer("shown_to_customers").notNull(),
    /** Version that it became. */
    publishedVersion: integer("published_version"),
  },
  (t) => [index("rate_draft_open").on(t.scheduleId).where(sql`status IN ('draft', 'proposed')`)],
);

/** A draft run over the bills of the past months of every account on its schedule. */
export const rateReplay = sqliteTable(
  "rate_replay",
  {
    id: text().primaryKey(),
    draftId: text("draft_id").notNull(),
    scheduleId: text("schedule_id").notNull(),
    document: text().notNull(),
    documentHash: text("document_hash").notNull(),
    /** Bills whose period ended after `from` and not after `to`. */
    fromOn: text("from_on").notNull(),
    toOn: text("to_on").notNull(),
    status: text().notNull(),
    accounts: integer().notNull(),
    startedBy: text("started_by").notNull(),
    startedAt: integer("started_at").notNull(),
    finishedAt: integer("finished_at"),
    leaseUntil: integer("lease_until").notNull(),
  },
  (t) => [index("rate_replay_draft").on(t.draftId), index("rate_replay_running").on(t.leaseUntil).where(sql`status = 'running'`)],
);

/** What one account was billed and would have been billed. */
export const rateReplayAccount = sqliteTable(
  "rate_replay_account",
  {
    replayId: text("replay_id").notNull(),
    accountId: text("account_id").notNull(),
    customerClass: text("customer_class").notNull(),
    zip: text().notNull(),
    /** Segments that were priced again. */
    segments: integer().notNull(),
    before: integer().notNull(),
    after: integer().notNull(),
    /** Segments that the draft cannot price, and why the first of them. */
    unpriced: integer().notNull(),
    reason: text(),
  },
  (t) => [primaryKey({ columns: [t.replayId, t.accountId] })],
);

// ----------------------------------------------------------------------------------------------- billing

export const billCycle = sqliteTable("bill_cycle", {
  id: text().primaryKey(),
  name: text().notNull(),
  /** Day of the month (1–28) on which the cycle's period ends and its window opens. */
  closeDay: integer("close_day").notNull(),
});

/** What staff decided on alone, by day: a role's limits are of a day and not of each form. */
export const authorityUse = sqliteTable(
  "authority_use",
  {
    commandId: text("command_id").primaryKey(),
    actor: text().notNull(),
    day: text().notNull(),
    /** `adjustment` or `correction`: each has limits of its own. */
    kind: text().notNull(),
    /** Cents, whichever way they went. */
    amount: integer().notNull(),
  },
  (t) => [index("authority_use_day").on(t.actor, t.day, t.kind)],
);

/** One run of one cycle: which accounts are due is derived, what happened to each is in `bill_run_account`. */
export const billRun = sqliteTable("bill_run", {
  id: text().primaryKey(),
  cycleId: text("cycle_id").notNull(),
  periodTo: text("period_to").notNull(),
  billOn: text("bill_on").notNull(),
  status: text().notNull(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
  startedBy: text("started_by").notNull(),
  due: integer().notNull(),
  leaseUntil: integer("lease_until").notNull(),
});

/** Progress that survives a kill: written in the same batch as the bill. */
export const billRunAccount = sqliteTable(
  "bill_run_account",
  {
    runId: text("run_id").notNull(),
    accountId: text("account_id").notNull(),
    outcome: text().notNull(),
    reason: text(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.accountId] })],
);

/** A completed bill, frozen. `snapshot` holds what it was computed from and every explained line; `snapshot_hash` is in the event. */
export const bill = sqliteTable(
  "bill",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    seq: integer().notNull(),
    number: text().notNull(),
    periodFrom: text("period_from").notNull(),
    periodTo: text("period_to").notNull(),
    issuedOn: text("issued_on").notNull(),
    dueOn: text("due_on").notNull(),
    previousBalance: integer("previous_balance").notNull(),
    charges: integer().notNull(),
    balance: integer().notNull(),
    status: text().notNull(),
    runId: text("run_id"),
    snapshotHash: text("snapshot_hash").notNull(),
    snapshot: text().notNull(),
  },
  (t) => [uniqueIndex("bill_number").on(t.number), index("bill_account").on(t.accountId, t.issuedOn)],
);

/** A bill that was canceled: by which event of its account, and which bill took its place (none: it was taken back). Its insertion marks the bill. */
export const billCancellation = sqliteTable(
  "bill_cancellation",
  {
    billId: text("bill_id").primaryKey(),
    accountId: text("account_id").notNull(),
    seq: integer().notNull(),
    canceledOn: text("canceled_on").notNull(),
    cause: text().notNull(),
    replacedBy: text("replaced_by"),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [index("bill_cancellation_replaced_by").on(t.replacedBy)],
);

/** A correction of bills that waits for a second person, and what became of it. What it comes to is worked out again when it is decided on. */
export const rebillProposal = sqliteTable(
  "rebill_proposal",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    /** JSON: from which bill on, why, with which services corrected. */
    asked: text().notNull(),
    /** Of the branch that the proposer saw; another one is another proposal. */
    branchHash: text("branch_hash").notNull(),
    net: integer().notNull(),
    reasonRef: text("reason_ref").notNull(),
    /** `open`, `approved`, `rejected`, `withdrawn`. */
    status: text().notNull(),
    proposedBy: text("proposed_by").notNull(),
    proposedAt: integer("proposed_at").notNull(),
    decidedBy: text("decided_by"),
    decidedAt: integer("decided_at"),
    decisionRef: text("decision_ref"),
  },
  (t) => [index("rebill_proposal_account").on(t.accountId), index("rebill_proposal_open").on(t.proposedAt).where(sql`status = 'open'`)],
);

/** The charges of one agreement for one period. */
export const billSegment = sqliteTable(
  "bill_segment",
  {
    id: text().primaryKey(),
    billId: text("bill_id").notNull(),
    serviceAgreementId: text("service_agreement_id").notNull(),
    commodity: text().notNull(),
    periodFrom: text("period_from").notNull(),
    periodTo: text("period_to").notNull(),
    registeredMilli: integer("registered_milli").notNull(),
    billedMilli: integer("billed_milli").notNull(),
    unit: text().notNull(),
    estimated: integer().notNull(),
    total: integer().notNull(),
  },
  (t) => [index("bill_segment_bill").on(t.billId), index("bill_segment_agreement").on(t.serviceAgreementId, t.periodTo)],
);

export const billLine = sqliteTable(
  "bill_line",
  {
    segmentId: text("segment_id").notNull(),
    line: integer().notNull(),
    chargeId: text("charge_id").notNull(),
    name: text().notNull(),
    glAccount: text("gl_account").notNull(),
    quantityMilli: integer("quantity_milli"),
    unit: text(),
    amount: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.segmentId, t.line] })],
);

/** A PDF is rendered on first demand; what was rendered, by which template, with which hash stays known. */
export const billDocument = sqliteTable(
  "bill_document",
  {
    billId: text("bill_id").notNull(),
    template: text().notNull(),
    key: text().notNull(),
    hash: text().notNull(),
    renderedAt: integer("rendered_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.billId, t.template] })],
);

// ---------------------------------------------------------------------------------------------- payments

export const payment = sqliteTable(
  "payment",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    seq: integer().notNull(),
    amount: integer().notNull(),
    tender: text().notNull(),
    channel: text().notNull(),
    reference: text(),
    receivedAt: integer("received_at").notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [index("payment_account").on(t.accountId, t.receivedAt), index("payment_received").on(t.recordedAt)],
);

/** A checkout at the payment provider. Money only moves when the provider's signed webhook arrives. */
export const paymentIntent = sqliteTable(
  "payment_intent",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    amount: integer().notNull(),
    status: text().notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [index("payment_intent_account").on(t.accountId)],
);

// ---------------------------------------------------------------------------------------------- service

/** A customer's or clerk's request. Projection of the account's events; its words are personal data. */
export const request = sqliteTable(
  "request",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    kind: text().notNull(),
    status: text().notNull(),
    textRef: text("text_ref").notNull(),
    openedAt: integer("opened_at").notNull(),
    changedAt: integer("changed_at").notNull(),
  },
  (t) => [index("request_account").on(t.accountId), index("request_open").on(t.openedAt).where(sql`status <> 'closed'`)],
);

// ---------------------------------------------------------------------------------------- the utility

/** Everything staff may set, effective-dated: the row with the latest `effective_on` not after a day counts on that day. */
export const setting = sqliteTable(
  "setting",
  {
    topic: text().notNull(),
    effectiveOn: text("effective_on").notNull(),
    version: integer().notNull(),
    value: text().notNull(),
    recordedAt: integer("recorded_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.topic, t.effectiveOn, t.version] })],
);

/** A change of a setting that another person decides on before it counts. Projection of the utility's stream; `before` is what it was held against. */
export const settingProposal = sqliteTable(
  "setting_proposal",
  {
    id: text().primaryKey(),
    topic: text().notNull(),
    effectiveOn: text("effective_on").notNull(),
    before: text().notNull(),
    value: text().notNull(),
    /** `open`, `approved`, `rejected`, `withdrawn`. */
    status: text().notNull(),
    noteRef: text("note_ref"),
    proposedBy: text("proposed_by").notNull(),
    proposedAt: integer("proposed_at").notNull(),
    decidedBy: text("decided_by"),
    decidedAt: integer("decided_at"),
    decisionRef: text("decision_ref"),
  },
  (t) => [index("setting_proposal_open").on(t.proposedAt).where(sql`status = 'open'`)],
);

// ------------------------------------------------------------------------------------------ live and out

/** Accounts that somebody is looking at. A bulk commit looks here after it committed. */
export const watched = sqliteTable("watched", {
  accountId: text("account_id").primaryKey(),
  since: integer().notNull(),
});

/** Messages that left with a commit and are delivered at least once afterwards. */
export const outbox = sqliteTable(
  "outbox",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    kind: text().notNull(),
    key: text().notNull(),
    payload: text().notNull(),
    createdAt: integer("created_at").notNull(),
    availableAt: integer("available_at").notNull(),
    attempts: integer().notNull(),
    doneAt: integer("done_at"),
    parkedAt: integer("parked_at"),
    lastError: text("last_error"),
  },
  (t) => [index("outbox_due").on(t.availableAt).where(sql`done_at IS NULL AND parked_at IS NULL`)],
);

// ------------------------------------------------------------------------------------------------ people

export const authUser = sqliteTable(
  "auth_user",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    email: text().notNull().unique(),
    emailVerified: integer("email_verified", { mode: "boolean" }).notNull(),
    image: text(),
    role: text().notNull(),
    language: text().notNull().default("en"),
    /** Staff who left keep their row, because the log names it; they cannot sign in any more. */
    deactivatedAt: integer("deactivated_at", { mode: "timestamp_ms" }),
    createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("auth_user_staff").on(t.role).where(sql`role <> 'customer'`)],
);

export const authSession = sqliteTable(
  "auth_session",
  {
    id: text().primaryKey(),
    token: text().notNull().unique(),
    userId: text("user_id").notNull(),
    expiresAt: integer("expires_at", { mode: "timestamp_ms" }).notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("auth_session_user").on(t.userId)],
);

/** A way to sign in (password, later OIDC): the library calls this an account; ours are utility accounts. */
export const authCredential = sqliteTable(
  "auth_credential",
  {
    id: text().primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id").notNull(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: integer("access_token_expires_at", { mode: "timestamp_ms" }),
    refreshTokenExpiresAt: integer("refresh_token_expires_at", { mode: "timestamp_ms" }),
    scope: text(),
    password: text(),
    createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("auth_credential_user").on(t.userId)],
);

export const authVerification = sqliteTable(
  "auth_verification",
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: integer("expires_at", { mode: "timestamp_ms" }).notNull(),
    createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  (t) => [index("auth_verification_identifier").on(t.identifier)],
);

/** Which user may see which account. Ended rather than deleted, so that it stays known who could. */
export const accountAccess = sqliteTable(
  "account_access",
  {
    userId: text("user_id").notNull(),
    accountId: text("account_id").notNull(),
    grantedAt: integer("granted_at").notNull(),
    grantedBy: text("granted_by").notNull(),
    endedAt: integer("ended_at"),
  },
  (t) => [primaryKey({ columns: [t.userId, t.accountId] }), index("account_access_account").on(t.accountId)],
);

/** By which channels a person who signs in hears of an alert. No row: by e-mail. */
export const alertChannel = sqliteTable(
  "alert_channel",
  {
    userId: text("user_id").notNull(),
    /** A kind of alert, or `prepaid`: the money that was paid ahead runs low. */
    kind: text().notNull(),
    email: integer().notNull(),
    text: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.kind] })],
);

/** The number to which a person has agreed to have texts sent. It stays when they end it, so that it is known until when they had agreed. */
export const textNumber = sqliteTable(
  "text_number",
  {
    userId: text("user_id").primaryKey(),
    /** Digits with the country's: `+13195550142`. */
    phone: text().notNull(),
    agreedAt: integer("agreed_at").notNull(),
    endedAt: integer("ended_at"),
  },
  (t) => [index("text_number_phone").on(t.phone)],
);

/** A one-time link for a person to an account, sent by staff. Only the hash of its token is kept. */
export const invitation = sqliteTable("invitation", {
  tokenHash: text("token_hash").primaryKey(),
  accountId: text("account_id").notNull(),
  email: text().notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedAt: integer("used_at"),
});

/** Attempts against a limit (sign-in, linking): counted per key and time window. */
export const rateLimit = sqliteTable(
  "rate_limit",
  {
    key: text().notNull(),
    windowStart: integer("window_start").notNull(),
    hits: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.key, t.windowStart] })],
);

/** The veto: a statement that must hold for the batch writes a row here; the trigger aborts the batch when `holds` is 0. */
export const commitGuard = sqliteTable("commit_guard", {
  holds: integer().notNull(),
  reason: text().notNull(),
});
