import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config';
import { ConfigError } from '../../src/errors';

/** Part of every wrong value below: it must never be quoted. */
const canary = 'c4n4ry';
const secretOf = (bytes: number): string => `whsec_${btoa('s'.repeat(bytes))}`;
const good = {
  url: 'https://app.example.com/webhooks?code=1',
  secrets: [secretOf(32)],
  events: ['integration.*'],
};

const read = (webhooks: unknown, more: Record<string, unknown> = {}) =>
  readConfig({
    ...env,
    WEBHOOKS: typeof webhooks === 'string' ? webhooks : JSON.stringify(webhooks),
    ...more,
  }).webhooks;

function faultOf(webhooks: unknown, more: Record<string, unknown> = {}): string {
  try {
    read(webhooks, more);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('WEBHOOKS', () => {
  it.each([undefined, '', '  ', '{}'])('%j: no endpoint', (value) => {
    expect(read(value as string, value === undefined ? { WEBHOOKS: undefined } : {})).toEqual([]);
  });

  it('takes an endpoint with a URL, keys of 24 to 64 bytes, and types by pattern', () => {
    const [app] = read({
      app: {
        ...good,
        secrets: [secretOf(24), secretOf(64), secretOf(25)],
        events: ['user.erased', 'webhook.*'],
      },
    });
    expect(app).toMatchObject({ name: 'app', url: good.url, binding: null });
    expect(app?.secrets.map((key) => key.length)).toEqual([24, 64, 25]);
    expect([...(app?.types ?? [])].sort()).toEqual([
      'user.erased',
      'webhook.disabled',
      'webhook.test',
    ]);
  });

  it('takes a Worker of the same account by its binding', () => {
    const APP = { fetch: async () => new Response() };
    const { url: _, ...rest } = good;
    const [app] = read({ app: { ...rest, binding: 'APP' } }, { APP });
    expect(app?.binding).toBe(APP);
  });

  it('tells one target from another, and not one list of secrets', () => {
    const target = (change: object) => read({ app: { ...good, ...change } })[0]?.target;
    expect(target({ secrets: [secretOf(40)] })).toBe(target({}));
    expect(target({ url: `${good.url}2` })).not.toBe(target({}));
    expect(target({})).toMatch(/^[0-9a-f]{16}$/);
  });

  it('takes http to localhost while PUBLIC_URL is there, and not elsewhere', () => {
    const local = { app: { ...good, url: 'http://localhost:4000/webhooks' } };
    expect(read(local)).toHaveLength(1);
    expect(faultOf(local, { ...own, PUBLIC_URL: 'https://mooring.example.com' })).toMatch(
      /^WEBHOOKS: "app" .*localhost/,
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', `{"${canary}`, /is not a JSON object/],
    ['a list', [canary], /is not a JSON object/],
    ['null', 'null', /is not a JSON object/],
    ['an endpoint that is a text', { app: canary }, /"app"/],
    ['a name that is none', { [`${canary} App`]: good }, /endpoint 1 has a name/],
    ['an unknown key', { app: { ...good, secret: canary } }, /"app" has a key other than/],
    ['no target', { app: { ...good, url: undefined } }, /"app" has neither/],
    ['two targets', { app: { ...good, binding: canary } }, /"app" has both/],
    [
      'a binding that is not there',
      { app: { ...good, url: undefined, binding: canary } },
      /no service/,
    ],
    [
      'a binding that is a setting',
      { app: { ...good, url: undefined, binding: 'PUBLIC_URL' } },
      /no service/,
    ],
    [
      'a binding of the prototype',
      { app: { ...good, url: undefined, binding: 'toString' } },
      /no service/,
    ],
    ['http', { app: { ...good, url: `http://${canary}.example.com` } }, /must be https/],
    ['an address', { app: { ...good, url: 'https://10.0.0.1/' } }, /IP address/],
    [
      'a host inside',
      { app: { ...good, url: `https://${canary}.internal/` } },
      /not a public host/,
    ],
    ['a user name', { app: { ...good, url: `https://${canary}:x@example.com/` } }, /user name/],
    ['a fragment', { app: { ...good, url: `https://example.com/#${canary}` } }, /fragment/],
    ['a placeholder', { app: { ...good, url: 'https://{shop}.example.com/' } }, /brace/],
    ['no URL', { app: { ...good, url: canary } }, /not a URL/],
    ['a URL that is no text', { app: { ...good, url: 7 } }, /"url"/],
    ['no secret', { app: { ...good, secrets: [] } }, /"secrets"/],
    ['six secrets', { app: { ...good, secrets: Array(6).fill(secretOf(32)) } }, /"secrets"/],
    ['a secret alone', { app: { ...good, secrets: secretOf(32) } }, /"secrets"/],
    ['a short key', { app: { ...good, secrets: [secretOf(23)] } }, /secret \(number 1\)/],
    ['a long key', { app: { ...good, secrets: [secretOf(32), secretOf(65)] } }, /number 2/],
    [
      'a secret without its prefix',
      { app: { ...good, secrets: [btoa(canary.repeat(5))] } },
      /whsec_/,
    ],
    ['a secret that is no base64', { app: { ...good, secrets: [`whsec_${canary}-_`] } }, /base64/],
    [
      'a secret in base64url',
      { app: { ...good, secrets: [`whsec_${'-_'.repeat(16)}`] } },
      /base64/,
    ],
    ['a secret cut short', { app: { ...good, secrets: [secretOf(32).slice(0, -1)] } }, /base64/],
    ['no events', { app: { ...good, events: [] } }, /"events"/],
    [
      'an unknown type',
      { app: { ...good, events: ['integration.*', canary] } },
      /number 2.*names no event/,
    ],
    ['an unknown area', { app: { ...good, events: ['integrations.*'] } }, /names no event/],
    ['a pattern within', { app: { ...good, events: ['integration.*ed'] } }, /names no event/],
    ['an empty pattern', { app: { ...good, events: [''] } }, /names no event/],
    [
      'too many endpoints',
      Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`e${i}`, good])),
      /more than 10/,
    ],
  ])('refuses %s, and says what to do', (_, webhooks, message) => {
    const fault = faultOf(webhooks);
    expect(fault).toMatch(/^WEBHOOKS: /);
    expect(fault).toMatch(message);
    expect(fault).not.toContain(canary);
    expect(fault).not.toContain('\n');
  });

  it.each(['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'bW9vcmluZy10ZXN0LXdlYmhvb2stc2VjcmV0LTAwMDE='])(
    'refuses the published secret %s, but on localhost',
    (base64) => {
      const webhooks = { app: { ...good, secrets: [secretOf(32), `whsec_${base64}`] } };
      expect(read(webhooks)).toHaveLength(1);
      const fault = faultOf(webhooks, { ...own, PUBLIC_URL: 'https://mooring.example.com' });
      expect(fault).toMatch(/^WEBHOOKS: holds an example/);
    },
  );
});

const own = {
  ENCRYPTION_KEYS: `own:${btoa(`${'x'.repeat(31)}y`)}`,
  SERVICE_KEYS: `own:${'ab'.repeat(32)}`,
  AUTH_JWT_SECRET: 'x'.repeat(40),
};
