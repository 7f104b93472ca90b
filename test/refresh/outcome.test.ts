import { describe, expect, it } from 'vitest';
import type { FailureCategory } from '../../src/db/schema';
import { readTokenReply } from '../../src/oauth/reply';
import type { RawReply } from '../../src/oauth/send';
import { type OAuth2Provider, oauth2ProviderSchema } from '../../src/providers/types';
import { judge, type Outcome, salvage } from '../../src/refresh/outcome';
import { failureDelayMs } from '../../src/refresh/schedule';

const now = Date.UTC(2026, 10, 22, 12);

const provider = (change: Record<string, unknown> = {}): OAuth2Provider =>
  oauth2ProviderSchema.parse({
    id: 'p',
    name: 'P',
    kind: 'oauth2',
    tokenUrl: 'https://p.example/t',
    accountId: 'sub',
    refreshModel: 'rotating',
    refusedCodes: ['token_revoked', '190'],
    operatorCodes: ['bad_client_secret', 'Who are you?'],
    transientCodes: ['ratelimited'],
    failureCodes: ['fatal_error'],
    ...change,
  });

const single = provider();
const fixed = provider({ refreshModel: 'static' });
const extended = provider({ refreshModel: 'extend' });

const reply = (status: number, body: string, headers: Record<string, string> = {}): RawReply => ({
  kind: 'reply',
  status,
  headers: new Headers(headers),
  body,
});

function judged(record: OAuth2Provider, raw: RawReply): Outcome {
  return judge(record, raw, raw.kind === 'reply' ? readTokenReply(record, raw, now) : null, now);
}

const both = (record: OAuth2Provider, raw: RawReply) => {
  const { kind, code } = { code: '', ...judged(record, raw) };
  return `${kind} ${code}`.trim();
};

const page = '<!doctype html><html><body>Just a moment</body></html>';
const refusal = '{"error":"invalid_grant"}';

