import type { CallBudget } from '../budget';

/**
 * Under which lease one invocation writes webhook deliveries, and when those end that it has
 * written.
 */
export class OwnDeliveries {
  #leaseId: string | null = null;
  /** Ms since the epoch. */
  readonly leaseEnds = new Set<number>();
  /** Of an invocation whose calls are counted: it delivers at its end, with what is left. */
  budget: CallBudget | null = null;
  /** Of one whose calls are not: what is delivered right after its changes, all together. */
  ownBudget: CallBudget | null = null;

  /** The same one at each call. */
  leaseId({ uuid }: { uuid(): string }): string {
    this.#leaseId ??= uuid();
    return this.#leaseId;
  }
}
