/** Providers of keys, one for each record of kind `credentials` that has a check. */
import { documented, knowledge, type Page, reported, standard } from './evidence.ts';
import type { KeyFixture } from './keys.ts';
import type { Answer } from './types.ts';

/** The same account's two keys, and nobody's. */
const keysOf = (prefix: string) => ({
  credentials: { apiKey: `${prefix}canary1` },
  next: { apiKey: `${prefix}canary2` },
  wrong: { apiKey: `${prefix}canary0` },
});

const bearer: KeyFixture['proofOf'] = ({ apiKey }) => ({
  headers: { Authorization: `Bearer ${apiKey}` },
});

/** A good key that may not make the request of the check. */
const mayNot = (answer: Answer) => ({
  name: 'a good key that may not make this request',
  answer,
  means: 'undecided' as const,
});

const pause = {
  name: 'a pause',
  answer: { status: 429, body: {}, evidence: standard('6585 4') },
  means: 'undecided' as const,
};

const page = (name: string, date: string | null = null): Page => ({ page: name, date });

const openaiErrors = page('help.openai.com 6882433, "Incorrect API key provided"');

const openai: KeyFixture = {
  id: 'openai',
  account: { id: null, displayName: 'ada-inc', shown: ['ada-inc'] },
  ...keysOf('sk-proj-'),
  proofOf: bearer,
  apiUrl: () => 'https://api.openai.com/v1',
  check: {
    method: 'GET',
    url: () => 'https://api.openai.com/v1/models',
    answer: {
      headers: { 'openai-organization': 'ada-inc' },
      body: { object: 'list', data: [{ id: 'gpt', object: 'model', owned_by: 'system' }] },
      evidence: documented(page('OpenAI API reference, "Debugging requests" (a copy)')),
    },
    unauthorized: {
      status: 401,
      body: {
        error: {
          message: 'Incorrect API key provided: sk-***. You can find your API key at ...',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      },
      evidence: documented(openaiErrors),
    },
  },
  quirks: [
    mayNot({
      status: 403,
      body: { error: { message: 'Missing scopes: api.model.read', type: 'invalid_request_error' } },
      evidence: knowledge(),
    }),
    pause,
  ],
};

const claudeErrors = page('docs.anthropic.com/api/errors');

const claudeRefusal = (status: number, type: string): Answer => ({
  status,
  body: { type: 'error', error: { type, message: 'invalid x-api-key' } },
  evidence: documented(claudeErrors),
});

const anthropic: KeyFixture = {
  id: 'anthropic',
  account: { id: 'a1b2c3d4-org', displayName: null },
  ...keysOf('sk-ant-api03-'),
  proofOf: ({ apiKey = '' }) => ({
    headers: { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' },
  }),
  apiUrl: () => 'https://api.anthropic.com/v1',
  check: {
    method: 'GET',
    url: () => 'https://api.anthropic.com/v1/models',
    answer: {
      headers: { 'anthropic-organization-id': 'a1b2c3d4-org', 'request-id': 'req_1' },
      body: { data: [{ type: 'model', id: 'claude', display_name: 'Claude' }], has_more: false },
      evidence: documented(page('docs.anthropic.com/api/overview')),
    },
    unauthorized: claudeRefusal(401, 'authentication_error'),
  },
  quirks: [
    mayNot(claudeRefusal(403, 'permission_error')),
    {
      name: 'an overload',
      answer: claudeRefusal(529, 'overloaded_error'),
      means: 'undecided',
    },
  ],
};

const sendgrid: KeyFixture = {
  id: 'sendgrid',
  account: { id: null, displayName: null },
  ...keysOf('SG.'),
  proofOf: bearer,
  apiUrl: () => 'https://api.sendgrid.com/v3',
  check: {
    method: 'GET',
    url: () => 'https://api.sendgrid.com/v3/scopes',
    answer: {
      body: { scopes: ['mail.send', 'sender_verification_eligible'] },
      evidence: documented(
        page(
          'twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access',
        ),
      ),
    },
    unauthorized: {
      status: 401,
      body: {
        errors: [
          {
            field: null,
            message: 'The provided authorization grant is invalid, expired, or revoked',
          },
        ],
      },
      evidence: documented(
        page('twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors'),
      ),
    },
  },
  quirks: [
    {
      // "Too many bad requests. Temporary block."
      name: 'a block for some time',
      answer: {
        status: 403,
        body: { errors: [{ message: 'access forbidden' }] },
        evidence: documented(
          page('twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors'),
        ),
      },
      means: 'undecided',
    },
  ],
};

const accountSid = `AC${'0123456789abcdef'.repeat(2)}`;
const twilioAccount = page('twilio.com/docs/iam/api/account');

const twilio: KeyFixture = {
  id: 'twilio',
  account: { id: accountSid, displayName: 'Ada Ltd', shown: ['Ada Ltd', 'active', 'Full'] },
  credentials: { account_sid: accountSid, auth_token: 'canary1' },
  next: { account_sid: accountSid, auth_token: 'canary2' },
  wrong: { account_sid: accountSid, auth_token: 'canary0' },
  proofOf: ({ account_sid: sid, auth_token: token }) => ({
    headers: { Authorization: `Basic ${btoa(`${sid}:${token}`)}` },
  }),
  apiUrl: ({ account_sid: sid }) => `https://api.twilio.com/2010-04-01/Accounts/${sid}`,
  check: {
    method: 'GET',
    url: ({ account_sid: sid }) => `https://api.twilio.com/2010-04-01/Accounts/${sid}.json`,
    answer: {
      body: {
        sid: accountSid,
        friendly_name: 'Ada Ltd',
        status: 'active',
        type: 'Full',
        owner_account_sid: accountSid,
        uri: `/2010-04-01/Accounts/${accountSid}.json`,
      },
      evidence: documented(twilioAccount),
    },
    unauthorized: {
      status: 401,
      body: {
        code: 20003,
        message: 'Authenticate',
        more_info: 'https://www.twilio.com/docs/errors/20003',
        status: 401,
      },
      evidence: knowledge('the error 20003 as known'),
    },
  },
  quirks: [pause],
};

const resendErrors = page('resend.com/docs/api-reference/errors');

const resendAnswer = (statusCode: number, name: string, message: string): Answer => ({
  status: statusCode,
  body: { statusCode, name, message },
  evidence: documented(resendErrors),
});

const resend: KeyFixture = {
  id: 'resend',
  account: { id: null, displayName: null },
  ...keysOf('re_'),
  proofOf: bearer,
  apiUrl: () => 'https://api.resend.com',
  check: {
    method: 'GET',
    url: () => 'https://api.resend.com/domains',
    answer: {
      body: { object: 'list', has_more: false, data: [] },
      evidence: knowledge('the list as known'),
    },
    unauthorized: resendAnswer(400, 'validation_error', 'API key is invalid'),
  },
  quirks: [
    {
      name: 'a dead key, as the older page has it',
      answer: resendAnswer(403, 'invalid_api_key', 'API key is invalid.'),
      means: 'refused',
    },
    {
      name: 'a dead key, as endpoints that send say it',
      answer: resendAnswer(401, 'validation_error', 'API key is invalid'),
      means: 'refused',
    },
    mayNot(
      resendAnswer(401, 'restricted_api_key', 'This API key is restricted to only send emails.'),
    ),
    {
      name: 'another fault of the request',
      answer: resendAnswer(
        400,
        'validation_error',
        'An error was found with one or more fields in the request.',
      ),
      means: 'undecided',
    },
  ],
};

const datadogKeys = page(
  'docs.datadoghq.com/api/latest/key-management/validate-api-and-application-keys',
);
const datadogSite = { site: 'us5.datadoghq.com' };

const datadogRefusal = (status: number): Answer => ({
  status,
  body: { errors: [status === 401 ? 'Unauthorized' : 'Forbidden'] },
  evidence: documented(datadogKeys),
});

const datadog: KeyFixture = {
  id: 'datadog',
  account: { id: null, displayName: null, shown: ['us5.datadoghq.com'] },
  credentials: { ...datadogSite, apiKey: 'canary1', applicationKey: 'canary-app1' },
  next: { ...datadogSite, apiKey: 'canary2', applicationKey: 'canary-app2' },
  wrong: { ...datadogSite, apiKey: 'canary1', applicationKey: 'canary-app0' },
  proofOf: ({ apiKey = '', applicationKey = '' }) => ({
    headers: { 'DD-API-KEY': apiKey, 'DD-APPLICATION-KEY': applicationKey },
  }),
  apiUrl: ({ site }) => `https://api.${site}/api`,
  check: {
    method: 'GET',
    url: ({ site }) => `https://api.${site}/api/v2/validate_keys`,
    answer: { body: { status: 'ok' }, evidence: documented(datadogKeys) },
    unauthorized: datadogRefusal(403),
  },
  quirks: [
    { name: 'keys that are not good, as 401', answer: datadogRefusal(401), means: 'refused' },
    pause,
  ],
};

const posthogHost = { host: 'eu.posthog.com' };

const posthogRefusal = (status: number, type: string, code: string): Answer => ({
  status,
  body: { type, code, detail: 'Invalid personal API key.', attr: null },
  evidence: knowledge(),
});

const posthog: KeyFixture = {
  id: 'posthog',
  account: {
    id: 'eu.posthog.com:017f-ada',
    displayName: 'ada@example.com',
    shown: ['Ada', 'ada@example.com', 'Ada Ltd', 'eu.posthog.com'],
  },
  credentials: { ...posthogHost, apiKey: 'phx_canary1' },
  next: { ...posthogHost, apiKey: 'phx_canary2' },
  wrong: { ...posthogHost, apiKey: 'phx_canary0' },
  proofOf: bearer,
  apiUrl: ({ host }) => `https://${host}/api`,
  check: {
    method: 'GET',
    url: ({ host }) => `https://${host}/api/users/@me/`,
    answer: {
      body: {
        uuid: '017f-ada',
        distinct_id: 'd1',
        first_name: 'Ada',
        last_name: 'L',
        email: 'ada@example.com',
        organization: { id: 'o1', name: 'Ada Ltd' },
      },
      evidence: reported(page('PostHog/posthog, posthog/api/user.py')),
    },
    unauthorized: posthogRefusal(401, 'authentication_error', 'authentication_failed'),
  },
  quirks: [mayNot(posthogRefusal(403, 'authentication_error', 'permission_denied')), pause],
};

const perplexity: KeyFixture = {
  id: 'perplexity',
  account: { id: null, displayName: null },
  ...keysOf('pplx-'),
  proofOf: bearer,
  apiUrl: () => 'https://api.perplexity.ai',
  check: {
    method: 'GET',
    url: () => 'https://api.perplexity.ai/async/chat/completions',
    answer: { body: { requests: [], next_token: null }, evidence: knowledge('the list as known') },
    unauthorized: {
      status: 401,
      text: '<html><head><title>401 Authorization Required</title></head></html>',
      type: 'text/html',
      evidence: reported(page('google/osv-scalibr, veles, perplexityapikey')),
    },
  },
  quirks: [pause],
};

const mailgunHost = { host: 'api.eu.mailgun.net' };

const mailgun: KeyFixture = {
  id: 'mailgun',
  account: { id: null, displayName: null, shown: ['api.eu.mailgun.net'] },
  credentials: { ...mailgunHost, apiKey: 'canary1' },
  next: { ...mailgunHost, apiKey: 'canary2' },
  wrong: { ...mailgunHost, apiKey: 'canary0' },
  proofOf: ({ apiKey }) => ({ headers: { Authorization: `Basic ${btoa(`api:${apiKey}`)}` } }),
  apiUrl: ({ host }) => `https://${host}`,
  check: {
    method: 'GET',
    url: ({ host }) => `https://${host}/v4/domains`,
    answer: {
      body: { total_count: 0, items: [] },
      evidence: reported(page('NangoHQ/nango, providers.yaml', '2026-08-21')),
    },
    unauthorized: {
      status: 401,
      body: { message: 'Invalid private key' },
      evidence: knowledge('as known'),
    },
  },
  quirks: [pause],
};

const elevenAnswer = (code: string): Answer => ({
  status: 401,
  body: { detail: { status: code, message: 'The API key you used ...' } },
  evidence: reported(page('danielmiessler/LifeOS#950', '2026-03-15')),
});

const elevenlabs: KeyFixture = {
  id: 'elevenlabs',
  account: { id: null, displayName: null, shown: ['creator'] },
  ...keysOf('sk_'),
  proofOf: ({ apiKey = '' }) => ({ headers: { 'xi-api-key': apiKey } }),
  apiUrl: () => 'https://api.elevenlabs.io/v1',
  check: {
    method: 'GET',
    url: () => 'https://api.elevenlabs.io/v1/user',
    answer: {
      body: { user_id: 'u1', subscription: { tier: 'creator', status: 'active' } },
      evidence: documented(page('elevenlabs.io/docs/api-reference/user/get')),
    },
    unauthorized: {
      ...elevenAnswer('invalid_api_key'),
      evidence: reported(page('public clients of ElevenLabs')),
    },
  },
  quirks: [mayNot(elevenAnswer('missing_permissions'))],
};

const algoliaErrors = page(
  'jeremylongshore/claude-code-plugins-plus-skills, algolia-common-errors',
);

const algoliaAnswer = (message: string): Answer => ({
  status: 403,
  body: { message, status: 403 },
  evidence: reported(algoliaErrors),
});

const algoliaApp = { application_id: 'ADA0123456' };

const algolia: KeyFixture = {
  id: 'algolia',
  account: { id: 'ADA0123456', displayName: 'ADA0123456' },
  credentials: { ...algoliaApp, apiKey: 'canary1' },
  next: { ...algoliaApp, apiKey: 'canary2' },
  wrong: { ...algoliaApp, apiKey: 'canary0' },
  proofOf: ({ application_id: app = '', apiKey = '' }) => ({
    headers: { 'X-Algolia-Application-Id': app, 'X-Algolia-API-Key': apiKey },
  }),
  apiUrl: ({ application_id: app = '' }) => `https://${app.toLowerCase()}.algolia.net/1`,
  check: {
    method: 'GET',
    url: ({ application_id: app }) => `https://${app}.algolia.net/1/indexes`,
    answer: {
      body: { items: [], nbPages: 1 },
      evidence: documented(page('algolia.com/doc, "List indices"')),
    },
    unauthorized: algoliaAnswer('Invalid Application-ID or API key'),
  },
  quirks: [mayNot(algoliaAnswer('Method not allowed with this API key'))],
};

export const keyFixtures: readonly KeyFixture[] = [
  algolia,
  anthropic,
  datadog,
  elevenlabs,
  mailgun,
  openai,
  perplexity,
  posthog,
  resend,
  sendgrid,
  twilio,
];
