/** What changed thresholds would have flagged: the last month of stored days judged again, as the rules are and as they would be. Nothing is written. */
import { placesOf } from "../../db/metering/ingest.ts";
import { loadMetersById } from "../../db/metering/meters.ts";
import { loadStored } from "../../db/metering/stored.ts";
import { addDays } from "../../domain/calendar/local-date.ts";
import { localDateOf, startOfDay } from "../../domain/calendar/zone.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Setting } from "../../domain/lifecycle/settings.ts";
import { reviseDays, type DayDecision, type PlacedFinding, type VeeSetting } from "../../domain/metering/index.ts";
import type { World } from "./context.ts";
import { readsSetting } from "./reads.ts";

/** A month. */
export const PREVIEW_DAYS = 30;
/** As many meters as are judged within a second or two; drawn the same way each time, so that two tries can be compared. */
export const PREVIEW_CHANNELS = 200;
const EXAMPLES = 8;
/** Multiplies ids into an order that has nothing to do with them (Knuth). */
const SCATTER = 2_654_435_761;

export interface RulePreview {
  readonly rule: string;
  /** Days that the rule flags as it is, and as it would be; of these, those that hold bills. */
  readonly before: number;
  readonly after: number;
  readonly holdBefore: number;
  readonly holdAfter: number;
}

export interface PreviewExample {
  readonly rule: string;
  readonly meterId: string;
  readonly badge: string;
  readonly day: string;
  readonly sentence: string;
  /** It would be flagged, or no longer be. */
  readonly gained: boolean;
}

export interface ThresholdPreview {
  readonly channels: number;
  readonly channelsInAll: number;
  readonly days: number;
  /** Most changed first; rules that flag nothing either way are left out. */
  readonly rules: readonly RulePreview[];
  readonly examples: readonly PreviewExample[];
}

const CHANNELS = `SELECT c.id, c.meter_id AS "meterId", count(*) OVER () AS "inAll" FROM channel AS c
  WHERE c.kind = 'interval' AND EXISTS (SELECT 1 FROM meter_installation AS i WHERE i.meter_id = c.meter_id AND i.removed_on IS NULL) ORDER BY (c.id * ${SCATTER}) % 4294967296 LIMIT ?`;

/** @throws ForbiddenError, UnavailableError */
export async function previewThresholds(world: World, actor: UserActor, proposed: Setting<"validation">): Promise<ThresholdPreview> {
  requirePermission(actor, "read:settings:any");
  const { port } = world;
  const setting = await readsSetting(world);
  const to = localDateOf(setting.now, setting.zone);
  const from = addDays(to, -PREVIEW_DAYS);
  const chosen = await port.query<{ id: number; meterId: string; inAll: number }>(CHANNELS, [PREVIEW_CHANNELS]);
  const meters = await loadMetersById(port, [...new Set(chosen.map(({ meterId }) => meterId))], setting.zone);
  const places = placesOf(meters.byBadge.values());
  const loaded = { ...(await loadStored(port, { days: chosen.map(({ id }) => ({ channelId: id, from, to })), registers: [] }, setting.zone, (id) => places.get(id)!.channel)), exceptions: [] };
  const decisions = [...loaded.days.values()].flatMap(({ channelId, day }): DayDecision[] => {
    const { meter, channel } = places.get(channelId)!;
    const start = startOfDay(day, setting.zone);
    const installation = meter.installations.find((at) => at.from <= start && (at.to === null || start < at.to));
    return installation ? [{ place: { meter, channel, installation }, day, layer: null, origin: "edit" }] : [];
  });
  const judged = (settings: readonly VeeSetting[]): readonly PlacedFinding[] => reviseDays(decisions, loaded, { ...setting, settings }).findings;
  const [before, after] = [judged(setting.settings), judged(proposed.map((line) => ({ ...line, effectiveFrom: from })))];
  return { channels: chosen.length, channelsInAll: chosen[0]?.inAll ?? 0, days: decisions.length, rules: compared(before, after), examples: examplesOf(before, after, (channelId) => places.get(channelId)!.meter.badge) };
}

function compared(before: readonly PlacedFinding[], after: readonly PlacedFinding[]): RulePreview[] {
  const [was, is] = [before, after].map((findings) => Map.groupBy(findings, ({ ruleId }) => ruleId));
  const holding = (findings: readonly PlacedFinding[] = []): number => findings.filter(({ severity }) => severity === "fail").length;
  return [...new Set([...was!.keys(), ...is!.keys()])]
    .map((rule) => ({ rule, before: was!.get(rule)?.length ?? 0, after: is!.get(rule)?.length ?? 0, holdBefore: holding(was!.get(rule)), holdAfter: holding(is!.get(rule)) }))
    .toSorted((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before) || b.before - a.before || (a.rule < b.rule ? -1 : 1));
}

function examplesOf(before: readonly PlacedFinding[], after: readonly PlacedFinding[], badgeOf: (channelId: number) => string): PreviewExample[] {
  const key = ({ ruleId, channelId, day }: PlacedFinding): string => `${ruleId} ${channelId} ${day}`;
  const [was, is] = [before, after].map((findings) => new Set(findings.map(key)));
  const example = (gained: boolean) => (finding: PlacedFinding): PreviewExample => ({ rule: finding.ruleId, meterId: finding.meterId, badge: badgeOf(finding.channelId), day: finding.day, sentence: finding.sentence, gained });
  return [...after.filter((finding) => !was!.has(key(finding))).map(example(true)), ...before.filter((finding) => !is!.has(key(finding))).map(example(false))].slice(0, EXAMPLES);
}
