/** Before a utility is set up there is one page: whoever asks for another is led to it. */
import { redirect, type MiddlewareFunction } from "react-router";
import { worldOf } from "../worker/operations/context.ts";
import { isUnavailable } from "../worker/operations/people.ts";
import { needsSetUp } from "../worker/operations/settings.ts";
import { requestContext } from "./context.ts";

export const SET_UP = "/set-up";

/** Middleware of the root. While the database is away nobody knows; the pages say so themselves. */
export const setUpFirst: MiddlewareFunction<Response> = async ({ context, url }, next) => {
  if (url.pathname !== SET_UP) {
    const needed = await needsSetUp(worldOf(context.get(requestContext))).catch((error: unknown) => {
      if (isUnavailable(error)) return false;
      throw error;
    });
    if (needed) throw redirect(SET_UP);
  }
  return next();
};
