/** Who delivers what of the outbox. */
import { openPort } from "../../db/open.ts";
import type { Env } from "../../durable/env.ts";
import type { SocketOwner } from "../../durable/socket.ts";
import type { Deliver, OutboxDeps, OutboxMessage } from "./drain.ts";
import { deliverMail } from "./mail.ts";

/** The drain's parts in the Worker. */
export function outboxDeps(env: Env): OutboxDeps {
  return {
    port: openPort(env),
    now: () => Date.now(),
    deliver: { ...liveDeliveries(env), email: (message) => deliverMail(env, message), billReady: (message) => deliverMail(env, message), receipt: (message) => deliverMail(env, message), eraseFiles: (message) => env.FILES.delete((message.payload as { readonly keys: string[] }).keys) },
    onParked: (message, error) => console.error(`outbox: message ${message.id} (${message.kind} ${message.key}) is parked after ${message.attempts + 1} attempts: ${String(error)}`),
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
