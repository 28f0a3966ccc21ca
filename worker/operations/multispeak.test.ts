/** A head-end is called by MultiSpeak and tells what came of it: as it should, and as head-ends do on bad days. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { admin, clerk, supervisor } from "../../test/support/utility.ts";
import { notification, openHeadEnd, type TestHeadEnd } from "../../test/support/multispeak-head-end.ts";
import { postNotification } from "../api/multispeak.ts";
import { drainOutbox } from "../outbox/drain.ts";
import { multiSpeak, questionOf } from "../head-ends/multispeak/adapter.ts";
import { whyNotCalled, type Fetcher } from "../head-ends/multispeak/call.ts";
import { FETCHING } from "../head-ends/port.ts";
import { checkHeadEnd, headEndSetting, setHeadEnd, type HeadEndAsked } from "./head-ends.ts";
import { askMeter, askPage, expireCommands, METER_COMMAND, sendMeterCommand } from "./meter-commands.ts";
import { pairEndpoint } from "./meter-stock.ts";
import { openStreet, type Street } from "./reads.testing.ts";

const PUBLIC_URL = "http://127.0.0.1:8787";
const SECRET = "head-end's own & <secret>";

let headEnd: TestHeadEnd;
beforeAll(async () => void (headEnd = await openHeadEnd()));
afterAll(() => headEnd.close());

interface Called extends Street {
  ask(kind: string): Promise<string>;
  /** Lets minutes pass, with the outbox and the clock. */
  pass(minutes: number): Promise<void>;
  state(): Promise<readonly (string | null)[]>;
  tell(operation: string, content: string, credential?: { keyId: string; secret: string }): Promise<{ status: number; text: string }>;
  dials(): Promise<readonly number[]>;
}

const set = (more: Partial<HeadEndAsked> = {}): HeadEndAsked => ({ commandId: "head-end-00000001", gatewayId: "gateway-north", kind: "multispeak", readUrl: headEnd.url, switchUrl: "", pingUrl: "", userName: "meterline", secret: SECRET, ...more });

/** A street whose water meter W1 (and electric meter E1) hangs on a head-end that is called. */
async function street(fetcher: Fetcher = (url, init) => fetch(url, init)): Promise<Called> {
  const opened = await openStreet("2026-03-10T15:00:00Z");
  const { world, port, clock, gateway } = opened;
  for (const badge of ["W1", "E1"]) await pairEndpoint(world, supervisor, { commandId: `pair-00000000000${badge}`, meterId: `M-${badge}`, endpointId: `MTU-${badge}`, gatewayId: gateway.gatewayId, fromOn: "2026-03-01" });
  expect(await setHeadEnd(world, admin, set(), PUBLIC_URL)).toMatchObject({ status: "done" });
  headEnd.behaviour = "takes";
  const calling = () => multiSpeak({ port, now: () => clock.now, key: world.key, publicUrl: PUBLIC_URL, fetcher }, FETCHING);
  const drain = () => {
    const deliver = { [METER_COMMAND]: ({ payload }: { payload: unknown }) => sendMeterCommand(world, calling(), (payload as { id: string }).id) };
    return drainOutbox({ port, now: () => clock.now, deliver, onParked: () => undefined });
  };
  let forms = 0;
  return {
    ...opened,
    ask: async (kind) => {
      const answer = await askMeter(world, supervisor, { commandId: `ask-00000000000${(forms += 1)}`, meterId: "M-W1", kind, reason: "Moved out." });
      await drain();
      return answer.status === "done" ? answer.result.id : answer.status;
    },
    pass: async (minutes) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.now += 60_000;
        await drain();
        await expireCommands(world);
      }
    },
    state: async () => {
      const [last] = (await askPage(world, supervisor, "M-W1"))!.commands;
      return [last!.status, last!.answer];
    },
    tell: async (operation, content, credential = gateway) => {
      const response = await postNotification(world, new Request("http://meterline.test/", { method: "POST", body: notification(operation, content, credential) }), gateway.gatewayId);
      return { status: response.status, text: await response.text() };
    },
    dials: async () => (await port.query<{ value: number }>("SELECT value FROM register_read WHERE channel_id = 2 ORDER BY read_at")).map(({ value }) => value / 1000),
  };
}

