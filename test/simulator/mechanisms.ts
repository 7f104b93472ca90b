/**
 * Providers that there are not, each with a habit that some providers have: what a record says
 * about such a habit is driven here, before there is a record of a provider that needs it.
 */
import { knowledge, standard } from './evidence.ts';
import { plain, tokensOf } from './plain.ts';
import { invalidToken } from './shapes.ts';
import type { Answer, Assertion, ClientAuth, Fixture, Issued } from './types.ts';

const invented = knowledge('invented: no provider');

/** Its client proves itself so, wherever it has to. */
export function proving(id: string, way: ClientAuth, changes: Partial<Fixture> = {}): Fixture {
  const base = plain(id, changes);
  const { token, refresh, revocation } = base;
  return {
    ...base,
    token: { ...token, client: [way] },
    refresh: refresh?.kind === 'refresh_token' ? { ...refresh, client: [way] } : refresh,
    revocation: revocation && { ...revocation, client: [way] },
  };
}

const assertion = (
  id: string,
  by: Assertion['by'],
  algorithm: Assertion['algorithm'],
): Assertion => ({ by, algorithm, audience: `https://${id}.example/token` });

const books = plain('books', {});
const desk = plain('desk', {});
const posted = plain('posted', {});

const market = plain('market', {});
const sites = plain('sites', {});
const tenants = plain('tenants', {});
const ferry = plain('ferry', {});
const strongbox = plain('strongbox', {});

/** With a list of what its grants are good for. */
const listing = (base: Fixture) => ({
  ...base,
  profile: base.profile && {
    ...base.profile,
    answer: { body: { sub: 'ada', name: 'Name of ada' }, evidence: invented },
  },
  choices: {
    url: `https://api.${base.id}.example/accessible`,
    answer: {
      body: {
        values: [
          { id: 'site-1', name: 'First site' },
          { id: 'site-2', name: 'Second site' },
          { id: 'site-2', name: 'Second site, once more' },
          { name: 'a site without an id' },
        ],
      },
      evidence: invented,
    },
    unauthorized: invalidToken(standard('6750 3.1')),
  },
});

/** The same reply, with tokens of another type. */
const bound = ({ evidence }: Answer<Issued>): Answer<Issued> => ({
  body: (t) => ({ ...tokensOf(t), token_type: 'DPoP', scope: t.scopes.join(' ') }),
  evidence,
});

const claims = plain('claims', {});
const schemes = plain('schemes', {});

const endless = ({ accessToken, refreshToken, scopes }: Issued) => ({
  access_token: accessToken,
  refresh_token: refreshToken,
  token_type: 'Bearer',
  scope: scopes.join(' '),
});

const posting = {
  params: { response_mode: 'form_post' },
  formPost: true,
  callback: async (answer: Record<string, string>) => ({
    ...answer,
    user: '{"name":"Ada"}',
    id_token: 'x'.repeat(4096),
  }),
};

/** At another host, in all that follows the redirect back. */
const moved = (url: string) =>
  url.replace('https://desk.example', 'https://accounts.desk-eu.example');

