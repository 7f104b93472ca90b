/**
 * Webhooks as a backend takes them: verified, answered at once, and the user read afterwards. An
 * event says what happened; how things stand is what is read.
 */
import type { IntegrationList, Mooring } from '../../../client/src/index.ts';
import { type MooringEvent, verifyWebhook, WebhookError } from '../../../client/src/webhooks.ts';
import { createBackend } from './mooring.ts';

export interface ArrivedEvent {
  event: MooringEvent;
  at: number;
  /**
   * The user, at the event's version or a later one. Null: not yet, or the event has no version.
   */
  list: IntegrationList | null;
}

const KEPT = 100;

export class WebhookInbox {
  readonly #secret: string;
  readonly #mooring: Mooring;
  /** By the event's id, oldest first. */
  readonly #arrived = new Map<string, ArrivedEvent>();

  constructor(mooringUrl: string, serviceKey: string, secret: string) {
    this.#secret = secret;
    this.#mooring = createBackend(mooringUrl, serviceKey).mooring;
  }

  /** @returns the status and the text to answer with */
  async take(
    headers: Record<string, string | readonly string[] | undefined>,
    body: Uint8Array,
  ): Promise<{ status: number; text: string }> {
    try {
      const event = await verifyWebhook({ headers, body }, this.#secret);
      // A delivery may come twice.
      if (!this.#arrived.has(event.id)) this.#keep(event);
      return { status: 204, text: '' };
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      return { status: 400, text: error.code };
    }
  }

  /** Newest first: those of the user, and those that are about no user. */
  of(userId: string): ArrivedEvent[] {
    return [...this.#arrived.values()]
      .filter(({ event: { data } }) => !('userId' in data) || data.userId === userId)
      .toReversed();
  }

  #keep(event: MooringEvent): void {
    const arrived: ArrivedEvent = { event, at: Date.now(), list: null };
    this.#arrived.set(event.id, arrived);
    const [oldest] = this.#arrived.keys();
    if (this.#arrived.size > KEPT && oldest !== undefined) this.#arrived.delete(oldest);
    this.#read(arrived).catch((error: unknown) => {
      console.error(`demo app: ${event.id}:`, error instanceof Error ? error.message : error);
    });
  }

  async #read(arrived: ArrivedEvent): Promise<void> {
    const { data } = arrived.event;
    if (!('userId' in data && 'version' in data)) return;
    const user = this.#mooring.user(data.userId);
    arrived.list = await user.integrations({ atLeast: data.version });
  }
}
