import { createContext } from "react-router";
import type { RequestContext } from "../worker/operations/context.ts";

/** The key under which loaders and actions find their request's context: `context.get(requestContext)`. */
export const requestContext = createContext<RequestContext>();
