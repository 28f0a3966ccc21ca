/**
 * A small utility under bad luck, decided by one seed: commands that are repeated, reordered and raced, a database that
 * refuses, loses answers and goes away, objects that are evicted in the middle, bulk files beside all of it. What was
 * answered is written down, and at the end the book must agree with every answer.
 */
import { loadAccounts, prepareCommand } from "../../db/account/store.ts";
import { commitSet } from "../../db/commit.ts";
import { seededRandom, withFaults, type FaultyPort } from "../../db/faults.ts";
import { ConstraintError, UnavailableError, type SqlPort } from "../../db/port.ts";
import { factsOn } from "../../db/utility.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { moneyLog } from "../../db/billing/account-log.ts";
import type { InsertRow } from "../../db/rows.ts";
import type { AccountCommand, CorrectedBill } from "../../domain/lifecycle/account/commands.ts";
import { standingBills } from "../../domain/lifecycle/account/standing-bills.ts";
import { nextEdition } from "../../domain/lifecycle/correction.ts";
import type { Answer, Envelope } from "../../durable/desk.ts";
import type { InProcessWorld } from "../../worker/operations/in-process.ts";
import { inProcessWorld } from "../../worker/operations/in-process.ts";
import { openUtility, openWaterAccount, SECRET_KEY } from "../support/utility.ts";
import { checkBook } from "./checkers.ts";

const START = "2026-06-01T12:00:00Z";
const ACCOUNTS = ["1001", "1002", "1003", "1004"];

export interface SimulationResult {
  readonly seed: number;
  readonly steps: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

export interface SimulationOptions {
  readonly seed: number;
  readonly steps: number;
  /** A fresh, empty database. */
  readonly port: SqlPort;
}

/** Runs one seed to its end and says what was violated. */
export async function simulate({ seed, steps, port }: SimulationOptions): Promise<SimulationResult> {
  const utility = await openUtility(START, port);
  for (const id of ACCOUNTS) await openWaterAccount(utility, id);
  const run = new Run(seed, port);
  for (let step = 0; step < steps && run.violations.length === 0; step += 1) await run.step(step);
  await run.calmDown();
  return { seed, steps, answers: run.counts, violations: run.violations.map((violation) => `seed ${seed}: ${violation}`) };
}

/** The rows of the bills that a command makes; what a bill was computed from is of no matter here. */
function billRows(command: AccountCommand, accountId: string): InsertRow<"bill">[] {
  const bills = command.type === "CompleteBill" ? [command] : command.type === "CorrectBills" ? command.bills : [];
  return bills.map(({ billId, number, periodFrom, periodTo, issuedOn, dueOn, segments, snapshotHash }) => ({
    id: billId, accountId, seq: 0, number, periodFrom, periodTo, issuedOn, dueOn, previousBalance: 0, charges: segments.reduce((sum, { total }) => sum + total, 0), balance: 0, status: "complete",
    runId: null, snapshotHash, snapshot: "{}",
  }));
}

class Run {
  readonly violations: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #book: SqlPort;
  readonly #faulty: FaultyPort;
  readonly #world: InProcessWorld;
  readonly #random: () => number;
  #now = Date.parse(START);
  /** Everything that was sent, with the last thing that was answered. */
  readonly #sent = new Map<string, { envelope: Envelope; answers: Answer[] }>();
  readonly #filed = new Map<string, string>();
  #away = false;

  constructor(seed: number, port: SqlPort) {
    this.#random = seededRandom(seed);
    this.#book = port;
    this.#faulty = withFaults(port, { seed: seed + 1, chances: { refused: 0.03, lost: 0.05, busy: 0.02, slow: 0.1 } });
    let ids = 0;
    this.#world = inProcessWorld({ port: this.#faulty, now: () => this.#now, newId: () => `id-${(ids += 1)}`, secretKey: SECRET_KEY });
  }

