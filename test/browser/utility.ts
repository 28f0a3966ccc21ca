/** A utility that has been set up, on a started Meterline: without one every page leads to the set-up page. */
import { openLibsql } from "../../db/libsql.ts";
import { SETTING_DEFAULTS } from "../../domain/lifecycle/settings.ts";
import type { Meterline } from "../../scripts/runtime/meterline.ts";
import { inProcessWorld, type InProcessWorld } from "../../worker/operations/in-process.ts";
import { setUpUtility } from "../../worker/operations/settings.ts";
import { UTILITY } from "../support/utility.ts";

/** The world of a started Meterline in this process, over the same database and keys. */
export function worldOf({ databaseUrl, secrets }: Meterline): InProcessWorld {
  return inProcessWorld({ port: openLibsql({ url: databaseUrl }), now: () => Date.now(), newId: () => crypto.randomUUID(), secretKey: secrets.secretKey });
}

export async function prepareUtility(meterline: Meterline): Promise<void> {
  await setUpUtility(worldOf(meterline), "system:test", {
    utility: UTILITY, cycles: [{ id: "01", name: "Cycle 1", closeDay: 1 }], holidays: [], fees: SETTING_DEFAULTS.fees, gl: SETTING_DEFAULTS.gl,
  });
}
