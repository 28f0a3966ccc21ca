/**
 * Account numbers: seven digits and a check digit. They are read out on the phone, typed from paper bills and written on
 * checks, so a single wrong digit or two neighbours changed places must not lead to somebody else's account. They are
 * spread over the whole range: whoever knows one number does not know the next customer's.
 */
import { createHash } from "node:crypto";

/** Digits before the check digit: room for nine million, so that even a utility of 100,000 rarely meets a taken one. */
const DIGITS = 7;
const FIRST = 1_000_000;
const COUNT = 9_000_000;

/**
 * Damm's quasigroup of order ten (H. M. Damm, 2004): catches every single wrong digit and every exchange of neighbours,
 * which a plain modulus of ten does not.
 */
const DAMM: readonly (readonly number[])[] = [
  [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
  [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
  [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
  [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
  [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
  [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
  [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
  [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
  [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
  [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

function damm(digits: string): number {
  let interim = 0;
  for (const digit of digits) interim = DAMM[interim]![Number(digit)]!;
  return interim;
}

/**
 * The number for a new account. The same seed (the id of the command that opens the account) always gives the same number,
 * so that a form sent twice opens one account; when it is taken, ask again with the next attempt.
 */
export function newAccountId(seed: string, attempt = 0): string {
  const hash = createHash("sha256").update(`account ${attempt} ${seed}`).digest();
  const base = String(FIRST + (hash.readUInt32BE(0) % COUNT)).padStart(DIGITS, "0");
  return `${base}${damm(base)}`;
}

/** True when the digits fit their check digit: what was typed is an account number, though perhaps of no account. */
export function isAccountNumber(text: string): boolean {
  return new RegExp(`^\\d{${DIGITS + 1}}$`).test(text) && damm(text) === 0;
}