const gallons = (value: number, { meter = "W1", at = "2026-03-10T15:00:30Z" } = {}): string =>
  `<meterRead objectID="1"><meterNo>${meter}</meterNo><readingDate>${at}</readingDate><readingValues><readingValue><units>gal</units><value>${value}</value><name>Usage</name></readingValue></readingValues></meterRead>`;
const readings = (id: string, reads: string): string => `<changedMeterReads>${reads}</changedMeterReads><transactionID>${id}</transactionID>`;
const event = (type: string, meter = "W1"): string => `<outageDetectionEvent objectID="9"><eventTime>2026-03-10T15:00:30Z</eventTime><outageEventType>${type}</outageEventType><outageLocation><meterNo>${meter}</meterNo></outageLocation></outageDetectionEvent>`;

describe("a read now", () => {
  test("is asked in the head-end's own words, answered by notification, and taken in like any read", async () => {
    const { ask, state, tell, dials, port } = await street();
    const id = await ask("read");
    const { operation, action, body } = headEnd.asked.at(-1)!;
    expect([operation, action]).toEqual(["InitiateMeterReadByMeterNumber", "http://www.multispeak.org/Version_3.0/InitiateMeterReadByMeterNumber"]);
    expect(body).toContain(`<meterNos><string>W1</string></meterNos><responseURL>${PUBLIC_URL}/api/v1/multispeak/gateway-north</responseURL><transactionID>${id}</transactionID><expirationTime>900</expirationTime>`);
    expect(body).toContain('UserID="meterline" Pwd="head-end\'s own &amp; &lt;secret&gt;"');
    expect(await state()).toEqual(["sent", null]);
    const answer = await tell("ReadingChangedNotification", readings(id, gallons(4_210)));
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<ReadingChangedNotificationResponse xmlns="http://www.multispeak.org/Version_3.0"><ReadingChangedNotificationResult></ReadingChangedNotificationResult>');
    expect([await state(), await dials()]).toEqual([["confirmed", null], [4_210]]);
    expect(await port.query("SELECT last_seen_at AS seen FROM gateway")).toEqual([{ seen: Date.parse("2026-03-10T15:00:00Z") }]);
  });

  test("told twice, in another envelope each time, is one read; other meters' reads in it are taken as well", async () => {
    const { ask, state, tell, dials } = await street();
    const id = await ask("read");
    await tell("ReadingChangedNotification", readings(id, gallons(4_210)));
    await tell("ReadingChangedNotification", readings(id, gallons(4_210)));
    const other = await tell("ReadingChangedNotification", readings("theirs-17", gallons(4_215, { at: "2026-03-10T15:00:45Z" })));
    expect(other.text).not.toContain("errorObject");
    expect([await state(), await dials()]).toEqual([["confirmed", null], [4_210, 4_215]]);
  });

  test("by a clock that runs ahead is turned away, and taken when it is told again later", async () => {
    const { clock, tell, dials } = await street();
    const ahead = readings("theirs-18", gallons(4_210, { at: "2026-03-10T18:00:00Z" }));
    expect((await tell("ReadingChangedNotification", ahead)).text).toContain('objectID="W1"');
    expect(await dials()).toEqual([]);
    clock.now = Date.parse("2026-03-10T18:30:00Z");
    expect((await tell("ReadingChangedNotification", ahead)).text).not.toContain("errorObject");
    expect((await tell("ReadingChangedNotification", ahead)).text).not.toContain("errorObject");
    expect(await dials()).toEqual([4_210]);
  });

  test("that comes before the head-end is known to have the question, or after its time, counts all the same", async () => {
    const { ask, pass, state, tell } = await street();
    headEnd.behaviour = "trouble";
    const early = await ask("read");
    await tell("ReadingChangedNotification", readings(early, gallons(4_210)));
    expect(await state()).toEqual(["confirmed", null]);
    headEnd.behaviour = "takes";
    const late = await ask("read");
    await pass(16);
    expect(await state()).toEqual(["timedOut", "Nobody answered in time."]);
    await tell("ReadingChangedNotification", readings(late, gallons(4_230, { at: "2026-03-10T15:05:00Z" })));
    expect(await state()).toEqual(["confirmed", null]);
  });

  test("with a register that is none of the meter's: what is its own is taken, the other is answered as an error", async () => {
    const { ask, state, tell, dials } = await street();
    const id = await ask("read");
    const both = gallons(4_210).replace("</readingDate>", "</readingDate><posKWh>17</posKWh>");
    const answer = await tell("ReadingChangedNotification", readings(id, both));
    expect(answer.text).toMatch(/<errorObject objectID="W1" errorString="its channel meter W1 has no register channel &quot;delivered kWh&quot;" nounType="meterRead"/);
    expect([await state(), await dials()]).toEqual([["confirmed", null], [4_210]]);
  });

  test("with a clock in the future, or with the head-end's own trouble for a read, has failed in words", async () => {
    const { ask, state, tell, dials } = await street();
    await tell("ReadingChangedNotification", readings(await ask("read"), gallons(4_210, { at: "2026-03-12T15:00:00Z" })));
    expect((await state())[1]).toContain("lies in the future");
    await tell("ReadingChangedNotification", readings(await ask("read"), '<meterRead errorString="Module out of range."><meterNo>W1</meterNo></meterRead>'));
    expect(await state()).toEqual(["failed", 'No read came: meter "W1": the head-end says "Module out of range.".']);
    expect(await dials()).toEqual([]);
  });

  test("of another meter than was asked is taken as that meter's, and answers nothing", async () => {
    const { ask, state, tell } = await street();
    const id = await ask("read");
    const answer = await tell("ReadingChangedNotification", readings(id, gallons(10, { meter: "STRANGE" })));
    expect(answer.text).toContain(`Transaction ${id} asked meter W1 to read; this is no answer to it.`);
    expect(await state()).toEqual(["sent", null]);
  });
});

