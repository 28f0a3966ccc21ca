CREATE TABLE `meter_command` (
	`id` text PRIMARY KEY NOT NULL,
	`meter_id` text NOT NULL,
	`gateway_id` text NOT NULL,
	`endpoint_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	`requested_by` text NOT NULL,
	`requested_at` integer NOT NULL,
	`sent_at` integer,
	`deadline_at` integer NOT NULL,
	`finished_at` integer,
	`answer` text
);
--> statement-breakpoint
CREATE INDEX `meter_command_meter` ON `meter_command` (`meter_id`,`requested_at`);--> statement-breakpoint
CREATE INDEX `meter_command_open` ON `meter_command` (`deadline_at`) WHERE finished_at IS NULL;--> statement-breakpoint
CREATE TABLE `meter_endpoint` (
	`meter_id` text NOT NULL,
	`from_on` text NOT NULL,
	`to_on` text,
	`endpoint_id` text NOT NULL,
	`gateway_id` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`meter_id`, `from_on`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `meter_endpoint_now` ON `meter_endpoint` (`gateway_id`,`endpoint_id`) WHERE to_on IS NULL;--> statement-breakpoint
CREATE TABLE `meter_test` (
	`id` text PRIMARY KEY NOT NULL,
	`meter_id` text NOT NULL,
	`tested_on` text NOT NULL,
	`as_found` integer NOT NULL,
	`as_left` integer,
	`passed` integer NOT NULL,
	`note` text,
	`actor` text NOT NULL,
	`recorded_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `meter_test_meter` ON `meter_test` (`meter_id`,`tested_on`);--> statement-breakpoint
ALTER TABLE `meter_installation` ADD `installed_at` integer;--> statement-breakpoint
ALTER TABLE `meter_installation` ADD `removed_at` integer;--> statement-breakpoint
-- What a test bench measured is evidence for what a customer was billed: it stays as it was written down.
CREATE TRIGGER meter_test_never_updated BEFORE UPDATE ON meter_test
BEGIN
  SELECT RAISE(ABORT, 'meter tests are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER meter_test_never_deleted BEFORE DELETE ON meter_test
BEGIN
  SELECT RAISE(ABORT, 'meter tests are never deleted');
END;
