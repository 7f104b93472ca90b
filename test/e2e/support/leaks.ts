/** Looks for secrets where none may be, also in the forms in which code tends to leak them. */

export interface Leak {
  /** Where it was found. */
  place: string;
  /** Which secret: its name, never its value. */
  secret: string;
}

const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  // Cut to whole groups of three bytes: the end of base64 depends on what follows.
  Buffer.from(secret.slice(0, secret.length - (secret.length % 3))).toString('base64'),
  Buffer.from(secret).toString('hex'),
];

export function findLeaks(
  places: ReadonlyMap<string, string | Buffer>,
  secrets: ReadonlyMap<string, string>,
): Leak[] {
  const leaks: Leak[] = [];
  for (const [place, content] of places) {
    for (const [secret, value] of secrets) {
      if (formsOf(value).some((form) => content.includes(form))) leaks.push({ place, secret });
    }
  }
  return leaks;
}
