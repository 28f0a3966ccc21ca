CREATE TABLE `bill_cancellation` (
	`bill_id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`seq` integer NOT NULL,
	`canceled_on` text NOT NULL,
	`cause` text NOT NULL,
	`replaced_by` text,
	`recorded_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `bill_cancellation_replaced_by` ON `bill_cancellation` (`replaced_by`);--> statement-breakpoint
CREATE TABLE `rebill_proposal` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`asked` text NOT NULL,
	`branch_hash` text NOT NULL,
	`net` integer NOT NULL,
	`reason_ref` text NOT NULL,
	`status` text NOT NULL,
	`proposed_by` text NOT NULL,
	`proposed_at` integer NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	`decision_ref` text
);
--> statement-breakpoint
CREATE INDEX `rebill_proposal_account` ON `rebill_proposal` (`account_id`);--> statement-breakpoint
CREATE INDEX `rebill_proposal_open` ON `rebill_proposal` (`proposed_at`) WHERE status = 'open';--> statement-breakpoint
CREATE TRIGGER bill_cancellation_of_a_bill BEFORE INSERT ON bill_cancellation
BEGIN
  SELECT RAISE(ABORT, 'the bill is canceled already, or is none')
  WHERE NOT EXISTS (SELECT 1 FROM bill WHERE id = NEW.bill_id AND account_id = NEW.account_id AND status = 'complete');
END;
--> statement-breakpoint
CREATE TRIGGER bill_cancellation_marks_it AFTER INSERT ON bill_cancellation
BEGIN
  UPDATE bill SET status = 'canceled' WHERE id = NEW.bill_id;
END;
--> statement-breakpoint
CREATE TRIGGER bill_cancellation_never_updated BEFORE UPDATE ON bill_cancellation
BEGIN
  SELECT RAISE(ABORT, 'cancellations are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER bill_cancellation_never_deleted BEFORE DELETE ON bill_cancellation
BEGIN
  SELECT RAISE(ABORT, 'cancellations are never changed');
END;
--> statement-breakpoint
-- The life of a completed bill: it may be canceled, once, and nothing else becomes of it.
CREATE TRIGGER bill_status_moves BEFORE UPDATE OF status ON bill
WHEN NOT (OLD.status = 'complete' AND NEW.status = 'canceled')
BEGIN
  SELECT RAISE(ABORT, 'a bill is complete until it is canceled');
END;
