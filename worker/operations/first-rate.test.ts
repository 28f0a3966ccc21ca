/** A utility's first rate from a document: what is read, what is refused, and who may put it in force. */
import { expect, test } from "vitest";
import { writeRows } from "../../db/commit.ts";
import type { SqlPort } from "../../db/port.ts";
import { waterResidential } from "../../domain/rating/published/index.ts";
import { admin, clerk, openUtility, openWaterAccount } from "../../test/support/utility.ts";
import { mayPublishAlone, publishFirst, readRateText } from "./first-rate.ts";
import { ratePage } from "./rate-pages.ts";

const WATER = JSON.stringify(waterResidential.document, null, 2);

function read(text: string) {
  const answer = readRateText(text);
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems));
  return answer.document;
}

const FORM = { commandId: "first-rate-000001", customerClass: "residential", effectiveOn: "2026-01-01" };

test("what is wrong with a text is said at its place: not JSON, no document, a price that is none, all at once", () => {
  const problems = (text: string) => {
    const answer = readRateText(text);
    return answer.ok ? [] : answer.problems.map(({ path, message }) => `${path}: ${message}`);
  };
  expect(problems(" ")).toEqual([": Paste the document, or choose its file."]);
  expect(problems("{\n  \"format\": 1,\n}")).toEqual([": This is not JSON: see line 3, column 1."]);
  expect(problems("{ \"format\": 1")).toEqual([expect.stringMatching(/^: This is not JSON/)]);
  expect(problems("[]").length).toBeGreaterThan(0);
  const bad = problems(WATER.replace('"20.94"', '"twenty"').replace('"2.34"', '"-"'));
  expect(bad.map((each) => each.split(":")[0])).toEqual(["charges.0.rates.0.amount", "charges.1.rates.0.tiers.1.price"]);
});

test("the first administrator puts a rate in force alone; sent twice it is one, and the log says who", async () => {
  const { world, port } = await openUtility("2026-03-10T15:00:00Z");
  expect(await mayPublishAlone(world, admin)).toBe(true);
  const answer = await publishFirst(world, admin, { ...FORM, document: read(WATER) });
  if (answer.status !== "done") throw new Error(JSON.stringify(answer));
  expect(await publishFirst(world, admin, { ...FORM, document: read(WATER) })).toMatchObject({ status: "done", replayed: true });
  expect(await ratePage(world, admin, answer.result.scheduleId, null)).toMatchObject({ name: "Water, homes", commodity: "water", customerClass: "residential", shown: { version: 1, effectiveOn: "2026-01-01" } });
  expect(await port.query("SELECT type, actor FROM event WHERE stream = ?", [`rate:${answer.result.scheduleId}`])).toEqual([{ type: "RateVersionPublished", actor: "user:admin" }]);
});

test("what is chosen wrongly is refused at its field; who may not set rates is turned away", async () => {
  const { world } = await openUtility("2026-03-10T15:00:00Z");
  const document = read(WATER);
  expect(await publishFirst(world, admin, { ...FORM, customerClass: "royal", document })).toMatchObject({ status: "refused", refusal: { field: "customerClass" } });
  expect(await publishFirst(world, admin, { ...FORM, effectiveOn: "2026-02-30", document })).toMatchObject({ status: "refused", refusal: { field: "effectiveOn" } });
  await expect(publishFirst(world, clerk, { ...FORM, document })).rejects.toMatchObject({ status: 403 });
});

test("once somebody is served, nobody publishes alone", async () => {
  const utility = await openUtility("2026-03-10T15:00:00Z");
  await openWaterAccount(utility, "1001");
  expect(await mayPublishAlone(utility.world, admin)).toBe(false);
  expect(await publishFirst(utility.world, admin, { ...FORM, document: read(WATER) })).toMatchObject({ status: "refused", refusal: { message: expect.stringContaining("second person") } });
});

test("a colleague who is let in at that very moment is not passed by", async () => {
  const { world, port } = await openUtility("2026-03-10T15:00:00Z");
  let came = false;
  const meanwhile: SqlPort = {
    ...port, query: (sql, args) => port.query(sql, args), read: (statements) => port.read(statements),
    write: async (statements) => {
      if (!came) await writeRows(port, { authUser: [{ id: "bea", name: "Bea", email: "bea@utility.test", emailVerified: true, role: "supervisor", language: "en", deactivatedAt: null, createdAt: new Date(0), updatedAt: new Date(0) }] });
      came = true;
      return port.write(statements);
    },
  };
  expect(await publishFirst({ ...world, port: meanwhile }, admin, { ...FORM, document: read(WATER) })).toMatchObject({ status: "refused", refusal: { message: expect.stringContaining("second person") } });
  expect(await port.query("SELECT count(*) AS n FROM rate_version")).toEqual([{ n: 0 }]);
});
