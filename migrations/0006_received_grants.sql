ALTER TABLE `outbox` ADD `transaction_id` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `received_grant` text;--> statement-breakpoint
CREATE INDEX `outbox_transaction` ON `outbox` (`transaction_id`) WHERE transaction_id IS NOT NULL;