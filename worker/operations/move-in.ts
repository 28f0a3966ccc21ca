/**
 * Moving in and out at the counter. Moving in is one form: who, where, which services from which day; it opens the account
 * and starts each service. Every id comes from the form's own, so that sending it twice opens one account.
 */
import { todayOf } from "../../db/utility.ts";
import type { SqlPort } from "../../db/port.ts";
import { addDays, isLocalDate, type LocalDate } from "../../domain/calendar/local-date.ts";
import { CUSTOMER_CLASSES, type CustomerClass } from "../../domain/lifecycle/customer-class.ts";
import { newAccountId } from "../../domain/lifecycle/account-number.ts";
import type { Refusal } from "../../domain/lifecycle/account/decide.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { World } from "./context.ts";
import { COMMAND_ID, invalid, noCommandId, type FormAnswer } from "./form-answer.ts";
import { openAccount, startService, type Address } from "./registry.ts";
import { cyclesOf } from "./settings.ts";

/** Numbers are spread over nine million; so many taken ones in a row mean something else is wrong. */
const ATTEMPTS_MAX = 20;
/** Services are entered within a few weeks of the day on which somebody moves. */
const START_BACK_DAYS = 60;
const START_AHEAD_DAYS = 90;
const NAME_MAX = 120;

export interface MoveIn {
  readonly commandId: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly language: string;
  readonly premiseId: string;
  /** Where mail goes; null: to the premise. */
  readonly mailing: Address | null;
  readonly customerClass: string;
  readonly billCycle: string;
  readonly delivery: string;
  readonly startOn: string;
  readonly services: readonly { readonly servicePointId: string; readonly rateScheduleId: string }[];
}

export type MoveInAnswer =
  /** `notStarted` are services that could not be started after the account was opened, each with the reason. */
  | { readonly status: "done" | "pending"; readonly accountId: string; readonly notStarted: readonly string[] }
  | { readonly status: "invalid"; readonly problems: readonly Refusal[] }
  | { readonly status: "conflict" | "unavailable" };

/** Opens an account and starts its services at a premise. @throws ForbiddenError, UnavailableError */
export async function moveIn(world: World, actor: UserActor, input: MoveIn): Promise<MoveInAnswer> {
  requirePermission(actor, "open:account:any");
  requirePermission(actor, "start:service:any");
  if (!COMMAND_ID.test(input.commandId)) return { status: "invalid", problems: [{ code: "commandId", message: "Open the form again: its number is missing." }] };
  const today = await todayOf(world.port, world.now());
  const place = await placeToMoveIn(world.port, input.premiseId);
  const opened = await accountOfCommand(world.port, input.commandId);
  // Sent again: the services have been started, and what was free then is taken by this account now.
  const problems = opened ? [] : await problemsOf(world, input, place, today);
  if (problems.length > 0 || !place) return { status: "invalid", problems };

  const account = await openNew(world, actor, input, place.address, opened);
  if (account.status !== "done" && account.status !== "pending") return account;
  const notStarted: string[] = [];
  for (const { servicePointId, rateScheduleId } of input.services) {
    const point = place.points.find((each) => each.servicePointId === servicePointId)!;
    const answer = await startService(world, actor, `${input.commandId}-${servicePointId}`.slice(0, 100), account.accountId, {
      agreementId: `${account.accountId}-${servicePointId}-${input.startOn.replaceAll("-", "")}`,
      premiseId: input.premiseId, servicePointId, commodity: point.commodity, rateScheduleId, startOn: input.startOn,
    });
    if (answer.status === "refused") notStarted.push(`${point.commodity}: ${answer.refusal.message}`);
    else if (answer.status === "unavailable" || answer.status === "conflict") notStarted.push(`${point.commodity}: it could not be started at this moment. Start it on the account's page.`);
  }
  world.poke();
  return { ...account, notStarted };
}

/** Starts one more service of an account that exists. @throws ForbiddenError, UnavailableError */
export async function addService(
  world: World,
  actor: UserActor,
  input: { readonly commandId: string; readonly accountId: string; readonly premiseId: string; readonly servicePointId: string; readonly rateScheduleId: string; readonly startOn: string },
): Promise<FormAnswer> {
  requirePermission(actor, "start:service:any", input.accountId);
  const { commandId, accountId, premiseId, servicePointId, rateScheduleId, startOn } = input;
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  const place = await placeToMoveIn(world.port, premiseId);
  const point = place?.points.find((each) => each.servicePointId === servicePointId);
  if (!point) return invalid("servicePointId", "Choose a service of this premise.");
  if ((await world.port.query("SELECT 1 FROM command WHERE id = ?", [commandId])).length === 0) {
    const problem = dayProblem(startOn, await todayOf(world.port, world.now())) ?? (await serviceProblem(world.port, point, rateScheduleId, startOn, "servicePointId"));
    if (problem) return { status: "invalid", refusal: problem };
  }
  return startService(world, actor, commandId, accountId, {
    agreementId: `${accountId}-${servicePointId}-${startOn.replaceAll("-", "")}`, premiseId, servicePointId, commodity: point.commodity, rateScheduleId, startOn,
  });
}

