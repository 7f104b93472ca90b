/**
 * A copy of all users' integrations, for an app that wants them in a table of its own: filled page
 * by page, then kept by events, delivered or read. The user's version settles what is newer, so
 * events may come twice, late and in any order.
 */

/** With a key that has `read` and `operate`. */
export type Api = (path: string, init?: RequestInit) => Promise<Response>;

interface User {
  version: number;
  /** As `GET /v1/users/{userId}/integrations` answers them. */
  integrations: unknown[];
}

/** A table and a row in a real app. */
export interface Copy {
  users: Map<string, User>;
  /** Up to where the events are in it; null: it was never filled. */
  cursor: string | null;
}

interface Event {
  type: string;
  data: { userId?: string; version?: number };
}

/**
 * Fills it, and mends it after events were missed: more than 90 days away, or a database that was
 * restored on either side. Then `follow` brings what happened meanwhile.
 */
export async function reconcile(api: Api, copy: Copy): Promise<void> {
  // First of all, so that nothing which happens from here on is missed.
  const { next: cursor } = await get<{ next: string | null }>(api, '/v1/events?after=latest');
  const present = new Set<string>();
  for (let after = ''; ; ) {
    const page = await get<{
      integrations: { userId: string; version: number }[];
      next: string | null;
    }>(api, `/v1/integrations?limit=1000${after}`);
    for (const { userId, version } of page.integrations) {
      present.add(userId);
      // A higher version here is of what Mooring's database had before it was restored.
      if (copy.users.get(userId)?.version !== version) await bringUpTo(api, copy, userId, version);
    }
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  for (const userId of copy.users.keys()) if (!present.has(userId)) copy.users.delete(userId);
  copy.cursor = cursor;
}

/**
 * Reads what happened since. After downtime, and now and then: a delivery may have been given up.
 */
export async function follow(api: Api, copy: Copy): Promise<void> {
  for (;;) {
    const after = copy.cursor === null ? '' : `&after=${copy.cursor}`;
    const { events, next } = await get<{ events: Event[]; next: string | null }>(
      api,
      `/v1/events?limit=1000${after}`,
    );
    for (const event of events) await receive(api, copy, event);
    // The last page leads to itself.
    if (next === copy.cursor) return;
    copy.cursor = next;
  }
}

/** One event, from a webhook or from `follow`. */
export async function receive(api: Api, copy: Copy, { data }: Event): Promise<void> {
  if (data.userId === undefined) return;
  // An erasure has no version: what there is now is read, and that is nothing, or what came after
  // it.
  const version = data.version ?? Number.POSITIVE_INFINITY;
  if ((copy.users.get(data.userId)?.version ?? -1) >= version) return;
  await bringUpTo(api, copy, data.userId, version);
}

async function bringUpTo(api: Api, copy: Copy, userId: string, version: number): Promise<void> {
  // A token that is later than all that happened is answered from the database.
  const token = Number.isFinite(version) ? version : Number.MAX_SAFE_INTEGER;
  const path = `/v1/users/${encodeURIComponent(userId)}/integrations`;
  const user = await get<User>(api, path, { 'Consistency-Token': String(token) });
  if (user.integrations.length === 0) copy.users.delete(userId);
  else copy.users.set(userId, { version: user.version, integrations: user.integrations });
}

async function get<T>(api: Api, path: string, headers: Record<string, string> = {}): Promise<T> {
  const reply = await api(path, { headers });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return reply.json() as Promise<T>;
}
