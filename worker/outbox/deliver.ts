/** Who delivers what of the outbox. */
import { NOTICE } from "../../db/notices.ts";
import { openPort } from "../../db/open.ts";
import type { Env } from "../../durable/env.ts";
import type { SocketOwner } from "../../durable/socket.ts";
import type { Deliver, OutboxDeps, OutboxMessage } from "./drain.ts";
import { multiSpeak } from "../head-ends/multispeak/adapter.ts";
import { FETCHING } from "../head-ends/port.ts";
import { SIMULATED_ANSWER, simulator, type Simulated } from "../head-ends/simulator.ts";
import type { World } from "../operations/context.ts";
import { TEXTS_AGREED } from "../operations/notices.ts";
import { answerCommand, METER_COMMAND, sendMeterCommand } from "../operations/meter-commands.ts";
import { deliverMail } from "./mail.ts";

/** The drain's parts in the Worker. `world`: for answers of head-ends, which are taken in like a gateway's post. */
export function outboxDeps(env: Env, world: World): OutboxDeps {
  return {
    port: openPort(env),
    now: () => Date.now(),
    deliver: { ...liveDeliveries(env), ...headEndDeliveries(env, world), email: (message) => deliverMail(env, message), billReady: (message) => deliverMail(env, message), receipt: (message) => deliverMail(env, message), [NOTICE]: (message) => deliverMail(env, message), [TEXTS_AGREED]: (message) => deliverMail(env, message), eraseFiles: (message) => env.FILES.delete((message.payload as { readonly keys: string[] }).keys) },
    onParked: (message, error) => console.error(`outbox: message ${message.id} (${message.kind} ${message.key}) is parked after ${message.attempts + 1} attempts: ${String(error)}`),
  };
}

/** Commands to head-ends: called where that is set; else fetched, or answered by the simulator where the demonstration's stand-ins are switched on. */
function headEndDeliveries(env: Env, world: World): Record<string, Deliver> {
  const { port, now, key } = world;
  const headEnd = multiSpeak({ port, now, key, publicUrl: env.PUBLIC_URL, fetcher: (url, init) => fetch(url, init) }, env.TEST_PROVIDER === "1" ? simulator(port, now) : FETCHING);
  return {
    [METER_COMMAND]: ({ payload }) => sendMeterCommand(world, headEnd, (payload as { readonly id: string }).id),
    [SIMULATED_ANSWER]: async ({ payload }) => {
      const { gatewayId, answer } = payload as Simulated;
      await answerCommand(world, gatewayId, answer);
    },
  };
}

/** Notices to the objects whose pages are being watched. */
function liveDeliveries(env: Env): Record<string, Deliver> {
  const account = (message: OutboxMessage) => env.ACCOUNT.getByName(message.key);
  return {
    accountChanged: (message) => account(message).accountChanged(),
    usageChanged: (message) => account(message).usageChanged(),
    accessEnded: (message) => account(message).accessEnded(ownerOf(message)),
    boardAccessEnded: (message) => env.OPERATIONS.getByName("utility").accessEnded(ownerOf(message)),
  };
}

const ownerOf = ({ payload }: OutboxMessage): SocketOwner => payload as SocketOwner;
