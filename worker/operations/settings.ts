/** Setting a utility up and changing what staff may set, effective-dated: nothing is overwritten, the latest not after a day counts. */
import * as v from "valibot";
import { loadHead, runStreamCommand, type StreamAnswer } from "../../db/command.ts";
import type { SqlPort } from "../../db/port.ts";
import type { Writes } from "../../db/rows.ts";
import { forgetSettings, isSetUp, settingsOn, todayOf } from "../../db/utility.ts";
import { isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { localDateOf } from "../../domain/calendar/zone.ts";
import type { EventDraft } from "../../domain/compliance/chain.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import { NEEDS_APPROVAL } from "../../domain/lifecycle/setting-approval.ts";
import { SETTINGS, SETTING_DEFAULTS, type Setting, type Settings, type SettingTopic } from "../../domain/lifecycle/settings.ts";
import type { World } from "./context.ts";

export const UTILITY_STREAM = "utility";

export interface FieldIssue {
  readonly path: string;
  readonly message: string;
}

/** Checks a topic's value as staff entered it. */
export function checkSetting<T extends SettingTopic>(topic: T, value: unknown): { readonly ok: true; readonly value: Setting<T> } | { readonly ok: false; readonly issues: FieldIssue[] } {
  const parsed = v.safeParse(SETTINGS[topic], value);
  if (parsed.success) return { ok: true, value: parsed.output as Setting<T> };
  return { ok: false, issues: parsed.issues.map((issue) => ({ path: v.getDotPath(issue) ?? topic, message: issue.message })) };
}

export interface NewCycle {
  readonly id: string;
  readonly name: string;
  readonly closeDay: number;
}

export interface SetUp {
  readonly utility: Setting<"utility">;
  readonly cycles: readonly NewCycle[];
  readonly holidays: Setting<"holidays">;
  readonly fees: Setting<"fees">;
  readonly gl: Setting<"gl">;
}

const CycleSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,12}$/, "1 to 12 letters, digits or dashes")),
  name: v.pipe(v.string(), v.trim(), v.minLength(1, "must not be empty"), v.maxLength(60)),
  closeDay: v.pipe(v.number(), v.integer("must be a whole day"), v.minValue(1, "1 to 28"), v.maxValue(28, "1 to 28: every month has that day")),
});

/** Checks everything the set-up page asks for, with the paths of what is wrong. */
export function checkSetUp(input: unknown): { readonly ok: true; readonly value: SetUp } | { readonly ok: false; readonly issues: FieldIssue[] } {
  const parsed = v.safeParse(
    v.object({ utility: SETTINGS.utility, cycles: v.pipe(v.array(CycleSchema), v.minLength(1, "add at least one bill cycle")), holidays: SETTINGS.holidays, fees: SETTINGS.fees, gl: SETTINGS.gl }),
    input,
  );
  if (parsed.success) return { ok: true, value: parsed.output };
  return { ok: false, issues: parsed.issues.map((issue) => ({ path: v.getDotPath(issue) ?? "", message: issue.message })) };
}

/** Sets the utility up, once. Whoever may do so has been checked by the caller: nobody has signed in yet on a new database. */
export async function setUpUtility(world: World, by: string, input: SetUp): Promise<StreamAnswer<{ name: string }>> {
  const recordedAt = world.now();
  const today = localDateOf(recordedAt, input.utility.timeZone);
  const topics: Record<string, unknown> = { utility: input.utility, billing: SETTING_DEFAULTS.billing, holidays: input.holidays, fees: input.fees, gl: input.gl };
  const answer = await runStreamCommand(
    world.port,
    { commandId: "set-up", stream: UTILITY_STREAM, input: { ...topics, cycles: input.cycles }, provenance: { actor: by, source: "setUp", recordedAt } },
    async () => {
      if (await isSetUp(world.port, recordedAt)) return { ok: false, refusal: { code: "set-up", message: "This utility has been set up already." } } as const;
      const writes: Writes = {
        setting: Object.entries(topics).map(([topic, value]) => ({ topic, effectiveOn: today, version: 1, value: JSON.stringify(value), recordedAt })),
        billCycle: input.cycles.map((cycle) => ({ ...cycle })),
      };
      return {
        ok: true,
        drafts: [{ type: "UtilitySetUp", version: 1, data: { timeZone: input.utility.timeZone, commodities: input.utility.commodities, cycles: input.cycles.map((cycle) => cycle.id) } }],
        writes,
        result: { name: input.utility.name },
      } as const;
    },
  );
  forgetSettings(world.port);
  return answer;
}

export interface SettingToWrite<T extends SettingTopic = SettingTopic> {
  readonly topic: T;
  readonly effectiveOn: LocalDate;
  readonly value: Setting<T>;
}

/** A change as it will be written: its event, its row, and what counted on that day before it. */
export interface SettingWritten {
  readonly ok: true;
  readonly before: string;
  readonly after: string;
  readonly version: number;
  readonly drafts: readonly EventDraft[];
  readonly writes: Writes;
}

