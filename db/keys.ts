/** One bound master key, one derived key for each use: a leak of one tells nothing of the others. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const derived = new Map<string, string>();

/** HKDF-SHA-256 of the master key for a use such as `log`, `session`, `gateway`. Base64url, 32 bytes. */
export function deriveKey(master: string, use: string): string {
  const name = `${use}\0${master}`;
  const known = derived.get(name);
  if (known !== undefined) return known;
  const key: string = Buffer.from(hkdfSync("sha256", Buffer.from(master, "base64"), "meterline", use, 32)).toString("base64url");
  derived.set(name, key);
  return key;
}

/** AES-256-GCM under a derived key: `iv.ciphertext.tag`, each base64url. For secrets that must be used again (HMAC keys). */
export function encryptSecret(key: string, plain: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key, "base64url"), iv);
  const text = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return [iv, text, cipher.getAuthTag()].map((part) => part.toString("base64url")).join(".");
}

/** @throws when the text was not encrypted under this key or was tampered with */
export function decryptSecret(key: string, encrypted: string): string {
  const [iv, text, tag] = encrypted.split(".").map((part) => Buffer.from(part, "base64url"));
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(key, "base64url"), iv!);
  decipher.setAuthTag(tag!);
  return Buffer.concat([decipher.update(text!), decipher.final()]).toString("utf8");
}
