/** How passwords are kept and what a new one must be. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";

/**
 * scrypt as OWASP's password storage sheet lists it for little memory: 16 MiB and five passes cost an attacker what
 * 128 MiB in one pass does, and fit beside other requests in a Worker's 128 MB. About 0.2 s of CPU.
 */
const COST = { N: 2 ** 14, r: 8, p: 5 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Long enough to need no rules about signs and digits (NIST SP 800-63B). */
export const PASSWORD_MIN = 12;
/** Hashing takes its time by length as well; nobody types more. */
export const PASSWORD_MAX = 128;
/** `aaaaaaaaaaaa` and `121212121212` are long and no secret. */
const DISTINCT_MIN = 5;

/** `scrypt$N$r$p$salt$key`, base64url. The cost stands in it, so that it can be raised for new passwords. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES, COST);
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Whether the password is the one that was hashed. Never throws: what cannot be read matches nothing. */
export async function verifyPassword({ hash, password }: { readonly hash: string; readonly password: string }): Promise<boolean> {
  const [scheme, N, r, p, salt = "", key = ""] = hash.split("$");
  const kept = Buffer.from(key, "base64url");
  if (scheme !== "scrypt" || kept.length === 0) return false;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt, "base64url"), kept.length, cost).catch(() => null);
  return given !== null && timingSafeEqual(given, kept);
}

/** What is wrong with a new password, or null. */
export function passwordProblem(password: string, email: string): "short" | "long" | "simple" | null {
  const length = [...password].length;
  if (length < PASSWORD_MIN) return "short";
  if (length > PASSWORD_MAX) return "long";
  const plain = password.toLowerCase();
  if (new Set(plain).size < DISTINCT_MIN || plain === email.trim().toLowerCase()) return "simple";
  return null;
}

/** The same letters typed on another keyboard are the same password: NFKC first. */
function derive(password: string, salt: Buffer, bytes: number, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, bytes, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
