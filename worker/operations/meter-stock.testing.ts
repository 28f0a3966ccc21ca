/** Meters in stock, for stories about meters that are hung. */
import { supervisor, type TestUtility } from "../../test/support/utility.ts";
import { enterStock } from "./meter-stock.ts";

const NEW_METER = { badge: "NEW-1", size: '5/8"', manufacturer: "Neptune", kind: "register", unit: "gal", dials: "7", stepMinutes: "", multiplier: "1" };

/** A meter of the commodity, entered as bought and in stock; a register of seven dials in gallons unless said otherwise. */
export async function inStock({ world }: TestUtility, badge = "NEW-1", more: Partial<typeof NEW_METER> = {}, commodity = "water"): Promise<{ meterId: string; channelId: number }> {
  const answer = await enterStock(world, supervisor, { commandId: `stock-${badge}-00000001`, commodity, state: "inStock", meter: { ...NEW_METER, badge, ...more } });
  if (answer.status !== "done") throw new Error(JSON.stringify(answer));
  const [channel] = await world.port.query<{ id: number }>("SELECT max(id) AS id FROM channel WHERE meter_id = ?", [answer.result.meterId]);
  return { meterId: answer.result.meterId, channelId: channel!.id };
}
