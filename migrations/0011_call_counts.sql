CREATE TABLE `call_counts` (
	`hour` integer NOT NULL,
	`provider` text NOT NULL,
	`answer` text NOT NULL,
	`calls` integer NOT NULL,
	PRIMARY KEY(`hour`, `provider`, `answer`)
);
