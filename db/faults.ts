/**
 * A door to the database that fails as real ones do, for the simulation and for tests: refuses before a write, loses
 * the answer after one, is busy, is slow, is away. The same seed gives the same faults in the same order.
 */
import { ConstraintError, UnavailableError, type SqlPort } from "./port.ts";

/**
 * - `refused`: nothing was executed (`UnavailableError("none")`)
 * - `lost`: executed and committed, and the answer did not come (`UnavailableError("unknown")`); what the database itself
 *   refuses is lost as well
 * - `busy`: the write lock was not to be had within all retries (`UnavailableError("none")`)
 * - `slow`: executed, and answered later than others
 */
export type Fault = "refused" | "lost" | "busy" | "slow";

export interface FaultPlan {
  /** Chance of each fault per call of `write`, and of `refused` and `slow` per read; 0 to 1 in sum. */
  readonly chances?: Partial<Record<Fault, number>>;
  /** Decides the chances. */
  readonly seed?: number;
  /** How long `slow` waits: before it sends, and again before it answers. By default until other work had its turn. */
  readonly wait?: () => Promise<void>;
  /** Told of each fault as it happens. */
  readonly onFault?: (fault: Fault | "away", kind: "read" | "write") => void;
}

export interface FaultyPort extends SqlPort {
  /** From now on nothing gets through, until `back()`. */
  away(): void;
  back(): void;
  /** The next writes meet these, in order; before chance has its say. `undefined` lets one through. */
  nextWrites(...faults: (Fault | undefined)[]): void;
  /** No more chance: what was planned explicitly and `away` still hold. */
  calm(): void;
}

/** Turns of the event loop's microtasks for which a slow call waits: enough for several calls to pass it. */
const SLOW_TURNS = 50;

export function withFaults(port: SqlPort, plan: FaultPlan = {}): FaultyPort {
  const { chances = {}, seed = 1, wait = severalTurns, onFault = () => {} } = plan;
  const random = seededRandom(seed);
  const planned: (Fault | undefined)[] = [];
  let isAway = false;
  let isCalm = false;

  function drawn(kinds: readonly Fault[]): Fault | undefined {
    // One number for each call, whatever is drawn from it, so that a change of chances does not shift the sequence.
    let left = random();
    if (isCalm) return undefined;
    for (const kind of kinds) {
      left -= chances[kind] ?? 0;
      if (left < 0) return kind;
    }
    return undefined;
  }

  async function pass<T>(kind: "read" | "write", fault: Fault | undefined, send: () => Promise<T>): Promise<T> {
    if (isAway) {
      onFault("away", kind);
      throw new UnavailableError("none", "the database is away");
    }
    if (fault) onFault(fault, kind);
    switch (fault) {
      case undefined:
        return send();
      case "refused":
        throw new UnavailableError("none", "the connection was refused");
      case "busy":
        throw new UnavailableError("none", "the database was busy with other writes");
      case "lost":
        await send().catch(rethrowMistakes);
        throw new UnavailableError("unknown", "the answer was lost");
      case "slow": {
        await wait();
        try {
          return await send();
        } finally {
          await wait();
        }
      }
    }
  }

  return {
    query: (sql, args) => pass("read", drawn(["refused", "slow"]), () => port.query(sql, args)),
    read: (statements) => pass("read", drawn(["refused", "slow"]), () => port.read(statements)),
    write: (statements) => {
      const chance = drawn(["refused", "lost", "busy", "slow"]);
      return pass("write", planned.length > 0 ? planned.shift() : chance, () => port.write(statements));
    },
    away: () => void (isAway = true),
    back: () => void (isAway = false),
    nextWrites: (...faults) => void planned.push(...faults),
    calm: () => void (isCalm = true),
  };
}

/** A refused row is lost with the answer; a statement that is wrong is a bug, and stays visible. */
function rethrowMistakes(error: unknown): void {
  if (!(error instanceof ConstraintError || error instanceof UnavailableError)) throw error;
}

async function severalTurns(): Promise<void> {
  for (let i = 0; i < SLOW_TURNS; i++) await Promise.resolve();
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
