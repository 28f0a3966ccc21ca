import { openLibsql } from "../../db/libsql.ts";
import { migrate, type MigrateResult } from "../../db/migrate.ts";
import { loadMigrations } from "../../db/migrations-folder.ts";

export interface DatabaseAddress {
  readonly url: string;
  readonly token?: string;
}

/** Brings a database to this version's schema. Throws MigrationError (a sentence) when the two do not belong together. */
export function migrateDatabase({ url, token }: DatabaseAddress, log?: (line: string) => void): Promise<MigrateResult> {
  return migrate(openLibsql({ url, authToken: token }), { migrations: loadMigrations(), log });
}
