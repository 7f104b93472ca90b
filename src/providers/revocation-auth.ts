import type { OAuth2Provider } from './types';

/** How the client proves itself at a revocation. */
export const revocationAuthOf = ({ revocation, clientAuth }: OAuth2Provider) =>
  revocation.clientAuth ?? (revocation.style === 'bearer' ? 'omit' : clientAuth);
