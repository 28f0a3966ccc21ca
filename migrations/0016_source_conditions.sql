CREATE TABLE `channel_condition` (
	`channel_id` integer NOT NULL,
	`day` text NOT NULL,
	`kind` text NOT NULL,
	`from_at` integer NOT NULL,
	`to_at` integer NOT NULL,
	`says` text NOT NULL,
	`seconds` integer,
	`batch_id` text NOT NULL,
	`line` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`channel_id`, `day`, `kind`)
);
--> statement-breakpoint
CREATE TABLE `meter_condition` (
	`meter_id` text NOT NULL,
	`kind` text NOT NULL,
	`is_on` integer NOT NULL,
	`since` integer NOT NULL,
	`told_at` integer NOT NULL,
	`says` text NOT NULL,
	`seconds` integer,
	`batch_id` text NOT NULL,
	`line` integer NOT NULL,
	PRIMARY KEY(`meter_id`, `kind`)
);
--> statement-breakpoint
CREATE INDEX `meter_condition_on` ON `meter_condition` (`kind`,`since`) WHERE is_on = 1;