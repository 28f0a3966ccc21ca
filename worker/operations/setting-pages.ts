/** One topic of the settings: what counts today, what will count, and every change with who made it. */
import { settingsOn, todayOf } from "../../db/utility.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import { requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Setting, Settings, SettingTopic } from "../../domain/lifecycle/settings.ts";
import { actorNames } from "./actors.ts";
import type { World } from "./context.ts";

export interface SettingChange<T extends SettingTopic = SettingTopic> {
  readonly seq: number;
  readonly effectiveOn: LocalDate;
  readonly recordedAt: number;
  readonly actor: string;
  readonly before: Setting<T>;
  readonly after: Setting<T>;
}

export interface SettingPage<T extends SettingTopic = SettingTopic> {
  readonly today: LocalDate;
  readonly current: Setting<T>;
  /** What counts after every change that is still to come; the same as `current` when none is. */
  readonly latest: Setting<T>;
  /** Newest first. */
  readonly changes: readonly SettingChange<T>[];
  readonly names: Readonly<Record<string, string>>;
}

/** After every day on which anything begins to count. */
const LAST_DAY: LocalDate = "9999-12-31";
const CHANGES_SHOWN = 50;

/** @throws ForbiddenError */
export async function settingPage<T extends SettingTopic>(world: World, actor: UserActor, topic: T): Promise<SettingPage<T>> {
  requirePermission(actor, "read:settings:any");
  const { port } = world;
  const now = world.now();
  const today = await todayOf(port, now);
  const [current, latest, rows] = await Promise.all([
    settingsOn(port, today, now), settingsOn(port, LAST_DAY, now),
    port.query<{ seq: number; data: string; recordedAt: number; actor: string }>(
      `SELECT seq, data, recorded_at AS "recordedAt", actor FROM event WHERE stream = 'utility' AND type = 'SettingChanged' AND data->>'topic' = ? ORDER BY seq DESC LIMIT ${CHANGES_SHOWN}`,
      [topic],
    ),
  ]);
  const changes = rows.map(({ data, ...row }): SettingChange<T> => {
    const { effectiveOn, before, after } = JSON.parse(data) as { effectiveOn: LocalDate; before: string; after: string };
    return { ...row, effectiveOn, before: JSON.parse(before) as Setting<T>, after: JSON.parse(after) as Setting<T> };
  });
  const of = (settings: Settings) => settings[topic] as Setting<T>;
  return { today, current: of(current), latest: of(latest), changes, names: await actorNames(port, changes.map((change) => change.actor)) };
}
