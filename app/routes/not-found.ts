import { NOT_FOUND_MESSAGE } from "../../domain/lifecycle/permissions.ts";
import { refused } from "../session.server.ts";

export function loader(): never {
  throw refused(404, NOT_FOUND_MESSAGE);
}

export function action(): never {
  throw refused(404, NOT_FOUND_MESSAGE);
}
