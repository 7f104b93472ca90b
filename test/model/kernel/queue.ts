/** The queue as its documentation describes it: late, in any order, at least once. */

import type { Scheduler } from './clock';
import type { Invocation } from './invocation';
import { call, type Service } from './network';
import { between, chance, type Random } from './random';

/** A message whose consumer died comes again after this. */
const AFTER_DEATH_MS = 3_000;
const DOUBLED = 0.05;

export interface Delivery {
  body: unknown;
  attempts: number;
  ack(): void;
  retry(options?: QueueRetryOptions): void;
  /** Its consumer is no more. */
  lost(): void;
}

export class MessageQueue {
  /** Sent, and not acknowledged yet. */
  waiting = 0;

  private readonly scheduler: Scheduler;
  private readonly service: Service;
  private readonly random: Random;
  private readonly onAccept: (text: string) => void;
  private readonly deliver: (message: Delivery) => void;

  constructor(
    scheduler: Scheduler,
    service: Service,
    random: Random,
    onAccept: (text: string) => void,
    deliver: (message: Delivery) => void,
  ) {
    this.scheduler = scheduler;
    this.service = service;
    this.random = random;
    this.onAccept = onAccept;
    this.deliver = deliver;
  }

  bind(caller: Invocation): Queue<unknown> {
    const send = (bodies: readonly unknown[]) =>
      call(this.scheduler, this.service, caller, () => {
        for (const body of bodies) this.#accept(body);
      });
    return {
      send: (body: unknown) => send([body]),
      sendBatch: (messages: Iterable<MessageSendRequest<unknown>>) =>
        send([...messages].map(({ body }) => body)),
    } as unknown as Queue<unknown>;
  }

  #accept(body: unknown): void {
    // As the wire has it.
    const text = JSON.stringify(body);
    this.onAccept(text);
    this.#later(text, 1, between(this.random, 100, 10_000));
    if (chance(this.random, DOUBLED)) this.#later(text, 1, between(this.random, 100, 60_000));
  }

  #later(text: string, attempts: number, ms: number): void {
    this.waiting += 1;
    this.scheduler.after(ms, () => {
      let answered = false;
      const answer = (then: () => void) => {
        if (answered) return;
        answered = true;
        this.waiting -= 1;
        then();
      };
      const again = (delay: number) => this.#later(text, attempts + 1, delay);
      this.deliver({
        body: JSON.parse(text),
        attempts,
        ack: () => answer(() => {}),
        lost: () => answer(() => again(AFTER_DEATH_MS)),
        retry: ({ delaySeconds = 0 } = {}) => answer(() => again(delaySeconds * 1_000)),
      });
    });
  }
}
