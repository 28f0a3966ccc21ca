/**
 * The yearly run of winter averages: once the winter's bills of a sewer service are made, its average is reckoned and kept as
 * a fact of the account, from the day on which the rate says it counts. Safe to call at any time: whoever has one is left.
 */
import { accountStream, loadAccounts, prepareCommand, type CommandToPrepare } from "../../db/account/store.ts";
import { accountsWithoutAverage, pastUses } from "../../db/billing/winter.ts";
import { loadRates } from "../../db/billing/rates.ts";
import type { RateHead } from "../../db/billing/accounts.ts";
import { commitSet } from "../../db/commit.ts";
import { runStreamCommand } from "../../db/command.ts";
import { factsOn } from "../../db/utility.ts";
import { addMonths, daysBetween, type LocalDate } from "../../domain/calendar/local-date.ts";
import { averageCountsFrom, winterAverageOf, winterIsBilled, type PastUse, type WinterRule } from "../../domain/billing/winter-average.ts";
import type { AccountState } from "../../domain/lifecycle/account/state.ts";
import type { ServiceFact } from "../../domain/lifecycle/service-fact.ts";
import type { Unit } from "../../domain/metering/index.ts";
import type { World } from "../operations/context.ts";

/** Accounts decided and committed together. */
const BATCH_SIZE = 150;
/** The run looks each day for so long: cycles close all month, and bills may be held. */
const RUN_DAYS = 60;
/** The winter and some months around it. */
const LOOK_BACK_MONTHS = 9;
const ACTOR = "system:clock";

interface AverageToSet {
  readonly scheduleId: string;
  readonly rule: WinterRule;
  readonly unit: Unit;
  readonly countsFrom: LocalDate;
}

/** Sets what is due by the clock, once a day for each schedule. @returns how many averages were set */
export async function winterAveragesByClock(world: World, today: LocalDate): Promise<number> {
  let set = 0;
  for (const due of await averagesDue(world, today)) {
    const commandId = `winter:${due.scheduleId}:${today}`;
    const [known] = await world.port.query<{ id: string }>("SELECT id FROM command WHERE id = ?", [commandId]);
    if (known) continue;
    const done = await setWinterAverages(world, due);
    set += done;
    await runStreamCommand(
      world.port,
      { commandId, stream: `winter-averages:${due.scheduleId}`, input: { today }, provenance: { actor: ACTOR, source: "billing", recordedAt: world.now() } },
      () => ({ ok: true, drafts: [{ type: "WinterAveragesSet", version: 1, data: { scheduleId: due.scheduleId, countsFrom: due.countsFrom, set: done } }], writes: {}, result: { set: done } }),
    );
  }
  return set;
}

/** The schedules whose new average counts since less than the run's days. */
async function averagesDue({ port }: World, today: LocalDate): Promise<AverageToSet[]> {
  const heads = await port.query<RateHead>(
    `SELECT schedule_id AS "scheduleId", version, effective_on AS "effectiveOn", document_hash AS "documentHash" FROM rate_version
     WHERE status = 'published' AND effective_on <= ? AND document LIKE '%"winter-average"%' ORDER BY effective_on, version`,
    [today],
  );
  const rates = await loadRates(port, Map.groupBy(heads, ({ scheduleId }) => scheduleId));
  return [...rates].flatMap(([scheduleId, versions]): AverageToSet[] => {
    const { document } = versions.at(-1)!.rate;
    const rule = document.derived?.find((derived) => derived.kind === "winter-average");
    if (rule?.kind !== "winter-average") return [];
    const countsFrom = averageCountsFrom(rule, today);
    return daysBetween(countsFrom, today) < RUN_DAYS ? [{ scheduleId, rule, unit: document.unit, countsFrom }] : [];
  });
}

async function setWinterAverages(world: World, due: AverageToSet): Promise<number> {
  let set = 0;
  for (let after = ""; ; ) {
    const ids = await accountsWithoutAverage(world.port, due.scheduleId, due.countsFrom, after, BATCH_SIZE);
    if (ids.length > 0) set += await setForAccounts(world, due, ids);
    if (ids.length < BATCH_SIZE) return set;
    after = ids.at(-1)!;
  }
}

/** Who loses the place in the set because something happened on the account meanwhile has their turn tomorrow. */
async function setForAccounts(world: World, due: AverageToSet, accountIds: readonly string[]): Promise<number> {
  const { port } = world;
  const accounts = await loadAccounts(port, accountIds);
  const asking = [...accounts.values()].flatMap(({ state }) => agreementsOf(state, due).map(({ agreementId }) => agreementId));
  const uses = await pastUses(port, asking, addMonths(due.countsFrom, -LOOK_BACK_MONTHS), due.unit);
  const facts = await factsOn(port, world.now());
  const batchId = `winter:${due.scheduleId}:${world.newId()}`;
  const units = [...accounts.values()].flatMap((account) => {
    const [fact] = agreementsOf(account.state, due).flatMap(({ agreementId }) => factOf(agreementId, uses.get(agreementId) ?? [], due));
    if (fact === undefined) return [];
    const command: CommandToPrepare = {
      id: `winter:${fact.agreementId}:${due.countsFrom}`, command: { type: "SetServiceFact", fact, reason: "Average of the winter's bills" },
      provenance: { actor: ACTOR, source: "billing", batchId, recordedAt: world.now() },
    };
    const prepared = prepareCommand(account, command, facts);
    return prepared.ok ? [prepared.prepared.unit] : [];
  });
  if (units.length === 0) return 0;
  const won = await commitSet(port, batchId, units, world.now());
  return accountIds.filter((accountId) => won.has(accountStream(accountId))).length;
}

function agreementsOf({ agreements, facts }: AccountState, { scheduleId, rule, countsFrom }: AverageToSet): AccountState["agreements"] {
  const has = (agreementId: string) => facts.some((fact) => fact.agreementId === agreementId && fact.kind === "winter-average" && fact.from >= countsFrom);
  return agreements.filter(({ rateScheduleId, agreementId, billedTo }) => rateScheduleId === scheduleId && !has(agreementId) && winterIsBilled(billedTo, rule, countsFrom));
}

function factOf(agreementId: string, past: readonly PastUse[], { rule, unit, countsFrom }: AverageToSet): ServiceFact[] {
  const average = winterAverageOf(past, rule, countsFrom);
  return average === null ? [] : [{ agreementId, kind: "winter-average", name: "", milli: average.milli, unit, text: null, from: countsFrom, to: null, source: "run", basis: average.basis }];
}
