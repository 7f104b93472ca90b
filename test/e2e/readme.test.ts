/** What the README shows a backend to do, done. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, consent } from './support/browser.ts';
import {
  atApp,
  type Integration,
  type Mooring,
  returnTo,
  startMooring,
} from './support/mooring.ts';
import { call, connect, connected, token } from './support/readme-backend.ts';

describe("the README's backend", () => {
  let mooring: Mooring;
  beforeAll(async () => {
    mooring = await startMooring();
    process.env.MOORING_URL = mooring.worker.urls[0] ?? '';
    process.env.MOORING_KEY = mooring.secrets.get('service key') ?? '';
  });
  afterAll(() => mooring.stop());

  it('is the code that runs here', () => {
    const folder = import.meta.dirname;
    const readme = readFileSync(join(folder, '../../README.md'), 'utf8');
    expect(readme).toContain(readFileSync(join(folder, 'support/readme-backend.ts'), 'utf8'));
  });

  it('connects an account, takes a token and calls the API', async () => {
    const browser = new Browser();
    const login = await browser.open(await connect('reader', 'sandbox', returnTo));
    const back = await consent(browser, login, 'readers-account', atApp);
    const completed = await connected('reader', back.url.searchParams);
    expect(completed.status).toBe(201);
    expect(((await completed.json()) as Integration).accountId).toBe('readers-account');
    const reply = await token('reader', 'sandbox', 'readers-account');
    expect(await reply.json()).toMatchObject({ accessToken: expect.stringMatching(/./) });
    expect((await token('reader', 'sandbox', 'nobody')).status).toBe(404);
    const answer = await call('reader', 'sandbox', 'me');
    expect(await answer.json()).toMatchObject({ id: 'readers-account' });
  });
});