describe("a switch", () => {
  const changed = (id: string, state: string, meter = "W1", more = ""): string => `<meterNo>${meter}</meterNo><stateChange>${state}</stateChange><transactionID>${id}</transactionID>${more}`;
  const point = async ({ port }: Called) => (await port.query<{ status: string }>("SELECT status FROM service_point WHERE id = 'SP-1-water'"))[0]!.status;

  test("that opened makes the service point disconnected; closed again, connected", async () => {
    const called = await street();
    const { ask, state, tell } = called;
    await tell("CDStateChangedNotification", changed(await ask("disconnect"), "Opened"));
    expect(headEnd.asked.at(-1)!.body).toMatch(/<cdEvents><connectDisconnectEvent objectID="[^"]+" verb="New"><meterID>W1<\/meterID><loadActionCode>Disconnect<\/loadActionCode><meterNo>W1<\/meterNo><\/connectDisconnectEvent><\/cdEvents><responseURL>/);
    expect([await state(), await point(called)]).toEqual([["confirmed", null], "disconnected"]);
    await tell("CDStatesChangedNotification", `<stateChanges><CDStateChange><meterNo>W1</meterNo><stateChange>Closed</stateChange></CDStateChange></stateChanges><transactionID>${await ask("connect")}</transactionID>`);
    expect([await state(), await point(called)]).toEqual([["confirmed", null], "connected"]);
  });

  test("that did something else, or nothing, has failed, and the service point stays as it was", async () => {
    const called = await street();
    const { ask, state, tell } = called;
    await tell("CDStateChangedNotification", changed(await ask("disconnect"), "Closed"));
    expect([await state(), await point(called)]).toEqual([["failed", 'The head-end reports the switch as "Closed".'], "connected"]);
    await tell("CDStateChangedNotification", changed(await ask("disconnect"), "Unknown", "W1", "<errorString>Load side voltage.</errorString>"));
    expect([await state(), await point(called)]).toEqual([["failed", "Load side voltage."], "connected"]);
  });

  test("of another meter, or that nobody asked for, changes nothing and is answered as an error", async () => {
    const called = await street();
    const { ask, state, tell } = called;
    const id = await ask("disconnect");
    expect((await tell("CDStateChangedNotification", changed(id, "Opened", "E1"))).text).toContain(`errorString="Transaction ${id} asked meter W1 to disconnect; this is no answer to it."`);
    expect((await tell("CDStateChangedNotification", changed("theirs-1", "Opened"))).text).toContain("was not asked this in transaction theirs-1; nothing was changed.");
    expect([await state(), await point(called)]).toEqual([["sent", null], "connected"]);
    // Without a transaction it is the open question's.
    await tell("CDStateChangedNotification", changed("", "Opened"));
    expect([await state(), await point(called)]).toEqual([["confirmed", null], "disconnected"]);
  });

  test("armed waits for the customer's hand", async () => {
    const called = await street();
    const { ask, state, tell } = called;
    await tell("CDStateChangedNotification", changed(await ask("arm"), "Armed"));
    expect(headEnd.asked.at(-1)!.body).toContain("<loadActionCode>Arm</loadActionCode>");
    expect([await state(), await point(called)]).toEqual([["confirmed", null], "connected"]);
  });
});

