/** Acme's keys: what providers of keys do, in one: a host for each customer, an id in a header. */
import { knowledge, standard } from './evidence.ts';
import type { KeyFixture } from './keys.ts';

const hostOf = ({ site }: Record<string, string>) => `https://${site}.keys.example`;
const invented = knowledge('invented: no provider');

export const acmeKeys: KeyFixture = {
  id: 'acme-keys',
  account: { id: 'ada-inc:org-7:42', displayName: 'Ada', shown: ['team', 'ada-inc', 'org-7'] },
  credentials: { site: 'ada-inc', apiKey: 'canary-key-1' },
  next: { site: 'ada-inc', apiKey: 'canary-key-2' },
  wrong: { site: 'ada-inc', apiKey: 'canary-key-of-nobody' },
  proofOf: ({ apiKey = '' }) => ({ headers: { 'X-Api-Key': apiKey } }),
  apiUrl: (credentials) => `${hostOf(credentials)}/v1`,
  check: {
    method: 'GET',
    url: (credentials) => `${hostOf(credentials)}/v1/me`,
    answer: {
      headers: { 'Acme-Organization': 'org-7' },
      body: { user: { id: 42, name: 'Ada' }, plan: 'team' },
      evidence: invented,
    },
    unauthorized: {
      status: 401,
      body: { error: 'invalid_key' },
      evidence: standard('9110 15.5.2'),
    },
  },
  quirks: [
    {
      name: 'a key that was taken back, as a code inside a 200',
      answer: { body: { error: 'key_ended' }, evidence: invented },
      means: 'refused',
    },
    {
      name: 'a key that is not allowed at all',
      answer: { status: 403, body: { error: 'forbidden' }, evidence: invented },
      means: 'refused',
    },
    {
      name: 'a success that names nobody',
      answer: { body: { user: { id: 42 } }, evidence: invented },
      means: 'undecided',
    },
    {
      name: 'a key that may not do this',
      answer: { status: 403, body: { error: 'insufficient_scope' }, evidence: invented },
      means: 'undecided',
    },
    {
      name: 'a pause',
      answer: { status: 429, body: { error: 'slow_down' }, evidence: invented },
      means: 'undecided',
    },
    {
      name: 'a page of a broken server',
      answer: { status: 502, text: '<html>', type: 'text/html', evidence: invented },
      means: 'undecided',
    },
    {
      name: 'a page that is no document',
      answer: { text: '<html>Welcome', type: 'text/html', evidence: invented },
      means: 'undecided',
    },
  ],
};
