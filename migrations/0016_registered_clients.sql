CREATE TABLE `registered_clients` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`provider` text NOT NULL,
	`server` text NOT NULL,
	`redirect_uri` text NOT NULL,
	`client_id` text NOT NULL,
	`client_secret` text,
	`secret_expires_at` integer,
	`client_auth` text NOT NULL,
	`registration_url` text,
	`registration_token` text,
	`registered_at` integer NOT NULL,
	`replaced_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `registered_clients_current` ON `registered_clients` (`provider`,`server`,`redirect_uri`) WHERE replaced_at IS NULL;--> statement-breakpoint
CREATE INDEX `registered_clients_client` ON `registered_clients` (`provider`,`client_id`);--> statement-breakpoint
ALTER TABLE `connect_transactions` ADD `client_id` text;