ALTER TABLE `oauth_accounts` ADD `access_lifetime` integer;--> statement-breakpoint
ALTER TABLE `oauth_accounts` ADD `refresh_lifetime` integer;--> statement-breakpoint
-- Refreshes whose reply stated no lifetime left these tokens without an end, so nothing renewed them.
-- They are due within six hours, later than any stored snapshot is believed. What was once stated is
-- lost: an hour is assumed until a reply states another lifetime.
UPDATE `oauth_accounts` SET `access_lifetime` = 3600000, `refresh_due_at` = unixepoch() * 1000 + 600000 + abs(random() % 21000000) WHERE `state` = 'active' AND `refresh_token` IS NOT NULL AND `expires_at` IS NULL AND `refresh_due_at` IS NULL AND `last_refreshed_at` IS NOT NULL;
