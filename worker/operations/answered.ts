/** A form that comes again: the stored answer, before anything is worked out anew that may look different by now. */
import type { SqlPort } from "../../db/port.ts";
import { inputHash } from "../../domain/compliance/chain.ts";
import type { FormAnswer } from "./form-answer.ts";

/** The stored answer of a command that has taken effect, `conflict` when it asked something else; null when it has not. */
export async function answered(port: SqlPort, commandId: string, question: object): Promise<FormAnswer | null> {
  const [row] = await port.query<{ inputHash: string; result: string }>(`SELECT input_hash AS "inputHash", result FROM command WHERE id = ?`, [commandId]);
  if (!row) return null;
  return row.inputHash === inputHash(question) ? { status: "done", result: JSON.parse(row.result) as Extract<FormAnswer, { status: "done" }>["result"], replayed: true } : { status: "conflict" };
}
