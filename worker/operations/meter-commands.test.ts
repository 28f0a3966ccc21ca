/** Meters are asked through their head-end, which answers as head-ends do: late, twice, in disorder, with a wrong clock, or never. */
import { describe, expect, test } from "vitest";
import { NO_METER } from "../../domain/lifecycle/meter.ts";
import { drainOutbox } from "../outbox/drain.ts";
import { simulator, SIMULATED_ANSWER, type Simulated } from "../head-ends/simulator.ts";
import { FETCHING, type HeadEnd } from "../head-ends/port.ts";
import { getCommands, postAnswer } from "../api/ami.ts";
import { clerk, supervisor } from "../../test/support/utility.ts";
import { answerCommand, askMeter, askPage, expireCommands, METER_COMMAND, sendMeterCommand } from "./meter-commands.ts";
import { exchangeMeter } from "./meter-exchange.ts";
import { pairEndpoint, recordTest } from "./meter-stock.ts";
import { openStreet, type Street } from "./reads.testing.ts";

interface Asking extends Street {
  ask(kind?: string, reason?: string): Promise<string>;
  /** Lets minutes pass, draining the outbox and calling the clock as the cron does. */
  pass(minutes: number): Promise<void>;
  state(): Promise<readonly (string | null)[]>;
  reads(): Promise<number>;
}

const START = "2026-03-10T15:00:00Z";

async function street(module: string, headEnd?: HeadEnd): Promise<Asking> {
  const opened = await openStreet(START);
  const { world, port, clock, gateway } = opened;
  const meterId = "M-W1";
  const paired = await pairEndpoint(world, supervisor, { commandId: "pair-000000000001", meterId, endpointId: module, gatewayId: gateway.gatewayId, fromOn: "2026-03-01" });
  if (paired.status !== "done") throw new Error(JSON.stringify(paired));
  let forms = 0;
  const port1 = headEnd ?? simulator(port, () => clock.now);
  const deliver = {
    [METER_COMMAND]: ({ payload }: { payload: unknown }) => sendMeterCommand(world, port1, (payload as { id: string }).id),
    [SIMULATED_ANSWER]: async ({ payload }: { payload: unknown }) => void (await answerCommand(world, (payload as Simulated).gatewayId, (payload as Simulated).answer)),
  };
  return {
    ...opened,
    ask: async (kind = "read", reason = "") => {
      const answer = await askMeter(world, supervisor, { commandId: `ask-00000000000${(forms += 1)}`, meterId, kind, reason });
      return answer.status === "refused" ? (answer.refusal.field ?? "") : answer.status;
    },
    pass: async (minutes) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        await drainOutbox({ port, now: () => clock.now, deliver, onParked: () => undefined });
        clock.now += 60_000;
        await drainOutbox({ port, now: () => clock.now, deliver, onParked: () => undefined });
        await expireCommands(world);
      }
    },
    state: async () => {
      const [last] = (await askPage(world, supervisor, meterId))!.commands;
      return [last!.status, last!.answer];
    },
    reads: async () => (await port.query<{ n: number }>("SELECT count(*) AS n FROM register_read WHERE channel_id = 2"))[0]!.n,
  };
}

test("the meter of an account linked to oneself is a colleague's to ask, pair and test", async () => {
  const { world, gateway } = await street("SIM-1");
  const [account] = await world.port.query<{ id: string }>("SELECT s.account_id AS id FROM meter_installation AS i JOIN service_agreement AS s ON s.service_point_id = i.service_point_id WHERE i.meter_id = 'M-W1'");
  const mine = { ...supervisor, accountIds: [account!.id] };
  const commandId = "own-meter-000001";
  for (const kind of ["connect", "read"]) await expect(askMeter(world, mine, { commandId, meterId: "M-W1", kind, reason: "Cold." })).rejects.toThrow("linked to you");
  await expect(pairEndpoint(world, mine, { commandId, meterId: "M-W1", endpointId: "SIM-2", gatewayId: gateway.gatewayId, fromOn: "2026-03-02" })).rejects.toThrow("linked to you");
  await expect(recordTest(world, mine, { commandId, meterId: "M-W1", testedOn: "2026-03-02", asFound: "120", asLeft: "", passed: "no", note: "" })).rejects.toThrow("linked to you");
  await expect(exchangeMeter(world, mine, { commandId, meterId: "M-W1", newMeterId: NO_METER, on: "2026-03-02", time: "09:00", lastReads: {}, firstReads: {}, reason: "failed" })).rejects.toThrow("linked to you");
  expect(await askMeter(world, { ...supervisor, accountIds: ["A-of-another-street"] }, { commandId, meterId: "M-W1", kind: "read", reason: "" })).toMatchObject({ status: "done" });
});

test("words of a head-end that hold half a character are an answer all the same", async () => {
  const { ask, port, state, world } = await street("SIM-1");
  await ask("ping");
  const [row] = await port.query<{ id: string; gatewayId: string }>('SELECT id, gateway_id AS "gatewayId" FROM meter_command');
  expect(await answerCommand(world, row!.gatewayId, { id: row!.id, outcome: "failed", reason: "no power \ud800" })).toEqual({ status: "done", state: "failed" });
  expect(await state()).toEqual(["failed", "no power \ufffd"]);
});

