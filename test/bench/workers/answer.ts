/** The constant: a user with four integrations, in the product's own shape and size. */
const time = '2026-11-22T12:00:00.000Z';

export const answer = {
  userId: 'user-1',
  version: 1_795_000_000_000,
  integrations: Array.from({ length: 4 }, (_, i) => ({
    provider: i % 2 === 0 ? 'reddit' : 'instagram',
    accountId: `account-1-${i}`,
    displayName: `Account ${i}`,
    status: 'connected',
    isConnected: true,
    scopes: ['identity', 'read'],
    missingScopes: [],
    expiresAt: time,
    reconnectBy: null,
    connectedAt: time,
    updatedAt: time,
    lastRefreshedAt: time,
    metadata: {},
  })),
  asOf: time,
  freshUntil: time,
};
