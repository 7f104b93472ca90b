/**
 * A vault that seals as JSON: in no time, since crypto.subtle knows no virtual one, and so that a
 * token can be found in what was sealed. Two sealings of one text differ, as real ones do.
 */
import type { SealContext, Vault } from '../product';

export const seal = (n: number, text: string, context: SealContext): string =>
  JSON.stringify([n, context.join('/'), text]);

export const textOf = (sealed: string): string =>
  sealed === '' ? '' : String(JSON.parse(sealed)[2]);

/** `before`: what comes up whenever it is used. `next`: a number that it never gave before. */
export const plainVault = (before: () => Promise<void>, next: () => number): Vault => ({
  seal: async (text, context) => {
    await before();
    return seal(next(), text, context);
  },
  open: async (sealed, context) => {
    await before();
    const text = textOf(sealed);
    if (sealed !== seal(Number(JSON.parse(sealed)[0]), text, context)) {
      throw new Error(`not sealed for ${context.join('/')}`);
    }
    return text;
  },
  mac: async (purpose, text) => `${purpose}:${text}`,
  verifyMac: async (purpose, text, mac) => mac === `${purpose}:${text}`,
});
