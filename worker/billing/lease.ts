/** Who drains a run, or a replay of a rate: one at a time, by a lease that expires when its holder dies. Correctness does not rest on it (the fence does); not working twice does. */
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { SqlPort } from "../../db/port.ts";

export interface BillRunRow {
  readonly id: string;
  readonly cycleId: string;
  readonly periodTo: LocalDate;
  readonly billOn: LocalDate;
  readonly status: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly startedBy: string;
  readonly due: number;
  readonly leaseUntil: number;
}

const COLUMNS = `id, cycle_id AS "cycleId", period_to AS "periodTo", bill_on AS "billOn", status, started_at AS "startedAt", finished_at AS "finishedAt", started_by AS "startedBy", due, lease_until AS "leaseUntil"`;

/** A batch takes well under a second; a holder that has not renewed for this long is gone. */
export const LEASE_MS = 60_000;

export async function findRun(port: SqlPort, runId: string): Promise<BillRunRow | null> {
  const [row] = await port.query<BillRunRow>(`SELECT ${COLUMNS} FROM bill_run WHERE id = ?`, [runId]);
  return row ?? null;
}

/** Runs that nobody drains although they are not finished. */
export async function orphanedRuns(port: SqlPort, now: number): Promise<string[]> {
  return (await port.query<{ id: string }>("SELECT id FROM bill_run WHERE status = 'running' AND lease_until <= ? ORDER BY started_at", [now])).map((row) => row.id);
}

/** Tables of long work that is drained in slices, each row of which has a status and a `lease_until`. */
type Leased = "bill_run" | "rate_replay";

export class Lease {
  readonly #port: SqlPort;
  readonly #table: Leased;
  readonly #id: string;
  #until: number;

  private constructor(port: SqlPort, table: Leased, id: string, until: number) {
    this.#port = port;
    this.#table = table;
    this.#id = id;
    this.#until = until;
  }

  /** Null when the work is not running, or somebody else drains it. */
  static async take(port: SqlPort, table: Leased, id: string, now: number): Promise<Lease | null> {
    const until = now + LEASE_MS;
    const [result] = await port.write([{ sql: `UPDATE ${table} SET lease_until = ? WHERE id = ? AND status = 'running' AND lease_until <= ?`, args: [until, id, now] }]);
    return result!.rowsAffected === 1 ? new Lease(port, table, id, until) : null;
  }

  /** Before each batch; false when the lease has been lost and the holder must stop. */
  async renew(now: number): Promise<boolean> {
    if (this.#until - now > LEASE_MS / 2) return true;
    return this.#set(now + LEASE_MS);
  }

  /** So that the next one need not wait. A holder that dies before this is waited for. */
  async release(): Promise<void> {
    await this.#set(0);
  }

  async #set(until: number): Promise<boolean> {
    const [result] = await this.#port.write([{ sql: `UPDATE ${this.#table} SET lease_until = ? WHERE id = ? AND lease_until = ?`, args: [until, this.#id, this.#until] }]);
    this.#until = until;
    return result!.rowsAffected === 1;
  }
}
