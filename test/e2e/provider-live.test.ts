/** `npm run provider:check -- --live`, against the sandbox's authorization server. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportLive } from '../../scripts/provider-check.ts';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../sandbox/authorization-server/index.ts';
import { sandboxClients, sandboxProviders } from '../sandbox/settings.ts';
import { Browser, consent } from './support/browser.ts';
import { freePorts } from './support/mooring.ts';

interface LiveReply {
  step: string;
  request: string;
  status: number;
  body: Record<string, unknown> | null;
}

describe('a live check of a provider', { timeout: 120_000 }, () => {
  const secret = `client-secret-${randomBytes(16).toString('hex')}`;
  let sandbox: AuthorizationServer;
  let folder: string;
  let publicUrl: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mooring-live-'));
    const [port] = await freePorts(1);
    publicUrl = `http://localhost:${port}`;
    const clients = sandboxClients(publicUrl, { sandbox: secret, 'sandbox-short': secret });
    sandbox = await startAuthorizationServer({ port: 0, clients });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await sandbox?.close();
  });

  const settings = (change: Record<string, unknown> = {}) => {
    const providers = JSON.parse(sandboxProviders(sandbox.issuer));
    return {
      PUBLIC_URL: publicUrl,
      PROVIDERS: JSON.stringify({ sandbox: { ...providers.sandbox, ...change } }),
      SANDBOX_CLIENT_ID: 'sandbox',
      SANDBOX_CLIENT_SECRET: secret,
    };
  };

  /** The person, who opens the link that is printed; and all that was printed and kept. */
  async function run(change: Record<string, unknown> = {}) {
    const said: string[] = [];
    const asked: string[] = [];
    const browser = new Browser();
    let person: Promise<unknown> = Promise.resolve();
    const file = await reportLive(['sandbox'], settings(change), {
      folder,
      say(line) {
        said.push(line);
        const link = /^http\S+\/connect\/start\/\S+$/m.exec(line)?.[0];
        if (!link) return;
        person = browser
          .open(link)
          .then((login) => consent(browser, login, 'ada', () => false))
          .catch((error) => said.push(String(error)));
      },
      async ask(line) {
        asked.push(line);
        await sandbox.withdraw('ada');
      },
    });
    await person;
    const text = readFileSync(file, 'utf8');
    const { replies } = JSON.parse(text) as { replies: LiveReply[] };
    const at = (step: string) => replies.filter((reply) => reply.step === step);
    return { file, text, said: said.join('\n'), asked, at, visited: browser.visited };
  }

  it('connects, refreshes, revokes, and keeps what the server answered', async () => {
    const { file, text, said, asked, at, visited } = await run();
    expect(basename(file)).toMatch(/^sandbox\.\d{4}-\d{2}-\d{2}\.json$/);
    expect(said).toContain('Refreshed.');
    expect(said).toContain('the provider was told');
    expect(said).toContain('refused, as it should be');
    expect(asked).toEqual([]);
    expect(at('refresh')).toMatchObject([
      { request: `POST ${sandbox.issuer}/token`, status: 200, body: { token_type: 'Bearer' } },
    ]);
    expect(at('replay')).toEqual([]);
    expect(at('revoke')).toMatchObject([{ status: 200 }]);
    expect(at('refresh_after_revocation')).toMatchObject([
      { status: 400, body: { error: 'invalid_grant' } },
    ]);

    // Neither what came back in the browser, nor what the server gave, nor the client's secret.
    const codes = visited.flatMap((url) =>
      ['code', 'state', 'completion'].flatMap((name) => new URL(url).searchParams.get(name) ?? []),
    );
    expect(codes.length).toBeGreaterThan(2);
    const secrets = [secret, ...codes, ...sandbox.traffic.verifiers];
    for (const value of secrets) expect(text).not.toContain(value);
    for (const value of [secret, ...codes.slice(1), ...sandbox.traffic.verifiers]) {
      expect(said.replaceAll(/http\S+/g, '')).not.toContain(value);
    }
    expect(text).not.toMatch(/[\w-]{30,}/);
    expect(text).not.toContain('Ada');
  });

  it('shows a window in the record that is wrong, and asks the person where nothing can be revoked', async () => {
    const { said, asked, at } = await run({
      reuse: 'grace',
      reuseGraceSeconds: 60,
      issuer: undefined,
      authorizationUrl: `${sandbox.issuer}/auth`,
      tokenUrl: `${sandbox.issuer}/token`,
      profileUrl: `${sandbox.issuer}/me`,
      clientAuth: 'client_secret_basic',
    });
    expect(asked).toEqual([expect.stringContaining("Take the access away in Sandbox's settings")]);
    expect(at('revoke')).toEqual([]);
    // This server has no window.
    expect(at('replay')).toMatchObject([{ status: 400, body: { error: 'invalid_grant' } }]);
    expect(said).toContain("inside the record's window: refused");
  });

  it('says so where something runs there already', async () => {
    const server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) =>
      server.listen(Number(new URL(publicUrl).port), '127.0.0.1', resolve),
    );
    await expect(run()).rejects.toThrow('End it first (npm start)');
    await new Promise((resolve) => server.close(resolve));
  });
});
