/** Under which lease one invocation writes webhook deliveries, and when those end that it has written. */
export class OwnDeliveries {
  #leaseId: string | null = null;
  /** Ms since the epoch. */
  readonly leaseEnds = new Set<number>();

  /** The same one at each call. */
  leaseId({ uuid }: { uuid(): string }): string {
    this.#leaseId ??= uuid();
    return this.#leaseId;
  }
}
