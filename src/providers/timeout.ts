import { SECOND_MS } from '../time';
import type { OAuth2Provider } from './types';

/** How long one request to the provider may take, ms: as the record says, else `usualMs`. */
export const timeoutOf = (
  { timeoutSeconds }: Pick<OAuth2Provider, 'timeoutSeconds'>,
  usualMs: number,
): number => (timeoutSeconds === undefined ? usualMs : timeoutSeconds * SECOND_MS);
