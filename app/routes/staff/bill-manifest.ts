import type { Route } from "./+types/bill-manifest";
import { billManifest } from "../../../worker/operations/billing.ts";
import { manifestAnswer } from "../../check/manifest.server.ts";
import { answering, refused } from "../../session.server.ts";
import { atWork } from "./staff.server.ts";

/** All that a bill rests on, for a clerk's browser to compute it again. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "read:bill:any");
  const manifest = await answering(() => billManifest(world, actor, asked.params.billId));
  if (!manifest) throw refused(404, "There is no such bill.");
  return manifestAnswer(manifest);
}
