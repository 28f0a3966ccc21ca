/**
 * Leak adjustments: from an alert that the meter raised and ended, reckoned by the utility's policy, posted as adjustments
 * with a role's limits. What speaks against one is said in words, beside the figures.
 */
import { loadAccount } from "../../db/account/store.ts";
import { moneyLog, snapshotsOf } from "../../db/billing/account-log.ts";
import { versionsAsBilled } from "../../db/billing/replay.ts";
import type { SqlPort } from "../../db/port.ts";
import { settingsOn, todayOf } from "../../db/utility.ts";
import { reckonLeak, type LeakEvidence, type LeakReckoning, type LeakSegment, type UsePeriod } from "../../domain/billing/leak-adjustment.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf } from "../../domain/calendar/zone.ts";
import { leakRefused } from "../../domain/lifecycle/account/adjust-leak.ts";
import { standingBills } from "../../domain/lifecycle/account/standing-bills.ts";
import type { AccountState } from "../../domain/lifecycle/account/state.ts";
import { adjustmentTooLarge } from "../../domain/lifecycle/adjustment.ts";
import type { LeakBill, LeakPolicy } from "../../domain/lifecycle/leak-policy.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { formatDollars, type Cents } from "../../domain/money/cents.ts";
import { answered } from "./answered.ts";
import { alertsOf, type AccountAlert } from "./alerts.ts";
import { authorityOf } from "./authority.ts";
import type { World } from "./context.ts";
import { COMMAND_ID, invalid, noCommandId, type FormAnswer } from "./form-answer.ts";
import { noteOf } from "./notes.ts";

const PERMISSION = "post:adjustment:any";
/** A sentence or two, for whoever asks next year. */
const REASON_MAX = 500;
/** Kinds of alerts that show water lost without anybody's wish. A high read shows that much was used, and a person says why. */
export const LEAK_KINDS: ReadonlySet<string> = new Set(["leak", "burst", "high"]);

export interface LeakPage {
  readonly alert: AccountAlert;
  readonly policy: LeakPolicy;
  readonly reckoning: LeakReckoning;
  /** What speaks against posting it now, in words; none when it can be posted. */
  readonly against: readonly string[];
}

/** The form of one alert, reckoned; null when the account has no such alert. @throws ForbiddenError, UnavailableError */
export async function leakPage(world: World, actor: UserActor, accountId: string, alertId: string): Promise<LeakPage | null> {
  requirePermission(actor, PERMISSION, accountId);
  const leak = await loadLeak(world, actor, accountId, alertId);
  if (leak === null) return null;
  const { alert, policy, reckoning } = leak;
  return { alert, policy, reckoning, against: [...refusals(leak), ...limit(actor, reckoning.total, (await authorityOf(world, actor, "adjustment", leak.today)).used)] };
}

export interface NewLeakAdjustment {
  readonly commandId: string;
  readonly accountId: string;
  readonly alertId: string;
  /** As the form showed it: when bills or rules have changed since, it is looked at again. */
  readonly total: Cents | null;
  /** What shows the repair, and whatever else is to be known. */
  readonly reason: string;
}

/** Posts what the policy forgives. @throws ForbiddenError, UnavailableError */
export async function adjustLeak(world: World, actor: UserActor, { commandId, accountId, alertId, total, reason: typed }: NewLeakAdjustment): Promise<FormAnswer> {
  requirePermission(actor, PERMISSION, accountId);
  const reason = typed.trim();
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  if (reason.length > REASON_MAX) return invalid("reason", `Keep it under ${REASON_MAX} characters.`);
  const { why, rows } = noteOf(world, commandId, reason);
  const question = { type: "AdjustLeak", accountId, alertId, total, ...why };
  const before = await answered(world.port, commandId, question);
  if (before) return before;
  const leak = await loadLeak(world, actor, accountId, alertId);
  if (leak === null) return invalid("form", "There is no such alert on this account.");
  const { policy, reckoning, today } = leak;
  const authority = await authorityOf(world, actor, "adjustment", today, commandId);
  const [against] = [...refusals(leak), ...limit(actor, reckoning.total, authority.used)];
  if (against !== undefined) return invalid("form", against);
  if (total !== reckoning.total) return invalid("form", `The figures have changed since you looked: it is ${formatDollars(reckoning.total)} now. Look at them again.`);
  if (reason === "" && policy.proof) return invalid("reason", "Say what shows that it was repaired: an invoice and its number, a photo, who looked at it.");
  const decided = authority.decided(commandId, reckoning.total);
  return world.execute({
    commandId, accountId, asked: question, attachments: { ...rows, ...decided.rows }, inputs: decided.inputs,
    command: {
      type: "AdjustLeak", alertId, postedOn: today, everyMonths: policy.everyMonths, billIds: [...new Set(reckoning.lines.filter(({ counted }) => counted).map(({ billId }) => billId))],
      parts: partsOf(commandId, reckoning), ...(reason === "" ? { reason: "By the policy for leaks; the meter has shown its end." } : why),
    },
    actor: actorText(actor), authority: PERMISSION, source: "staff", acceptedAt: world.now(),
  });
}

interface LoadedLeak {
  readonly alert: AccountAlert;
  readonly evidence: LeakEvidence;
  readonly policy: LeakPolicy;
  readonly state: AccountState;
  readonly today: LocalDate;
  readonly reckoning: LeakReckoning;
}