test.each([
  ["Restoration", ["confirmed", "It has power."]], ["Outage", ["failed", "The head-end reports an outage at the meter."]], ["NoResponse", ["failed", "The meter did not answer."]], ["Strange", ["failed", 'The head-end reports "Strange".']],
])("a ping that is answered with %s", async (type, expected) => {
  const { ask, state, tell } = await street();
  const id = await ask("ping");
  expect(headEnd.asked.at(-1)!.operation).toBe("InitiateOutageDetectionEventRequest");
  expect((await tell("ODEventNotification", `<ODEvents>${event("Restoration", "E1")}${event(type)}</ODEvents><transactionID>${id}</transactionID>`)).text).toContain('objectID="E1"');
  expect(await state()).toEqual(expected);
});

describe("a head-end that", () => {
  test.each([
    ["refuses", "failed", "The head-end did not take it: Meter E1 has no switch."],
    ["fault", "failed", "The head-end did not take it: It refused the question: Server did not recognize the value of HTTP Header SOAPAction."],
    ["unknown-user", "failed", "The head-end did not take it: It refused our user name or secret (HTTP 401)."],
    ["elsewhere", "failed", "The head-end did not take it: Its address has moved (HTTP 302). Set the address at which it answers."],
  ] as const)("%s it: the command has failed in its words, and is not sent again", async (behaviour, status, words) => {
    const { ask, pass, state } = await street();
    headEnd.behaviour = behaviour;
    const before = headEnd.asked.length;
    await ask("connect");
    await pass(2);
    expect([await state(), headEnd.asked.length - before]).toEqual([[status, words], 1]);
  });

  test.each([
    ["trouble", "It is in trouble: The queue of the network is full."], ["html", "What it answered is not a MultiSpeak answer. Look at the address."], ["cut-off", "It could not be reached, or broke off"], ["giant", "It answered with more than 256 KB"],
  ] as const)("is in trouble (%s) is asked again under the same id, until the time is up", async (behaviour, words) => {
    const { world, ask, pass, state } = await street();
    headEnd.behaviour = behaviour;
    const before = headEnd.asked.length;
    const id = await ask("read");
    expect(await state()).toEqual(["requested", null]);
    expect((await askPage(world, supervisor, "M-W1"))!.commands[0]!.trouble).toContain(words);
    await pass(3);
    const asked = headEnd.asked.slice(before);
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.every(({ body }) => body.includes(`<transactionID>${id}</transactionID>`))).toBe(true);
    await pass(13);
    const [status, answer] = await state();
    expect([status, answer!.startsWith(`The head-end was not reached in time: ${words}`)]).toEqual(["timedOut", true]);
  });

  test("was in trouble and recovers is asked once more, and that is all", async () => {
    const { ask, pass, state } = await street();
    headEnd.behaviour = "trouble";
    await ask("read");
    headEnd.behaviour = "takes";
    const before = headEnd.asked.length;
    await pass(3);
    expect([await state(), headEnd.asked.length - before]).toEqual([["sent", null], 1]);
  });

  test("never ends its answer is cut off by our clock", async () => {
    const never: Fetcher = (_url, { signal }) => new Promise((_done, broken) => signal!.addEventListener("abort", () => broken(signal!.reason as Error)));
    const timeout = AbortSignal.timeout;
    AbortSignal.timeout = () => timeout.call(AbortSignal, 5);
    try {
      const { ask, port } = await street(never);
      await ask("read");
      expect(await port.query("SELECT last_error AS error FROM outbox WHERE kind = 'meterCommand'")).toEqual([{ error: "It did not answer within 10 seconds." }]);
    } finally {
      AbortSignal.timeout = timeout;
    }
  });

  test("does not answer is asked once a round, however many meters wait behind it", async () => {
    let calls = 0;
    const { world, port, clock } = await street();
    const down: Fetcher = async () => {
      calls += 1;
      throw new Error("connection refused");
    };
    const one = multiSpeak({ port, now: () => clock.now, key: world.key, publicUrl: PUBLIC_URL, fetcher: down }, FETCHING);
    const command = { id: "c", kind: "read", gatewayId: "gateway-north", endpointId: "MTU", meter: "W1", meterId: "M-W1", deadlineAt: clock.now + 900_000 } as const;
    await expect(one.send(command)).rejects.toThrow("could not be reached");
    await expect(one.send({ ...command, id: "d" })).rejects.toThrow("a moment ago");
    clock.now += 31_000;
    await expect(one.send(command)).rejects.toThrow("could not be reached");
    expect(calls).toBe(2);
  });
});

