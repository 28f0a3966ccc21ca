/**
 * The two sides of the model: premises with service points and meters (which stay), people with accounts (who move), and
 * the agreements that join them. Each `…Of` function builds what a command needs without running it, so that one customer
 * at the counter and ten thousand in a first load go the same way.
 */
import type { Attachments } from "../../db/account/writes.ts";
import { runStreamCommand, type StreamAnswer, type StreamDecision } from "../../db/command.ts";
import { SERVED_STAMP, type InputStamp } from "../../db/commit.ts";
import type { Writes } from "../../db/rows.ts";
import { personalRef, type EventDraft } from "../../domain/compliance/chain.ts";
import type { LocalDate } from "../../domain/calendar/local-date.ts";
import type { CommandOf } from "../../domain/lifecycle/account/commands.ts";
import { actorText, requirePermission, type UserActor } from "../../domain/lifecycle/permissions.ts";
import type { Answer } from "../../durable/desk.ts";
import type { World } from "./context.ts";

export interface Address {
  readonly line: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
}

export interface NewPerson {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly language: string;
}

export interface NewAccount {
  readonly accountId: string;
  readonly person: NewPerson;
  readonly mailing: Address;
  readonly customerClass: string;
  readonly billCycle: string;
  readonly delivery: "email" | "paper";
  readonly openedOn: LocalDate;
}

/** Key use of the log's references to personal data. */
export const LOG_KEY = "log";

/** The command that opens an account, with the personal data its events only refer to. */
export function openingOf(input: NewAccount, logKey: string, now: number): { readonly command: CommandOf<"OpenAccount">; readonly attachments: Attachments } {
  const { accountId, person, mailing, customerClass, billCycle, delivery, openedOn } = input;
  const personValue = { name: person.name, email: person.email, phone: person.phone };
  const personRef = personalRef(logKey, "person", personValue);
  const mailingRef = personalRef(logKey, "address", mailing);
  return {
    command: { type: "OpenAccount", accountId, personRef, mailingRef, customerClass, billCycle, openedOn },
    attachments: {
      person: [{ ...person, ref: personRef }],
      personalData: [
        { ref: personRef, kind: "person", value: JSON.stringify(personValue), recordedAt: now },
        { ref: mailingRef, kind: "address", value: JSON.stringify(mailing), recordedAt: now },
      ],
      account: [{
        id: accountId, personId: person.id, customerClass, billCycle, mailingLine: mailing.line, mailingCity: mailing.city, mailingState: mailing.state,
        mailingZip: mailing.zip, delivery, openedOn,
      }],
      searchEntry: [{
        kind: "account", id: accountId, accountId, title: person.name,
        body: [person.name, person.email, person.phone, accountId, mailing.line, mailing.city, mailing.zip].filter(Boolean).join(" "),
      }],
    },
  };
}

/** Opens an account at the counter or from an application. */
export async function openAccount(world: World, actor: UserActor, commandId: string, input: NewAccount): Promise<Answer> {
  requirePermission(actor, "open:account:any");
  const now = world.now();
  const { command, attachments } = openingOf(input, world.key(LOG_KEY), now);
  return world.execute({ commandId, accountId: input.accountId, command, attachments, actor: actorText(actor), authority: "open:account:any", source: "staff", acceptedAt: now });
}

/** Starts a service of an account at a premise. Refused while the point serves somebody on that day or later: what went through a meter is billed once. */
export async function startService(world: World, actor: UserActor, commandId: string, accountId: string, service: Omit<CommandOf<"StartService">, "type">): Promise<Answer> {
  requirePermission(actor, "start:service:any", accountId);
  const { agreementId, servicePointId, startOn } = service;
  const [served] = await world.port.query<{ stamp: number; accountId: string | null }>(
    `SELECT ${SERVED_STAMP} AS stamp, max(CASE WHEN sa.id <> ?2 AND (sa.stop_on IS NULL OR sa.stop_on > max(?3, sa.start_on)) THEN sa.account_id END) AS "accountId" FROM service_agreement AS sa WHERE sa.service_point_id = ?1`,
    [servicePointId, agreementId, startOn],
  );
  const { stamp, accountId: other } = served!;
  if (other !== null) return { status: "refused", refusal: { code: "served", field: "servicePointId", message: `This service is account ${other}'s on that day or later. Stop it there first, or start later.` } };
  // Two who start a service there at once have both found it free: the second is told.
  const inputs: InputStamp[] = [{ kind: "served", servicePointId, stamp }];
  return world.execute({ commandId, accountId, inputs, command: { type: "StartService", ...service }, actor: actorText(actor), authority: "start:service:any", source: "staff", acceptedAt: world.now() });
}