describe('what an answer means', () => {
  // [answer, with a single-use token, with one that stays]
  it.each([
    ['200 with a token', reply(200, '{"access_token":"a"}'), 'granted', 'granted'],
    [
      '201 with a token (oauth4webapi refuses it)',
      reply(201, '{"access_token":"a"}'),
      'granted',
      'granted',
    ],
    [
      'a token without a type',
      reply(200, '{"access_token":"a","refresh_token":null}'),
      'granted',
      'granted',
    ],
    [
      'a token and an error',
      reply(200, '{"access_token":"a","error":"slow_down"}'),
      'granted',
      'granted',
    ],
    [
      'a token as a form',
      reply(200, 'access_token=a&token_type=bearer', {
        'Content-Type': 'application/x-www-form-urlencoded',
      }),
      'granted',
      'granted',
    ],
    ['400 invalid_grant', reply(400, refusal), 'refused invalid_grant', 'refused invalid_grant'],
    ['401 invalid_grant', reply(401, refusal), 'refused invalid_grant', 'refused invalid_grant'],
    [
      "a provider's own code",
      reply(400, '{"error":"token_revoked"}'),
      'refused token_revoked',
      'refused token_revoked',
    ],
    ['a code that is a number', reply(400, '{"error":{"code":190}}'), 'refused 190', 'refused 190'],
    [
      'invalid_grant inside a 200',
      reply(200, refusal),
      'refused invalid_grant',
      'refused invalid_grant',
    ],
    [
      '400 invalid_client',
      reply(400, '{"error":"invalid_client"}'),
      'operator invalid_client',
      'operator invalid_client',
    ],
    [
      '401 unauthorized_client',
      reply(401, '{"error":"unauthorized_client"}'),
      'operator unauthorized_client',
      'operator unauthorized_client',
    ],
    [
      'invalid_scope inside a 200',
      reply(200, '{"error":"invalid_scope"}'),
      'operator invalid_scope',
      'operator invalid_scope',
    ],
    ['429', reply(429, ''), 'transient http_429', 'transient http_429'],
    ['429 with invalid_grant', reply(429, refusal), 'transient http_429', 'transient http_429'],
    ['425', reply(425, ''), 'transient http_425', 'transient http_425'],
    [
      'temporarily_unavailable',
      reply(400, '{"error":"temporarily_unavailable"}'),
      'transient temporarily_unavailable',
      'transient temporarily_unavailable',
    ],
    [
      "a provider's own code for the operator",
      reply(200, '{"ok":false,"error":"bad_client_secret"}'),
      'operator bad_client_secret',
      'operator bad_client_secret',
    ],
    [
      'a sentence that the record lists',
      reply(400, '{"error":"Who are you?"}'),
      'operator Who are you?',
      'operator Who are you?',
    ],
    [
      'a sentence that it does not list',
      reply(400, '{"error":"Who was it?"}'),
      'odd http_400',
      'odd http_400',
    ],
    [
      "a provider's own code for later, inside a 200: not carried out",
      reply(200, '{"ok":false,"error":"ratelimited"}'),
      'transient ratelimited',
      'transient ratelimited',
    ],
    [
      "a provider's own code for a failure halfway (Slack)",
      reply(200, '{"ok":false,"error":"fatal_error"}'),
      'unknown fatal_error',
      'transient fatal_error',
    ],
    [
      "a failing server's own code for later: nobody knows",
      reply(500, '{"error":"ratelimited"}'),
      'unknown http_500',
      'transient http_500',
    ],
    [
      'a broken connection',
      { kind: 'failed', reason: 'network' },
      'unknown network',
      'transient network',
    ],
    [
      'no answer in time',
      { kind: 'failed', reason: 'deadline' },
      'unknown deadline',
      'transient deadline',
    ],
    [
      'a hundred megabytes',
      { kind: 'failed', reason: 'too_large' },
      'unknown too_large',
      'transient too_large',
    ],
    ['408', reply(408, ''), 'unknown http_408', 'transient http_408'],
    ['500', reply(500, ''), 'unknown http_500', 'transient http_500'],
    ['500 with invalid_grant', reply(500, refusal), 'unknown http_500', 'transient http_500'],
    [
      '503 with a token',
      reply(503, '{"access_token":"a"}'),
      'unknown http_503',
      'transient http_503',
    ],
    ['an empty 200', reply(200, ''), 'unknown empty_reply', 'transient empty_reply'],
    ['a page with 200', reply(200, page), 'unknown empty_reply', 'transient empty_reply'],
    [
      'JSON without a token',
      reply(200, '{"hello":1}'),
      'unknown empty_reply',
      'transient empty_reply',
    ],
    ['an empty 400', reply(400, ''), 'odd http_400', 'odd http_400'],
    ['a page with 403', reply(403, page), 'odd http_403', 'odd http_403'],
    ['404', reply(404, 'no'), 'odd http_404', 'odd http_404'],
    [
      'invalid_request',
      reply(400, '{"error":"invalid_request"}'),
      'odd invalid_request',
      'odd invalid_request',
    ],
    [
      'a code that nobody knows',
      reply(400, '{"error":"whatever_secret"}'),
      'odd http_400',
      'odd http_400',
    ],
    [
      'a redirect elsewhere',
      { kind: 'failed', reason: 'redirected' },
      'odd redirected',
      'odd redirected',
    ],
  ] satisfies [string, RawReply, string, string][])('%s', (_, raw, rotating, stays) => {
    expect([both(single, raw), both(fixed, raw)]).toEqual([rotating, stays]);
    expect(both(extended, raw)).toBe(stays);
  });

  it.each([
    [reply(400, refusal), 'refused'],
    [reply(401, '{"error":"invalid_client"}'), 'operator_fault'],
    [reply(200, '{"ok":false,"error":"bad_client_secret"}'), 'operator_fault'],
    [reply(429, ''), 'rate_limited'],
    [reply(425, ''), 'rate_limited'],
    [reply(400, '{"error":"slow_down"}'), 'rate_limited'],
    [reply(200, '{"ok":false,"error":"ratelimited"}'), 'rate_limited'],
    [reply(400, '{"error":"temporarily_unavailable"}'), 'provider_failure'],
    [reply(200, '{"ok":false,"error":"fatal_error"}'), 'provider_failure'],
    [reply(503, ''), 'provider_failure'],
    [reply(408, ''), 'provider_failure'],
    [{ kind: 'failed', reason: 'network' }, 'no_answer'],
    [{ kind: 'failed', reason: 'deadline' }, 'no_answer'],
    [{ kind: 'failed', reason: 'too_large' }, 'unreadable'],
    [reply(200, page), 'unreadable'],
    [reply(404, 'no'), 'unexpected'],
    [reply(400, '{"error":"invalid_request"}'), 'unexpected'],
    [{ kind: 'failed', reason: 'redirected' }, 'unexpected'],
  ] satisfies [RawReply, FailureCategory][])('%o is of the category %s', (raw, category) => {
    for (const record of [single, fixed]) expect(judged(record, raw)).toMatchObject({ category });
  });

  it.each([
    ['a text of its own', '{"error":"s3cret-word"}', 'http_401'],
    ['none', '', 'http_401'],
    ['one of the standard', '{"error":"invalid_client"}', 'invalid_client'],
    ['one of the record', '{"error":"token_revoked"}', 'token_revoked'],
  ])('the code of a refused login, where the provider says: %s', (_, body, code) => {
    for (const grant of ['login', 'client_credentials']) {
      const record = { ...single, grant } as OAuth2Provider;
      expect(both(record, reply(401, body))).toBe(`refused ${code}`);
    }
    expect(both(provider({ refusedStatuses: [401] }), reply(401, body))).toBe(`refused ${code}`);
  });

  it('no answer but a refusal ever marks a user (home-assistant#153167)', () => {
    const bodies = [
      '',
      page,
      '{}',
      '{"error":"x"}',
      '{"error":"invalid_client"}',
      '{',
      '[]',
      'null',
    ];
    for (let status = 200; status < 600; status += 1) {
      if (status >= 300 && status < 400) continue;
      for (const body of bodies) {
        expect(judged(single, reply(status, body)).kind).not.toBe('refused');
        expect(judged(fixed, reply(status, body)).kind).not.toBe('refused');
      }
    }
    for (let status = 500; status < 600; status += 1) {
      expect(judged(fixed, reply(status, refusal)).kind).toBe('transient');
    }
  });
});

