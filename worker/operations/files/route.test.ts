import { expect, test } from "vitest";
import { admin, clerk } from "../../../test/support/utility.ts";
import { parse } from "../../../domain/metering/formats/parse.testing.ts";
import { addHouse, openStreet, read, register } from "../reads.testing.ts";
import { routeFile } from "./route.ts";

test("the route of a cycle: every meter that is read by eye, house by house, with what its dials showed last", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  await addHouse(street, 10, [{ commodity: "water", badge: "W10", channels: [register(10, "gal", 7)] }]);
  await addHouse(street, 9, [{ commodity: "water", badge: "W9", channels: [register(9, "ft3", 5)] }]);
  await street.post([read("2026-06-01", 5_000), read("2026-06-09", 5_120.7), read("2026-06-09", 881, "W10")]);
  const file = await routeFile(street.world, admin, "01");
  if (!file.ok) throw new Error(file.message);
  expect(file).toMatchObject({ name: "route-01-2026-06-10.mvrs", meters: 3 });
  const lines = file.text.split("\r\n");
  expect(lines.filter((line) => line.startsWith("MTR")).map((line) => [line.slice(45, 57).trim(), line.slice(61, 69).trim()])).toEqual([["W1", "00000010"], ["W9", "00000020"], ["W10", "00000030"]]);
  expect(lines.filter((line) => line.startsWith("RDG")).map((line) => [line.slice(11, 15).trim(), line.slice(26, 28), line[30], line.slice(31, 41)])).toEqual([
    ["GAL", "06", "M", "0000005120"], ["CF", "05", "M", "0000000000"], ["GAL", "07", "M", "0000000881"],
  ]);
  expect(lines.find((line) => line.startsWith("CUS"))).toContain("1 Elm St");
  // Sent back as it is, it is known for what it is.
  expect(parse(file.text).refusals[0]).toMatchObject({ kind: "unreadable", reason: expect.stringContaining("download") });
});

test("a cycle without such meters, a meter's number that does not fit, and who may not", async () => {
  const street = await openStreet("2026-06-10T15:00:00Z");
  expect(await routeFile(street.world, admin, "77")).toEqual({ ok: false, message: "No meter of bill cycle 77 has a register that is read by eye." });
  await addHouse(street, 2, [{ commodity: "water", badge: "W-1234567890123", channels: [register(20, "gal", 7)] }]);
  expect(await routeFile(street.world, admin, "01")).toEqual({ ok: false, message: 'The route cannot be written: meter "W-1234567890123" is longer than 12 characters.' });
  await expect(routeFile(street.world, clerk, "01")).rejects.toThrow("Your role (csr)");
});
