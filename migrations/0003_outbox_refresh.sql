ALTER TABLE `outbox` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `outbox` ADD `scope` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `client_id` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `refused` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `outbox` ADD `lost_lease_id` text;--> statement-breakpoint
CREATE INDEX `outbox_provider_due` ON `outbox` (`provider`,`due_at`);--> statement-breakpoint
CREATE INDEX `outbox_provider_tried` ON `outbox` (`provider`,`lease_until`);