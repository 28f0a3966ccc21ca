import { redirect } from "react-router";
import type { Route } from "./+types/sign-out";
import { peopleWorldOf, signOut } from "../../../worker/operations/people.ts";
import { requestContext } from "../../context.ts";
import { answering } from "../../session.server.ts";

/** Signing out changes something, so it is a form; an address alone does nothing. */
export function loader() {
  return redirect("/");
}

export async function action({ request, context }: Route.ActionArgs) {
  const headers = await answering(() => signOut(peopleWorldOf(context.get(requestContext)), request));
  return redirect("/sign-in?after=out", { headers });
}
