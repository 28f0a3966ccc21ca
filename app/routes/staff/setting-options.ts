/** What staff choose from where a setting is one of a few codes. */
import { HOLD_RULES } from "../../../domain/billing/hold-rules.ts";
import type { BackBillingRule } from "../../../domain/lifecycle/back-billing.ts";
import type { Difference } from "../../../domain/lifecycle/budget-rules.ts";
import { CAUSES, CORRECTION_CAUSES } from "../../../domain/lifecycle/correction.ts";
import { CUSTOMER_CLASSES } from "../../../domain/lifecycle/customer-class.ts";
import { REVIEW_HOLDS, type AccountingDate, type HoldAction } from "../../../domain/lifecycle/settings.ts";
import type { NormalWay } from "../../../domain/lifecycle/leak-policy.ts";
import type { ReadEstimate } from "../../../domain/metering/index.ts";
import { className } from "./words.ts";

interface Choice { readonly value: string; readonly label: string }

const choices = (labels: Readonly<Record<string, string>>): Choice[] => Object.entries(labels).map(([value, label]) => ({ value, label }));

const ACCOUNTING: Readonly<Record<AccountingDate, string>> = { bill: "The bill's date", periodEnd: "The period's last day" };
export const ACCOUNTING_CHOICES = choices(ACCOUNTING);

const ACTIONS: Readonly<Record<HoldAction, string>> = { hold: "Each one waits", unusual: "Only unusual ones wait", pass: "None waits" };
export const ACTION_CHOICES = choices(ACTIONS);

const WAYS: Readonly<Record<ReadEstimate, string>> = { lastYear: "Same period last year, with this year's trend", previous: "Previous period", averageOf3: "Average of the last three periods", classAverage: "Average of the customer class, of 15 customers or more" };
export const ESTIMATE_WAYS = choices(WAYS);

export const REASON_CHOICES: readonly Choice[] = REVIEW_HOLDS.map((value) => ({ value, label: HOLD_RULES.find(({ id }) => id === value)?.title ?? value }));
export const CLASS_CHOICES: readonly Choice[] = [{ value: "", label: "Every class" }, ...CUSTOMER_CLASSES.map((value) => ({ value, label: className(value) }))];

export const CAUSE_CHOICES: readonly Choice[] = [{ value: "", label: "Every cause" }, ...CORRECTION_CAUSES.map((value) => ({ value, label: CAUSES[value].name }))];
const DIRECTIONS: Readonly<Record<BackBillingRule["direction"], string>> = { charge: "Billed too little", refund: "Billed too much" };
export const DIRECTION_CHOICES = choices(DIRECTIONS);

const DIFFERENCE: Readonly<Record<Difference, string>> = { bill: "Due with the bill that settles, or credited", carry: "Spread over the next year's amounts" };
export const DIFFERENCE_CHOICES = choices(DIFFERENCE);
const MONTH_NAMES = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
export const SETTLE_CHOICES: readonly Choice[] = [{ value: "0", label: "A year after enrolment" }, ...MONTH_NAMES.map((label, i) => ({ value: String(i + 1), label }))];

const NORMALS: Readonly<Record<NormalWay, string>> = { sameMonths: "The same months of the years before", previous: "The bills before the leak" };
export const NORMAL_CHOICES = choices(NORMALS);
export const PROOF_CHOICES: readonly Choice[] = [{ value: "yes", label: "A repair has to be shown" }, { value: "no", label: "The meter alone shows it" }];

export const labelOf = (of: readonly Choice[], value: string | null): string => of.find((choice) => choice.value === (value ?? ""))?.label ?? value ?? "";
