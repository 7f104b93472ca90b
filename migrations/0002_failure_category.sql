ALTER TABLE `oauth_accounts` ADD `last_error_category` text;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `reason_category` text;