describe("a read now", () => {
  test("is sent, answered, and its read is taken in like any other; asked twice it is one question", async () => {
    const { ask, pass, state, reads, port } = await street("SIM-1");
    expect(await ask()).toBe("done");
    expect(await ask()).toBe("kind");
    expect(await state()).toEqual(["requested", null]);
    await pass(1);
    expect([await state(), await reads()]).toEqual([["confirmed", null], 1]);
    expect(await port.query("SELECT type FROM event WHERE stream LIKE 'meter-command:%' ORDER BY position")).toEqual(["Requested", "Sent", "Confirmed"].map((type) => ({ type: `MeterCommand${type}` })));
    expect(await ask()).toBe("done");
  });

  test("answered twice it is one read and one confirmation; trouble that is told after the answer changes nothing", async () => {
    for (const module of ["SIM-1:duplicate", "SIM-1:disorder"]) {
      const { ask, pass, state, reads } = await street(module);
      await ask();
      await pass(2);
      expect([await state(), await reads()]).toEqual([["confirmed", null], 1]);
    }
  });

  test("that nobody answers times out by the clock; the late answer still says what the meter showed", async () => {
    const { ask, pass, state, reads } = await street("SIM-1:late");
    await ask();
    await pass(16);
    expect([await state(), await reads()]).toEqual([["timedOut", "Nobody answered in time."], 0]);
    await pass(10);
    expect([await state(), await reads()]).toEqual([["confirmed", null], 1]);
  });

  test("that gets lost can be asked again once its time is up", async () => {
    const { ask, pass, state } = await street("SIM-1:dropped");
    await ask();
    await pass(16);
    expect(await state()).toEqual(["timedOut", "Nobody answered in time."]);
    expect(await ask()).toBe("done");
  });

  test("from a clock that lies has failed, in words, and stores nothing", async () => {
    const { ask, pass, state, reads } = await street("SIM-1:clock");
    await ask();
    await pass(1);
    expect(await state()).toEqual(["failed", "A read came that was not taken: its at lies in the future; check the gateway's clock and time zone."]);
    expect(await reads()).toBe(0);
  });

  test("is tried again while the head-end cannot be reached, and not after its time is up", async () => {
    let tries = 0;
    const { ask, pass, state } = await street("SIM-1", { send: async () => { tries += 1; throw new Error("connection refused"); } });
    await ask();
    await pass(30);
    expect(await state()).toEqual(["timedOut", "The head-end was not reached in time: connection refused"]);
    const until = tries;
    expect(until).toBeGreaterThan(3);
    await pass(120);
    expect(tries).toBe(until);
  });
});

describe("the switch", () => {
  test("is moved with a reason by whoever works on meters; the service point is off once the meter has said so", async () => {
    const { ask, pass, world, port } = await street("SIM-1");
    expect(await ask("disconnect")).toBe("reason");
    await expect(askMeter(world, clerk, { commandId: "ask-by-a-clerk-01", meterId: "M-W1", kind: "disconnect", reason: "no payment" })).rejects.toThrow("role");
    const status = async () => (await port.query<{ status: string }>("SELECT status FROM service_point WHERE id = 'SP-1-water'"))[0]!.status;
    await ask("disconnect", "Leak behind the meter");
    expect(await status()).toBe("connected");
    await pass(1);
    expect(await status()).toBe("disconnected");
    await ask("connect", "Repaired");
    await pass(1);
    expect(await status()).toBe("connected");
  });

  test("that the meter could not move is as it was", async () => {
    const { ask, pass, state, port } = await street("SIM-1:refused");
    await ask("disconnect", "Leak behind the meter");
    await pass(1);
    expect(await state()).toEqual(["failed", "The module did not reach the meter."]);
    expect(await port.query("SELECT status FROM service_point WHERE id = 'SP-1-water'")).toEqual([{ status: "connected" }]);
  });
});

describe("a head-end that fetches its commands", () => {
  const request = ({ gateway }: Street, path: string, body?: object) => new Request(`http://meterline.test/api/v1/ami/${path}`, {
    method: body ? "POST" : "GET", headers: { authorization: `Bearer ${gateway.keyId}.${gateway.secret}` }, ...(body && { body: JSON.stringify(body) }),
  });

  test("gets them with its own credential, answers, and is told the state; only its own, and only of the meter that was asked", async () => {
    const here = await street("MTU-9", FETCHING);
    const { ask, pass, world, state, reads } = here;
    await ask();
    await pass(1);
    expect(await state()).toEqual(["requested", null]);
    expect(await (await getCommands(world, request(here, "commands"))).json()).toMatchObject({ commands: [{ id: "ask-000000000001", kind: "read", endpoint: "MTU-9", meter: "W1" }] });
    expect(await state()).toEqual(["sent", null]);
    const answer = async (id: string, body: object) => postAnswer(world, request(here, `commands/${id}`, body), id);
    const read = { meter: "W1", kind: "register", unit: "gal", at: "2026-03-10T15:00:30Z", value: 1234 };
    expect((await answer("ask-000000000009", { outcome: "confirmed" })).status).toBe(404);
    expect((await answer("ask-000000000001", { outcome: "perhaps" })).status).toBe(422);
    expect((await answer("ask-000000000001", { outcome: "confirmed" })).status).toBe(422);
    expect((await answer("ask-000000000001", { outcome: "confirmed", reads: [{ ...read, meter: "E1" }] })).status).toBe(422);
    expect(await (await answer("ask-000000000001", { outcome: "confirmed", reads: [read] })).json()).toEqual({ command: "ask-000000000001", state: "confirmed" });
    expect(await (await answer("ask-000000000001", { outcome: "failed" })).json()).toEqual({ command: "ask-000000000001", state: "confirmed" });
    expect(await reads()).toBe(1);
    expect((await getCommands(world, new Request("http://meterline.test/api/v1/ami/commands"))).status).toBe(401);
  });
});
