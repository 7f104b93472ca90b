/**
 * Several integrations of one user that change in one group make one KV write: what is to be
 * published waits until the user's last attempt is over, and only the newest snapshot goes out.
 */
import type { Deps } from '../deps';
import { publish } from '../status-cache/publish';
import type { Snapshot } from '../status-cache/snapshot';

export class Publication {
  readonly #deps: Deps;
  readonly #newest = new Map<string, Snapshot>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  add(snapshot: Snapshot | null): void {
    if (!snapshot) return;
    const known = this.#newest.get(snapshot.userId);
    if (!known || known.version < snapshot.version) this.#newest.set(snapshot.userId, snapshot);
  }

  /** Publishes what this user has, if anything. Never throws: the change is made. */
  async flush(userId: string): Promise<void> {
    const snapshot = this.#newest.get(userId);
    if (!snapshot) return;
    this.#newest.delete(userId);
    await publish(this.#deps, snapshot);
  }

  async flushAll(): Promise<void> {
    for (const userId of [...this.#newest.keys()]) await this.flush(userId);
  }
}
