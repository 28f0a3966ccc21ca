ALTER TABLE `exception` ADD `stage` text;--> statement-breakpoint
ALTER TABLE `exception` ADD `snoozed_until` integer;--> statement-breakpoint
ALTER TABLE `exception` ADD `detail` text;--> statement-breakpoint
ALTER TABLE `interval_day` ADD `estimated` integer;--> statement-breakpoint
ALTER TABLE `interval_day` ADD `flow_at_end` integer;