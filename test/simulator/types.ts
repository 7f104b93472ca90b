/**
 * What a provider does, as far as Mooring meets it: the form of a fixture. Fixtures know nothing of
 * Mooring's own records and readers; they state what the provider listens to, what it insists on
 * and what it answers, each with its evidence. simulator.ts plays them.
 */
import type { Evidence } from './evidence.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** A request as the provider reads it. */
export interface Sent {
  method: string;
  url: URL;
  headers: Headers;
  /** What the body is; `none` where there is not a byte. */
  form: 'form' | 'json' | 'none' | 'other';
  /** The body's parameters; of a JSON body its strings at the top. */
  params: URLSearchParams;
}

export interface SimulatedClient {
  id: string;
  secret: string;
  redirectUri: string;
  /** Verifies what it signs. */
  publicKey?: JsonWebKey;
}

/** What a reply is about. */
export interface About {
  sent: Sent;
  client: SimulatedClient;
  /** ms, by the provider's clock. */
  now: number;
  /** Whose token or code it is; the fixture's own account where nothing says whose. */
  account: string;
}

export interface Issued extends About {
  accessToken: string;
  /** Undefined where none is given: JSON then leaves it out. */
  refreshToken: string | undefined;
  /** What the access token has left; null: it does not end, or nobody says when. */
  secondsLeft: number | null;
  /** Granted. */
  scopes: readonly string[];
  /** End of the refresh token in ms; null: none is known. */
  refreshExpiresAt: number | null;
  idToken(claims: Record<string, Json>): string;
}

export type Body<Of> = Json | ((about: Of) => Json);

export interface Answer<Of = About> {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** A JSON document. Left out together with `text`: no body. */
  body?: Body<Of>;
  /** Sent as it is instead, with `type`; for what JSON.stringify cannot write. */
  text?: string | ((about: Of) => string);
  /** Content-Type; default JSON's, or none where there is no body. */
  type?: string | ((about: Of) => string);
  evidence: Evidence;
}

export type IssuedKind = 'code' | 'access' | 'refresh';

/** How the client may prove itself; any one of the list will do. */
export type ClientAuth =
  | 'basic'
  | 'post'
  /** `Authorization: Bearer <secret>`, the id as a parameter. */
  | 'secret_bearer'
  /** Basic, with the secret as the user name and no password. */
  | 'secret_user'
  /** `Authorization: Client <secret>`, the id as a parameter. */
  | 'secret_client'
  | Assertion
  /** Nothing is asked for. */
  | 'none';

/** Something that the client signs (RFC 7523 3), each to be used once. */
export interface Assertion {
  by: 'private_key_jwt' | 'client_secret_jwt' | 'signed_secret';
  algorithm: 'ES256' | 'RS256' | 'HS256';
  audience: string;
  /** Default: the client's id. */
  issuer?: string;
}

export interface Authorization {
  url: string;
  /** Default `client_id`. */
  clientIdParam?: string;
  /** The app is named by this, and its client is not. */
  application?: { param: string; id: string };
  /** Refused without exactly these. */
  params?: Record<string, string>;
  /** Without exactly these no refresh token is given. */
  offline?: Record<string, string>;
  /** Without exactly these, a refresh token comes with the first consent only. */
  again?: Record<string, string>;
  /** Null: it has no scopes, and refuses to be asked for some. */
  scope: {
    /** Default `scope`. */
    param?: string;
    /** Anything else is part of a scope's name. */
    separator: ' ' | ',';
    /** Others are refused. */
    offered: readonly string[] | 'any';
    /** The scope without which no refresh token is given. */
    offline?: string;
    /** None may be asked for. */
    optional?: boolean;
  } | null;
  /** `supported`: checked where a challenge was sent. `unknown`: ignored, as far as is known. */
  pkce: 'required' | 'supported' | 'unknown';
  /** It refuses a `response_type`, and knows the redirect URI by a name. */
  odd?: { redirectName: string };
  /** What comes back is posted by the browser (OAuth 2.0 Form Post Response Mode). */
  formPost?: boolean;
  /** What the code is called there. Default `code`. */
  codeParam?: string;
  /** Requests are taken only in this way (RFC 9126), and each reference once. */
  pushed?: Demands & { evidence: Evidence };
  /** What comes back, and what of it is not `code` and `state`. */
  callback?: (query: Record<string, string>, about: About) => Promise<Record<string, string>>;
  evidence: Evidence;
}

