CREATE TABLE `audit_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`user_id` text,
	`provider` text,
	`account_id` text,
	`detail` text
);
--> statement-breakpoint
CREATE INDEX `audit_events_at` ON `audit_events` (`at`);--> statement-breakpoint
CREATE INDEX `audit_events_user` ON `audit_events` (`user_id`,`at`);--> statement-breakpoint
CREATE TABLE `connect_transactions` (
	`id` text PRIMARY KEY NOT NULL,
	`ticket_hash` text NOT NULL,
	`user_id` text NOT NULL,
	`provider` text NOT NULL,
	`return_to` text,
	`requested_scope` text NOT NULL,
	`parameters` text NOT NULL,
	`expected_account_id` text,
	`state` text NOT NULL,
	`error` text,
	`state_hash` text,
	`browser_hash` text,
	`verifier` text NOT NULL,
	`code` text,
	`attempt_id` text,
	`attempt_until` integer,
	`account_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `connect_transactions_ticket` ON `connect_transactions` (`ticket_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `connect_transactions_state` ON `connect_transactions` (`state_hash`);--> statement-breakpoint
CREATE INDEX `connect_transactions_user` ON `connect_transactions` (`user_id`);--> statement-breakpoint
CREATE INDEX `connect_transactions_expiry` ON `connect_transactions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `oauth_accounts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` text NOT NULL,
	`provider` text NOT NULL,
	`provider_account_id` text NOT NULL,
	`subject` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`expires_at` integer,
	`refresh_expires_at` integer,
	`token_type` text,
	`scope` text NOT NULL,
	`requested_scope` text NOT NULL,
	`parameters` text NOT NULL,
	`metadata` text NOT NULL,
	`display_name` text,
	`state` text NOT NULL,
	`state_reason` text,
	`token_version` integer NOT NULL,
	`refresh_due_at` integer,
	`notice_due_at` integer,
	`refresh_failures` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`last_failed_at` integer,
	`unknown_since` integer,
	`last_refreshed_at` integer,
	`last_used_at` integer,
	`lease_id` text,
	`lease_until` integer,
	`lost_lease_id` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_accounts_provider_account` ON `oauth_accounts` (`provider`,`provider_account_id`);--> statement-breakpoint
CREATE INDEX `oauth_accounts_user_provider` ON `oauth_accounts` (`user_id`,`provider`);--> statement-breakpoint
CREATE INDEX `oauth_accounts_subject` ON `oauth_accounts` (`provider`,`subject`);--> statement-breakpoint
CREATE INDEX `oauth_accounts_due` ON `oauth_accounts` (`provider`,`refresh_due_at`) WHERE refresh_due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `oauth_accounts_notice` ON `oauth_accounts` (`notice_due_at`) WHERE notice_due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `oauth_accounts_unwell` ON `oauth_accounts` (`provider`,`state`,`expires_at`) WHERE (state = 'needs_reconnect' OR refresh_failures > 0 OR (refresh_due_at IS NULL AND expires_at IS NOT NULL));--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`provider` text NOT NULL,
	`account_id` text NOT NULL,
	`subject` text NOT NULL,
	`parameters` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`due_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`lease_id` text,
	`lease_until` integer,
	`last_error` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `outbox_due` ON `outbox` (`due_at`);--> statement-breakpoint
CREATE INDEX `outbox_subject` ON `outbox` (`provider`,`subject`);--> statement-breakpoint
CREATE TABLE `page_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token_hash` text NOT NULL,
	`session_hash` text,
	`user_id` text NOT NULL,
	`label` text NOT NULL,
	`providers` text,
	`return_to` text NOT NULL,
	`notice` text,
	`version` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `page_sessions_token` ON `page_sessions` (`token_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `page_sessions_session` ON `page_sessions` (`session_hash`);--> statement-breakpoint
CREATE INDEX `page_sessions_user` ON `page_sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `page_sessions_expiry` ON `page_sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `provider_health` (
	`provider` text NOT NULL,
	`host` text NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`failed_ids` text NOT NULL,
	`open_until` integer,
	`open_for` integer,
	`reason` text,
	`window_started_at` integer,
	`window_attempts` integer DEFAULT 0 NOT NULL,
	`window_refusals` integer DEFAULT 0 NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `host`)
);
--> statement-breakpoint
CREATE INDEX `provider_health_troubled` ON `provider_health` (`open_until`) WHERE (failures > 0 OR open_until IS NOT NULL);--> statement-breakpoint
CREATE TABLE `refresh_runs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`trigger` text NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer NOT NULL,
	`claimed` integer NOT NULL,
	`refreshed` integer NOT NULL,
	`refused` integer NOT NULL,
	`failed` integer NOT NULL,
	`left` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `refresh_runs_started` ON `refresh_runs` (`started_at`);--> statement-breakpoint
CREATE TABLE `user_versions` (
	`user_id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL
);
