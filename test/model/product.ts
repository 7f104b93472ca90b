/**
 * What the models run and look at of the product: the only imports from src, mocks and types aside.
 */

export { unlimited } from '../../src/budget';
export { Caches } from '../../src/caches';
export { readConfig } from '../../src/config';
export { completeConnection } from '../../src/connect/complete';
export { completionOf } from '../../src/connect/secrets';
export { createDatabase } from '../../src/db/client';
export type { Deps } from '../../src/deps';
export { disconnect } from '../../src/disconnect/disconnect';
export { eraseUser } from '../../src/disconnect/erase';
export { deliverRevocations } from '../../src/disconnect/outbox';
export { AppError } from '../../src/errors';
export { deliverOwn, deliverWebhooks } from '../../src/events/deliver';
export { OwnDeliveries } from '../../src/events/own-deliveries';
export { eventTypes } from '../../src/events/types';
export { sweep } from '../../src/jobs/sweep';
export { checkIntegration, repeatChecks } from '../../src/refresh/check';
export { retryFormerClients } from '../../src/refresh/client-grants';
export { refreshOne } from '../../src/refresh/on-demand';
export { consume } from '../../src/refresh/queue';
export { recoverRescued } from '../../src/refresh/rescue';
export { runRefresh } from '../../src/refresh/run';
export { tokenFor } from '../../src/refresh/token';
export { readSnapshot, readSnapshots, type Served } from '../../src/status-cache/cache';
export { clearCache } from '../../src/status-cache/clear';
export {
  BEYOND_FRESHNESS_MS,
  HOLD_OFF_MS,
  isFresh,
  MAX_FRESH_MS,
} from '../../src/status-cache/freshness';
export { keyOf } from '../../src/status-cache/kv';
export { type Found, MemoryTier } from '../../src/status-cache/memory';
export { forget } from '../../src/status-cache/publish';
export { asSnapshot, type Facts, type Snapshot } from '../../src/status-cache/snapshot';
export {
  accountContext,
  type SealContext,
  transactionContext,
  type Vault,
} from '../../src/vault/vault';