describe('what a clear refusal may lead to', () => {
  const named = provider({ refusedCodes: ['invalid_client', 'dead'] });
  it.each([
    ['a code for a dead grant', single, reply(400, refusal), 'nothing'],
    ['the record’s code for one', named, reply(400, '{"error":"dead"}'), 'nothing'],
    ['a wrong client', single, reply(401, '{"error":"invalid_client"}'), 'nothing'],
    ['the record’s code for one', single, reply(401, '{"error":"bad_client_secret"}'), 'nothing'],
    [
      'a wrong client, where the record says that it can be a dead grant',
      named,
      reply(401, '{"error":"invalid_client"}'),
      'comparison_or_time',
    ],
    ...['unauthorized_client', 'invalid_scope', 'invalid_request', 'unsupported_grant_type'].map(
      (code): [string, OAuth2Provider, RawReply, string] => [
        code,
        single,
        reply(400, `{"error":"${code}"}`),
        'comparison',
      ],
    ),
    ['a code that nobody knows', single, reply(403, '{"error":"gone"}'), 'comparison_or_time'],
    ['the same within a 200', single, reply(200, '{"error":"gone"}'), 'nothing'],
  ])('%s', (_, record, raw, leadsTo) => {
    expect(judged(record, raw)).toMatchObject({ refusal: { leadsTo } });
  });

  it.each([
    ['no code', reply(403, '')],
    ['a page', reply(403, page)],
    ['Retry-After', reply(403, '{"error":"gone"}', { 'Retry-After': '5' })],
    [
      'Retry-After, a wrong client',
      reply(401, '{"error":"invalid_client"}', { 'Retry-After': '5' }),
    ],
    ['408', reply(408, '{"error":"gone"}')],
    ['425', reply(425, '{"error":"gone"}')],
    ['429', reply(429, '{"error":"gone"}')],
    ['503', reply(503, '{"error":"gone"}')],
    ['a 200 that brings nothing', reply(200, '{"ok":true}')],
  ])('none is: %s', (_, raw) => {
    const outcome = judged(single, raw);
    expect('refusal' in outcome ? outcome.refusal : null).toBeNull();
  });
});

describe('salvage', () => {
  const salvaged = (raw: RawReply) =>
    salvage(raw, raw.kind === 'reply' ? readTokenReply(single, raw, now) : null, 'old');

  it.each([
    ['a new one', reply(200, '{"access_token":"a","refresh_token":"new"}'), 'new'],
    [
      'a new one beside nonsense',
      reply(200, '{"access_token":7,"refresh_token":"new","expires_in":"soon"}'),
      'new',
    ],
    ['a new one beside an error', reply(200, '{"error":"x","refresh_token":"new"}'), 'new'],
    [
      'a new one in a text that breaks off',
      reply(200, '{"refresh_token":"new","access_tok'),
      'new',
    ],
    ['a new one with 201', reply(201, '{"refresh_token":"new"}'), 'new'],
    ['null (better-auth#8001)', reply(200, '{"access_token":"a","refresh_token":null}'), null],
    ['an empty one', reply(200, '{"access_token":"a","refresh_token":""}'), null],
    ['none', reply(200, '{"access_token":"a"}'), null],
    ['the same again', reply(200, '{"access_token":"a","refresh_token":"old"}'), null],
    ['one in a 400', reply(400, '{"refresh_token":"new"}'), null],
    ['no reply', { kind: 'failed', reason: 'network' }, null],
  ] satisfies [string, RawReply, string | null][])('%s', (_, raw, found) => {
    expect(salvaged(raw)).toBe(found);
  });
});

describe('the backoff', () => {
  it.each([
    ['the first, least', 0, null, 0, 30_000],
    ['the first, most', 0, null, 1, 60_000],
    ['the third, most', 2, null, 1, 240_000],
    ['the hundredth, least: full jitter', 100, null, 0, 30_000],
    ['the hundredth, most: an hour', 100, null, 1, 3_600_000],
    ['Retry-After is the least', 0, 600_000, 0, 600_000],
    ['Retry-After below the jitter', 0, 1_000, 0.5, 45_000],
    ['Retry-After is capped', 0, 9e9, 0, 3_600_000],
  ])('%s', (_, failures, retryAfter, random, ms) => {
    expect(failureDelayMs(failures, retryAfter, random)).toBe(ms);
  });
});
