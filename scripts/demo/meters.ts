/** Meters to try things on: some can be asked through the simulated head-end, each of which behaves in its own way, and some lie in stock for an exchange. */
import { enterStock, pairEndpoint, recordTest, type MeterAnswer } from "../../worker/operations/meter-stock.ts";
import { GATEWAY_ID } from "./gateway.ts";
import type { Town } from "./town.ts";
import type { Demo } from "./world.ts";

/** The first behaves as it should; the others as their names say (see `docs/ami.md`). */
const MODULES = ["SIM-1", "SIM-2", "SIM-3:late", "SIM-4:duplicate", "SIM-5:disorder", "SIM-6:clock", "SIM-7:dropped", "SIM-8:refused"];

const STOCK = [
  { commodity: "water", meter: { badge: "W-STOCK-1", size: '5/8"', manufacturer: "Clearwell", kind: "both", unit: "gal", dials: "7", stepMinutes: "60", multiplier: "1" } },
  { commodity: "water", meter: { badge: "W-STOCK-2", size: '5/8"', manufacturer: "Clearwell", kind: "register", unit: "gal", dials: "7", stepMinutes: "", multiplier: "1" } },
  { commodity: "electric", meter: { badge: "E-STOCK-1", size: "", manufacturer: "Clearwell", kind: "both", unit: "kWh", dials: "6", stepMinutes: "15", multiplier: "1" } },
  { commodity: "gas", meter: { badge: "G-STOCK-1", size: "", manufacturer: "Clearwell", kind: "both", unit: "ccf", dials: "6", stepMinutes: "60", multiplier: "1" } },
] as const;
/** On its way. */
const ORDERED = { commodity: "water", meter: { badge: "W-ORDER-1", size: '1"', manufacturer: "Clearwell", kind: "both", unit: "gal", dials: "7", stepMinutes: "60", multiplier: "1" } } as const;

export async function stockMeters({ world, port, staff }: Demo, town: Town): Promise<void> {
  const meters = await port.query<{ id: string; badge: string }>(
    `SELECT m.id, m.badge FROM meter AS m WHERE m.status = 'installed' AND EXISTS (SELECT 1 FROM channel AS c WHERE c.meter_id = m.id AND c.kind = 'register') ORDER BY m.badge LIMIT ${MODULES.length}`,
  );
  for (const [i, { id }] of meters.entries()) {
    done(await pairEndpoint(world, staff.admin, { commandId: `pair-demonstration-${i + 1}`, meterId: id, endpointId: MODULES[i]!, gatewayId: GATEWAY_ID, fromOn: town.from }));
  }
  for (const { commodity, meter } of STOCK) {
    const meterId = done(await enterStock(world, staff.admin, { commandId: `stock-demonstration-${meter.badge}`, commodity, meter, state: "inStock" }));
    done(await recordTest(world, staff.admin, { commandId: `test-demonstration-${meter.badge}`, meterId, testedOn: town.from, asFound: "100.2", asLeft: "", passed: "yes", note: "As it came from the maker" }));
  }
  done(await enterStock(world, staff.admin, { commandId: `stock-demonstration-${ORDERED.meter.badge}`, ...ORDERED, state: "ordered" }));
}

/** The meter that it was done with. */
function done(answer: MeterAnswer): string {
  if (answer.status === "done") return answer.result.meterId;
  throw new Error(`a meter of the demonstration was refused: ${answer.status === "refused" ? answer.refusal.message : answer.status}`);
}
