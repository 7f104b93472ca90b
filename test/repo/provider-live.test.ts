/** What a live check keeps of a provider's answers: nothing that could be a secret. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Recorder } from '../../scripts/provider-live';
import { createRegistry } from '../../src/providers/registry';

const settings = { REDDIT_CLIENT_ID: 'ab-client', REDDIT_CLIENT_SECRET: 'tiny' };
const client = createRegistry(settings, 'http://localhost:8787').client('reddit');
if (!client) throw new Error('reddit has a client');

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

/** Each answer in turn, to a request that carries `sent`; what is kept of them. */
async function kept(answers: readonly Answer[], sent: Record<string, string> = {}) {
  const left = [...answers];
  const server = createServer((_, response) => {
    const { status = 200, headers = {}, body } = left.shift() ?? { body: '' };
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const recorder = new Recorder(client as NonNullable<typeof client>);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?client_secret=tiny`;
  for (const _ of answers) {
    await recorder.fetch(url, { method: 'POST', body: new URLSearchParams(sent) });
  }
  return recorder.replies();
}

it('keeps words that tell, and of everything else the kind and the length', async () => {
  const body = JSON.stringify({
    access_token: 'short',
    expires_in: 3600,
    scope: 'identity https://api.example/auth/drive.readonly',
    token_type: 'bearer',
    owner: { name: 'Ada', age: 7, staff: true, mails: ['ada@example.com'] },
  });
  expect((await kept([{ body }]))[0]).toMatchObject({
    step: 'connect',
    request: expect.stringMatching(/^POST http:\/\/127\.0\.0\.1:\d+\/token$/),
    status: 200,
    body: {
      access_token: '<5 characters>',
      expires_in: 3600,
      scope: 'identity https://api.example/auth/drive.readonly',
      token_type: 'bearer',
      owner: { name: '<3 characters>', age: '<number>', staff: true, mails: ['<15 characters>'] },
    },
  });
});

it('masks what was sent or given where an error says it again, in its header too', async () => {
  const granted = JSON.stringify({ access_token: 'at short', refresh_token: 'rt' });
  const refused = {
    status: 400,
    headers: { 'WWW-Authenticate': 'Bearer error_description="at short is dead"' },
    body: JSON.stringify({
      error: 'invalid_grant',
      error_description: 'c0de, a%20b+? of ab-client: tiny',
    }),
  };
  const [, reply] = await kept([{ body: granted }, refused], {
    code: 'c0de',
    refresh_token: 'a b',
  });
  expect(reply?.headers['www-authenticate']).toBe('Bearer error_description="<masked> is dead"');
  expect(reply?.body).toEqual({
    error: 'invalid_grant',
    error_description: '<masked>, <masked>+? of <masked>: <masked>',
  });
});

it.each([
  ['a token that nobody knew of', { message: 'no eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0' }],
  ['a key that is a token', { '4f3c2b1a4f3c2b1a4f3c': { message: 'no' } }],
])('masks %s', async (_, body) => {
  const [reply] = await kept([{ body: JSON.stringify(body) }]);
  expect(JSON.stringify(reply?.body)).not.toMatch(/eyJ|4f3c/);
});

it.each([
  ['a page', { body: '<p>token abc123</p>', headers: { 'Content-Type': 'text/html' } }],
  ['a text that is JSON', { body: '"abc123"' }],
  ['a token alone', { body: 'abc123' }],
])('keeps of %s the length only', async (_, answer) => {
  const [reply] = await kept([answer]);
  expect(reply?.body).toBe(`<text of ${answer.body.length} characters>`);
});