  async step(n: number): Promise<void> {
    this.#now += this.#int(120_000);
    const doing = this.#int(100);
    if (doing < 55) await this.#sendSome(n);
    else if (doing < 70) await this.#file(n);
    else if (doing < 78) this.#world.evict();
    else if (doing < 84) this.#toggleDatabase();
    else if (doing < 92) for (const id of await this.#world.pendingAccounts()) await this.#world.drainAccount(id).catch(() => false);
    else this.violations.push(...(await checkBook(this.#book)));
  }

  /** One to five commands at once; some of them ones that were sent before, some with another amount under a known id. */
  async #sendSome(n: number): Promise<void> {
    const envelopes: Envelope[] = [];
    for (let i = this.#int(5); i >= 0; i -= 1) envelopes.push(await this.#envelope(`${n}-${i}`));
    await Promise.all(envelopes.map((envelope) => this.#send(envelope)));
  }

  async #envelope(tag: string): Promise<Envelope> {
    const known = [...this.#sent.values()];
    if (known.length > 0 && this.#int(4) === 0) {
      const { envelope } = known[this.#int(known.length)]!;
      if (this.#int(4) > 0 || envelope.command.type !== "PostPayment") return envelope;
      return { ...envelope, command: { ...envelope.command, amount: envelope.command.amount + 1 } };
    }
    const accountId = ACCOUNTS[this.#int(ACCOUNTS.length)]!;
    const webhook = this.#int(2) === 0;
    const command = await this.#command(tag, accountId);
    return {
      commandId: `cmd-${tag}`, accountId, command, attachments: { bill: billRows(command, accountId) }, actor: webhook ? "provider:test" : "user:clerk", authority: "simulation",
      source: webhook ? "webhook" : "counter", acceptedAt: this.#now, ...(webhook ? { mustNotBeLost: true } : {}),
    };
  }

  async #command(tag: string, accountId: string): Promise<AccountCommand> {
    const on = "2026-06-01";
    const amount = 1 + this.#int(20_000);
    switch (this.#int(10)) {
      case 0: return { type: "PostAdjustment", adjustmentId: tag, kind: "fee", amount, postedOn: on, arrearsOn: on, revenueGl: "4900", reason: "simulated fee" };
      case 1: return { type: "PostAdjustment", adjustmentId: tag, kind: "credit", amount: -amount, postedOn: on, arrearsOn: on, revenueGl: "4900", reason: "simulated credit" };
      case 2: return { type: "ReversePayment", paymentId: this.#somePayment() ?? "none", reason: "R01", reversedOn: on };
      case 3: return this.#bill(tag, accountId, amount);
      case 4: return this.#correction(tag, accountId, amount);
      case 5: return this.#budget(tag, amount);
      default: return { type: "PostPayment", paymentId: `pay-${tag}`, amount, tender: "card", channel: "portal", reference: null, receivedAt: this.#now };
    }
  }

  /** Budget billing begins, changes and ends in between; mostly it cannot. */
  #budget(tag: string, amount: number): AccountCommand {
    switch (this.#int(4)) {
      case 0: return { type: "LeaveBudget", leftOn: "2026-06-01", reason: "" };
      case 1: return { type: "ChangeBudget", changedOn: "2026-06-01", amount, reason: "simulated change" };
      default: return { type: "EnrolBudget", budgetId: tag, enrolledOn: "2026-06-01", months: [], amount, reason: "simulated budget" };
    }
  }

  #bill(tag: string, accountId: string, total: number): AccountCommand {
    // Sometimes the right next month, sometimes one that is billed already or not yet due: the account must know.
    const from = addDays("2026-01-01", 30 * this.#int(6));
    const segment = { segmentId: `seg-${tag}`, agreementId: `${accountId}-water`, from, to: addDays(from, 30), billedMilli: total, unit: "gal", estimated: this.#int(3) === 0, rank: 60, total, postings: [{ gl: "4010", cents: total }] };
    // Now and then a read has come, and corrects the month before by a charge or a credit.
    const change = this.#int(4) === 0 && from > "2026-01-01" ? this.#int(20_000) - 10_000 : 0;
    const correction = { ...segment, segmentId: `${segment.segmentId}:corrects`, from: addDays(from, -30), to: from, estimated: false, total: change, postings: change === 0 ? [] : [{ gl: "4010", cents: change }], corrects: "an earlier one" };
    return { type: "CompleteBill", billId: `bill-${tag}`, number: `N-${tag}`, runId: null, periodFrom: from, periodTo: segment.to, issuedOn: "2026-06-01", dueOn: "2026-06-21", segments: change === 0 ? [segment] : [segment, correction], snapshotHash: tag };
  }

  /** Bills from some one on, as the book has them now, made again with other totals, unchanged, or only taken back. What comes in between makes it stale. */
  async #correction(tag: string, accountId: string, amount: number): Promise<AccountCommand> {
    const standing = standingBills(await moneyLog(this.#book, accountId));
    if (standing.length === 0) return this.#bill(tag, accountId, amount);
    const cancel = standing.slice(this.#int(standing.length));
    const more = this.#int(3) === 0 ? 0 : this.#int(10_000) - 5_000;
    const bills = this.#int(4) === 0 ? [] : cancel.map(({ billId, periodFrom, periodTo, segments }): CorrectedBill => {
      const id = nextEdition(billId);
      return {
        billId: id, number: id, periodFrom, periodTo, issuedOn: "2026-06-01", dueOn: "2026-06-21", snapshotHash: tag, corrects: billId,
        segments: segments.map((segment, i) => ({ ...segment, segmentId: `${id}:${segment.agreementId}:${i}`, total: segment.total + more, postings: [{ gl: "4010", cents: segment.total + more }] })),
      };
    });
    return { type: "CorrectBills", correctionId: tag, cause: "wrongRead", reasonRef: null, correctedOn: "2026-06-01", proposalId: null, cancel, services: [], bills, adjustments: [], offer: null };
  }

  #somePayment(): string | undefined {
    const paid = [...this.#sent.values()].filter(({ envelope }) => envelope.command.type === "PostPayment");
    const { envelope } = paid[this.#int(Math.max(1, paid.length))] ?? {};
    return envelope?.command.type === "PostPayment" ? envelope.command.paymentId : undefined;
  }

  async #send(envelope: Envelope): Promise<void> {
    const record = this.#sent.get(envelope.commandId) ?? { envelope, answers: [] };
    this.#sent.set(envelope.commandId, record);
    const answer = await this.#world.execute(envelope);
    this.counts[answer.status] = (this.counts[answer.status] ?? 0) + 1;
    const same = JSON.stringify(envelope.command) === JSON.stringify(record.envelope.command);
    if (same) record.answers.push(answer);
    else if (answer.status === "done" && record.answers.some((each) => each.status === "done" || each.status === "pending")) this.violations.push(`${envelope.commandId} took effect with another amount`);
    // The first of two amounts that is not refused for good is the one that the id stands for.
    else if ((answer.status === "done" || answer.status === "pending") && record.answers.every((each) => each.status !== "done" && each.status !== "pending")) {
      record.envelope = envelope;
      record.answers = [answer];
    }
  }

  /** A lockbox file: one payment for each account, committed as a set beside everything else. */
  async #file(n: number): Promise<void> {
    const batchId = `box-${n}`;
    try {
      const facts = await factsOn(this.#faulty, this.#now);
      const accounts = await loadAccounts(this.#faulty, ACCOUNTS);
      const racing = this.#sendSome(n + 1_000_000);
      const units = [...accounts].flatMap(([id, account]) => {
        const prepared = prepareCommand(account, {
          id: `${batchId}:${id}`, command: { type: "PostPayment", paymentId: `${batchId}:${id}`, amount: 500, tender: "check", channel: "lockbox", reference: null, receivedAt: this.#now },
          provenance: { actor: "system:lockbox", source: "run", batchId, recordedAt: this.#now },
        }, facts);
        return prepared.ok ? [prepared.prepared.unit] : [];
      });
      const commit = () => commitSet(this.#faulty, batchId, units, this.#now);
      const won = await commit().catch((error: unknown) => {
        if (error instanceof UnavailableError && error.outcome === "unknown") return null;
        throw error;
      });
      await racing;
      if (won) for (const stream of won) this.#filed.set(`${batchId}:${stream.slice("account:".length)}`, "posted");
      // The answer was lost: asking again must either commit it for the first time or fail as a whole.
      else await commit().catch((error: unknown) => (error instanceof ConstraintError ? undefined : Promise.reject(error)));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
  }

  #toggleDatabase(): void {
    this.#away = !this.#away;
    if (this.#away) this.#faulty.away();
    else this.#faulty.back();
  }

  /** The storm is over: what was accepted must be in the book, once, and what was refused must not. */
  async calmDown(): Promise<void> {
    this.#faulty.back();
    this.#faulty.calm();
    for (let round = 0; round < 3; round += 1) for (const id of await this.#world.pendingAccounts()) await this.#world.drainAccount(id);
    const waiting = await this.#world.pendingAccounts();
    if (waiting.length > 0) this.violations.push(`accounts still pending: ${waiting.join(", ")}`);
    const commands = new Set((await this.#book.query<{ id: string }>("SELECT id FROM command")).map(({ id }) => id));
    const payments = new Map((await this.#book.query<{ id: string; amount: number; n: number }>("SELECT id, sum(amount) AS amount, count(*) AS n FROM payment GROUP BY id")).map((row) => [row.id, row]));
    const refusedLater = new Set((await this.#book.query<{ id: string }>("SELECT id FROM exception WHERE kind = 'command'")).map(({ id }) => id.slice("late-refusal:".length)));
    for (const { envelope, answers } of this.#sent.values()) {
      const { commandId, command } = envelope;
      const accepted = answers.some(({ status }) => status === "done" || status === "pending");
      if (accepted && !commands.has(commandId) && !refusedLater.has(commandId)) this.violations.push(`${commandId} (${command.type}) was acknowledged and is not in the book`);
      if (command.type !== "PostPayment") continue;
      const paid = payments.get(command.paymentId);
      if (answers.some(({ status }) => status === "done") && paid?.amount !== command.amount) this.violations.push(`${commandId}: acknowledged ${command.amount}, in the book ${paid?.amount ?? "nothing"}`);
      if (paid && paid.n !== 1) this.violations.push(`payment ${command.paymentId} stands in the book ${paid.n} times`);
      if (paid && answers.length > 0 && answers.every(({ status }) => status === "unavailable" || status === "refused")) this.violations.push(`${commandId} was turned away and is in the book`);
    }
    for (const id of this.#filed.keys()) if (payments.get(id)?.n !== 1) this.violations.push(`lockbox payment ${id} was confirmed and is not in the book once`);
    this.violations.push(...(await checkBook(this.#book)));
  }

  #int(below: number): number {
    return Math.floor(this.#random() * below);
  }
}

