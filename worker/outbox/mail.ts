/**
 * Mail, letters and texts: what a bill, a receipt, an invitation or a notice says, and where it goes. Each message is rendered once
 * and kept in R2 under `mail/` for the mail service, the print house or the text service to fetch: a utility's relays are its own.
 */
import { deriveKey } from "../../db/keys.ts";
import { openPort } from "../../db/open.ts";
import type { Env } from "../../durable/env.ts";
import { formatDollars } from "../../domain/money/cents.ts";
import { isSignInLetter, writeSignInLetter } from "../auth/letters.ts";
import { NOTICE } from "../../db/notices.ts";
import { TEXTS_AGREED } from "../operations/notices.ts";
import type { OutboxMessage } from "./drain.ts";
import { noticeLetter } from "./notice-letters.ts";

export interface Letter {
  readonly to: string;
  readonly channel: "email" | "paper" | "text";
  readonly subject: string;
  readonly text: string;
}

/** Writes the letter of a message. Repeating it writes the same object again. */
export async function deliverMail(env: Env, message: OutboxMessage): Promise<void> {
  const letter = await letterOf(env, message);
  if (!letter) return;
  const day = new Date(message.createdAt).toISOString().slice(0, 10);
  await env.FILES.put(`mail/${letter.channel}/${day}/${message.id}.json`, JSON.stringify(letter, null, 2), { httpMetadata: { contentType: "application/json" } });
}

async function letterOf(env: Env, message: OutboxMessage): Promise<Letter | null> {
  const payload = message.payload as Record<string, string>;
  if (isSignInLetter(message.payload)) return { channel: "email", ...writeSignInLetter(message.payload, deriveKey(env.SECRET_KEY, "link"), env.PUBLIC_URL) };
  if (message.kind === NOTICE || message.kind === TEXTS_AGREED) return noticeLetter({ port: openPort(env), publicUrl: env.PUBLIC_URL, now: Date.now() }, message);
  if (message.kind === "email") return { channel: "email", to: payload["to"]!, subject: payload["subject"]!, text: payload["text"]! };
  const [row] = await openPort(env).query<Record<string, string>>(
    `SELECT a.delivery, p.name, p.email, a.mailing_line, a.mailing_city, a.mailing_state, a.mailing_zip FROM account a JOIN person p ON p.id = a.person_id WHERE a.id = ?`,
    [payload["accountId"]!],
  );
  if (!row) return null;
  const channel = row["delivery"] === "email" && row["email"] ? "email" : "paper";
  const to = channel === "email" ? row["email"]! : `${row["name"]}\n${row["mailing_line"]}\n${row["mailing_city"]} ${row["mailing_state"]} ${row["mailing_zip"]}`;
  const words = message.kind === "billReady" ? await billWords(env, payload["billId"]!) : await receiptWords(env, payload["paymentId"]!);
  return words ? { channel, to, ...words } : null;
}

async function billWords(env: Env, billId: string): Promise<{ subject: string; text: string } | null> {
  // Under budget billing the instalment is due, and not all of the balance.
  const [bill] = await openPort(env).query<{ number: string; charges: number; due: number; due_on: string }>(
    "SELECT b.number, b.charges, coalesce(e.data->'budget'->>'due', b.balance) AS due, b.due_on FROM bill AS b JOIN event AS e ON e.stream = 'account:' || b.account_id AND e.seq = b.seq WHERE b.id = ?",
    [billId],
  );
  if (!bill) return null;
  return {
    subject: `Your bill ${bill.number} is ready`,
    text: `New charges: ${formatDollars(bill.charges)}. Total due: ${bill.due > 0 ? formatDollars(bill.due) : "nothing"}, by ${bill.due_on}.\n\nSee it and pay at ${env.PUBLIC_URL}/portal/bills/${billId}`,
  };
}

async function receiptWords(env: Env, paymentId: string): Promise<{ subject: string; text: string } | null> {
  const [payment] = await openPort(env).query<{ amount: number; account_id: string }>("SELECT amount, account_id FROM payment WHERE id = ?", [paymentId]);
  if (!payment) return null;
  return { subject: `We received your payment of ${formatDollars(payment.amount)}`, text: `Thank you. ${formatDollars(payment.amount)} was posted to account ${payment.account_id}.` };
}
