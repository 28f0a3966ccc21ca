/** How passwords are kept. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";

/**
 * scrypt as OWASP's password storage sheet lists it for little memory: 16 MiB and five passes cost an attacker what
 * 128 MiB in one pass does, and fit beside other requests in a Worker's 128 MB. About 0.2 s of CPU.
 */
const COST = { N: 2 ** 14, r: 8, p: 5 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

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

/** The same letters typed on another keyboard are the same password: NFKC first. */
function derive(password: string, salt: Buffer, bytes: number, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, bytes, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
