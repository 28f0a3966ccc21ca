/**
 * Brings a database to the schema of this version. Migrations are append-only: what a database has applied must be
 * the beginning of what this version knows, text for text. Each one is applied whole, in one batch with its record.
 */
import { createHash } from "node:crypto";
import { ConstraintError, UnavailableError, type SqlPort, type Statement } from "./port.ts";

export interface Migration {
  /** 0, 1, 2, … without a gap. */
  readonly idx: number;
  /** As drizzle-kit names the file: `0001_triggers`. */
  readonly tag: string;
  /** The file's text. */
  readonly sql: string;
}

export interface AppliedMigration {
  readonly idx: number;
  readonly tag: string;
  /** SHA-256 of the text, hex. */
  readonly hash: string;
  readonly appliedAt: number;
}

export interface MigrateOptions {
  readonly migrations: readonly Migration[];
  /** Told a line for each migration that is applied. */
  readonly log?: (line: string) => void;
  readonly now?: () => number;
}

/** How many migrations the database had and has, and the tags of those applied now. */
export interface MigrateResult {
  readonly from: number;
  readonly to: number;
  readonly applied: string[];
}

/** The database and this version do not belong together; the message says what to do. Nothing was changed. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** Triggers contain semicolons, so statements are separated by drizzle-kit's mark alone. */
const BREAKPOINT = "--> statement-breakpoint";

const CREATE_RECORD: Statement = {
  sql: "CREATE TABLE IF NOT EXISTS migration (idx INTEGER PRIMARY KEY NOT NULL, tag TEXT NOT NULL, hash TEXT NOT NULL, applied_at INTEGER NOT NULL)",
};

/**
 * Applies what is missing. Safe to repeat after any failure and to run from several processes at once.
 * @throws MigrationError, UnavailableError (run it again: it goes on where it is)
 */
export async function migrate(port: SqlPort, { migrations, log = () => {}, now = Date.now }: MigrateOptions): Promise<MigrateResult> {
  assertNumbered(migrations);
  const applied: string[] = [];
  let from: number | undefined;
  // Looks again after each step, since another process may be doing the same.
  for (;;) {
    const state = await migrationState(port);
    from ??= state.length;
    const [next] = pendingMigrations(state, migrations);
    if (!next) return { from, to: state.length, applied };
    if (await applyOne(port, next, now())) {
      log(`applied migration ${named(next)}`);
      applied.push(next.tag);
    }
  }
}

/**
 * What the database has applied, oldest first; none for an empty database.
 * @throws MigrationError when it has tables and no record of where they come from
 */
export async function migrationState(port: SqlPort): Promise<AppliedMigration[]> {
  const tables = (await port.query<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"))
    .map(({ name }) => name)
    .filter((name) => !/^(sqlite|libsql|_litestream)_/.test(name));
  const recorded = tables.includes("migration")
    ? await port.query<AppliedMigration>("SELECT idx, tag, hash, applied_at AS appliedAt FROM migration ORDER BY idx")
    : [];
  const others = tables.filter((name) => name !== "migration");
  if (recorded.length === 0 && others.length > 0) {
    throw new MigrationError(
      `this database has tables (${listed(others)}) but no record of a migration: it is not a Meterline database, or it was restored in part. ` +
        "Use an empty database, or restore the whole backup",
    );
  }
  return recorded;
}

/**
 * What is still to be applied to a database in this state.
 * @throws MigrationError when the state is not the beginning of `migrations`
 */
export function pendingMigrations(state: readonly AppliedMigration[], migrations: readonly Migration[]): Migration[] {
  state.forEach((has, position) => {
    if (has.idx !== position) {
      throw new MigrationError(`the database's record of migrations lacks number ${position}: rows were taken out of the table "migration". Restore the backup`);
    }
    const known = migrations[position];
    if (!known) {
      throw new MigrationError(
        `this database was written by a newer Meterline: it has migration ${named(has)} that this version does not know. Start the newer version, or restore a backup from before the update`,
      );
    }
    if (known.tag !== has.tag) {
      throw new MigrationError(`migration ${has.idx} of this database is '${has.tag}' and of this version '${known.tag}': they come from different branches. Start the version that wrote the database`);
    }
    if (hashOf(known.sql) !== has.hash) {
      throw new MigrationError(`migration ${named(has)} was changed after it was applied. Put the file back as it was, and write the change as a new migration`);
    }
  });
  return migrations.slice(state.length);
}

/** @returns false when another process has applied the same in the meantime */
async function applyOne(port: SqlPort, migration: Migration, at: number): Promise<boolean> {
  const record = {
    sql: "INSERT INTO migration (idx, tag, hash, applied_at) VALUES (?, ?, ?, ?)",
    args: [migration.idx, migration.tag, hashOf(migration.sql), at],
  };
  try {
    // The record goes first, so that of two processes the slower one fails on it and on nothing else.
    await port.write([CREATE_RECORD, record, ...statementsOf(migration)]);
    return true;
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    if (error instanceof ConstraintError && error.constraint === "migration.idx") return false;
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(`migration ${named(migration)} failed and was undone: ${reason}`, { cause: error });
  }
}

function statementsOf({ sql }: Migration): Statement[] {
  return sql
    .split(BREAKPOINT)
    .map((part) => part.trim())
    .filter((part) => part.replace(/^\s*--.*$/gm, "").trim() !== "")
    .map((part) => ({ sql: part }));
}

/** Line ends are not part of it: a checkout on another system may have changed them. */
function hashOf(sql: string): string {
  return createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");
}

function assertNumbered(migrations: readonly Migration[]): void {
  migrations.forEach((migration, position) => {
    if (migration.idx !== position) throw new MigrationError(`migration '${migration.tag}' has number ${migration.idx}, expected ${position}: the journal has a gap`);
    if (statementsOf(migration).length === 0) throw new MigrationError(`migration ${named(migration)} has no statement`);
  });
}

function named({ idx, tag }: { idx: number; tag: string }): string {
  return `${idx} '${tag}'`;
}

function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}
