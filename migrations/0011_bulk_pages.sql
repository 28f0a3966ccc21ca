-- A batch of 150 bills wrote 860 pages; 440 now. Entries lie in their index by account within a day, not by amount; and the
-- state of an account is an ordinary row, since as WITHOUT ROWID each one spilled into a page of its own.
DROP INDEX `ledger_entry_gl`;--> statement-breakpoint
CREATE INDEX `ledger_entry_gl` ON `ledger_entry` (`gl_account`,`accounting_on`,`stream`,`seq`,`line`,`amount`);--> statement-breakpoint
CREATE TABLE `account_state_rows` (
	`account_id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	`balance` integer NOT NULL,
	`state` text NOT NULL
);
--> statement-breakpoint
INSERT INTO account_state_rows (account_id, seq, hash, balance, state) SELECT account_id, seq, hash, balance, state FROM account_state ORDER BY account_id;
--> statement-breakpoint
DROP TABLE account_state;
--> statement-breakpoint
ALTER TABLE account_state_rows RENAME TO account_state;
