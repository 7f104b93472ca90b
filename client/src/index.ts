export type { Account, SoleAccount } from './account.ts';
export type { Api } from './api.ts';
export {
  type ErrorCode,
  isMooringError,
  MooringError,
  type Problem,
  type ProblemOf,
} from './errors.ts';
export { createMooring, type Mooring, type MooringOptions } from './mooring.ts';
export type { components, operations, paths } from './openapi.ts';
export type { AllIntegrationsOptions, EventsOptions, Operator } from './operator.ts';
export { type ReturnedConnection, returnedConnection } from './returned.ts';
export type { Clock, RetryOptions, Transport } from './send.ts';
export type * from './types.ts';
export type { Connections, Delegations, User } from './user.ts';
export { memoryVersions, type VersionStore } from './versions.ts';
