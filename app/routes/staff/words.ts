/** What the codes of the records are called on the staff's pages. */
import type { IconName } from "../../components/icons.tsx";
import type { Tone } from "../../components/tone.ts";
import { HOLD_RULES } from "../../../domain/billing/hold-rules.ts";
import { unbilledRule } from "../../../domain/billing/unbilled.ts";
import { ADJUSTMENTS, isAdjustmentKind } from "../../../domain/lifecycle/adjustment.ts";
import { CAUSES, isCorrectionCause } from "../../../domain/lifecycle/correction.ts";
import { HOLDS, isHoldKind } from "../../../domain/lifecycle/hold.ts";
import type { RequestKind } from "../../../domain/lifecycle/request.ts";
import type { ConditionKind } from "../../../domain/metering/conditions.ts";

/** `leakAdjustment`, `by-hand` → "Leak adjustment", "By hand": for codes that have no word of their own. */
export function plainWord(code: string): string {
  const words = code.replace(/[-_]/g, " ").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const COMMODITIES: Readonly<Record<string, { readonly name: string; readonly icon: IconName }>> = {
  water: { name: "Water", icon: "water" },
  sewer: { name: "Sewer", icon: "sewer" },
  electric: { name: "Electricity", icon: "electric" },
  gas: { name: "Gas", icon: "gas" },
  stormwater: { name: "Stormwater", icon: "water" },
  refuse: { name: "Refuse", icon: "cycle" },
};
export const commodityName = (code: string): string => COMMODITIES[code]?.name ?? plainWord(code);
export const commodityIcon = (code: string): IconName => COMMODITIES[code]?.icon ?? "meter";

const TENDERS: Readonly<Record<string, string>> = { cash: "Cash", check: "Check", moneyOrder: "Money order", card: "Card", bank: "Bank account" };
export const tenderName = (code: string): string => TENDERS[code] ?? plainWord(code);

const CHANNELS: Readonly<Record<string, string>> = { counter: "Counter", portal: "Portal", suspense: "In suspense" };
export const channelName = (code: string): string => CHANNELS[code] ?? plainWord(code);

const REQUEST_KINDS: Readonly<Record<RequestKind, string>> = {
  highBill: "High bill", leak: "Leak", meterProblem: "Problem with a meter", outage: "Outage", moveOut: "Moving out", payment: "About a payment", other: "Something else",
};
export const requestKindName = (code: string): string => REQUEST_KINDS[code as RequestKind] ?? plainWord(code);

const REQUEST_STATES: Readonly<Record<string, { readonly name: string; readonly tone: Tone; readonly does: string }>> = {
  open: { name: "Open", tone: "info", does: "Reopen" },
  inProgress: { name: "In progress", tone: "info", does: "Start working on it" },
  waiting: { name: "Waiting", tone: "warn", does: "Wait for the customer" },
  closed: { name: "Closed", tone: "good", does: "Close it" },
};
export const requestState = (code: string) => REQUEST_STATES[code] ?? { name: plainWord(code), tone: "plain" as Tone, does: plainWord(code) };

export const adjustmentName = (code: string): string => (isAdjustmentKind(code) ? ADJUSTMENTS[code].name : plainWord(code));
export const causeName = (code: string): string => (isCorrectionCause(code) ? CAUSES[code].name : plainWord(code));
export const holdName = (code: string): string => (isHoldKind(code) ? HOLDS[code].name : plainWord(code));

/** Rules by which reads are put in doubt; those of bills carry their titles themselves. */
const READ_RULES: Readonly<Record<string, string>> = {
  missing: "Missing", high: "High", low: "Low", zero: "Zero, active", inactive: "Use, no customer", backflow: "Backflow", negative: "Went back", rollover: "Rolled over", spike: "Spike",
  sum: "Register and intervals", leak: "Leak", burst: "Burst", freeze: "Freeze risk", stuck: "Stuck", tamper: "Tamper", clock: "Clock", reactive: "Reactive energy", questionable: "Questionable", suspense: "No account", "unknown-meter": "Unknown meter", "billed-change": "Changed after billing", exchange: "Exchanged after billing", "winter-average": "Average of a corrected winter", correction: "Correction to approve",
};
export const ruleName = (kind: string, code: string): string =>
  unbilledRule(code)?.title ?? (kind === "billing" ? HOLD_RULES.find((rule) => rule.id === code)?.title : undefined) ?? READ_RULES[code] ?? HOLD_RULES.find((rule) => rule.id === code)?.title ?? plainWord(code);

const CONDITIONS: Readonly<Record<ConditionKind, string>> = {
  tamper: "Tamper", "reverse-flow": "Reverse flow", leak: "Leak", "empty-pipe": "Empty pipe", "no-flow": "No flow", "low-battery": "Low battery", "weak-signal": "Weak signal", clock: "Wrong clock", "power-outage": "No power", fault: "Fault",
};
export const conditionName = (kind: ConditionKind): string => CONDITIONS[kind];
/** What a meter is said not to be, or no longer. */
const WELL: Readonly<Record<ConditionKind, string>> = {
  tamper: "No tamper", "reverse-flow": "No reverse flow", leak: "No leak", "empty-pipe": "Pipe full", "no-flow": "Flow", "low-battery": "Battery good", "weak-signal": "Signal good", clock: "Clock right", "power-outage": "Power on", fault: "No fault",
};
export const conditionWell = (kind: ConditionKind): string => WELL[kind];
export const conditionTone = (kind: ConditionKind): Tone => (kind === "tamper" || kind === "reverse-flow" || kind === "fault" ? "bad" : "warn");

const ALERTS: Readonly<Record<string, string>> = { leak: "Continuous flow", burst: "Burst", high: "High usage", budget: "Over budget", freeze: "Freeze risk" };
export const alertName = (kind: string): string => ALERTS[kind] ?? plainWord(kind);

export const severityTone = (severity: string): Tone => (severity === "fail" ? "bad" : severity === "warn" ? "warn" : "info");

const CLASSES: Readonly<Record<string, string>> = { residential: "Residential", commercial: "Commercial", industrial: "Industrial", municipal: "Municipal" };
export const className = (code: string): string => CLASSES[code] ?? plainWord(code);

const RUN_STATES: Readonly<Record<string, { readonly name: string; readonly tone: Tone }>> = {
  running: { name: "Running", tone: "info" }, started: { name: "Running", tone: "info" }, finished: { name: "Finished", tone: "good" }, complete: { name: "Finished", tone: "good" }, failed: { name: "Failed", tone: "bad" },
};
export const runState = (code: string) => RUN_STATES[code] ?? { name: plainWord(code), tone: "plain" as Tone };

const SOURCES: Readonly<Record<string, string>> = { counter: "counter", portal: "portal", staff: "staff", webhook: "payment provider", setUp: "set-up", run: "bill run", gateway: "gateway", ami: "gateway", system: "by itself" };
/** Whether the door says no more than the name of whoever came through it. */
export const isSaidByName = (name: string | undefined, source: string): boolean => name?.toLowerCase() === sourceName(source);

/** Through which door something came, as a part of a sentence. */
export const sourceName = (code: string): string => SOURCES[code] ?? plainWord(code).toLowerCase();
