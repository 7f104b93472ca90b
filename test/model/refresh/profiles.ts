/** How often what fails. */
import { type FaultProfile, noFaults } from '../kernel/platform';
import type { Fault } from '../kernel/replies';

export interface Profile extends FaultProfile {
  /** Of invocations: that one dies, or services go away, at one of its awaits. */
  troubles: number;
  /** Of uses of the vault: that the invocation is suspended there for a while. */
  suspended: number;
}

/** Races only. */
const calm: Profile = { ...noFaults, troubles: 0, suspended: 0 };

const anyFault: readonly Fault[] = [
  'connection refused',
  'silence, nothing done',
  '503',
  '500 invalid_grant',
  '200 HTML, nothing done',
  '429',
  '403 HTML',
  '400 invalid_request',
  '200 with an error',
  '302',
  '401 invalid_client',
  '403 unauthorized_client',
  'false refusal',
  'connection broken',
  'silence',
  '502 HTML',
  '200 HTML',
  '200 empty',
  'half',
  'half, with an error',
  'torn',
];

/** All three stores alike. */
const stores = (slow: number, failing: number) => ({
  d1: { slow, failing },
  kv: { slow, failing },
  queue: { slow, failing },
});

const provider = (slow: number, faulty: number) => ({
  slow,
  slowOthers: slow,
  faulty,
  faults: anyFault,
});

export const profiles = {
  calm,
  slow: { ...calm, ...stores(0.15, 0), provider: provider(0.15, 0) },
  'provider fails': { ...calm, provider: provider(0, 0.6) },
  'D1 fails': { ...calm, ...stores(0.05, 0), d1: { slow: 0.05, failing: 0.3 } },
  'all stores fail': {
    ...calm,
    ...stores(0.05, 0.3),
    d1: { slow: 0.05, failing: 0.35 },
  },
  troubles: { ...calm, troubles: 0.8 },
  suspensions: {
    ...calm,
    suspended: 0.08,
    provider: provider(0.1, 0),
  },
  everything: {
    ...stores(0.05, 0.15),
    provider: provider(0.1, 0.3),
    troubles: 0.4,
    suspended: 0.02,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
