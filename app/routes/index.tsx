import { redirect } from "react-router";
import type { Route } from "./+types/index";
import { homeOf, sessionIn } from "../session.server.ts";

/** The first page is where one works, or the sign-in. */
export function loader(asked: Route.LoaderArgs) {
  const session = sessionIn(asked);
  return redirect(session ? homeOf(session.role) : "/sign-in");
}
