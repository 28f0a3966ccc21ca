CREATE TABLE `account` (
	`id` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`customer_class` text NOT NULL,
	`bill_cycle` text NOT NULL,
	`mailing_line` text NOT NULL,
	`mailing_city` text NOT NULL,
	`mailing_state` text NOT NULL,
	`mailing_zip` text NOT NULL,
	`delivery` text NOT NULL,
	`opened_on` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `account_cycle` ON `account` (`bill_cycle`);--> statement-breakpoint
CREATE INDEX `account_person` ON `account` (`person_id`);--> statement-breakpoint
CREATE TABLE `account_access` (
	`user_id` text NOT NULL,
	`account_id` text NOT NULL,
	`granted_at` integer NOT NULL,
	`granted_by` text NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`user_id`, `account_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `account_access_account` ON `account_access` (`account_id`);--> statement-breakpoint
CREATE TABLE `account_state` (
	`account_id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	`balance` integer NOT NULL,
	`state` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `accounting_period` (
	`period` text PRIMARY KEY NOT NULL,
	`status` text NOT NULL,
	`changed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `auth_credential` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`user_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`password` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `auth_credential_user` ON `auth_credential` (`user_id`);--> statement-breakpoint
CREATE TABLE `auth_session` (
	`id` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`user_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_session_token_unique` ON `auth_session` (`token`);--> statement-breakpoint
CREATE INDEX `auth_session_user` ON `auth_session` (`user_id`);--> statement-breakpoint
CREATE TABLE `auth_user` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer NOT NULL,
	`image` text,
	`role` text NOT NULL,
	`language` text DEFAULT 'en' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_user_email_unique` ON `auth_user` (`email`);--> statement-breakpoint
CREATE TABLE `auth_verification` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `auth_verification_identifier` ON `auth_verification` (`identifier`);--> statement-breakpoint
CREATE TABLE `batch` (
	`id` text PRIMARY KEY NOT NULL,
	`recorded_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `bill` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`seq` integer NOT NULL,
	`number` text NOT NULL,
	`period_from` text NOT NULL,
	`period_to` text NOT NULL,
	`issued_on` text NOT NULL,
	`due_on` text NOT NULL,
	`previous_balance` integer NOT NULL,
	`charges` integer NOT NULL,
	`balance` integer NOT NULL,
	`status` text NOT NULL,
	`run_id` text,
	`snapshot_hash` text NOT NULL,
	`snapshot` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `bill_number` ON `bill` (`number`);--> statement-breakpoint
CREATE INDEX `bill_account` ON `bill` (`account_id`,`issued_on`);--> statement-breakpoint
CREATE TABLE `bill_cycle` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`close_day` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `bill_document` (
	`bill_id` text NOT NULL,
	`template` text NOT NULL,
	`key` text NOT NULL,
	`hash` text NOT NULL,
	`rendered_at` integer NOT NULL,
	PRIMARY KEY(`bill_id`, `template`)
);
--> statement-breakpoint
CREATE TABLE `bill_line` (
	`segment_id` text NOT NULL,
	`line` integer NOT NULL,
	`charge_id` text NOT NULL,
	`name` text NOT NULL,
	`gl_account` text NOT NULL,
	`quantity_milli` integer,
	`unit` text,
	`amount` integer NOT NULL,
	PRIMARY KEY(`segment_id`, `line`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `bill_run` (
	`id` text PRIMARY KEY NOT NULL,
	`cycle_id` text NOT NULL,
	`period_to` text NOT NULL,
	`bill_on` text NOT NULL,
	`status` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`started_by` text NOT NULL,
	`due` integer NOT NULL,
	`lease_until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `bill_run_account` (
	`run_id` text NOT NULL,
	`account_id` text NOT NULL,
	`outcome` text NOT NULL,
	`reason` text,
	PRIMARY KEY(`run_id`, `account_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `bill_segment` (
	`id` text PRIMARY KEY NOT NULL,
	`bill_id` text NOT NULL,
	`service_agreement_id` text NOT NULL,
	`commodity` text NOT NULL,
	`period_from` text NOT NULL,
	`period_to` text NOT NULL,
	`registered_milli` integer NOT NULL,
	`billed_milli` integer NOT NULL,
	`unit` text NOT NULL,
	`estimated` integer NOT NULL,
	`total` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `bill_segment_bill` ON `bill_segment` (`bill_id`);--> statement-breakpoint
CREATE INDEX `bill_segment_agreement` ON `bill_segment` (`service_agreement_id`,`period_to`);--> statement-breakpoint
CREATE TABLE `channel` (
	`id` integer PRIMARY KEY NOT NULL,
	`meter_id` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`unit` text NOT NULL,
	`step_minutes` integer,
	`multiplier` text NOT NULL,
	`dials` integer,
	`direction` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `channel_meter` ON `channel` (`meter_id`);--> statement-breakpoint
CREATE TABLE `command` (
	`id` text PRIMARY KEY NOT NULL,
	`stream` text NOT NULL,
	`input_hash` text NOT NULL,
	`result` text NOT NULL,
	`recorded_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `commit_guard` (
	`holds` integer NOT NULL,
	`reason` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `event` (
	`position` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`stream` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`version` integer NOT NULL,
	`data` text NOT NULL,
	`command_id` text NOT NULL,
	`batch_id` text NOT NULL,
	`actor` text NOT NULL,
	`source` text NOT NULL,
	`effective_at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	`prev_hash` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `event_stream_seq` ON `event` (`stream`,`seq`);--> statement-breakpoint
CREATE TABLE `exception` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`rule` text NOT NULL,
	`severity` text NOT NULL,
	`status` text NOT NULL,
	`meter_id` text,
	`channel_id` integer,
	`day` text,
	`read_at` integer,
	`service_point_id` text,
	`account_id` text,
	`run_id` text,
	`sentence` text NOT NULL,
	`numbers` text NOT NULL,
	`owner` text,
	`opened_at` integer NOT NULL,
	`closed_at` integer,
	`decision` text
);
--> statement-breakpoint
CREATE INDEX `exception_open` ON `exception` (`opened_at`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `exception_channel` ON `exception` (`channel_id`,`day`);--> statement-breakpoint
CREATE INDEX `exception_account` ON `exception` (`account_id`);--> statement-breakpoint
CREATE TABLE `gateway` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`key_id` text NOT NULL,
	`secret` text NOT NULL,
	`status` text NOT NULL,
	`last_seen_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `gateway_key_id_unique` ON `gateway` (`key_id`);--> statement-breakpoint
CREATE TABLE `interval_day` (
	`channel_id` integer NOT NULL,
	`day` text NOT NULL,
	`version` integer NOT NULL,
	`raw` blob NOT NULL,
	`flags` text,
	`best_total` integer NOT NULL,
	`best_peak` integer NOT NULL,
	`missing` integer NOT NULL,
	`suspect` integer NOT NULL,
	`batch_id` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`channel_id`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `interval_revision` (
	`channel_id` integer NOT NULL,
	`day` text NOT NULL,
	`revision` integer NOT NULL,
	`values` blob NOT NULL,
	`flags` text NOT NULL,
	`rule` text NOT NULL,
	`actor` text NOT NULL,
	`reason` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`channel_id`, `day`, `revision`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `invitation` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`email` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE TABLE `ledger_entry` (
	`stream` text NOT NULL,
	`seq` integer NOT NULL,
	`line` integer NOT NULL,
	`gl_account` text NOT NULL,
	`amount` integer NOT NULL,
	`item` text,
	`service_agreement_id` text,
	`accounting_on` text NOT NULL,
	`effective_at` integer NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`stream`, `seq`, `line`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `ledger_entry_gl` ON `ledger_entry` (`gl_account`,`accounting_on`,`amount`);--> statement-breakpoint
CREATE TABLE `meter` (
	`id` text PRIMARY KEY NOT NULL,
	`badge` text NOT NULL,
	`commodity` text NOT NULL,
	`size` text,
	`manufacturer` text,
	`status` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `meter_badge` ON `meter` (`badge`);--> statement-breakpoint
CREATE TABLE `meter_installation` (
	`meter_id` text NOT NULL,
	`service_point_id` text NOT NULL,
	`installed_on` text NOT NULL,
	`removed_on` text,
	PRIMARY KEY(`meter_id`, `installed_on`)
);
--> statement-breakpoint
CREATE INDEX `meter_installation_point` ON `meter_installation` (`service_point_id`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`payload` text NOT NULL,
	`created_at` integer NOT NULL,
	`available_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`done_at` integer,
	`parked_at` integer,
	`last_error` text
);
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`available_at`) WHERE done_at IS NULL AND parked_at IS NULL;--> statement-breakpoint
CREATE TABLE `payment` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`seq` integer NOT NULL,
	`amount` integer NOT NULL,
	`tender` text NOT NULL,
	`channel` text NOT NULL,
	`reference` text,
	`received_at` integer NOT NULL,
	`recorded_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `payment_account` ON `payment` (`account_id`,`received_at`);--> statement-breakpoint
CREATE INDEX `payment_received` ON `payment` (`recorded_at`);--> statement-breakpoint
CREATE TABLE `payment_intent` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`amount` integer NOT NULL,
	`status` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `payment_intent_account` ON `payment_intent` (`account_id`);--> statement-breakpoint
CREATE TABLE `person` (
	`id` text PRIMARY KEY NOT NULL,
	`ref` text NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`phone` text,
	`language` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `personal_data` (
	`ref` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`recorded_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `premise` (
	`id` text PRIMARY KEY NOT NULL,
	`line` text NOT NULL,
	`city` text NOT NULL,
	`state` text NOT NULL,
	`zip` text NOT NULL,
	`premise_class` text NOT NULL,
	`dwelling_units` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `rate_limit` (
	`key` text NOT NULL,
	`window_start` integer NOT NULL,
	`hits` integer NOT NULL,
	PRIMARY KEY(`key`, `window_start`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rate_schedule` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`commodity` text NOT NULL,
	`customer_class` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `rate_version` (
	`schedule_id` text NOT NULL,
	`version` integer NOT NULL,
	`effective_on` text NOT NULL,
	`status` text NOT NULL,
	`document` text NOT NULL,
	`document_hash` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`schedule_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `read_batch` (
	`id` text PRIMARY KEY NOT NULL,
	`gateway_id` text NOT NULL,
	`received_at` integer NOT NULL,
	`reads` integer NOT NULL,
	`outcome` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `register_read` (
	`channel_id` integer NOT NULL,
	`read_at` integer NOT NULL,
	`version` integer NOT NULL,
	`value` integer NOT NULL,
	`quality` text NOT NULL,
	`suspect` integer NOT NULL,
	`source` text NOT NULL,
	`actor` text NOT NULL,
	`reason` text,
	`batch_id` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`channel_id`, `read_at`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `request` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`text_ref` text NOT NULL,
	`opened_at` integer NOT NULL,
	`changed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `request_account` ON `request` (`account_id`);--> statement-breakpoint
CREATE INDEX `request_open` ON `request` (`opened_at`) WHERE status <> 'closed';--> statement-breakpoint
CREATE TABLE `service_agreement` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`service_point_id` text NOT NULL,
	`commodity` text NOT NULL,
	`rate_schedule_id` text NOT NULL,
	`start_on` text NOT NULL,
	`stop_on` text
);
--> statement-breakpoint
CREATE INDEX `service_agreement_account` ON `service_agreement` (`account_id`);--> statement-breakpoint
CREATE INDEX `service_agreement_point` ON `service_agreement` (`service_point_id`);--> statement-breakpoint
CREATE TABLE `service_point` (
	`id` text PRIMARY KEY NOT NULL,
	`premise_id` text NOT NULL,
	`commodity` text NOT NULL,
	`usage_from` text,
	`status` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `service_point_premise` ON `service_point` (`premise_id`);--> statement-breakpoint
CREATE TABLE `setting` (
	`topic` text NOT NULL,
	`effective_on` text NOT NULL,
	`version` integer NOT NULL,
	`value` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`topic`, `effective_on`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `watched` (
	`account_id` text PRIMARY KEY NOT NULL,
	`since` integer NOT NULL
) WITHOUT ROWID;
