/** Which of their accounts a customer is looking at. */
import { cookieOf, type Session } from "../../../worker/operations/people.ts";
import { worldOf, type World } from "../../../worker/operations/context.ts";
import { requestContext } from "../../context.ts";
import { refused, requireCustomer, type Asked } from "../../session.server.ts";
import { NOT_FOUND_MESSAGE } from "../../../domain/lifecycle/permissions.ts";

const ACCOUNT_COOKIE = "account";
const ACCOUNT_COOKIE_S = 365 * 24 * 3_600;

export interface Looking {
  readonly session: Session;
  readonly accountId: string;
  readonly world: World;
  /** The account was named in the address: it is remembered for the pages after. */
  readonly headers: Headers;
}

/**
 * The account of a portal page: `?account=` when it names one, else the one looked at last on this device, else the
 * first. One that is not the person's is not there. Throws the sign-in, the link page, or 404.
 */
export function lookingAt(asked: Asked): Looking {
  const session = requireCustomer(asked);
  const { accountIds } = session;
  const headers = new Headers();
  const world = worldOf(asked.context.get(requestContext));
  const named = asked.url.searchParams.get("account");
  if (named !== null) {
    if (!accountIds.includes(named)) throw refused(404, NOT_FOUND_MESSAGE);
    headers.set("set-cookie", `${ACCOUNT_COOKIE}=${encodeURIComponent(named)}; Path=/portal; Max-Age=${ACCOUNT_COOKIE_S}; HttpOnly; SameSite=Lax${asked.url.protocol === "https:" ? "; Secure" : ""}`);
    return { session, accountId: named, world, headers };
  }
  const last = cookieOf(asked.request, ACCOUNT_COOKIE);
  return { session, accountId: last !== null && accountIds.includes(last) ? last : accountIds[0]!, world, headers };
}

/** The account that a form was filled in for, whatever has been looked at since in another window. */
export function formAccount({ session }: Looking, form: FormData): string {
  const accountId = form.get("accountId");
  if (typeof accountId !== "string" || !session.accountIds.includes(accountId)) throw refused(404, NOT_FOUND_MESSAGE);
  return accountId;
}

export const titled = (title: string | undefined, utility: string | undefined) => [{ title: [title, utility].filter(Boolean).join(" – ") }];
