/** A command that was acknowledged as pending and then refused becomes a work item: silence would break the promise. */
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { writeRows } from "../commit.ts";
import type { SqlPort } from "../port.ts";

export async function recordLateRefusal(
  port: SqlPort,
  envelope: { readonly commandId: string; readonly accountId: string; readonly command: { readonly type: string } },
  refusal: Refusal,
  now: number,
): Promise<void> {
  await writeRows(port, {
    exception: [{
      id: `late-refusal:${envelope.commandId}`, kind: "command", rule: refusal.code, severity: "fail", status: "open", meterId: null, channelId: null, day: null,
      readAt: null, servicePointId: null, accountId: envelope.accountId, runId: null,
      sentence: `${envelope.command.type} was accepted while the database was away and could not be done afterwards: ${refusal.message}`,
      numbers: "{}", owner: null, openedAt: now, closedAt: null, decision: null,
    }],
  });
}
