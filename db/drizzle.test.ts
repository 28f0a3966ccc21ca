import { eq, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { openMemory } from "./memory.ts";
import type { SqlPort } from "./port.ts";
import { drizzleOf } from "./drizzle.ts";
import { billCycle, meter, premise, servicePoint } from "./schema.ts";

let port: SqlPort;

beforeEach(async () => {
  port = openMemory();
  await port.write([
    { sql: "CREATE TABLE bill_cycle (id TEXT PRIMARY KEY, name TEXT NOT NULL, close_day INTEGER NOT NULL)" },
    { sql: "CREATE TABLE premise (id TEXT PRIMARY KEY, line TEXT, city TEXT, state TEXT, zip TEXT, premise_class TEXT, dwelling_units INTEGER)" },
    { sql: "CREATE TABLE service_point (id TEXT PRIMARY KEY, premise_id TEXT, commodity TEXT, usage_from TEXT, status TEXT)" },
  ]);
});

test("rows go in and come back typed, one and many", async () => {
  const db = drizzleOf(port);
  const written = await db.insert(billCycle).values([{ id: "1", name: "North", closeDay: 5 }, { id: "2", name: "South", closeDay: 20 }]).returning();
  expect(written).toHaveLength(2);
  expect(await db.select().from(billCycle).where(eq(billCycle.id, "2")).get()).toEqual({ id: "2", name: "South", closeDay: 20 });
  expect(await db.select({ name: billCycle.name }).from(billCycle).all()).toEqual([{ name: "North" }, { name: "South" }]);
  expect(await db.select().from(billCycle).where(eq(billCycle.id, "9")).get()).toBeUndefined();
});

test("a write says how many rows it changed", async () => {
  const db = drizzleOf(port);
  await db.insert(billCycle).values([{ id: "1", name: "North", closeDay: 5 }, { id: "2", name: "South", closeDay: 20 }]);
  expect(await db.update(billCycle).set({ closeDay: 6 }).run()).toMatchObject({ rowsAffected: 2 });
});

test("a join whose columns share a name is refused rather than read wrongly", async () => {
  const db = drizzleOf(port);
  await db.insert(premise).values({ id: "p1", line: "1 Main, \"rear\"", city: "Ames", state: "IA", zip: "50010", premiseClass: "residential", dwellingUnits: 1 });
  await db.insert(servicePoint).values({ id: "s1", premiseId: "p1", commodity: "water", status: "active" });
  const joined = () => db.select({ premiseId: premise.id, pointId: servicePoint.id }).from(premise).innerJoin(servicePoint, eq(servicePoint.premiseId, premise.id));
  await expect(joined()).rejects.toMatchObject({ cause: { message: expect.stringContaining("2 columns under 1 names") } });
  const aliased = await db.select({ premiseId: premise.id, pointId: sql<string>`${servicePoint.id}`.as("point_id"), both: sql<string>`(premise.id || ',' || service_point.id)`.as("both") })
    .from(premise).innerJoin(servicePoint, eq(servicePoint.premiseId, premise.id));
  expect(aliased).toEqual([{ premiseId: "p1", pointId: "s1", both: "p1,s1" }]);
});

test("a transaction is refused: there are none", async () => {
  await expect(drizzleOf(port).transaction(async (tx) => tx.select().from(meter))).rejects.toMatchObject({ cause: { message: expect.stringContaining("no interactive transactions") } });
});
