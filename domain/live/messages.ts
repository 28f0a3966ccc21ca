/**
 * What goes over a live socket: one union a direction, shared by both ends and checked with valibot where it arrives.
 *
 * An *event* belongs to a commit and carries its stream's seq: it can be replayed, and a gap means reconnect. *Usage*
 * carries a version of its own. A *signal* may be lost, and never is money.
 */
import * as v from "valibot";

const Cents = v.pipe(v.number(), v.safeInteger());
const Seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const LocalDate = v.string();

export const AccountViewSchema = v.object({
  accountId: v.string(),
  status: v.picklist(["none", "open", "closed"]),
  balance: Cents,
  due: Cents,
  budget: v.nullable(v.object({ amount: Cents, carried: Cents, settleOn: LocalDate, proposed: v.nullable(Cents) })),
  pastDue: Cents,
  dueOn: v.nullable(LocalDate),
  aging: v.object({ notDue: Cents, days1to30: Cents, days31to60: Cents, days61to90: Cents, over90: Cents }),
  lastBill: v.nullable(v.object({ billId: v.string(), number: v.string(), issuedOn: LocalDate, dueOn: LocalDate, charges: Cents, balance: Cents })),
  lastPayment: v.nullable(v.object({ paymentId: v.string(), amount: Cents, receivedAt: v.number() })),
  holds: v.pipe(v.array(v.object({ holdId: v.string(), kind: v.string(), placedOn: LocalDate })), v.readonly()),
  requests: v.pipe(v.array(v.object({ requestId: v.string(), kind: v.string(), status: v.string() })), v.readonly()),
});

/** Bill so far: what the open period's validated usage costs by the billing engine, if the bill were made now. */
export const SoFarSchema = v.object({
  periodFrom: LocalDate,
  /** A period that has closed and is not billed yet; its bill is being prepared and is not in these figures. */
  closed: v.nullable(v.object({ from: LocalDate, to: LocalDate })),
  asOf: LocalDate,
  total: Cents,
  services: v.array(v.object({ agreementId: v.string(), commodity: v.string(), quantityMilli: v.number(), unit: v.string(), total: Cents, throughDay: v.nullable(LocalDate) })),
  /** Straight-line to the end of the period, with a band; null while there are too few days to say. */
  projection: v.nullable(v.object({ total: Cents, low: Cents, high: Cents, periodTo: LocalDate })),
});
export type SoFar = v.InferOutput<typeof SoFarSchema>;

const FeedItem = v.object({ position: v.number(), stream: v.string(), seq: Seq, type: v.string(), at: v.number(), effectiveAt: v.number(), actor: v.string(), source: v.string(), summary: v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()])) });
export type FeedItem = v.InferOutput<typeof FeedItem>;

export const BoardSchema = v.object({
  day: LocalDate,
  reads: v.number(),
  readBatches: v.number(),
  readExceptions: v.number(),
  exceptionsOpen: v.number(),
  bills: v.number(),
  billed: Cents,
  payments: v.number(),
  paid: Cents,
  requests: v.number(),
});
export type Board = v.InferOutput<typeof BoardSchema>;

export const RunProgressSchema = v.object({
  runId: v.string(),
  cycleId: v.string(),
  status: v.string(),
  due: v.number(),
  billed: v.number(),
  held: v.number(),
  failed: v.number(),
  billsPerSecond: v.nullable(v.number()),
});
export type RunProgress = v.InferOutput<typeof RunProgressSchema>;

/** Server → a page about one account. */
export const AccountMessageSchema = v.variant("t", [
  v.object({ t: v.literal("ready"), seq: Seq, view: AccountViewSchema }),
  v.object({ t: v.literal("snapshot"), seq: Seq, view: AccountViewSchema }),
  v.object({ t: v.literal("event"), seq: Seq, type: v.string(), at: v.number(), summary: FeedItem.entries.summary, view: AccountViewSchema }),
  v.object({ t: v.literal("usage"), version: v.number(), soFar: v.nullable(SoFarSchema) }),
  v.object({ t: v.literal("readOnly"), on: v.boolean() }),
]);
export type AccountMessage = v.InferOutput<typeof AccountMessageSchema>;

/** Server → the staff board. `position` orders the feed over all streams. */
export const BoardMessageSchema = v.variant("t", [
  v.object({ t: v.literal("board"), position: v.number(), board: BoardSchema }),
  v.object({ t: v.literal("feed"), position: v.number(), items: v.array(FeedItem), board: BoardSchema }),
  v.object({ t: v.literal("run"), run: RunProgressSchema }),
]);
export type BoardMessage = v.InferOutput<typeof BoardMessageSchema>;

/** Client → server: nothing but pings, which the platform answers without waking the object. */
export const PING = "ping";
export const PONG = "pong";

/** Why a socket was closed, where the client must not simply come back. */
export const CLOSE_ACCESS_ENDED = 4403;
export const CLOSE_CLIENT_TOO_OLD = 4001;
/** The database is away: come back with the usual patience. */
export const CLOSE_TRY_LATER = 4503;
/** Version of these messages; a client that speaks another is told to reload. */
export const LIVE_VERSION = 1;
