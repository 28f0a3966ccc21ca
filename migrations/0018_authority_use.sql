CREATE TABLE `authority_use` (
	`command_id` text PRIMARY KEY NOT NULL,
	`actor` text NOT NULL,
	`day` text NOT NULL,
	`kind` text NOT NULL,
	`amount` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `authority_use_day` ON `authority_use` (`actor`,`day`,`kind`);