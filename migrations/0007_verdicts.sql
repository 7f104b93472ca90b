CREATE TABLE `client_grants` (
	`provider` text NOT NULL,
	`host` text NOT NULL,
	`client_id` text NOT NULL,
	`granted_at` integer NOT NULL,
	`granted_row` integer,
	PRIMARY KEY(`provider`, `host`, `client_id`)
);
--> statement-breakpoint
CREATE INDEX `client_grants_granted` ON `client_grants` (`granted_at`);--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `refusal` text;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `refusals` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `refused_since` integer;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `refused_at` integer;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `state_confirmed_at` integer;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `client_id` text;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `failed_users` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `refused_users` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `granted_at` integer;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `refusals_open_since` integer;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `verdicts` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `verdicts_since` integer;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `operator_told_at` integer;--> statement-breakpoint
ALTER TABLE `provider_health` ADD `opening_told_at` integer;--> statement-breakpoint
CREATE INDEX `provider_health_updated` ON `provider_health` (`updated_at`);--> statement-breakpoint
UPDATE `oauth_accounts` SET `state_confirmed_at` = `updated_at` WHERE `state` = 'needs_reconnect' AND `refresh_due_at` IS NULL;