/** Ends a service: the day is the first one that is not the customer's any more. @throws ForbiddenError */
export async function stopService(world: World, actor: UserActor, input: { readonly commandId: string; readonly accountId: string; readonly agreementId: string; readonly stopOn: string }): Promise<FormAnswer> {
  requirePermission(actor, "stop:service:any", input.accountId);
  const { commandId, accountId, agreementId, stopOn } = input;
  if (!COMMAND_ID.test(commandId)) return noCommandId();
  const today = await todayOf(world.port, world.now());
  if (!isLocalDate(stopOn) || stopOn > addDays(today, START_AHEAD_DAYS)) return invalid("stopOn", `Choose a day, at most ${START_AHEAD_DAYS} days from now.`);
  return world.execute({
    commandId,
    accountId,
    command: { type: "StopService", agreementId, stopOn },
    actor: actorText(actor),
    authority: "stop:service:any",
    source: "staff",
    acceptedAt: world.now(),
  });
}

export interface PointToStart {
  readonly servicePointId: string;
  readonly commodity: string;
  readonly badge: string | null;
  /** Who is served there until when; null when it is free. */
  readonly servedFor: string | null;
  readonly servedUntil: LocalDate | null;
  readonly accountId: string | null;
}

export interface PlaceToMoveIn {
  readonly premiseId: string;
  readonly address: Address;
  readonly premiseClass: string;
  readonly points: readonly PointToStart[];
}

export interface MoveInForm {
  readonly place: PlaceToMoveIn | null;
  readonly rates: readonly { readonly id: string; readonly name: string; readonly commodity: string; readonly customerClass: string }[];
  readonly cycles: readonly { readonly id: string; readonly name: string }[];
  readonly today: LocalDate;
}

/** What the form for moving in at a premise offers. @throws ForbiddenError */
export async function moveInForm(world: World, actor: UserActor, premiseId: string | null): Promise<MoveInForm> {
  requirePermission(actor, "start:service:any");
  const [place, rates, cycles, today] = await Promise.all([
    premiseId === null ? null : placeToMoveIn(world.port, premiseId),
    world.port.query<MoveInForm["rates"][number]>(
      `SELECT r.id, r.name, r.commodity, r.customer_class AS "customerClass" FROM rate_schedule r
       WHERE EXISTS (SELECT 1 FROM rate_version v WHERE v.schedule_id = r.id AND v.status = 'published') ORDER BY r.commodity, r.name`,
    ),
    cyclesOf(world.port),
    todayOf(world.port, world.now()),
  ]);
  return { place, rates, cycles, today };
}

async function placeToMoveIn(port: SqlPort, premiseId: string): Promise<PlaceToMoveIn | null> {
  const [premises, points] = await port.read([
    { sql: `SELECT line, city, state, zip, premise_class AS "premiseClass" FROM premise WHERE id = ?`, args: [premiseId] },
    {
      sql: `SELECT sp.id AS "servicePointId", sp.commodity, m.badge, s.account_id AS "accountId", s.stop_on AS "servedUntil", o.name AS "servedFor"
        FROM service_point sp
        LEFT JOIN meter_installation mi ON mi.service_point_id = coalesce(sp.usage_from, sp.id) AND mi.removed_on IS NULL LEFT JOIN meter m ON m.id = mi.meter_id
        LEFT JOIN service_agreement s ON s.id = (SELECT id FROM service_agreement WHERE service_point_id = sp.id ORDER BY stop_on IS NOT NULL, stop_on DESC LIMIT 1)
        LEFT JOIN account a ON a.id = s.account_id LEFT JOIN person o ON o.id = a.person_id
        WHERE sp.premise_id = ? ORDER BY sp.commodity, sp.id`,
      args: [premiseId],
    },
  ]);
  const premise = premises!.rows[0] as unknown as (Address & { premiseClass: string }) | undefined;
  if (!premise) return null;
  const { premiseClass, ...address } = premise;
  return { premiseId, address, premiseClass, points: points!.rows as unknown as PointToStart[] };
}

/** The account that this form has opened before, if it has. */
async function accountOfCommand(port: SqlPort, commandId: string): Promise<string | null> {
  const [row] = await port.query<{ stream: string }>("SELECT stream FROM command WHERE id = ?", [commandId]);
  return row?.stream.startsWith("account:") ? row.stream.slice("account:".length) : null;
}

