/**
 * The sandbox's API, below `/api`, for whoever brings an access token that lives: a person's boats,
 * and answers as difficult as an API can give them.
 *
 *   GET  /api/me
 *   GET  /api/boats                       with a Link to the next page
 *   POST /api/boats      {"name"}         201, with a Location
 *   GET  /api/answers/401                 refuses the token, though it lives
 *   GET  /api/answers/429, /503           with Retry-After
 *   GET  /api/answers/slow?seconds=3
 *   GET  /api/answers/inside, /outside    redirects: within the API, and to another host
 *   GET  /api/answers/large?bytes=100000000
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Provider } from 'oidc-provider';
import { json } from '../loopback.ts';
import { personById } from './people.ts';

export const API_PATH = '/api';

const MAX_BODY_BYTES = 4096;
const LARGE_BYTES = 100_000_000;
const CHUNK = Buffer.alloc(65_536, 'All hands on deck. ');
const PAGE_SIZE = 2;

interface Boat {
  id: number;
  name: string;
}

export class SandboxApi {
  readonly #provider: Provider;
  readonly #boats = new Map<string, Boat[]>();

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** @returns whether the request was for the API. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith(`${API_PATH}/`)) return false;
    const account = await this.#accountOf(request.headers.authorization);
    if (account === null) refuseToken(response);
    else await this.#route(account, request, response, url);
    return true;
  }

  async #accountOf(authorization = ''): Promise<string | null> {
    const [, value] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
    const token = value ? await this.#provider.AccessToken.find(value) : undefined;
    if (!token?.isValid) return null;
    // A withdrawn grant takes its access tokens along.
    const grant = await this.#provider.Grant.find(token.grantId ?? '');
    return grant ? token.accountId : null;
  }

  async #route(
    account: string,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ): Promise<void> {
    const path = url.pathname.slice(API_PATH.length);
    const answer = /^\/answers\/(\w+)$/.exec(path)?.[1];
    if (answer !== undefined) {
      await answerAsTold(answer, url.searchParams, response);
      return;
    }
    switch (`${request.method} ${path}`) {
      case 'GET /me':
        json(response, 200, personById(account));
        return;
      case 'GET /boats':
        this.#list(account, Number(url.searchParams.get('page') ?? 1), response);
        return;
      case 'POST /boats':
        await this.#add(account, request, response);
        return;
      default:
        json(response, 404, { error: 'not_found' });
    }
  }

  #of(account: string): Boat[] {
    const known = this.#boats.get(account);
    if (known) return known;
    const boats = ['Petrel', 'Halcyon', 'Little Auk'].map((name, i) => ({ id: i + 1, name }));
    this.#boats.set(account, boats);
    return boats;
  }

  #list(account: string, page: number, response: ServerResponse): void {
    const boats = this.#of(account);
    const end = page * PAGE_SIZE;
    json(
      response,
      200,
      { boats: boats.slice(end - PAGE_SIZE, end) },
      end < boats.length ? { Link: `<${API_PATH}/boats?page=${page + 1}>; rel="next"` } : {},
    );
  }

  async #add(account: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { name } = await readJson(request);
    if (typeof name !== 'string' || name === '') {
      json(response, 422, { error: 'name_missing' });
      return;
    }
    const boats = this.#of(account);
    const boat = { id: boats.length + 1, name };
    boats.push(boat);
    json(response, 201, boat, { Location: `${API_PATH}/boats/${boat.id}` });
  }
}

async function answerAsTold(
  answer: string,
  options: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  switch (answer) {
    case '401':
      refuseToken(response);
      return;
    case '429':
      json(response, 429, { error: 'too_many_requests' }, { 'Retry-After': '30' });
      return;
    case '503':
      json(response, 503, { error: 'maintenance' }, { 'Retry-After': '120' });
      return;
    case 'slow':
      await new Promise((resolve) =>
        setTimeout(resolve, Number(options.get('seconds') ?? 3) * 1000),
      );
      json(response, 200, { answered: 'at last' });
      return;
    case 'inside':
      response.writeHead(302, { Location: `${API_PATH}/me` }).end();
      return;
    case 'outside':
      response.writeHead(302, { Location: 'https://elsewhere.example/boats' }).end();
      return;
    case 'large':
      await sendBytes(Number(options.get('bytes') ?? LARGE_BYTES), response);
      return;
    default:
      json(response, 404, { error: 'not_found' });
  }
}

async function sendBytes(bytes: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(bytes),
  });
  function* chunks() {
    for (let left = bytes; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, left);
  }
  // Who hangs up has had enough.
  await pipeline(Readable.from(chunks()), response).catch(() => {});
}

const refuseToken = (response: ServerResponse): void =>
  json(
    response,
    401,
    { error: 'invalid_token' },
    { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  );

async function readJson(request: IncomingMessage): Promise<{ name?: unknown }> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) break;
  }
  try {
    return JSON.parse(text) as { name?: unknown };
  } catch {
    return {};
  }
}
