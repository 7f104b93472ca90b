/** What the README shows a backend to do, done. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, consent } from './support/browser.ts';
import { atApp, type Mooring, returnTo, startMooring } from './support/mooring.ts';

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
    // It reads its environment when it is loaded.
    const { call, connect, connected, token } = await import('./support/readme-backend.ts');
    const browser = new Browser();
    const login = await browser.open(await connect('reader', 'sandbox', returnTo));
    const back = await consent(browser, login, 'readers-account', atApp);
    const completed = await connected('reader', back.url.href);
    expect(completed.accountId).toBe('readers-account');
    expect(await token('reader', 'sandbox')).toMatchObject({
      accessToken: expect.stringMatching(/./),
    });
    await expect(token('nobody', 'sandbox')).rejects.toMatchObject({
      code: 'authorization_required',
    });
    const answer = await call('reader', 'sandbox', 'me');
    expect(await answer.json()).toMatchObject({ id: 'readers-account' });
  });
});
