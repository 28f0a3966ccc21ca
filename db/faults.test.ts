import { beforeEach, expect, test } from "vitest";
import { withFaults, type Fault } from "./faults.ts";
import { openMemory } from "./memory.ts";
import { ConstraintError, UnavailableError, type SqlPort } from "./port.ts";

let memory: SqlPort;

beforeEach(async () => {
  memory = openMemory();
  await memory.write([{ sql: "CREATE TABLE payment (id TEXT PRIMARY KEY)" }]);
});

const pay = (port: SqlPort, id: string) => port.write([{ sql: "INSERT INTO payment VALUES (?)", args: [id] }]);
const stored = async () => (await memory.query<{ id: string }>("SELECT id FROM payment ORDER BY id")).map(({ id }) => id);
const outcomeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "stored",
    (error: unknown) => (error instanceof UnavailableError ? error.outcome : error),
  );

test("each fault says what is true of the write", async () => {
  const port = withFaults(memory);
  port.nextWrites("refused", "lost", "busy", "slow", undefined);
  expect(await outcomeOf(pay(port, "1 refused"))).toBe("none");
  expect(await outcomeOf(pay(port, "2 lost"))).toBe("unknown");
  expect(await outcomeOf(pay(port, "3 busy"))).toBe("none");
  expect(await outcomeOf(pay(port, "4 slow"))).toBe("stored");
  expect(await outcomeOf(pay(port, "5 fine"))).toBe("stored");
  expect(await stored()).toEqual(["2 lost", "4 slow", "5 fine"]);
});

test("a lost answer hides a refused row as well: the caller has to ask", async () => {
  const port = withFaults(memory);
  await pay(port, "1");
  port.nextWrites("lost");
  expect(await outcomeOf(pay(port, "1"))).toBe("unknown");
  expect(await outcomeOf(pay(port, "1"))).toBeInstanceOf(ConstraintError);
  expect(await stored()).toEqual(["1"]);
});

test("a statement that is wrong is not hidden as a lost answer", async () => {
  const port = withFaults(memory);
  port.nextWrites("lost");
  await expect(port.write([{ sql: "INSERT INTO nowhere VALUES (1)" }])).rejects.toThrow("no such table: nowhere");
});

test("while the database is away nothing passes, in neither direction; then it is back with what it had", async () => {
  const port = withFaults(memory);
  await pay(port, "1");
  port.away();
  expect(await outcomeOf(pay(port, "2"))).toBe("none");
  expect(await outcomeOf(port.query("SELECT 1 AS one"))).toBe("none");
  expect(await outcomeOf(port.read([{ sql: "SELECT 1 AS one" }]))).toBe("none");
  port.back();
  expect(await port.query("SELECT id FROM payment")).toEqual([{ id: "1" }]);
});

test("a slow write is overtaken", async () => {
  const port = withFaults(memory);
  const order: string[] = [];
  port.nextWrites("slow");
  await Promise.all([pay(port, "slow").then(() => order.push("slow")), pay(port, "quick").then(() => order.push("quick"))]);
  expect(order).toEqual(["quick", "slow"]);
});

test("the same seed gives the same faults, another seed others", async () => {
  const faultsOf = async (seed: number) => {
    const seen: string[] = [];
    const chances = { refused: 0.1, lost: 0.1, busy: 0.1, slow: 0.1 };
    const port = withFaults(openMemory(), { seed, chances, onFault: (fault, kind) => seen.push(`${kind} ${fault}`) });
    for (let i = 0; i < 200; i++) {
      await outcomeOf(port.write([]));
      await outcomeOf(port.query("SELECT 1 AS one"));
    }
    return seen;
  };
  const first = await faultsOf(7);
  expect(await faultsOf(7)).toEqual(first);
  expect(await faultsOf(8)).not.toEqual(first);
  const kinds: Fault[] = ["refused", "lost", "busy", "slow"];
  for (const kind of kinds) expect(first).toContain(`write ${kind}`);
  expect(first.filter((fault) => fault.startsWith("read")).every((fault) => /refused|slow/.test(fault))).toBe(true);
});

test("after calm() chance is silent, so that checkers can look", async () => {
  const port = withFaults(memory, { chances: { refused: 1 } });
  expect(await outcomeOf(pay(port, "1"))).toBe("none");
  port.calm();
  expect(await outcomeOf(pay(port, "2"))).toBe("stored");
});
