/**
 * A head-end that is none, for the demonstration and for tests. It answers as real ones do, and on demand as badly: what
 * follows the last colon of a module's number says how (`SIM-4:late`).
 */
import type { SqlPort } from "../../db/port.ts";
import { milliText, type Milli, type Unit } from "../../domain/metering/units.ts";
import type { CommandAnswer } from "../operations/meter-commands.ts";
import type { HeadEnd, HeadEndCommand } from "./port.ts";

/** Outbox kind of an answer on its way. */
export const SIMULATED_ANSWER = "simulatedAnswer";

export interface Simulated {
  readonly gatewayId: string;
  readonly answer: CommandAnswer;
}

interface Reply {
  readonly afterMs: number;
  readonly answer: Omit<CommandAnswer, "id">;
}

interface Register {
  readonly name: string;
  readonly unit: Unit;
  readonly value: Milli;
}

const SOON_MS = 2_000;
const LATE_MS = 20 * 60_000;
const DAY_MS = 86_400_000;

const refusal: Reply = { afterMs: SOON_MS, answer: { outcome: "failed", reason: "The module did not reach the meter." } };

/** How it answers: by what is asked for in the module's number, else as it should. */
const BEHAVIOURS: Readonly<Record<string, (right: (at?: number) => Reply, now: number) => readonly Reply[]>> = {
  late: (right, now) => [{ ...right(now + SOON_MS), afterMs: LATE_MS }],
  duplicate: (right) => [right(), { ...right(), afterMs: 2 * SOON_MS }],
  // The confirmation overtakes the message that there is trouble.
  disorder: (right) => [right(), { ...refusal, afterMs: 2 * SOON_MS }],
  clock: (right, now) => [right(now + 2 * DAY_MS)],
  dropped: () => [],
  refused: () => [refusal],
};

export function simulator(port: SqlPort, now: () => number): HeadEnd {
  return {
    send: async (command) => {
      const at = now();
      const right = await rightReply(port, command, at);
      const behave = BEHAVIOURS[command.endpointId.split(":").at(-1)!] ?? ((reply: typeof right) => [reply()]);
      const rows = behave(right, at).map(({ afterMs, answer }) => [JSON.stringify({ gatewayId: command.gatewayId, answer: { ...answer, id: command.id } } satisfies Simulated), at + afterMs]);
      await port.write([{
        sql: `INSERT INTO outbox (kind, key, payload, created_at, available_at, attempts) SELECT '${SIMULATED_ANSWER}', ?1, r.value->>0, ?2, r.value->>1, 0 FROM json_each(?3) AS r`,
        args: [command.id, at, JSON.stringify(rows)],
      }]);
      return "sent";
    },
  };
}

/** What a head-end that works answers: the dials as they were, and a little more. */
async function rightReply(port: SqlPort, { kind, meter, meterId }: HeadEndCommand, now: number): Promise<(at?: number) => Reply> {
  if (kind !== "read") return () => ({ afterMs: SOON_MS, answer: { outcome: "confirmed" } });
  const registers = await port.query<Register>(
    `SELECT c.name, c.unit, coalesce((SELECT g.value FROM register_read AS g WHERE g.channel_id = c.id AND g.read_at <= ?2 ORDER BY g.read_at DESC, g.version DESC LIMIT 1), 0) AS value
     FROM channel AS c WHERE c.meter_id = ?1 AND c.kind = 'register' ORDER BY c.id`,
    [meterId, now],
  );
  if (registers.length === 0) return () => ({ afterMs: SOON_MS, answer: { outcome: "failed", reason: "The meter has no register that can be asked." } });
  return (at = now) => ({
    afterMs: SOON_MS,
    answer: { outcome: "confirmed", reads: registers.map(({ name, unit, value }) => ({ meter, channel: name, kind: "register", unit, at: new Date(at).toISOString(), value: milliText(value + 1_000).replaceAll(",", "") })) },
  });
}
