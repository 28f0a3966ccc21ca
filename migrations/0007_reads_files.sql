-- Files of reads: the file, its parts as they were stored, where each stored value comes from, and mappings of tables.
-- The rows of read_source are small and asked for by channel and time: they need no index beside the table.
CREATE TABLE `read_source` (
	`channel_id` integer NOT NULL,
	`at` integer NOT NULL,
	`batch_id` text NOT NULL,
	`line` integer NOT NULL,
	`slots` integer NOT NULL,
	`line_step` integer NOT NULL,
	`lines` text,
	PRIMARY KEY(`channel_id`, `at`, `batch_id`, `line`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `reads_file` (
	`id` text PRIMARY KEY NOT NULL,
	`gateway_id` text NOT NULL,
	`actor` text NOT NULL,
	`source` text NOT NULL,
	`name` text NOT NULL,
	`key` text NOT NULL,
	`hash` text NOT NULL,
	`content_hash` text NOT NULL,
	`bytes` integer NOT NULL,
	`content_bytes` integer NOT NULL,
	`options` text NOT NULL,
	`format` text,
	`status` text NOT NULL,
	`counts` text,
	`received_at` integer NOT NULL,
	`finished_at` integer,
	`claimed_until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `reads_file_received` ON `reads_file` (`received_at`);--> statement-breakpoint
CREATE INDEX `reads_file_open` ON `reads_file` (`claimed_until`) WHERE status = 'received';--> statement-breakpoint
CREATE TABLE `reads_file_part` (
	`file_id` text NOT NULL,
	`part` integer NOT NULL,
	`batch_id` text,
	`counts` text NOT NULL,
	`notes` text NOT NULL,
	`notes_count` integer NOT NULL,
	PRIMARY KEY(`file_id`, `part`)
);
--> statement-breakpoint
CREATE TABLE `reads_mapping` (
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`mapping` text NOT NULL,
	`effective_at` integer NOT NULL,
	`actor` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`name`, `version`)
);
--> statement-breakpoint
ALTER TABLE `gateway` ADD `previous_secret` text;--> statement-breakpoint
ALTER TABLE `gateway` ADD `previous_until` integer;--> statement-breakpoint
ALTER TABLE `read_batch` ADD `file_id` text;
--> statement-breakpoint
CREATE TRIGGER reads_file_part_never_updated BEFORE UPDATE ON reads_file_part
BEGIN
  SELECT RAISE(ABORT, 'parts of a file are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER reads_file_part_never_deleted BEFORE DELETE ON reads_file_part
BEGIN
  SELECT RAISE(ABORT, 'parts of a file are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER read_source_never_updated BEFORE UPDATE ON read_source
BEGIN
  SELECT RAISE(ABORT, 'where a read comes from is never changed');
END;
--> statement-breakpoint
CREATE TRIGGER read_source_never_deleted BEFORE DELETE ON read_source
BEGIN
  SELECT RAISE(ABORT, 'where a read comes from is never changed');
END;
--> statement-breakpoint
CREATE TRIGGER reads_mapping_never_updated BEFORE UPDATE ON reads_mapping
BEGIN
  SELECT RAISE(ABORT, 'a version of a mapping is never changed');
END;
--> statement-breakpoint
CREATE TRIGGER reads_mapping_never_deleted BEFORE DELETE ON reads_mapping
BEGIN
  SELECT RAISE(ABORT, 'a version of a mapping is never changed');
END;
--> statement-breakpoint
CREATE TRIGGER reads_file_never_deleted BEFORE DELETE ON reads_file
BEGIN
  SELECT RAISE(ABORT, 'files of reads are never deleted');
END;
