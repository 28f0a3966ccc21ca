/** Rate schedules and their versions as data. Publishing makes a version count from its day on; its document never changes after. */
import { createHash } from "node:crypto";
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import type { Statement } from "../../db/port.ts";
import { canonicalJson } from "../../domain/compliance/canonical.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { compileRate, parseRateDocument } from "../../domain/rating/index.ts";
import type { World } from "./context.ts";

export interface NewRateVersion {
  readonly scheduleId: string;
  readonly name: string;
  readonly commodity: string;
  readonly customerClass: string;
  readonly version: number;
  readonly effectiveOn: LocalDate;
  readonly document: unknown;
}

/** What publishing a version makes happen, or why it is refused: a document that cannot be compiled never gets near a bill. */
export function publicationOf(input: NewRateVersion, recordedAt: number): StreamDecision<{ scheduleId: string; version: number; documentHash: string }> {
  const parsed = parseRateDocument(input.document);
  if (!parsed.ok) return { ok: false, refusal: { code: "document", message: parsed.issues.map((issue) => `${issue.path}: ${issue.message}`).join(" "), field: parsed.issues[0]?.path ?? "document" } };
  try {
    compileRate(parsed.document);
  } catch (error) {
    return { ok: false, refusal: { code: "document", message: error instanceof Error ? error.message : String(error), field: "document" } };
  }
  const { scheduleId, name, commodity, customerClass, version, effectiveOn } = input;
  const document = canonicalJson(parsed.document);
  const documentHash = createHash("sha256").update(document).digest("hex");
  return {
    ok: true,
    drafts: [{ type: "RateVersionPublished", version: 1, data: { scheduleId, version, effectiveOn, documentHash } }],
    writes: {
      rateSchedule: [{ id: scheduleId, name, commodity, customerClass }],
      rateVersion: [{ scheduleId, version, effectiveOn, status: "published", document, documentHash, recordedAt }],
    },
    result: { scheduleId, version, documentHash },
  };
}

/** A condition of a publication: why it does not hold, or null, and what holds it in the commit. */
export interface OnlyIf {
  readonly refusal: () => Promise<Refusal | null>;
  readonly further: readonly Statement[];
}

export async function publishRateVersion(world: World, actor: UserActor, commandId: string, input: NewRateVersion, onlyIf?: OnlyIf): Promise<StreamAnswer<{ scheduleId: string; version: number; documentHash: string }>> {
  requirePermission(actor, "edit:rates:any");
  const recordedAt = world.now();
  return runStreamCommand(
    world.port,
    { commandId, stream: `rate:${input.scheduleId}`, input: { ...input, document: JSON.stringify(input.document) }, provenance: { actor: actorText(actor), source: "staff", recordedAt } },
    async () => {
      const [taken] = await world.port.query<{ version: number }>("SELECT version FROM rate_version WHERE schedule_id = ? AND (version = ? OR (effective_on = ? AND status = 'published'))", [input.scheduleId, input.version, input.effectiveOn]);
      if (taken) return { ok: false, refusal: { code: "version", message: `Version ${taken.version} exists already, or counts from the same day.`, field: "version" } } as const;
      const refusal = (await onlyIf?.refusal()) ?? null;
      if (refusal) return { ok: false, refusal } as const;
      const published = publicationOf(input, recordedAt);
      return published.ok ? { ...published, further: onlyIf?.further ?? [] } : published;
    },
  );
}
