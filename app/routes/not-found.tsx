import { NOT_FOUND_MESSAGE } from "../../domain/lifecycle/permissions.ts";
import { refused } from "../session.server.ts";

export function loader(): never {
  throw refused(404, NOT_FOUND_MESSAGE);
}

export function action(): never {
  throw refused(404, NOT_FOUND_MESSAGE);
}

/** Never shown; with it the address is a page, and what the loader throws reaches the person as one. */
export default function NotFound() {
  return null;
}
