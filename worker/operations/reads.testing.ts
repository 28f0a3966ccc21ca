/** A street with meters and a head-end that posts for them, for tests about reads. */
import { createHash, createHmac } from "node:crypto";
import { expect } from "vitest";
import type { BatchAnswer } from "../../db/metering/batches.ts";
import { KEY_HEADER, SIGNATURE_HEADER, signedText, TIMESTAMP_HEADER } from "../../domain/lifecycle/gateway.ts";
import { admin, clerk, newAccount, openUtility, ZONE, type TestUtility } from "../../test/support/utility.ts";
import { startOfDay } from "../../domain/calendar/zone.ts";
import { addDays, type LocalDate } from "../../domain/calendar/local-date.ts";
import { postReads } from "../api/ami.ts";
import { createGateway } from "./gateways.ts";
import { openAccount, registerPremise, startService, type NewChannel } from "./registry.ts";
import type { SqlPort } from "../../db/port.ts";

export const URL_READS = "http://meterline.test/api/v1/ami/reads";

export interface Street extends TestUtility {
  readonly gateway: { readonly gatewayId: string; readonly keyId: string; readonly secret: string };
  post(reads: readonly object[]): Promise<BatchAnswer & { replayed: boolean }>;
  postRaw(body: string | Uint8Array, headers?: Record<string, string>): Promise<Response>;
}

/** A utility at the given moment with a gateway, an electric meter of quarter hours (E1, channel 1) and a water register (W1, channel 2) at account A-1. */
export async function openStreet(at: string, port?: SqlPort): Promise<Street> {
  const utility = await openUtility(at, port);
  const { world } = utility;
  const made = await createGateway(world, admin, { commandId: "gateway-north", name: "North head-end" });
  if (made.status !== "done" || made.secret === null) throw new Error("no gateway");
  const gateway = { ...made.result, secret: made.secret };
  await addHouse(utility, 1, [
    { commodity: "electric", badge: "E1", channels: [interval(1, 15)] },
    { commodity: "water", badge: "W1", channels: [register(2, "gal", 6)] },
  ]);
  const postRaw = (body: string | Uint8Array, headers: Record<string, string> = { authorization: `Bearer ${gateway.keyId}.${gateway.secret}` }): Promise<Response> =>
    postReads(world, new Request(URL_READS, { method: "POST", headers, body: body as BodyInit }));
  return {
    ...utility, gateway, postRaw,
    async post(reads) {
      const response = await postRaw(JSON.stringify({ reads }));
      const text = await response.text();
      expect(response.status, text).toBe(200);
      return JSON.parse(text) as BatchAnswer & { replayed: boolean };
    },
  };
}

export const interval = (id: number, stepMinutes: number): NewChannel => ({ id, name: "kWh", kind: "interval", unit: "kWh", stepMinutes, multiplier: "1", dials: null, direction: "delivered" });
export const register = (id: number, unit: string, dials: number): NewChannel => ({ id, name: "1", kind: "register", unit, stepMinutes: null, multiplier: "1", dials, direction: "delivered" });

/** House `n`: premise P-n, account A-n, a service point SP-n-COMMODITY for each meter, served since 2024. */
export async function addHouse({ world }: TestUtility, n: number, meters: readonly { readonly commodity: string; readonly badge: string; readonly channels: readonly NewChannel[] }[]): Promise<void> {
  const premise = await registerPremise(world, admin, `premise-${n}`, {
    premiseId: `P-${n}`, address: { line: `${n} Elm St`, city: "Cedar Falls", state: "IA", zip: "50613" }, premiseClass: "residential", dwellingUnits: 1,
    servicePoints: meters.map(({ commodity, badge, channels }) => ({
      servicePointId: `SP-${n}-${commodity}`, commodity, usageFrom: null, meter: { meterId: `M-${badge}`, badge, commodity, size: null, manufacturer: null, channels, installedOn: "2024-01-01" },
    })),
  });
  expect(premise.status).toBe("done");
  await openAccount(world, clerk, `open-${n}`, { ...newAccount(`A-${n}`), openedOn: "2024-01-01" });
  for (const { commodity } of meters) {
    await startService(world, clerk, `start-${n}-${commodity}`, `A-${n}`, { agreementId: `A-${n}-${commodity}`, premiseId: `P-${n}`, servicePointId: `SP-${n}-${commodity}`, commodity, rateScheduleId: `${commodity}-res`, startOn: "2024-01-01" });
  }
}

export const iso = (at: number): string => new Date(at).toISOString();

/** A household's quarter hours: a little different for every slot and day, so that nothing looks stuck. */
export function household(day: LocalDate, slots = 96): number[] {
  const seed = Number(day.slice(8, 10));
  return Array.from({ length: slots }, (_, slot) => (180 + (slot > 24 && slot < 88 ? 90 : 0) + ((slot * 37 + seed * 13) % 61)) / 1000);
}

/** A whole local day of E1 as a head-end sends it. */
export function day(date: LocalDate, values: readonly (number | null)[] = household(date), meter = "E1"): object {
  return { meter, kind: "interval", unit: "kWh", start: iso(startOfDay(date, ZONE)), stepMinutes: 15, values };
}

/** A register read at noon of a day. */
export function read(date: LocalDate, value: number, meter = "W1", more: object = {}): object {
  return { meter, kind: "register", unit: "gal", at: iso(startOfDay(date, ZONE) + 12 * 3_600_000), value, ...more };
}

/** Posts so many good days up to (not including) a day. */
export async function fillDays(street: Street, to: LocalDate, days: number): Promise<void> {
  await street.post(Array.from({ length: days }, (_, i) => day(addDays(to, i - days))));
}

export function signed(street: Street, body: string | Uint8Array, { at = street.clock.now, secret = street.gateway.secret, path = "/api/v1/ami/reads" } = {}): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const bodyHash = createHash("sha256").update(body).digest("hex");
  return {
    [KEY_HEADER]: street.gateway.keyId, [TIMESTAMP_HEADER]: timestamp,
    [SIGNATURE_HEADER]: createHmac("sha256", secret).update(signedText("POST", path, timestamp, bodyHash)).digest("hex"),
  };
}
