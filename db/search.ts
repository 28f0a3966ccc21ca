/** The full-text table behind "search by anything". It lives in a migration of its own, since drizzle-kit does not know FTS5. */
import { sqliteTable, text } from "drizzle-orm/sqlite-core";

export const searchEntry = sqliteTable("search_entry", {
  /** account, premise, meter, bill, person. */
  kind: text().notNull(),
  id: text().notNull(),
  accountId: text("account_id"),
  title: text().notNull(),
  body: text().notNull(),
});
