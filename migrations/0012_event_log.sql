DROP INDEX `audit_events_at`;--> statement-breakpoint
DROP INDEX `audit_events_user`;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `dedupe_key` text;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `version` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `audit_events_dedupe` ON `audit_events` (`dedupe_key`) WHERE dedupe_key IS NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_events_of_user` ON `audit_events` (`user_id`) WHERE user_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_events_erased` ON `audit_events` (`at`) WHERE type = 'user.erased';