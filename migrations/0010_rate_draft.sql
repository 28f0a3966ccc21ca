CREATE TABLE `rate_draft` (
	`id` text PRIMARY KEY NOT NULL,
	`schedule_id` text NOT NULL,
	`name` text NOT NULL,
	`commodity` text NOT NULL,
	`customer_class` text NOT NULL,
	`effective_on` text NOT NULL,
	`document` text NOT NULL,
	`document_hash` text NOT NULL,
	`status` text NOT NULL,
	`origin` text NOT NULL,
	`not_carried_over` text NOT NULL,
	`saved_by` text NOT NULL,
	`saved_at` integer NOT NULL,
	`proposed_by` text,
	`proposed_at` integer,
	`note_ref` text,
	`decided_by` text,
	`decided_at` integer,
	`decision_ref` text,
	`shown_to_customers` integer NOT NULL,
	`published_version` integer
);
--> statement-breakpoint
CREATE INDEX `rate_draft_open` ON `rate_draft` (`schedule_id`) WHERE status IN ('draft', 'proposed');--> statement-breakpoint
CREATE TABLE `rate_replay` (
	`id` text PRIMARY KEY NOT NULL,
	`draft_id` text NOT NULL,
	`schedule_id` text NOT NULL,
	`document` text NOT NULL,
	`document_hash` text NOT NULL,
	`from_on` text NOT NULL,
	`to_on` text NOT NULL,
	`status` text NOT NULL,
	`accounts` integer NOT NULL,
	`started_by` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`lease_until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `rate_replay_draft` ON `rate_replay` (`draft_id`);--> statement-breakpoint
CREATE INDEX `rate_replay_running` ON `rate_replay` (`lease_until`) WHERE status = 'running';--> statement-breakpoint
CREATE TABLE `rate_replay_account` (
	`replay_id` text NOT NULL,
	`account_id` text NOT NULL,
	`customer_class` text NOT NULL,
	`zip` text NOT NULL,
	`segments` integer NOT NULL,
	`before` integer NOT NULL,
	`after` integer NOT NULL,
	`unpriced` integer NOT NULL,
	`reason` text,
	PRIMARY KEY(`replay_id`, `account_id`)
);
--> statement-breakpoint
CREATE TRIGGER rate_draft_over BEFORE UPDATE ON rate_draft
WHEN OLD.status IN ('published', 'discarded')
BEGIN
  SELECT RAISE(ABORT, 'a draft that was published or discarded is never changed');
END;
--> statement-breakpoint
CREATE TRIGGER rate_draft_as_proposed BEFORE UPDATE OF document, document_hash, effective_on ON rate_draft
WHEN OLD.status = 'proposed' AND (NEW.document_hash <> OLD.document_hash OR NEW.effective_on <> OLD.effective_on)
BEGIN
  SELECT RAISE(ABORT, 'what is published is what was proposed');
END;
--> statement-breakpoint
CREATE TRIGGER rate_draft_second_person BEFORE UPDATE OF status ON rate_draft
WHEN NEW.status = 'published' AND (NEW.decided_by IS NULL OR NEW.decided_by = OLD.proposed_by)
BEGIN
  SELECT RAISE(ABORT, 'a rate is published by another person than the one who proposed it');
END;