/** Opens the account under the first of its numbers that is free. */
async function openNew(world: World, actor: UserActor, input: MoveIn, premise: Address, opened: string | null): Promise<MoveInAnswer> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const accountId = opened ?? newAccountId(input.commandId, attempt);
    const answer = await openAccount(world, actor, input.commandId, {
      accountId,
      person: { id: `person-${accountId}`, name: tidy(input.name), email: input.email.trim() || null, phone: input.phone.trim() || null, language: input.language === "es" ? "es" : "en" },
      mailing: input.mailing ?? premise,
      customerClass: input.customerClass,
      billCycle: input.billCycle,
      delivery: input.delivery === "paper" ? "paper" : "email",
      openedOn: input.startOn,
    });
    if (answer.status === "done" || answer.status === "pending") return { status: answer.status, accountId, notStarted: [] };
    if (answer.status !== "refused") return { status: answer.status };
    if (answer.refusal.code !== "account-exists") return { status: "invalid", problems: [answer.refusal] };
  }
  throw new Error(`no account number is free after ${ATTEMPTS_MAX} attempts`);
}

const tidy = (text: string): string => text.trim().replace(/\s+/g, " ");

/** Everything that is wrong with the form, in the order of its fields. */
async function problemsOf(world: World, input: MoveIn, place: PlaceToMoveIn | null, today: LocalDate): Promise<Refusal[]> {
  const problems: Refusal[] = [];
  const problem = (field: string, message: string) => void problems.push({ code: field, field, message });
  const name = tidy(input.name);
  if (!place) problem("premiseId", "Choose the premise first.");
  if (name === "") problem("name", "Enter the customer's name.");
  else if (name.length > NAME_MAX) problem("name", `Keep the name under ${NAME_MAX} characters.`);
  if (input.email.trim() !== "" && !/^\S+@\S+\.\S+$/.test(input.email.trim())) problem("email", "Enter an e-mail address such as ana@example.com, or leave it empty.");
  if (input.email.trim() === "" && input.delivery === "email") problem("email", "Bills go by e-mail: enter the address, or choose paper.");
  for (const [field, word] of [["line", "street"], ["city", "city"], ["state", "state"], ["zip", "ZIP code"]] as const) {
    if (input.mailing && input.mailing[field].trim() === "") problem(`mailing.${field}`, `Enter the ${word} for mail.`);
  }
  if (!CUSTOMER_CLASSES.includes(input.customerClass as CustomerClass)) problem("customerClass", "Choose a class.");
  if (!(await cyclesOf(world.port)).some((cycle) => cycle.id === input.billCycle)) problem("billCycle", "Choose a bill cycle.");
  const wrongDay = dayProblem(input.startOn, today);
  if (wrongDay) problems.push(wrongDay);
  if (input.services.length === 0) problem("services", "Choose at least one service.");
  if (place && !wrongDay) {
    for (const { servicePointId, rateScheduleId } of input.services) {
      const point = place.points.find((each) => each.servicePointId === servicePointId);
      const found = point ? await serviceProblem(world.port, point, rateScheduleId, input.startOn, `rate-${servicePointId}`) : { code: "services", field: "services", message: "Choose services of this premise." };
      if (found) problems.push(found);
    }
  }
  return problems;
}

function dayProblem(startOn: string, today: LocalDate): Refusal | null {
  if (isLocalDate(startOn) && startOn >= addDays(today, -START_BACK_DAYS) && startOn <= addDays(today, START_AHEAD_DAYS)) return null;
  return { code: "startOn", field: "startOn", message: `Choose a day between ${START_BACK_DAYS} days ago and ${START_AHEAD_DAYS} days from now.` };
}

/** A service point serves one account at a time, and a price must be there for what it delivers. */
async function serviceProblem(port: SqlPort, point: PointToStart, rateScheduleId: string, startOn: LocalDate, field: string): Promise<Refusal | null> {
  if (point.accountId !== null && (point.servedUntil === null || point.servedUntil > startOn)) {
    const until = point.servedUntil === null ? "" : ` until ${point.servedUntil}`;
    return { code: "served", field, message: `${capital(point.commodity)} is served for ${point.servedFor} (account ${point.accountId})${until}. Stop that service first, or start later.` };
  }
  const [rate] = await port.query<{ commodity: string }>("SELECT commodity FROM rate_schedule WHERE id = ?", [rateScheduleId]);
  return rate?.commodity === point.commodity ? null : { code: "rate", field, message: `Choose a rate for ${point.commodity}.` };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
