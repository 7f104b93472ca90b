/**
 * A language that is written from right to left, for tests: each letter of the English messages is
 * another one of the Arabic script, so that it is as long and as readable as nothing.
 */
import { en, type MessageCatalog } from '../../src/web/messages.ts';

const letters = 'ابتثجحخدذرزسشصضطظعغفقكلمنه';

/** Names stay, and so does what stands in braces. */
export const mirror = (text: string): string =>
  text.replace(/\{\w+\}|[a-z]/gi, (found) =>
    found.startsWith('{')
      ? found
      : (letters[found.toLowerCase().charCodeAt(0) - 'a'.charCodeAt(0)] ?? found),
  );

export const mirrored: MessageCatalog = {
  formats: 'ar-EG',
  direction: 'rtl',
  messages: Object.fromEntries(
    Object.entries(en.messages).map(([id, text]) => [id, mirror(text)]),
  ) as unknown as MessageCatalog['messages'],
};
