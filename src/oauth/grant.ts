import type { TokenReply } from './reply';

/**
 * What a code exchange brought, in the clear: for memory only, or sealed as a whole. `scopes` null:
 * what was asked for (RFC 6749 5.1).
 */
export type Grant = Omit<TokenReply, 'accessToken'> & { accessToken: string };
