ALTER TABLE `oauth_accounts` ADD `checked_at` integer;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `verified_at` integer;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `check_refused_at` integer;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `check_due_at` integer;--> statement-breakpoint
CREATE INDEX `oauth_accounts_check_due` ON `oauth_accounts` (`check_due_at`) WHERE check_due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `oauth_accounts_check_refused` ON `oauth_accounts` (`provider`,`check_refused_at`) WHERE check_refused_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `oauth_accounts_verified` ON `oauth_accounts` (`provider`,`verified_at`) WHERE verified_at IS NOT NULL;