async function loadLeak(world: World, actor: UserActor, accountId: string, alertId: string): Promise<LoadedLeak | null> {
  const { port } = world;
  const now = world.now();
  const alert = (await alertsOf(world, actor, accountId)).find(({ id, kind }) => id === alertId && LEAK_KINDS.has(kind));
  if (alert === undefined) return null;
  const today = await todayOf(port, now);
  const [{ leaks: policy, utility }, { state }, log, [of], history] = await Promise.all([
    settingsOn(port, today, now), loadAccount(port, accountId), moneyLog(port, accountId),
    port.query<{ meterId: string }>(`SELECT meter_id AS "meterId" FROM usage_alert WHERE id = ?`, [alertId]), usePeriods(port, accountId),
  ]);
  const { timeZone } = utility;
  const evidence: LeakEvidence = {
    meterId: of!.meterId, commodity: alert.commodity, from: localDateOf(alert.startedAt, timeZone),
    // A day with a part of the leak is a day of the leak.
    to: alert.endedAt === null ? null : addDays(localDateOf(alert.endedAt - 1, timeZone), 1),
  };
  return { alert, evidence, policy, state, today, reckoning: reckonLeak(policy, evidence, await billed(port, standingBills(log), evidence), history) };
}

/** Segments of bills that stand and have days of the leak in them. */
async function billed(port: SqlPort, standing: ReturnType<typeof standingBills>, { from, to }: LeakEvidence): Promise<LeakSegment[]> {
  const bills = standing.filter(({ segments }) => segments.some((segment) => segment.from < (to ?? "9999-12-31") && from < segment.to));
  const correctedIds = new Set(standing.flatMap(({ segments }) => segments.flatMap(({ corrects }) => corrects ?? [])));
  const snapshots = await snapshotsOf(port, bills.map(({ billId }) => billId));
  const found = [...snapshots.values()];
  const versions = await versionsAsBilled(port, found.flatMap(({ segments }) => segments));
  return found.flatMap(({ billId, number, zone, segments }) =>
    segments.map((segment): LeakSegment => ({ billId, number, zone, segment, versions: versions.get(segment.segmentId) ?? [], corrected: segment.corrects !== undefined || correctedIds.has(segment.segmentId) })));
}

/** What was used by service and period, corrections taken in; canceled bills are not. */
function usePeriods(port: SqlPort, accountId: string): Promise<UsePeriod[]> {
  return port.query<UsePeriod>(
    `SELECT s.service_agreement_id AS "agreementId", s.period_from AS "from", s.period_to AS "to", sum(s.registered_milli) AS used, s.unit FROM bill AS b JOIN bill_segment AS s ON s.bill_id = b.id
     WHERE b.account_id = ? AND NOT EXISTS (SELECT 1 FROM bill_cancellation AS c WHERE c.bill_id = b.id) AND s.unit <> '' GROUP BY s.service_agreement_id, s.period_from, s.period_to`,
    [accountId],
  );
}

/** What the policy has against it, first what cannot be mended by waiting. */
function refusals({ alert, evidence, policy, state, today, reckoning }: LoadedLeak): string[] {
  const { lines, total } = reckoning;
  const words: string[] = [];
  const refused = leakRefused(state, { alertId: alert.id, postedOn: today, everyMonths: policy.everyMonths, billIds: [] });
  if (refused) words.push(refused.message);
  if (evidence.to === null) words.push("It still runs: the meter has to show first that it was repaired.");
  else if (today > addDays(evidence.to, policy.withinDays)) words.push(`It ended on ${addDays(evidence.to, -1)}. An adjustment is asked for within ${policy.withinDays} days after, so by ${addDays(evidence.to, policy.withinDays)}.`);
  if (lines.length === 0) words.push("No bill with days of this leak has been issued yet.");
  else if (total === 0) words.push(nothingWords(policy, lines));
  return words;
}

function nothingWords({ excessPercent }: LeakPolicy, lines: LeakReckoning["lines"]): string {
  const problem = lines.find((line) => line.problem !== null)?.problem;
  return problem ?? (excessPercent > 100 ? `No bill shows ${excessPercent} % of the normal use or more.` : "No bill shows more than the normal use.");
}

function limit(actor: UserActor, total: Cents, used: Cents): string[] {
  const tooLarge = total > 0 ? adjustmentTooLarge(actor.role, total, used) : null;
  return tooLarge === null ? [] : [tooLarge];
}

/** One credit for each service and account of the ledger, each with how it was reckoned. */
function partsOf(commandId: string, { parts, lines }: LeakReckoning) {
  return parts.map(({ commodity, glAccount, amount }, i) => {
    const counted = lines.filter((line) => line.counted && line.commodity === commodity);
    const [first] = counted;
    const bills = counted.map(({ billId, number, from, to, unit, used, normal, charged, atNormal }): LeakBill => ({ billId, number, from, to, unit, used, normal: normal!.usage, charged, atNormal }));
    return { adjustmentId: i === 0 ? commandId : `${commandId}:${i + 1}`, amount, revenueGl: glAccount, leak: { commodity, sharePercent: first!.sharePercent, way: first!.normal!.way, bills } };
  });
}
