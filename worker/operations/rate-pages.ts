/** Rates as staff look at them: schedules, their versions, and what one version charges. */
import { todayOf } from "../../db/utility.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { parseRateDocument, type RateDocument } from "../../domain/rating/index.ts";
import type { World } from "./context.ts";

export interface ScheduleListed {
  readonly scheduleId: string;
  readonly name: string;
  readonly commodity: string;
  readonly customerClass: string;
  readonly versions: number;
  /** The version that counts today, and since when; null while none does. */
  readonly version: number | null;
  readonly effectiveOn: LocalDate | null;
  /** Services that are billed by it now. */
  readonly services: number;
}

/** All schedules with the version that counts today. @throws ForbiddenError */
export async function listRates(world: World, actor: UserActor): Promise<ScheduleListed[]> {
  requirePermission(actor, "read:rates:any");
  const { port } = world;
  return port.query<ScheduleListed>(
    `SELECT r.id AS "scheduleId", r.name, r.commodity, r.customer_class AS "customerClass", (SELECT count(*) FROM rate_version WHERE schedule_id = r.id) AS versions,
       v.version, v.effective_on AS "effectiveOn", coalesce(u.services, 0) AS services
     FROM rate_schedule r LEFT JOIN (SELECT rate_schedule_id, count(*) AS services FROM service_agreement WHERE stop_on IS NULL OR stop_on > ?1 GROUP BY rate_schedule_id) u ON u.rate_schedule_id = r.id LEFT JOIN rate_version v ON v.schedule_id = r.id AND v.version = (SELECT version FROM rate_version WHERE schedule_id = r.id AND status = 'published' AND effective_on <= ?1 ORDER BY effective_on DESC LIMIT 1)
     ORDER BY r.commodity, r.customer_class, r.name`,
    [await todayOf(port, world.now())],
  );
}

export interface VersionListed {
  readonly version: number;
  readonly effectiveOn: LocalDate;
  readonly status: string;
  readonly recordedAt: number;
}

export interface RatePage {
  readonly scheduleId: string;
  readonly name: string;
  readonly commodity: string;
  readonly customerClass: string;
  readonly today: LocalDate;
  /** Newest first. */
  readonly versions: readonly VersionListed[];
  /** The version that is shown: the one asked for, else the one that counts today, else the newest. */
  readonly shown: (VersionListed & { readonly document: RateDocument; readonly documentHash: string }) | null;
}

/** One schedule; null when there is none. @throws ForbiddenError */
export async function ratePage(world: World, actor: UserActor, scheduleId: string, asked: number | null): Promise<RatePage | null> {
  requirePermission(actor, "read:rates:any");
  const { port } = world;
  const today = await todayOf(port, world.now());
  const [schedules, rows] = await port.read([
    { sql: `SELECT id AS "scheduleId", name, commodity, customer_class AS "customerClass" FROM rate_schedule WHERE id = ?`, args: [scheduleId] },
    { sql: `SELECT version, effective_on AS "effectiveOn", status, recorded_at AS "recordedAt", document_hash AS "documentHash" FROM rate_version WHERE schedule_id = ? ORDER BY effective_on DESC, version DESC`, args: [scheduleId] },
  ]);
  const schedule = schedules!.rows[0] as unknown as Pick<RatePage, "scheduleId" | "name" | "commodity" | "customerClass"> | undefined;
  if (!schedule) return null;
  const versions = rows!.rows as unknown as (VersionListed & { documentHash: string })[];
  const chosen = versions.find((each) => each.version === asked) ?? versions.find((each) => each.status === "published" && each.effectiveOn <= today) ?? versions[0];
  return { ...schedule, today, versions: versions.map(({ documentHash: _, ...version }) => version), shown: chosen ? { ...chosen, document: await documentOf(world, scheduleId, chosen.version) } : null };
}

async function documentOf({ port }: World, scheduleId: string, version: number): Promise<RateDocument> {
  const [row] = await port.query<{ document: string }>("SELECT document FROM rate_version WHERE schedule_id = ? AND version = ?", [scheduleId, version]);
  const parsed = parseRateDocument(JSON.parse(row!.document));
  if (!parsed.ok) throw new Error(`version ${version} of ${scheduleId} is published and cannot be read: ${parsed.issues.map((issue) => issue.path).join(", ")}`);
  return parsed.document;
}
