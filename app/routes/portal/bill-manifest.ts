import type { Route } from "./+types/bill-manifest";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";
import { billManifest } from "../../../worker/operations/billing.ts";
import { manifestAnswer } from "../../check/manifest.server.ts";
import { answering, refused } from "../../session.server.ts";
import { lookingAt } from "./account.server.ts";

/** All that a bill of the customer's rests on, for their browser to compute it again. */
export async function loader(asked: Route.LoaderArgs) {
  const { session: { actor }, world } = lookingAt(asked);
  const manifest = await answering(() => billManifest(world, actor, asked.params.billId));
  if (!manifest) throw refused(404, NOT_FOUND_MESSAGE);
  return manifestAnswer(manifest);
}