/** What a topic's value from a day on makes happen, or why it is refused. Several changes for one day are versions of it; the last one counts. */
export async function settingWritten<T extends SettingTopic>({ port }: World, { topic, effectiveOn, value }: SettingToWrite<T>, recordedAt: number): Promise<SettingWritten | { readonly ok: false; readonly refusal: Refusal }> {
  const refuse = (code: string, message: string) => ({ ok: false, refusal: { code, message, field: code } }) as const;
  if (!isLocalDate(effectiveOn)) return refuse("effectiveOn", "Choose the day from which this counts.");
  const today = await todayOf(port, recordedAt);
  // What counted in the past has been billed on: it is corrected by rebilling, not by rewriting the rule.
  if (topic !== "holidays" && effectiveOn < today) return refuse("effectiveOn", `Choose today (${today}) or a later day: bills have been made on what counted before.`);
  const was = (await settingsOn(port, effectiveOn, recordedAt))[topic];
  if (topic === "utility" && (value as Setting<"utility">).timeZone !== (was as Setting<"utility">).timeZone) return refuse("timeZone", "The time zone cannot change: every billing day rests on it.");
  const unknown = topic === "windows" ? await unknownCycle(port, value as Setting<"windows">) : null;
  if (unknown !== null) return refuse("windows", `There is no bill cycle ${unknown}.`);
  const [last] = await port.query<{ version: number }>("SELECT coalesce(max(version), 0) AS version FROM setting WHERE topic = ? AND effective_on = ?", [topic, effectiveOn]);
  const version = last!.version + 1;
  const [before, after] = [JSON.stringify(was), JSON.stringify(value)];
  return {
    ok: true, before, after, version,
    drafts: [{ type: "SettingChanged", version: 1, data: { topic, effectiveOn, version, before, after } }],
    writes: { setting: [{ topic, effectiveOn, version, value: after, recordedAt }] },
  };
}

async function unknownCycle(port: SqlPort, windows: Setting<"windows">): Promise<string | null> {
  const known = new Set((await cyclesOf(port)).map(({ id }) => id));
  return windows.find(({ cycleId }) => !known.has(cycleId))?.cycleId ?? null;
}

/** Changes one topic from a day on, where nobody else needs to agree (`NEEDS_APPROVAL`); other topics are proposed. @throws ForbiddenError */
export async function changeSetting<T extends SettingTopic>(world: World, actor: UserActor, input: { readonly commandId: string } & SettingToWrite<T>): Promise<StreamAnswer<{ topic: T; effectiveOn: LocalDate; version: number }>> {
  requirePermission(actor, "edit:settings:any");
  const { commandId, topic, effectiveOn, value } = input;
  const recordedAt = world.now();
  const answer = await runStreamCommand(
    world.port,
    { commandId, stream: UTILITY_STREAM, input: { topic, effectiveOn, value: JSON.stringify(value) }, provenance: { actor: actorText(actor), source: "staff", recordedAt } },
    async () => {
      if (NEEDS_APPROVAL[topic]) return { ok: false, refusal: { code: "approval", message: "Another person has to agree to this: propose it." } } as const;
      const written = await settingWritten(world, { topic, effectiveOn, value }, recordedAt);
      return written.ok ? ({ ok: true, drafts: written.drafts, writes: written.writes, result: { topic, effectiveOn, version: written.version } } as const) : written;
    },
  );
  forgetSettings(world.port);
  return answer;
}

/** Adds a bill cycle or changes its name and close day. */
export async function saveCycle(world: World, actor: UserActor, commandId: string, cycle: NewCycle): Promise<StreamAnswer<NewCycle>> {
  requirePermission(actor, "edit:cycles:any");
  const parsed = v.safeParse(CycleSchema, cycle);
  const recordedAt = world.now();
  return runStreamCommand(world.port, { commandId, stream: UTILITY_STREAM, input: { ...cycle }, provenance: { actor: actorText(actor), source: "staff", recordedAt } }, async () => {
    if (!parsed.success) return { ok: false, refusal: { code: "cycle", message: parsed.issues[0].message, field: v.getDotPath(parsed.issues[0]) ?? "cycle" } } as const;
    const [before] = await world.port.query<NewCycle>(`SELECT id, name, close_day AS "closeDay" FROM bill_cycle WHERE id = ?`, [cycle.id]);
    return {
      ok: true,
      drafts: [{ type: "BillCycleSaved", version: 1, data: { before: before ? JSON.stringify(before) : null, after: JSON.stringify(parsed.output) } }],
      writes: { billCycle: [{ ...parsed.output }] },
      result: parsed.output,
    } as const;
  });
}

export interface SettingsPage {
  readonly today: LocalDate;
  readonly settings: Settings;
  readonly history: readonly { readonly topic: string; readonly effectiveOn: LocalDate; readonly version: number; readonly recordedAt: number }[];
  readonly cycles: readonly NewCycle[];
}

/** Everything the settings pages show: what counts today, and every change with its date. */
export async function settingsPage(world: World, actor: UserActor): Promise<SettingsPage> {
  requirePermission(actor, "read:settings:any");
  const now = world.now();
  const today = await todayOf(world.port, now);
  const history = await world.port.query<SettingsPage["history"][number]>(
    `SELECT topic, effective_on AS "effectiveOn", version, recorded_at AS "recordedAt" FROM setting ORDER BY effective_on DESC, version DESC LIMIT 200`,
  );
  return { today, settings: await settingsOn(world.port, today, now), history, cycles: await cyclesOf(world.port) };
}

export async function cyclesOf(port: SqlPort): Promise<NewCycle[]> {
  return port.query<NewCycle>(`SELECT id, name, close_day AS "closeDay" FROM bill_cycle ORDER BY id`);
}

/** True while nobody has set this utility up: then the set-up page is what there is. */
export async function needsSetUp(world: World): Promise<boolean> {
  return !(await isSetUp(world.port, world.now())) && (await loadHead(world.port, UTILITY_STREAM)).seq === 0;
}