describe("who tells", () => {
  const STATES = "<meterNo>W1</meterNo><stateChange>Opened</stateChange>";

  test("is known by the gateway's own key and secret, at its own address; a new secret overlaps, a revoked one does not", async () => {
    const { tell, world, gateway } = await street();
    expect((await tell("PingURL", "")).text).toContain("<PingURLResult></PingURLResult>");
    expect((await tell("GetMethods", "")).text).toContain("<string>ODEventNotification</string>");
    expect(await tell("PingURL", "", { keyId: gateway.keyId, secret: "guessed" })).toMatchObject({ status: 401 });
    expect(await tell("PingURL", "", { keyId: "gk_unknown", secret: gateway.secret })).toMatchObject({ status: 401 });
    const elsewhere = await postNotification(world, new Request("http://meterline.test/", { method: "POST", body: notification("PingURL", "", gateway) }), "another-gateway");
    expect(elsewhere.status).toBe(403);
  });

  test.each([
    ["no SOAP at all", "hello", 400], ["a web page", "<!DOCTYPE html><html><br></html>", 400], ["cut off", notification("PingURL", "", { keyId: "k", secret: "s" }).slice(0, 300), 400],
    ["without a header", `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><PingURL /></soap:Body></soap:Envelope>`, 401], ["a giant", "x".repeat(5 * 1024 * 1024 + 1), 413],
  ])("%s is answered with a fault, and nothing is stored", async (_, body, status) => {
    const { world, port } = await street();
    const before = await port.query("SELECT count(*) AS n FROM event");
    const response = await postNotification(world, new Request("http://meterline.test/", { method: "POST", body }), "gateway-north");
    expect([response.status, (await response.text()).includes("<soap:Fault><faultcode>soap:Client</faultcode>")]).toEqual([status, true]);
    expect(await port.query("SELECT count(*) AS n FROM event")).toEqual(before);
  });

  test("asks for something else, or says nothing, is told what is taken", async () => {
    const { tell } = await street();
    expect(await tell("GetAMRSupportedMeters", "")).toMatchObject({ status: 400, text: expect.stringContaining("Here only these are taken") as string });
    expect((await tell("ODEventNotification", "<ODEvents />")).text).toContain("There is nothing in it.");
    expect((await tell("CDStateChangedNotification", STATES.replace("W1", "W&lt;1"))).text).toContain('objectID="W&lt;1"');
  });

  test("an entity that would grow without end is text", async () => {
    const { world, gateway } = await street();
    const bomb = notification("CDStateChangedNotification", STATES.replace("W1", "&lol;"), gateway).replace("<soap:Envelope", '<!DOCTYPE x [<!ENTITY lol "lollol">]><soap:Envelope');
    const response = await postNotification(world, new Request("http://meterline.test/", { method: "POST", body: bomb }), gateway.gatewayId);
    expect(await response.text()).toContain('objectID="&amp;lol;"');
  });
});

