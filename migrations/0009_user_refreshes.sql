ALTER TABLE `user_versions` ADD `forced` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `user_versions` ADD `forced_since` integer;