export const mechanisms = {
  /**
   * A person chooses one of several companies at the consent. Only the redirect back says which,
   * and a token is good for that company alone.
   */
  books: {
    ...books,
    account: { id: 'company-1', displayName: 'Company company-1', shown: ['company-1'] },
    authorization: {
      ...books.authorization,
      callback: async (answer, { account }) => ({ ...answer, realmId: account }),
    },
    profile: books.profile && {
      ...books.profile,
      url: 'https://api.books.example/v3/company/{account}/info',
      answer: {
        body: ({ account }) => ({ CompanyInfo: { CompanyName: `Company ${account}` } }),
        evidence: invented,
      },
    },
  },

  /**
   * Each region has servers of its own; the redirect back names them. The code has a name of its
   * own.
   */
  desk: {
    ...desk,
    account: { id: 'accounts.desk-eu.example:ada', displayName: 'Name of ada' },
    authorization: {
      ...desk.authorization,
      codeParam: 'auth_code',
      callback: async (answer) => ({
        ...answer,
        location: 'eu',
        'accounts-server': 'https://accounts.desk-eu.example',
      }),
    },
    token: { ...desk.token, url: moved(desk.token.url) },
    refresh:
      desk.refresh?.kind === 'refresh_token'
        ? { ...desk.refresh, url: moved(desk.refresh.url) }
        : null,
    profile: desk.profile && {
      ...desk.profile,
      url: moved(desk.profile.url),
      answer: { body: { sub: 'ada', name: 'Name of ada' }, evidence: invented },
    },
    revocation: desk.revocation && { ...desk.revocation, url: moved(desk.revocation.url) },
  },

  /** What others put into the address, the browser posts. */
  posted: { ...posted, authorization: { ...posted.authorization, ...posting } },

  /**
   * Names of its own for nearly everything, and a host that only the token reply names. A person
   * has several accounts, of which one is the main one.
   */
  market: {
    ...market,
    account: { id: '42', displayName: 'Main of ada', shown: ['ada.market-api.example'] },
    authorization: {
      ...market.authorization,
      clientIdParam: 'app_id',
      odd: { redirectName: 'Ada_Inc-RuName-1' },
      codeParam: 'auth_code',
    },
    token: {
      ...market.token,
      body: 'json',
      client: ['post'],
      clientIdParam: 'app_id',
      clientSecretParam: 'secret',
      codeParam: 'auth_code',
      reply: {
        body: (t) => ({
          ...tokensOf(t),
          scope: t.scopes.join(' '),
          api_domain: 'https://ada.market-api.example',
        }),
        evidence: invented,
      },
    },
    refresh:
      market.refresh?.kind === 'refresh_token'
        ? {
            ...market.refresh,
            url: 'https://market.example/refresh',
            body: 'json',
            client: ['post'],
            clientIdParam: 'app_id',
            clientSecretParam: 'secret',
            tokenParam: 'token_to_refresh',
          }
        : null,
    profile: market.profile && {
      ...market.profile,
      url: 'https://ada.market-api.example/me',
      answer: {
        body: {
          accounts: [
            { id: 41, name: 'Other of ada', is_default: 'false' },
            { id: 42, name: 'Main of ada', is_default: 'true' },
          ],
        },
        evidence: invented,
      },
    },
    revocation: market.revocation && {
      ...market.revocation,
      url: 'https://ada.market-api.example/revoke',
      client: ['none'],
    },
  },

  /** A grant is good for several sites, and an account is one of them. */
  sites: {
    ...listing(sites),
    account: { id: 'site-2', subject: 'ada', displayName: 'Second site', shown: ['ada'] },
    choice: 'site-2',
  },

  /** A grant is good for several sites, and each is an account. */
  tenants: {
    ...listing(tenants),
    account: { id: 'site-1', subject: 'ada', displayName: 'First site', shown: ['ada'] },
    together: ['site-2'],
  },

  /** The authorization request is pushed, and the browser brings its reference. */
  ferry: {
    ...ferry,
    authorization: {
      ...ferry.authorization,
      pushed: {
        url: 'https://ferry.example/par',
        client: ['basic'],
        evidence: standard('9126 2'),
      },
    },
  },

  /** Tokens are bound to a key, the code too; nothing is done without a proof and a nonce. */
  strongbox: {
    ...strongbox,
    dpop: standard('9449'),
    authorization: {
      ...strongbox.authorization,
      pushed: {
        url: 'https://strongbox.example/par',
        client: ['basic'],
        evidence: standard('9449 10.1'),
      },
    },
    token: { ...strongbox.token, reply: bound(strongbox.token.reply) },
    refresh:
      strongbox.refresh?.kind === 'refresh_token'
        ? { ...strongbox.refresh, reply: bound(strongbox.refresh.reply) }
        : null,
    profile: strongbox.profile && {
      ...strongbox.profile,
      url: 'https://api.strongbox.example/v1/me',
    },
  },

  /** The secret is the user name. */
  users: proving('users', 'secret_user'),

  /** The secret is a bearer token. */
  bearers: proving('bearers', 'secret_bearer'),

  /** A reply says nothing of an end: the access token is a JWT that does. */
  claims: {
    ...claims,
    accessTokens: 'jwt',
    token: { ...claims.token, reply: { body: endless, evidence: invented } },
    refresh:
      claims.refresh?.kind === 'refresh_token'
        ? { ...claims.refresh, reply: { body: endless, evidence: invented } }
        : null,
  },

  /** A revocation proves the client in a scheme of its own, and takes the access token alone. */
  schemes: {
    ...schemes,
    revocation: schemes.revocation && {
      ...schemes.revocation,
      token: { in: 'json', name: 'access_token', kind: 'access' },
      client: ['secret_client'],
    },
  },

  /** The client signs with its key, and each assertion is taken once. */
  signers: proving('signers', assertion('signers', 'private_key_jwt', 'ES256')),

  /** The client signs with its secret. */
  macs: proving('macs', assertion('macs', 'client_secret_jwt', 'HS256')),

  /** The secret itself is signed, by a team; the redirect back is posted. */
  fruit: proving(
    'fruit',
    {
      by: 'signed_secret',
      algorithm: 'ES256',
      audience: 'https://id.fruit.example',
      issuer: 'TEAM42',
    },
    {
      authorization: {
        ...posted.authorization,
        ...posting,
        url: 'https://fruit.example/authorize',
      },
    },
  ),
} satisfies Record<string, Fixture>;
