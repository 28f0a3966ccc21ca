import type { Env } from "../../durable/env.ts";

/** What every page and API handler is given with a request. */
export interface RequestContext {
  readonly env: Env;
  /** Keeps work alive after the answer has been sent (`waitUntil`). */
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
}
