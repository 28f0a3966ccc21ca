/** The migrations as drizzle-kit leaves them in a folder. For Node only. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MigrationError, type Migration } from "./migrate.ts";

export const MIGRATIONS_FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), "migrations");

/** @throws MigrationError when the journal and the files do not match */
export function loadMigrations(folder: string = MIGRATIONS_FOLDER): Migration[] {
  const journal = join(folder, "meta", "_journal.json");
  if (!existsSync(journal)) throw new MigrationError(`${folder} holds no migrations: ${journal} is missing`);
  const { entries } = JSON.parse(readFileSync(journal, "utf8")) as { entries: { idx: number; tag: string }[] };
  const tags = new Set(entries.map(({ tag }) => `${tag}.sql`));
  const stray = readdirSync(folder).find((file) => file.endsWith(".sql") && !tags.has(file));
  if (stray) throw new MigrationError(`${join(folder, stray)} is not in the journal and would never be applied`);
  return entries.map(({ idx, tag }) => {
    const path = join(folder, `${tag}.sql`);
    if (!existsSync(path)) throw new MigrationError(`migration ${idx} '${tag}' is in the journal, but ${path} is missing`);
    return { idx, tag, sql: readFileSync(path, "utf8") };
  });
}
