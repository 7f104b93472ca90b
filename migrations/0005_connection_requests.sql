ALTER TABLE `connect_transactions` ADD `authorization_params` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `connect_transactions` ADD `authorized_at` integer;--> statement-breakpoint
CREATE INDEX `connect_transactions_browser` ON `connect_transactions` (`browser_hash`);