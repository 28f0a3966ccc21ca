import type { Route } from "./+types/route-file";
import { routeFile } from "../../../worker/operations/files/route.ts";
import { setBaseHeaders } from "../../security-headers.ts";
import { answering, refused } from "../../session.server.ts";
import { atWork } from "./staff.server.ts";

/** The route of a bill cycle as a file for a handheld. */
export async function loader(asked: Route.LoaderArgs) {
  const { actor, world } = atWork(asked, "post:read:any");
  const file = await answering(() => routeFile(world, actor, asked.url.searchParams.get("cycle") ?? ""));
  if (!file.ok) throw refused(422, file.message);
  const headers = new Headers({ "content-type": "text/plain; charset=us-ascii", "content-disposition": `attachment; filename="${file.name.replace(/[^\w.-]/g, "")}"` });
  setBaseHeaders(headers);
  return new Response(file.text, { headers });
}
