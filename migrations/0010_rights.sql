CREATE TABLE `ended_delegations` (
	`user_hash` text PRIMARY KEY NOT NULL,
	`ended_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `ended_delegations_ended` ON `ended_delegations` (`ended_at`);--> statement-breakpoint
CREATE TABLE `service_keys` (
	`name` text PRIMARY KEY NOT NULL,
	`last_used_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `connect_transactions` ADD `also_grants` text;--> statement-breakpoint
ALTER TABLE `page_sessions` ADD `allowed_providers` text;