describe("how a head-end is reached", () => {
  test("is set by an administrator; the secret is stored encrypted, shown nowhere, and kept where it is left empty", async () => {
    const { world, port } = await street();
    expect(await headEndSetting(world, supervisor, "gateway-north")).toEqual({ kind: "multispeak", readUrl: headEnd.url, switchUrl: null, pingUrl: null, userName: "meterline", changedAt: Date.parse("2026-03-10T15:00:00Z") });
    expect(await setHeadEnd(world, admin, set({ commandId: "head-end-00000002", pingUrl: headEnd.url, secret: "" }), PUBLIC_URL)).toMatchObject({ status: "done" });
    expect(await checkHeadEnd(world, admin, "gateway-north", { publicUrl: PUBLIC_URL, fetcher: (url, init) => fetch(url, init) })).toEqual([{ url: headEnd.url, services: ["readUrl", "switchUrl", "pingUrl"], ok: true, words: "It answers." }]);
    expect(headEnd.asked.at(-1)!.body).toContain("&lt;secret&gt;");
    const everything = JSON.stringify([await port.query("SELECT * FROM event"), await port.query("SELECT * FROM command"), await port.query("SELECT * FROM head_end"), await port.query("SELECT * FROM outbox")]);
    expect(everything).not.toContain("<secret>");
    await expect(setHeadEnd(world, supervisor, set({ commandId: "head-end-00000003" }), PUBLIC_URL)).rejects.toThrow("role");
    await expect(checkHeadEnd(world, clerk, "gateway-north", { publicUrl: PUBLIC_URL, fetcher: fetch })).rejects.toThrow("role");
    await expect(headEndSetting(world, clerk, "gateway-north")).rejects.toThrow("role");
  });

  test("each service may have its own address, and is checked at it", async () => {
    const { world } = await street();
    headEnd.behaviour = "unknown-user";
    await setHeadEnd(world, admin, set({ commandId: "head-end-00000002", switchUrl: "https://switch.invalid/CD_Server" }), PUBLIC_URL);
    const checked = await checkHeadEnd(world, admin, "gateway-north", { publicUrl: PUBLIC_URL, fetcher: (url, init) => (url.startsWith("https") ? Promise.reject(new Error("no such host")) : fetch(url, init)) });
    expect(checked).toEqual([
      { url: headEnd.url, services: ["readUrl", "pingUrl"], ok: false, words: "It refused our user name or secret (HTTP 401)." },
      { url: "https://switch.invalid/CD_Server", services: ["switchUrl"], ok: false, words: "It could not be reached, or broke off (no such host)." },
    ]);
    const command = { id: "c", kind: "connect", gatewayId: "g 1", endpointId: "MTU", meter: 'W<1"', meterId: "M", deadlineAt: 0 } as const;
    expect(questionOf(command, PUBLIC_URL, 0).content.join("")).toContain("<meterID>W&lt;1&quot;</meterID>");
  });

  test.each([
    ["kind", { kind: "fax" }], ["readUrl", { readUrl: "" }], ["readUrl", { readUrl: "headend" }], ["switchUrl", { switchUrl: "http://headend.example/CD" }], ["pingUrl", { pingUrl: "https://a:b@headend.example/OD" }],
    ["userName", { userName: " " }], ["secret", { secret: "s".repeat(201) }], ["gatewayId", { gatewayId: "no-such" }], ["commandId", { commandId: "" }],
  ] as const)("is refused at the field: %s", async (field, more) => {
    const { world } = await street();
    expect(await setHeadEnd(world, admin, set({ commandId: "head-end-00000009", ...more }), PUBLIC_URL)).toMatchObject({ status: "refused", refusal: { field } });
  });

  test("back to fetching forgets the secret, and a command waits to be fetched", async () => {
    const { world, ask, state, port } = await street();
    await setHeadEnd(world, admin, set({ commandId: "head-end-00000004", kind: "fetching", secret: "" }), PUBLIC_URL);
    expect(await port.query("SELECT secret FROM head_end")).toEqual([{ secret: null }]);
    await ask("read");
    expect(await state()).toEqual(["requested", null]);
    expect(await setHeadEnd(world, admin, set({ commandId: "head-end-00000005", secret: "" }), PUBLIC_URL)).toMatchObject({ status: "refused", refusal: { field: "secret" } });
  });

  test("only over https, or from a developer's machine to itself", () => {
    expect(whyNotCalled("https://headend.example/MR", "https://utility.example")).toBeNull();
    expect(whyNotCalled("http://127.0.0.1:9/MR", "https://utility.example")).toContain("https://");
    expect(whyNotCalled("http://127.0.0.1:9/MR", "http://localhost:8787")).toBeNull();
    expect(whyNotCalled("http://10.0.0.1/MR", "http://localhost:8787")).toContain("https://");
    expect(whyNotCalled("ftp://127.0.0.1/MR", "http://localhost:8787")).toContain("https://");
  });
});
