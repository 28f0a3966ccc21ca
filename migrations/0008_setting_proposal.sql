CREATE TABLE `setting_proposal` (
	`id` text PRIMARY KEY NOT NULL,
	`topic` text NOT NULL,
	`effective_on` text NOT NULL,
	`before` text NOT NULL,
	`value` text NOT NULL,
	`status` text NOT NULL,
	`note_ref` text,
	`proposed_by` text NOT NULL,
	`proposed_at` integer NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	`decision_ref` text
);
--> statement-breakpoint
CREATE INDEX `setting_proposal_open` ON `setting_proposal` (`proposed_at`) WHERE status = 'open';