export interface NewChannel {
  readonly id: number;
  readonly name: string;
  readonly kind: "register" | "interval";
  readonly unit: string;
  readonly stepMinutes: number | null;
  readonly multiplier: string;
  readonly dials: number | null;
  readonly direction: "delivered" | "received";
}

export interface NewMeter {
  readonly meterId: string;
  readonly badge: string;
  readonly commodity: string;
  readonly size: string | null;
  readonly manufacturer: string | null;
  readonly channels: readonly NewChannel[];
}

export interface NewServicePoint {
  readonly servicePointId: string;
  readonly commodity: string;
  /** The service point whose meter this one is billed on (sewer on water). */
  readonly usageFrom: string | null;
  readonly meter: (NewMeter & { readonly installedOn: LocalDate }) | null;
}

export interface NewPremise {
  readonly premiseId: string;
  readonly address: Address;
  readonly premiseClass: string;
  readonly dwellingUnits: number;
  readonly servicePoints: readonly NewServicePoint[];
}

/** What registering a premise with its points and meters makes happen on the premise's stream. */
export function premiseOf(input: NewPremise, logKey: string, now: number): Extract<StreamDecision<{ premiseId: string }>, { ok: true }> {
  const { premiseId, address, premiseClass, dwellingUnits, servicePoints } = input;
  const addressRef = personalRef(logKey, "address", address);
  const points = pointsOf(premiseId, address.line, servicePoints);
  return {
    ok: true,
    drafts: [{ type: "PremiseRegistered", version: 1, data: { premiseId, addressRef, premiseClass, dwellingUnits } }, ...points.drafts],
    writes: {
      premise: [{ id: premiseId, ...address, premiseClass, dwellingUnits }],
      personalData: [{ ref: addressRef, kind: "address", value: JSON.stringify(address), recordedAt: now }],
      ...points.writes,
      searchEntry: [{ kind: "premise", id: premiseId, accountId: null, title: address.line, body: `${address.line} ${address.city} ${address.zip}` }, ...points.writes.searchEntry],
    },
    result: { premiseId },
  };
}

/** Service points of a premise on that street line, with the meters that are hung there. */
export function pointsOf(premiseId: string, line: string, servicePoints: readonly NewServicePoint[]) {
  const meters = servicePoints.flatMap((point) => (point.meter ? [{ point, meter: point.meter }] : []));
  return {
    drafts: [
      ...servicePoints.map((point): EventDraft => ({ type: "ServicePointAdded", version: 1, data: { servicePointId: point.servicePointId, commodity: point.commodity, usageFrom: point.usageFrom } })),
      ...meters.map(({ point, meter }): EventDraft => ({ type: "MeterInstalled", version: 1, data: { meterId: meter.meterId, servicePointId: point.servicePointId, installedOn: meter.installedOn } })),
    ],
    writes: {
      servicePoint: servicePoints.map((point) => ({ id: point.servicePointId, premiseId, commodity: point.commodity, usageFrom: point.usageFrom, status: "connected" })),
      meter: meters.map(({ meter }) => ({ id: meter.meterId, badge: meter.badge, commodity: meter.commodity, size: meter.size, manufacturer: meter.manufacturer, status: "installed" })),
      meterInstallation: meters.map(({ point, meter }) => ({ meterId: meter.meterId, servicePointId: point.servicePointId, installedOn: meter.installedOn, removedOn: null })),
      channel: meters.flatMap(({ meter }) => meter.channels.map((channel) => ({ ...channel, meterId: meter.meterId }))),
      searchEntry: meters.map(({ meter }) => ({ kind: "meter", id: meter.meterId, accountId: null, title: meter.badge, body: `${meter.badge} ${line}` })),
    } satisfies Writes,
  };
}

/** Registers a premise with its service points and the meters that hang there. */
export async function registerPremise(world: World, actor: UserActor, commandId: string, input: NewPremise): Promise<StreamAnswer<{ premiseId: string }>> {
  requirePermission(actor, "edit:meter:any");
  const recordedAt = world.now();
  return runStreamCommand(
    world.port,
    { commandId, stream: `premise:${input.premiseId}`, input: { ...input }, provenance: { actor: actorText(actor), source: "staff", recordedAt } },
    (head) => (head.seq > 0 ? { ok: false, refusal: { code: "premise-exists", message: `Premise ${input.premiseId} is registered already.`, field: "premiseId" } } : premiseOf(input, world.key(LOG_KEY), recordedAt)),
  );
}
