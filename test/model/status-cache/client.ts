/** What an app's page knows: for each user the newest version, and the newest state that it saw. */
export class Client {
  readonly #tokens = new Map<string, number>();
  readonly #seen = new Map<string, number>();

  readonly sendsTokens: boolean;

  constructor(sendsTokens: boolean) {
    this.sendsTokens = sendsTokens;
  }

  tokenFor(user: string): number {
    return this.sendsTokens ? (this.#tokens.get(user) ?? 0) : 0;
  }

  /** From a reply's Consistency-Token. */
  learn(user: string, version: number): void {
    this.#tokens.set(user, Math.max(version, this.#tokens.get(user) ?? 0));
  }

  /** The user was erased: what was known of it means nothing any more. */
  forget(user: string): void {
    this.#tokens.delete(user);
    this.#seen.delete(user);
  }

  seen(user: string): number {
    return this.#seen.get(user) ?? 0;
  }

  saw(user: string, index: number): void {
    this.#seen.set(user, Math.max(this.seen(user), index));
  }
}