/** What an endpoint insists on. */
export interface Demands {
  url: string;
  /** Default `form`. */
  body?: 'form' | 'json';
  client: readonly ClientAuth[];
  /** Default `client_id`. */
  clientIdParam?: string;
  /** Default `client_secret`. */
  clientSecretParam?: string;
  /** Refused without headers like these. */
  headers?: Record<string, RegExp>;
  /** Refused without exactly these. */
  params?: Record<string, string>;
}

export interface TokenEndpoint extends Demands {
  /** It refuses the standard's parameters, and has the code under this name. */
  codeParam?: string;
  /** Without exactly these the reply has no refresh token. */
  offline?: Record<string, string>;
  /** Of the access token; null: it does not end, or nobody says when. */
  lifetimeSeconds: number | null;
  reply: Answer<Issued>;
}

export interface Refreshing extends Demands {
  kind: 'refresh_token';
  /** It refuses the standard's parameters, and has the token under this name. */
  tokenParam?: string;
  /** Each refresh gives another refresh token. */
  rotates: boolean;
  /**
   * What becomes of the one that was used: it `stays`, it `dies`, it dies and its second use
   * `kills_grant`, it is taken again for a time, or until its replacement was used.
   */
  used: 'stays' | 'dies' | 'kills_grant' | 'until_replacement_is_used' | { graceSeconds: number };
  /** Not earlier than this after the last one. */
  leastAgeSeconds?: number;
  /** The access tokens from before die with it. */
  endsAccessToken?: boolean;
  /** Of the refresh token. */
  refreshLifetimeSeconds?: number;
  /** That is counted from consent; no refresh moves it. */
  countedFromConsent?: boolean;
  /** With more than this left, the same tokens come back. */
  sameAboveSeconds?: number;
  /** The redirect URI of the authorization has to be sent again. */
  redirectUri?: boolean;
  /** Scopes have to be sent again. */
  scope?: { separator: ' ' | ',' };
  lifetimeSeconds: number | null;
  reply: Answer<Issued>;
  /** Of what becomes of the tokens; the reply has its own, of its shape. */
  evidence: Evidence;
}

/** Meta's model: the access token itself is exchanged while it lives. */
export interface Extending {
  kind: 'extend';
  /**
   * GET; the parameters `{access_token}`, `{client_id}` and `{client_secret}` stand for the real
   * ones.
   */
  exchange: { url: string; params: Record<string, string> };
  refresh: { url: string; params: Record<string, string> };
  /** Not earlier than this after it was issued. */
  leastAgeSeconds?: number;
  lifetimeSeconds: number;
  reply: Answer<Issued>;
  evidence: Evidence;
}

export interface Profile {
  method: 'GET' | 'POST';
  /** `{account}` stands for the account that is asked about: others' tokens are not taken there. */
  url: string;
  /** Where the access token must be. */
  token: 'bearer' | { query: string } | { header: string; after?: string } | { param: string };
  /** The client in the body, too (introspection). */
  client?: readonly ClientAuth[];
  headers?: Record<string, RegExp | '{client_id}'>;
  /** Refused without query parameters like these. */
  query?: Record<string, RegExp>;
  /** `none`: refuses any body and any content type. */
  body?: 'none' | 'form' | { json: Record<string, RegExp> };
  answer: Answer<About>;
  /** To a token that is not good. */
  unauthorized: Answer<About>;
}

/** Asked for with the access token, by GET: what a grant is good for, or anything else. */
export interface BehindToken {
  url: string;
  /** Refused without headers like these. */
  headers?: Record<string, RegExp>;
  answer: Answer<About>;
  /** To a token that is not good. */
  unauthorized: Answer<About>;
}

