import { DurableObject } from "cloudflare:workers";
import type { Env } from "./env.ts";

/** One object for each account: it serializes what changes that account's money and pushes live updates. */
export class AccountObject extends DurableObject<Env> {}
