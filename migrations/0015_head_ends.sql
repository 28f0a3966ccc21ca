CREATE TABLE `head_end` (
	`gateway_id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`read_url` text,
	`switch_url` text,
	`ping_url` text,
	`user_name` text,
	`secret` text,
	`changed_at` integer NOT NULL
);
