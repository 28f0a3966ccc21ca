/** Every event of the log in words, for timelines, the board's feed and the log itself: one table. */
import type { EventSummary } from "../../../domain/lifecycle/account/summary.ts";
import { FACTS, type FactKind } from "../../../domain/lifecycle/service-fact.ts";
import { milliText } from "../../../domain/metering/index.ts";
import type { IconName } from "../../components/icons.tsx";
import { ledgerText, moneyText } from "../../components/money.tsx";
import type { Tone } from "../../components/tone.ts";
import { formatDate } from "../../format/dates.ts";
import { formatCount } from "../../format/quantities.ts";
import { adjustmentName, alertName, causeName, className, commodityName, holdName, plainWord, requestKindName, requestState, ruleName, tenderName } from "./words.ts";

export interface EventWords {
  readonly title: string;
  readonly icon: IconName;
  readonly tone?: Tone;
  /** At the end of the line. */
  readonly value?: string;
  readonly detail?: string;
  /** Where the thing itself is; the stream's own page when left out. */
  readonly to?: string;
}

type Words = (facts: Facts, id: string) => EventWords;

/** The facts of an event by name, as the kinds they have. */
class Facts {
  readonly #summary: EventSummary;
  readonly #today: string | undefined;
  constructor(summary: EventSummary, today: string | undefined) {
    this.#summary = summary;
    this.#today = today;
  }
  text(name: string): string {
    const value = this.#summary[name];
    return value === null || value === undefined ? "" : String(value);
  }
  number(name: string): number {
    const value = this.#summary[name];
    return typeof value === "number" ? value : 0;
  }
  day(name: string): string {
    const day = this.text(name);
    return /^\d{4}-\d{2}-\d{2}$/.test(day) ? formatDate("en", day, "weekday", this.#today) : day;
  }
}

const exceptionTo = (facts: Facts): string => `/staff/exceptions/${encodeURIComponent(facts.text("exceptionId"))}`;
const runTo = (facts: Facts): string => `/staff/billing/runs/${encodeURIComponent(facts.text("runId"))}`;

const factTitle = (f: Facts): string => [FACTS[f.text("kind") as FactKind]?.name ?? "Fact", f.text("name")].filter(Boolean).join(" ");
const factValue = (f: Facts): string => f.text("text") || (f.text("milli") === "" ? "" : `${milliText(f.number("milli"))} ${f.text("unit")}`.trim());
const fileTo = (facts: Facts): string => `/staff/files/${encodeURIComponent(facts.text("fileId"))}`;

const alertTo = (facts: Facts): string => (facts.text("accountId") ? `/staff/accounts/${encodeURIComponent(facts.text("accountId"))}` : "/staff/alerts");
const alertQuantity = (facts: Facts): string => `${milliText(facts.number("usage"))} ${facts.text("unit")}`;

const askTo = (facts: Facts): string => `${meterTo(facts)}/ask`;
const meterTo = (facts: Facts): string => `/staff/meters/${encodeURIComponent(facts.text("meterId"))}`;
const draftTo = (facts: Facts): string => `/staff/rates/drafts/${encodeURIComponent(facts.text("draftId"))}`;
const replayTo = (facts: Facts): string => `/staff/rates/replays/${encodeURIComponent(facts.text("replayId"))}`;

/** What a leak adjustment by the policy is made of. */
const leakWords = (f: Facts): string => (f.number("bills") > 0 ? `${commodityName(f.text("commodity"))}: ${f.number("share")} % of what ${f.number("bills") === 1 ? "a bill" : `${f.number("bills")} bills`} cost beyond the normal use` : "");

const BUDGET_ENDS: Readonly<Record<string, string>> = { request: "On request", missed: "Instalments were missed", finalBill: "Final bill" };

const EVENTS: Readonly<Record<string, Words>> = {
  AccountOpened: (f) => ({ title: "Account opened", icon: "people", detail: `${className(f.text("class"))}, bill cycle ${f.text("cycle")}` }),
  ServiceStarted: (f) => ({ title: `${commodityName(f.text("commodity"))} service started`, icon: "meter", value: f.day("on") }),
  ServiceStopped: (f) => ({ title: "Service stopped", icon: "meter", value: f.day("on") }),
  BillCompleted: (f) => ({ title: `Bill ${f.text("number")}`, icon: "bill", value: ledgerText(f.number("amount")), detail: f.text("dueOn") ? `Due ${f.day("dueOn")}` : undefined, to: f.text("billId") ? `/staff/bills/${encodeURIComponent(f.text("billId"))}` : undefined }),
  BillCanceled: (f) => ({ title: `Bill ${f.text("number")} canceled`, icon: "bill", tone: "warn", value: ledgerText(f.number("amount")), detail: causeName(f.text("cause")), to: `/staff/bills/${encodeURIComponent(f.text("billId"))}` }),
  ServiceCorrected: (f) => ({ title: "Rate of a service corrected", icon: "rates", detail: `${f.text("from")} → ${f.text("to")}` }),
  CorrectionProposed: (f, account) => ({ title: "Correction of bills proposed", icon: "bill", tone: "info", value: ledgerText(f.number("amount")), detail: causeName(f.text("cause")), to: `/staff/accounts/${account}/correct?proposal=${encodeURIComponent(f.text("correctionId"))}` }),
  CorrectionDropped: (f) => ({ title: f.text("outcome") === "withdrawn" ? "Correction withdrawn" : "Correction rejected", icon: "bill" }),
  InstalmentsOffered: (f) => ({ title: "Instalments offered", icon: "pay", value: ledgerText(f.number("amount")), detail: `${f.number("parts")} parts, to be taken up by ${f.day("answerBy")}` }),
  BillHeld: (f) => ({ title: "Bill held for review", icon: "flag", tone: "warn", detail: f.text("reasons"), to: f.text("runId") ? runTo(f) : undefined }),
  PaymentPosted: (f, account) => ({ title: `Payment, ${tenderName(f.text("tender")).toLowerCase()}`, icon: "pay", tone: "good", value: ledgerText(-f.number("amount")), to: `/staff/accounts/${account}/payments/${encodeURIComponent(f.text("paymentId"))}` }),
  PaymentSuspended: (f) => ({ title: "Payment in suspense", icon: "pay", tone: "warn", value: ledgerText(f.number("amount")), detail: f.text("reason"), to: `/staff/exceptions/${encodeURIComponent(`suspense:${f.text("paymentId")}`)}` }),
  PaymentReversed: (f, account) => ({ title: "Payment taken back", icon: "pay", tone: "bad", value: ledgerText(f.number("amount")), detail: f.text("reason"), to: `/staff/accounts/${account}/payments/${encodeURIComponent(f.text("paymentId"))}` }),
  AdjustmentPosted: (f) => ({ title: adjustmentName(f.text("kind")), icon: "rates", value: ledgerText(f.number("amount")), detail: [leakWords(f), f.text("reason")].filter(Boolean).join(". ") }),
  HoldPlaced: (f) => ({ title: `Hold: ${holdName(f.text("kind")).toLowerCase()}`, icon: "lock", tone: "warn" }),
  HoldReleased: (f) => ({ title: "Hold released", icon: "lock", detail: f.text("reason") || f.text("cause") }),
  ServiceFactSet: (f) => ({ title: factTitle(f), icon: "rates", value: factValue(f), detail: [f.day("on") && `From ${f.day("on")}`, f.day("to") && `until ${f.day("to")}`, f.text("reason")].filter(Boolean).join(", ") }),
  BudgetEnrolled: (f) => ({ title: "Budget billing begun", icon: "pay", tone: "info", value: ledgerText(f.number("amount")), detail: [`Settled from ${f.day("settleOn")}`, f.text("reason")].filter(Boolean).join(". ") }),
  BudgetReviewed: (f, account) => f.text("proposed") === ""
    ? { title: "Budget amount looked at: it fits", icon: "pay", value: ledgerText(f.number("amount")) }
    : { title: "Another budget amount proposed", icon: "pay", tone: "warn", value: ledgerText(f.number("proposed")), detail: `${ledgerText(f.number("amount"))} until now`, to: `/staff/accounts/${account}/budget` },
  BudgetChanged: (f) => ({ title: "Budget amount changed", icon: "pay", value: ledgerText(f.number("amount")), detail: [`${ledgerText(f.number("before"))} until now`, f.text("reason")].filter(Boolean).join(". ") }),
  BudgetSettled: (f) => ({ title: "Budget year settled", icon: "pay", value: ledgerText(f.number("difference")), detail: `${f.text("carriedOn") === "true" ? "Spread over the next year" : `Due ${f.day("dueOn")}`}; now ${ledgerText(f.number("amount"))} a month` }),
  BudgetEnded: (f) => ({ title: "Budget billing ended", icon: "pay", tone: f.text("cause") === "missed" ? "warn" : undefined, value: ledgerText(f.number("difference")), detail: [BUDGET_ENDS[f.text("cause")], f.text("reason"), `due ${f.day("dueOn")}`].filter(Boolean).join(", ") }),
  RequestOpened: (f) => ({ title: `Request: ${requestKindName(f.text("kind")).toLowerCase()}`, icon: "request", tone: "info", to: `/staff/requests/${encodeURIComponent(f.text("requestId"))}` }),
  RequestAdvanced: (f) => ({ title: `Request: ${requestState(f.text("to")).name.toLowerCase()}`, icon: "request", to: `/staff/requests/${encodeURIComponent(f.text("requestId"))}` }),

  AccessGranted: () => ({ title: "Linked in the portal", icon: "person" }),
  AccessEnded: (f) => ({ title: "Portal access ended", icon: "person", detail: f.text("reason") }),
  InvitationSent: () => ({ title: "Invited to the portal", icon: "mail" }),

  ReadsIngested: (f) => ({ title: "Reads arrived", icon: "meter", value: formatCount(f.number("accepted") + f.number("exceptions")), detail: f.number("exceptions") > 0 ? `${formatCount(f.number("exceptions"))} put in doubt` : undefined, to: "/staff/reads" }),
  ReadsFileReceived: (f) => ({ title: `File of reads: ${f.text("name")}`, icon: "meter", to: fileTo(f) }),
  ReadsFileRead: (f) => ({ title: f.text("readable") === "true" ? "File of reads taken in" : "File of reads that could not be read", icon: "meter", tone: f.text("readable") === "true" ? undefined : "bad", value: formatCount(f.number("accepted") + f.number("exceptions")), detail: f.number("refused") > 0 ? `${formatCount(f.number("refused"))} refused` : undefined, to: fileTo(f) }),
  ReadsMappingSaved: (f) => ({ title: `Mapping ${f.text("name")}`, icon: "settings", value: `Version ${f.text("version")}`, to: `/staff/files/mappings/${encodeURIComponent(f.text("name"))}` }),
  ExceptionOpened: (f) => ({ title: `In doubt: ${ruleName(f.text("kind"), f.text("rule")).toLowerCase()}`, icon: "flag", tone: "warn", detail: f.text("sentence"), to: exceptionTo(f) }),
  ExceptionReopened: (f) => ({ title: "In doubt again", icon: "flag", tone: "warn", detail: f.text("sentence"), to: exceptionTo(f) }),
  ExceptionUpdated: (f) => ({ title: "Still in doubt, with other numbers", icon: "flag", tone: "warn", detail: f.text("sentence"), to: exceptionTo(f) }),
  ExceptionAssigned: (f) => ({ title: "Exception taken on", icon: "flag", to: exceptionTo(f) }),
  ExceptionReleased: (f) => ({ title: "Exception given back", icon: "flag", to: exceptionTo(f) }),
  ExceptionSnoozed: (f) => ({ title: "Exception put off", icon: "clock", to: exceptionTo(f) }),
  ExceptionWoken: (f) => ({ title: "Exception back on the list", icon: "clock", to: exceptionTo(f) }),
  RereadOrdered: (f) => ({ title: "Re-read ordered", icon: "truck", to: exceptionTo(f) }),
  ExceptionDecided: (f) => ({ title: `Exception decided: ${plainWord(f.text("decision")).toLowerCase()}`, icon: "check", tone: "good", to: exceptionTo(f) }),
  ExceptionClosed: (f) => ({ title: "Exception closed", icon: "check", detail: f.text("decision"), to: exceptionTo(f) }),

  UsageAlertRaised: (f) => ({ title: `Told the customer: ${alertName(f.text("kind")).toLowerCase()}`, icon: "bell", tone: "warn", value: alertQuantity(f), to: alertTo(f) }),
  UsageAlertEnded: (f) => ({ title: `${alertName(f.text("kind"))} is over`, icon: "bell", tone: "good", value: alertQuantity(f), to: alertTo(f) }),
  UsageAlertAcknowledged: (f) => ({ title: `The customer knows: ${alertName(f.text("kind")).toLowerCase()}`, icon: "bell", to: alertTo(f) }),

  PrepaidEnrolled: (f) => ({ title: "Prepaid begun", icon: "pay", tone: "info", detail: `Low at ${ledgerText(f.number("lowAt"))}` }),
  PrepaidChanged: (f) => ({ title: "Prepaid: low at another amount", icon: "pay", value: ledgerText(f.number("lowAt")), detail: `${ledgerText(f.number("before"))} until now` }),
  PrepaidEnded: (f) => ({ title: "Prepaid ended", icon: "pay", detail: f.text("reason") }),
  NoticeChannelsSet: () => ({ title: "A customer chose how to hear of alerts", icon: "bell" }),
  TextsAgreed: (f) => ({ title: "A customer agreed to texts", icon: "phone", detail: f.text("by") === "reply" ? "By an answer to a text" : undefined }),
  TextsEnded: (f) => ({ title: "A customer ended texts", icon: "phone", detail: f.text("by") === "reply" ? "By an answer to a text" : undefined }),
  PrepaidLowTold: (f) => ({ title: "Told the customer: prepaid money runs low", icon: "bell", tone: "warn", value: ledgerText(f.number("left")), to: `/staff/accounts/${encodeURIComponent(f.text("accountId"))}/prepaid` }),
  PrepaidLowOver: (f) => ({ title: "There is prepaid money again", icon: "bell", tone: "good", value: ledgerText(f.number("left")), to: `/staff/accounts/${encodeURIComponent(f.text("accountId"))}/prepaid` }),
  UsageBudgetSet: (f) => ({ title: f.number("quantity") > 0 ? "Budget set by the customer" : "Budget taken back by the customer", icon: "usage", value: f.number("quantity") > 0 ? `${milliText(f.number("quantity"))} ${f.text("unit")} a month` : undefined, to: alertTo(f) }),

  BillRunStarted: (f) => ({ title: `Bill run started, cycle ${f.text("cycleId")}`, icon: "cycle", tone: "info", value: `${formatCount(f.number("due"))} due` }),
  BillRunRetried: (f) => ({ title: "Bill run tried again", icon: "cycle", value: `${formatCount(f.number("due"))} due` }),
  BillRunFinished: (f) => ({ title: `Bill run finished, cycle ${f.text("cycleId")}`, icon: "cycle", tone: f.number("failed") > 0 ? "bad" : "good", value: `${formatCount(f.number("billed"))} billed`, detail: f.number("held") > 0 ? `${formatCount(f.number("held"))} held for review` : undefined }),
  RateDraftSaved: (f) => ({ title: "Draft of a rate written", icon: "rates", detail: f.day("effectiveOn"), to: draftTo(f) }),
  RateDraftProposed: (f) => ({ title: "Rate proposed", icon: "rates", tone: "warn", detail: f.day("effectiveOn"), to: draftTo(f) }),
  RateDraftWithdrawn: (f) => ({ title: "Proposal of a rate taken back", icon: "rates", to: draftTo(f) }),
  RateDraftSentBack: (f) => ({ title: "Proposal of a rate sent back", icon: "rates", tone: "warn", to: draftTo(f) }),
  RateDraftDiscarded: (f) => ({ title: "Draft of a rate discarded", icon: "rates", to: draftTo(f) }),
  RateDraftPublished: (f) => ({ title: "Proposed rate published", icon: "rates", tone: "good", detail: f.day("effectiveOn"), to: draftTo(f) }),
  RateReplayStarted: (f) => ({ title: "Draft run over the past year", icon: "rates", to: replayTo(f) }),
  RateReplayFinished: (f) => ({ title: "Run over the past year finished", icon: "rates", value: ledgerText(f.number("after") - f.number("before")), detail: `${formatCount(f.number("accounts"))} accounts`, to: replayTo(f) }),
  RateVersionPublished: (f) => ({ title: "Rate version published", icon: "rates", value: f.day("effectiveOn") }),
  PremiseRegistered: () => ({ title: "Premise registered", icon: "place" }),
  ServicePointAdded: (f) => ({ title: `Service point, ${commodityName(f.text("commodity")).toLowerCase()}`, icon: "place" }),
  MeterInstalled: (f) => ({ title: "Meter installed", icon: "meter", value: f.day("installedOn"), to: f.text("meterId") ? `/staff/meters/${encodeURIComponent(f.text("meterId"))}` : undefined }),
  GatewayCreated: (f) => ({ title: `Gateway made: ${f.text("name")}`, icon: "globe", to: "/staff/gateways" }),
  GatewaySecretRotated: () => ({ title: "Gateway has a new secret", icon: "lock", to: "/staff/gateways" }),
  GatewayHeadEndSet: (f) => ({ title: f.text("kind") === "multispeak" ? "Head-end is called by MultiSpeak" : "Head-end fetches what its meters are asked", icon: "globe", to: `/staff/gateways/${encodeURIComponent(f.text("gatewayId"))}/head-end` }),
  GatewayRevoked: () => ({ title: "Gateway revoked", icon: "globe", tone: "warn", to: "/staff/gateways" }),
  MeterHung: (f) => ({ title: "Meter hung", icon: "meter", value: f.day("on"), to: f.text("installed") ? `/staff/meters/${encodeURIComponent(f.text("installed"))}` : undefined }),
  MeterExchanged: (f) => ({ title: "Meter exchanged", icon: "meter", value: f.day("on"), detail: plainWord(f.text("reason")), to: f.text("installed") ? `/staff/meters/${encodeURIComponent(f.text("installed"))}` : undefined }),
  MeterTakenOff: (f) => ({ title: "Meter taken off", icon: "meter", value: f.day("on"), detail: plainWord(f.text("reason")), to: f.text("removed") ? `/staff/meters/${encodeURIComponent(f.text("removed"))}` : undefined }),
  MeterOrdered: (f) => ({ title: `Meter ${f.text("badge")} ordered`, icon: "meter", to: meterTo(f) }),
  MeterReceived: (f) => ({ title: `Meter ${f.text("badge")} received`, icon: "meter", to: meterTo(f) }),
  MeterSentToTest: (f) => ({ title: "Meter sent to test", icon: "meter", to: meterTo(f) }),
  MeterRestocked: (f) => ({ title: "Meter back in stock", icon: "meter", to: meterTo(f) }),
  MeterRetired: (f) => ({ title: "Meter retired", icon: "meter", to: meterTo(f) }),
  MeterTested: (f) => ({ title: "Meter tested", icon: "check", value: `${milliText(f.number("asFound"))} %`, detail: f.day("testedOn"), to: meterTo(f) }),
  MeterCommandRequested: (f) => ({ title: `Meter asked: ${plainWord(f.text("kind")).toLowerCase()}`, icon: "meter", to: askTo(f) }),
  MeterCommandSent: (f) => ({ title: "Question to a meter sent", icon: "meter", to: askTo(f) }),
  MeterCommandConfirmed: (f) => ({ title: `Meter answered: ${plainWord(f.text("kind")).toLowerCase()}`, icon: "meter", tone: "good", to: askTo(f) }),
  MeterCommandFailed: (f) => ({ title: `Meter could not: ${plainWord(f.text("kind")).toLowerCase()}`, icon: "meter", tone: "bad", to: askTo(f) }),
  MeterCommandTimedOut: (f) => ({ title: `Meter did not answer: ${plainWord(f.text("kind")).toLowerCase()}`, icon: "meter", tone: "warn", to: askTo(f) }),
  ServicePointSwitched: (f) => ({ title: f.text("status") === "connected" ? "Service connected by its meter" : "Service disconnected by its meter", icon: "meter", tone: f.text("status") === "connected" ? "good" : "warn", to: askTo(f) }),
  EndpointReleased: (f) => ({ title: "Module released from a meter", icon: "globe", value: f.text("endpointId"), detail: f.day("toOn"), to: meterTo(f) }),
  EndpointPaired: (f) => ({ title: "Meter paired with a module", icon: "globe", value: f.text("endpointId"), detail: f.day("fromOn"), to: meterTo(f) }),
  MeterRemoved: (f) => ({ title: "Meter removed", icon: "meter", value: f.day("removedOn") }),
  UtilitySetUp: () => ({ title: "Utility set up", icon: "settings", tone: "good" }),
  SettingChanged: (f) => ({ title: `Setting changed: ${plainWord(f.text("topic")).toLowerCase()}`, icon: "settings", value: f.day("effectiveOn"), to: `/staff/settings/${f.text("topic")}` }),
  BillWindowClosed: (f) => ({ title: `Bill window of cycle ${f.text("cycleId")} closed`, icon: "clock", tone: f.number("left") > 0 ? "warn" : undefined, value: f.number("left") > 0 ? `${formatCount(f.number("left"))} not billed` : "all billed", to: f.number("left") > 0 ? "/staff/billing/unbilled" : runTo(f) }),
  SettingProposed: (f) => ({ title: `Change proposed: ${plainWord(f.text("topic")).toLowerCase()}`, icon: "settings", tone: "info", value: f.day("effectiveOn"), to: `/staff/settings/${f.text("topic")}` }),
  SettingApproved: (f) => ({ title: `Change approved: ${plainWord(f.text("topic")).toLowerCase()}`, icon: "good", tone: "good", value: f.day("effectiveOn"), to: `/staff/settings/${f.text("topic")}` }),
  SettingRejected: (f) => ({ title: `Change rejected: ${plainWord(f.text("topic")).toLowerCase()}`, icon: "settings", tone: "warn", to: `/staff/settings/${f.text("topic")}` }),
  SettingWithdrawn: (f) => ({ title: `Change withdrawn: ${plainWord(f.text("topic")).toLowerCase()}`, icon: "settings", to: `/staff/settings/${f.text("topic")}` }),
  BillCycleSaved: () => ({ title: "Bill cycle saved", icon: "cycle", to: "/staff/settings/cycles" }),
  StaffCreated: () => ({ title: "Person let in", icon: "person" }),
  StaffRoleChanged: (f) => ({ title: "Role changed", icon: "person", detail: `${f.text("from")} → ${f.text("to")}` }),
  StaffDeactivated: () => ({ title: "Person deactivated", icon: "person", tone: "warn" }),
  StaffReactivated: () => ({ title: "Person reactivated", icon: "person" }),
  PasswordLinkMade: () => ({ title: "Password link made", icon: "lock" }),
  PasswordSet: () => ({ title: "Password set", icon: "lock" }),
};

/** Where a stream's own page is; none for streams without one. */
const STREAM_PAGES: Readonly<Record<string, (id: string) => string>> = {
  account: (id) => `/staff/accounts/${encodeURIComponent(id)}`,
  premise: (id) => `/staff/premises/${encodeURIComponent(id)}`,
  meter: (id) => `/staff/meters/${encodeURIComponent(id)}`,
  exception: (id) => `/staff/exceptions/${encodeURIComponent(id)}`,
  run: (id) => `/staff/billing/runs/${encodeURIComponent(id)}`,
  rate: (id) => `/staff/rates/${encodeURIComponent(id)}`,
  reads: () => "/staff/reads",
  gateway: (id) => `/staff/gateways?gateway=${encodeURIComponent(id)}`,
  staff: (id) => `/staff/people/${encodeURIComponent(id)}`,
  utility: () => "/staff/settings",
};

export function streamPage(stream: string): string | undefined {
  const colon = stream.indexOf(":");
  const kind = colon < 0 ? stream : stream.slice(0, colon);
  return STREAM_PAGES[kind]?.(stream.slice(colon + 1));
}

/** An event in words, with the page it leads to. `today` leaves this year out of its days. */
export function eventWords(event: { readonly type: string; readonly stream: string; readonly summary: EventSummary }, today?: string): EventWords {
  const words = EVENTS[event.type]?.(new Facts(event.summary, today), encodeURIComponent(event.stream.slice(event.stream.indexOf(":") + 1))) ?? { title: plainWord(event.type), icon: "log" as const };
  return { ...words, to: words.to ?? streamPage(event.stream) };
}

/** All kinds that have words, for a filter. */
export const EVENT_TYPES: readonly string[] = Object.keys(EVENTS);

/** What a balance says: "$84.27", "Credit $12.00". */
export const balanceWords = (cents: number): string => moneyText("en", cents);
