import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { verifyWebhook, WebhookError } from '../src/webhooks.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const now = () => NOW;
const secret = `whsec_${btoa('a secret of thirty-two bytes....')}`;
const other = `whsec_${btoa('another secret of as many bytes.')}`;
const event = {
  id: 'evt_1',
  type: 'integration.needs_reconnect',
  timestamp: '2026-11-26T12:00:00.000Z',
  data: { userId: 'u1', provider: 'github', accountId: 'ä', version: 7, reason: 'revoked' },
};
const text = JSON.stringify(event);

/** Signed by another implementation of Standard Webhooks. */
function delivery(body = text, { at = NOW, by = [secret] }: { at?: number; by?: string[] } = {}) {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': by
      .map((one) => new Webhook(one).sign('evt_1', new Date(at), body))
      .join(' '),
  };
}

const request = (headers: Record<string, string>, body = text) =>
  new Request('https://app.example/webhooks', { method: 'POST', headers, body });

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'verified',
    (error: unknown) => (error instanceof WebhookError ? error.code : error),
  );

describe('a delivery', () => {
  it('is an event once it was verified', async () => {
    expect(await verifyWebhook(request(delivery()), secret, { now })).toEqual(event);
  });

  it.each([
    ['text', text],
    ['bytes', new TextEncoder().encode(text)],
    ['a Buffer', Buffer.from(text)],
    ['an ArrayBuffer', new TextEncoder().encode(text).buffer],
  ])('may come as %s, with headers of any spelling', async (_what, body) => {
    const headers = Object.fromEntries(
      Object.entries(delivery()).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(await verifyWebhook({ headers, body }, secret, { now })).toEqual(event);
  });

  it('may be signed with any of several secrets, by either side', async () => {
    const rotated = request(delivery(text, { by: [other, secret] }));
    expect(await verifyWebhook(rotated, secret, { now })).toEqual(event);
    expect(await verifyWebhook(request(delivery()), [other, secret], { now })).toEqual(event);
  });

  it.each([
    ['of another secret', () => request(delivery(text, { by: [other] })), 'wrong_signature'],
    [
      'whose body was changed',
      () => request(delivery(), text.replace('u1', 'u2')),
      'wrong_signature',
    ],
    [
      'whose id was changed',
      () => request({ ...delivery(), 'webhook-id': 'evt_2' }),
      'wrong_signature',
    ],
    [
      'whose time was changed',
      () => request({ ...delivery(), 'webhook-timestamp': String(NOW / 1000 + 1) }),
      'wrong_signature',
    ],
    [
      'of another scheme',
      () => request({ ...delivery(), 'webhook-signature': 'v1a,AAAA v1,%%%' }),
      'wrong_signature',
    ],
    [
      'without a signature',
      () => request({ ...delivery(), 'webhook-signature': '' }),
      'missing_header',
    ],
    ['without headers', () => request({}), 'missing_header'],
    [
      'whose time is none',
      () => request({ ...delivery(), 'webhook-timestamp': 'soon' }),
      'wrong_timestamp',
    ],
    ['that is signed and no JSON', () => request(delivery('no'), 'no'), 'not_an_event'],
    ['that is signed and no event', () => request(delivery('null'), 'null'), 'not_an_event'],
  ])('%s is refused', async (_what, made, code) => {
    expect(await codeOf(verifyWebhook(made(), secret, { now }))).toBe(code);
  });

  it.each([
    [300, 'verified'],
    [-300, 'verified'],
    [301, 'wrong_timestamp'],
    [-301, 'wrong_timestamp'],
  ])('%i s from now: %s', async (seconds, outcome) => {
    const made = request(delivery(text, { at: NOW + seconds * 1000 }));
    expect(await codeOf(verifyWebhook(made, secret, { now }))).toBe(outcome);
  });

  it('that is old is not read', async () => {
    const made = request(delivery(text, { at: 0 }));
    await codeOf(verifyWebhook(made, secret, { now }));
    expect(made.bodyUsed).toBe(false);
  });

  it.each(['', 'whsec_', 'secret', 'whsec_%'])('"%s" is no secret', async (wrong) => {
    await expect(verifyWebhook(request(delivery()), wrong, { now })).rejects.toThrow(TypeError);
  });
});
