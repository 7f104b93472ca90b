/**
 * The receiver of webhooks: what came to it, and what it has answered. I13: each delivery arrives
 * at least once or is a dead letter, is noted as delivered only when it was answered, is sent by
 * one at a time, and none is of a change that was not.
 */

import type { Scheduler } from '../kernel/clock';
import type { D1 } from '../kernel/d1';
import type { Invocation } from '../kernel/invocation';
import { between, chance } from '../kernel/random';

export const RECEIVER = 'hooks.example';

/** Then its sender has given up. */
const UNDER_WAY_MS = 15_000;

export interface ReceiverHost {
  readonly scheduler: Scheduler;
  readonly d1: D1;
  /** Faults have ended. */
  readonly calm: boolean;
  violate(what: string, details: string): void;
  cover(kind: string): void;
  note(text: () => string): void;
}

/** Of tries, while not all is well. */
const FAULTY = 0.4;

export class Receiver {
  /** Ids of events that were answered with a 2xx. */
  readonly #answered = new Set<string>();
  /** Since when a try is under way that somebody waits for. */
  readonly #underWay = new Map<string, number>();

  private readonly host: ReceiverHost;

  constructor(host: ReceiverHost) {
    this.host = host;
  }

  fetchFor(by: Invocation): (request: Request) => Promise<Response> {
    return async (request) => {
      const { id } = (await request.json()) as { id: string };
      return by.await(() => this.#take(by, id));
    };
  }

  async #take(by: Invocation, id: string): Promise<Response> {
    const { host } = this;
    const { scheduler } = host;
    const { random } = by;
    const since = this.#underWay.get(id);
    if (since !== undefined && scheduler.now - since < UNDER_WAY_MS) {
      host.violate('I13: a delivery is sent by two at once', id);
    }
    this.#underWay.set(id, scheduler.now);
    host.note(() => `${by.name} sends ${id}`);
    await scheduler.pause(between(random, 1, 300));
    if (!this.#isCommitted(id)) host.violate('I13: told of what was not', id);
    const fault = !host.calm && chance(random, FAULTY) ? random() : 1;
    host.cover(fault < 1 ? 'a delivery that failed' : 'a delivery');
    if (fault < 0.3) return this.#end(id, new Response(null, { status: 500 }));
    if (fault < 0.5) {
      this.#underWay.delete(id);
      return by.unreachable('connection refused');
    }
    this.#answered.add(id);
    // It has arrived, and nobody hears of it.
    if (fault < 0.75) return new Promise(() => {});
    if (fault < 1) {
      this.#underWay.delete(id);
      return by.unreachable('connection broken');
    }
    await scheduler.pause(between(random, 1, 300));
    return this.#end(id, new Response(null, { status: 204 }));
  }

  #end(id: string, response: Response): Response {
    this.#underWay.delete(id);
    return response;
  }

  #isCommitted(id: string): boolean {
    const rowId = Number.parseInt(id.slice('evt_'.length), 32);
    return this.host.d1.look('SELECT 1 FROM audit_events WHERE id = ?', rowId).length > 0;
  }

  /** After each commit that changed anything. */
  observe(): void {
    const done = this.host.d1.look(
      'SELECT event_id AS event FROM webhook_deliveries WHERE due_at IS NULL AND dead_at IS NULL',
    );
    for (const { event } of done) {
      const id = `evt_${Number(event).toString(32)}`;
      if (this.#answered.has(id)) continue;
      this.host.violate('I13: noted as delivered before it was answered', id);
    }
  }

  /** In the end. */
  checkEnd(): void {
    const missing = this.host.d1.look(
      `SELECT id, type FROM audit_events AS e
       WHERE NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE event_id = e.id)`,
    );
    for (const { id, type } of missing) {
      this.host.violate('I13: an event that nobody was to be told', `${type} ${id}`);
    }
  }
}
