/** The head-end of the demonstration. Its credential is known to everybody: it stands in the README, and opens nothing but play data. */
import { runStreamCommand } from "../../db/command.ts";
import { encryptSecret } from "../../db/keys.ts";
import { gatewayEvent, gatewayStream } from "../../domain/lifecycle/gateway.ts";
import { actorText } from "../../domain/lifecycle/permissions.ts";
import { GATEWAY_KEY } from "../../worker/operations/gateways.ts";
import type { Demo } from "./world.ts";

export const GATEWAY_ID = "demonstration-head-end";
const NAME = "Demonstration head-end";
export const GATEWAY_KEY_ID = "gk_demonstration";
export const GATEWAY_SECRET = "alder-creek-play-data-only";

/** The event and the row of a gateway that was made by an administrator, with the secret that everybody knows. */
export async function makeGateway({ world, staff }: Demo): Promise<void> {
  const answer = await runStreamCommand(
    world.port,
    { commandId: "make-gateway", stream: gatewayStream(GATEWAY_ID), input: { name: NAME }, provenance: { actor: actorText(staff.admin), source: "staff", recordedAt: world.now() } },
    () => ({
      ok: true,
      drafts: [gatewayEvent("GatewayCreated", { gatewayId: GATEWAY_ID, name: NAME, keyId: GATEWAY_KEY_ID })],
      writes: { gateway: [{ id: GATEWAY_ID, name: NAME, keyId: GATEWAY_KEY_ID, secret: encryptSecret(world.key(GATEWAY_KEY), GATEWAY_SECRET), status: "active", lastSeenAt: null }] },
      result: { gatewayId: GATEWAY_ID },
    }),
  );
  if (answer.status !== "done") throw new Error("the demonstration's gateway could not be made");
}
