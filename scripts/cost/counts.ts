/**
 * What the platform bills for, as D1 itself counts it: held by test/refresh/cost.test.ts and
 * test/refresh/idle.test.ts, which fail where these are no longer so. scripts/cost.ts makes the
 * tables of docs/cost.md of them.
 */
export const counts = {
  /** One quiet refresh; rows read at most. */
  refresh: { rowsWritten: 3, rowsRead: 17, d1Calls: 1.2, kvOperations: 0 },
  /** One that came late: visible, so the version grows and KV gets the new snapshot. */
  late: { rowsWritten: 4, kvOperations: 1 },
  /** The row that tells of a run that had something to do: itself, its index, the id's sequence. */
  run: { rowsWritten: 3 },
  /**
   * One event of a user, and its delivery to one endpoint, at once (test/events/deliver.test.ts).
   */
  event: { rowsWritten: 4 },
  delivery: { rowsWritten: 4 },
  /** Each further try of a delivery. */
  deliveryAgain: { rowsWritten: 4 },
  /**
   * A tick of each minute and one of each hour that find nothing, without WEBHOOKS. The hourly one
   * looks at the 500 oldest events for those that are to go.
   */
  tick: { rowsRead: 42, kvLists: 0 },
  hour: { rowsRead: 545, kvLists: 1 },
  /** A token for a caller, where no refresh is needed; at most. */
  token: { rowsRead: 2 },
  /** Refreshes of one integration in a day, with access tokens of an hour. */
  perDay: { active: 33, idle: 1 },
} as const;
