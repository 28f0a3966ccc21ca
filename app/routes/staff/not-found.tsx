import type { Route } from "./+types/not-found";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";
import { refused, requireStaff } from "../../session.server.ts";

/** An address of the staff's pages that nothing answers: said in their frame. */
export function loader(asked: Route.LoaderArgs) {
  requireStaff(asked);
  throw refused(404, NOT_FOUND_MESSAGE);
}

export default function NotFound() {
  return null;
}
