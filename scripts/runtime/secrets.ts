import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** What a deployment must keep to itself, and must keep: with it lost, what is encrypted under it is lost. */
export interface Secrets {
  /** The master key: 32 bytes, base64. */
  readonly secretKey: string;
}

export function newSecrets(): Secrets {
  return { secretKey: randomBytes(32).toString("base64") };
}

/** The secrets in `file` (readable by its owner alone), made on the first call. Throws when the file is damaged. */
export function loadSecrets(file: string): Secrets {
  if (!existsSync(file)) {
    const next = `${file}.new`;
    writeFileSync(next, `${JSON.stringify(newSecrets(), null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(next, file);
  }
  let secretKey: unknown;
  try {
    secretKey = (JSON.parse(readFileSync(file, "utf8")) as { secretKey?: unknown }).secretKey;
  } catch {
    // Said below.
  }
  if (typeof secretKey !== "string" || Buffer.from(secretKey, "base64").length !== 32) {
    throw new Error(
      `${file} does not hold a key of 32 bytes in base64 under "secretKey". Please restore it from a backup: ` +
        "a new key could not read what was encrypted under the old one.",
    );
  }
  return { secretKey };
}
