CREATE TABLE `alert_channel` (
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`email` integer NOT NULL,
	`text` integer NOT NULL,
	PRIMARY KEY(`user_id`, `kind`)
);
--> statement-breakpoint
CREATE TABLE `text_number` (
	`user_id` text PRIMARY KEY NOT NULL,
	`phone` text NOT NULL,
	`agreed_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `text_number_phone` ON `text_number` (`phone`);