export interface Revocation {
  method: 'POST' | 'DELETE';
  /** `{client_id}` stands for the real one. */
  url: string;
  /** Where the token must be, or the account. */
  token:
    | { in: 'form' | 'json' | 'query'; name: string; kind: 'access' | 'refresh' | 'any' }
    /** Default: the access token. */
    | { in: 'bearer'; kind?: 'any' }
    | { in: 'account'; name: string };
  client: readonly ClientAuth[];
  clientIdParam?: string;
  clientSecretParam?: string;
  headers?: Record<string, RegExp>;
  /** How far it reaches. */
  ends: 'token' | 'grant';
  /** Of the request; the answers have their own. */
  evidence: Evidence;
  answer: Answer<About>;
  /** To a token that it does not know or that is dead already. */
  unknown: Answer<About>;
}

/** What an answer lets a reader know. */
export type Meaning = 'refused' | 'operator' | 'transient' | 'unknown' | 'odd' | 'granted';

export interface Quirk {
  /** A sentence's end: "a dead token, as it has also been answered". */
  name: string;
  answer: Answer<Issued>;
  means: Meaning;
}

/**
 * What anybody may read, by GET and without a token: who an account is, which servers there are.
 */
export interface PublicDocument {
  url: string;
  /** Not found without exactly these in the query. */
  query?: Record<string, string>;
  answer: Answer;
}

export interface Fixture {
  id: string;
  /** What the operator sets besides the client. */
  settings?: Record<string, string>;
  /** What the person gives for the placeholders in the provider's URLs. */
  parameters?: Record<string, string>;
  /** Who signs in: what names the account, and what a person tells it by. */
  account: {
    id: string;
    /** The person behind it, where that is somebody else. */
    subject?: string;
    displayName: string;
    /** Further things by which a person tells it apart. */
    shown?: readonly string[];
  };
  /** How tokens begin. */
  prefixes?: { access: string; refresh: string };
  /** Access tokens are JWTs, whose claim `exp` says when they end. */
  accessTokens?: 'jwt';
  /** Endpoints are told by their paths alone, so that several records of a test have one server. */
  anyHost?: boolean;
  /**
   * What codes and tokens look like instead, `serial` counting from 1 for each account and kind.
   */
  issuedAs?: (kind: IssuedKind, account: string, serial: number) => string;
  /**
   * Codes and tokens that were issued before the simulation began, as the rows of a test hold them:
   * the account that such a value stands for; null: nobody's.
   */
  issuedBefore?: (kind: IssuedKind, value: string) => string | null;
  /** Two scopes (as far as there are two) that the whole way asks for. */
  scopes: readonly string[];
  /** Clients are registered here, by a form. */
  registration?: { url: string; params: Record<string, RegExp>; evidence: Evidence };
  /** The client's id is the address of its document, which holds the key that it signs with. */
  clientDocument?: Evidence;
  documents?: readonly PublicDocument[];
  /** Below the address of the API, what a call asks for. Default `me`. */
  apiPath?: string;
  /** Tokens are bound to a key, and nothing is done without its proof and a nonce (RFC 9449). */
  dpop?: Evidence;
  authorization: Authorization;
  token: TokenEndpoint;
  refresh: Refreshing | Extending | null;
  choices?: BehindToken;
  /** Something else that tells whether an access token is good. */
  check?: BehindToken;
  /** What the person chooses of them, where they are several. */
  choice?: string;
  /** Accounts that a consent connects besides `account`, where its record connects all of them. */
  together?: readonly string[];
  profile: Profile | null;
  revocation: Revocation | null;
  errors: {
    /** The client's proof is missing or wrong. `means`: default `operator`. */
    client: Answer & { means?: 'odd' };
    /** The code is unknown or used. */
    code: Answer;
    /** The refresh token (or the extended token) is dead. `means`: default `refused`. */
    refresh: (Answer & { means?: 'odd' }) | null;
    /** Anything else that is wrong with a request; default RFC 6749's `invalid_request`. */
    request?: Answer;
  };
  /** More answers to a refresh that were met or documented. */
  quirks?: readonly Quirk[];
}
