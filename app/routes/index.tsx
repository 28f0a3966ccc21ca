import { redirect } from "react-router";
import type { Route } from "./+types/index";
import { homeOf, requireSession } from "../session.server.ts";

/** The first page is where one works, or the sign-in. */
export function loader(asked: Route.LoaderArgs) {
  return redirect(homeOf(requireSession(asked).role));
}
