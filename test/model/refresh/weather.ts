/** How often what fails. */
import type { Fault } from './replies';

interface Weather {
  /** Of calls to D1, KV and the queue: that one takes up to the service's own limit. */
  slow: number;
  /** Of calls: that one is refused, before it took effect or after. */
  d1: number;
  kv: number;
  queue: number;
  /** Of requests to the provider: that one takes longer than anybody waits. */
  provider: number;
  faulty: number;
  faults: readonly Fault[];
  /** Of invocations: that one dies, or services go away, at one of its awaits. */
  troubles: number;
  /** Of uses of the vault: that the invocation is suspended there for a while. */
  suspended: number;
}

const calm: Weather = {
  slow: 0,
  d1: 0,
  kv: 0,
  queue: 0,
  provider: 0,
  faulty: 0,
  faults: [],
  troubles: 0,
  suspended: 0,
};

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

export const weathers = {
  /** Races only. */
  calm,
  slow: { ...calm, slow: 0.15, provider: 0.15 },
  'provider fails': { ...calm, faulty: 0.6, faults: anyFault },
  'D1 fails': { ...calm, slow: 0.05, d1: 0.3 },
  'all stores fail': { ...calm, slow: 0.05, d1: 0.35, kv: 0.3, queue: 0.3 },
  troubles: { ...calm, troubles: 0.8 },
  suspensions: { ...calm, suspended: 0.08, provider: 0.1 },
  everything: {
    slow: 0.05,
    d1: 0.15,
    kv: 0.15,
    queue: 0.15,
    provider: 0.1,
    faulty: 0.3,
    faults: anyFault,
    troubles: 0.4,
    suspended: 0.02,
  },
} as const satisfies Record<string, Weather>;

export type WeatherName = keyof typeof weathers;
