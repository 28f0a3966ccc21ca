CREATE TABLE `usage_alert` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`channel_id` integer NOT NULL,
	`meter_id` text NOT NULL,
	`service_point_id` text NOT NULL,
	`account_id` text,
	`started_at` integer NOT NULL,
	`through_at` integer NOT NULL,
	`ended_at` integer,
	`unit` text NOT NULL,
	`step_minutes` integer NOT NULL,
	`least` integer NOT NULL,
	`usage` integer NOT NULL,
	`raised_at` integer NOT NULL,
	`cleared_at` integer,
	`acknowledged_at` integer
);
--> statement-breakpoint
CREATE INDEX `usage_alert_channel` ON `usage_alert` (`channel_id`,`through_at`);--> statement-breakpoint
CREATE INDEX `usage_alert_account` ON `usage_alert` (`account_id`,`started_at`);--> statement-breakpoint
CREATE INDEX `usage_alert_running` ON `usage_alert` (`started_at`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE TABLE `usage_budget` (
	`account_id` text NOT NULL,
	`service_point_id` text NOT NULL,
	`quantity` integer NOT NULL,
	`unit` text NOT NULL,
	`set_at` integer NOT NULL,
	PRIMARY KEY(`service_point_id`, `account_id`)
);

--> statement-breakpoint
-- What a leak lost is evidence for an adjustment: once it is over, only the customer's word that they know may be added.
CREATE TRIGGER usage_alert_evidence BEFORE UPDATE ON usage_alert
WHEN OLD.cleared_at IS NOT NULL AND (NEW.kind <> OLD.kind OR NEW.channel_id <> OLD.channel_id OR NEW.account_id IS NOT OLD.account_id OR NEW.started_at <> OLD.started_at
  OR NEW.through_at <> OLD.through_at OR NEW.ended_at IS NOT OLD.ended_at OR NEW.least <> OLD.least OR NEW.usage <> OLD.usage OR NEW.cleared_at IS NOT OLD.cleared_at)
BEGIN
  SELECT RAISE(ABORT, 'an alert that is over is evidence and is never changed');
END;
--> statement-breakpoint
CREATE TRIGGER usage_alert_stays BEFORE DELETE ON usage_alert
BEGIN
  SELECT RAISE(ABORT, 'an alert is evidence and is never deleted');
END;
