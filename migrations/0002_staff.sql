ALTER TABLE `auth_user` ADD `deactivated_at` integer;--> statement-breakpoint
CREATE INDEX `auth_user_staff` ON `auth_user` (`role`) WHERE role <> 'customer';