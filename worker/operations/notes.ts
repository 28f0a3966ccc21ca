/** What a person writes with what they do: kept where it can be erased, with the reference that the log has in its place. */
import type { Writes } from "../../db/rows.ts";
import { personalRef } from "../../domain/compliance/chain.ts";
import type { Why } from "../../domain/lifecycle/why.ts";
import type { World } from "./context.ts";
import { LOG_KEY } from "./registry.ts";

export interface Note {
  /** Null: nothing was written. */
  readonly ref: string | null;
  /** The same as the reason of an account's command. */
  readonly why: Why;
  readonly rows: Pick<Writes, "personalData">;
}

/** A note that comes with a command; the same command with the same words gives the same reference. */
export function noteOf(world: Pick<World, "key" | "now">, commandId: string, text: string): Note {
  if (text === "") return { ref: null, why: { reason: "" }, rows: {} };
  const ref = personalRef(world.key(LOG_KEY), "note", { commandId, note: text });
  return { ref, why: { reason: "", reasonRef: ref }, rows: { personalData: [{ ref, kind: "note", value: JSON.stringify(text), recordedAt: world.now() }] } };
}
