CREATE TABLE `webhook_deliveries` (
	`event_id` integer NOT NULL,
	`endpoint` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`due_at` integer,
	`lease_id` text,
	`last_status` integer,
	`dead_at` integer,
	PRIMARY KEY(`event_id`, `endpoint`)
);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`endpoint`,`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_dead` ON `webhook_deliveries` (`endpoint`,`dead_at`) WHERE dead_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhook_endpoints` (
	`name` text PRIMARY KEY NOT NULL,
	`target` text NOT NULL,
	`disabled_at` integer NOT NULL
);
