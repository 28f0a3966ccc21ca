import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";

/** One object for the utility: its live board, and the list of accounts with commands still pending. */
export class OperationsObject extends DurableObject<Env> {}
