/** What can be asked of the sandbox's API, through Mooring. */

export interface Ask {
  label: string;
  method: 'GET' | 'POST';
  /** Below the API's address. */
  path: string;
  json?: unknown;
}

export const asks = {
  me: { label: 'Who am I?', method: 'GET', path: 'me' },
  boats: { label: 'List my boats', method: 'GET', path: 'boats' },
  launch: {
    label: 'Launch a boat (POST)',
    method: 'POST',
    path: 'boats',
    json: { name: 'Storm Petrel' },
  },
  refused: { label: 'Refuse the token (401)', method: 'GET', path: 'answers/401' },
  limited: { label: 'Too many calls (429)', method: 'GET', path: 'answers/429' },
  slow: { label: 'Answer after 3 s', method: 'GET', path: 'answers/slow?seconds=3' },
  inside: { label: 'Redirect inside', method: 'GET', path: 'answers/inside' },
  outside: { label: 'Redirect elsewhere', method: 'GET', path: 'answers/outside' },
  large: { label: 'Send 100 MB', method: 'GET', path: 'answers/large?bytes=100000000' },
} as const satisfies Record<string, Ask>;

export const askOf = (name: string | null): Ask =>
  name !== null && Object.hasOwn(asks, name) ? asks[name as keyof typeof asks] : asks.me;
