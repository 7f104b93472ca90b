/** One JWT check by jose at each request, with the key imported once: as fast as it goes. */
import { jwtVerify } from 'jose';

export interface BareEnv {
  AUTH_JWT_SECRET: string;
  STATUS_CACHE: KVNamespace;
  DB: D1Database;
}

let key: Promise<CryptoKey> | undefined;

/** The user; throws when the token is no good. */
export async function verify(request: Request, env: BareEnv): Promise<string> {
  key ??= crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(env.AUTH_JWT_SECRET),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  const token = request.headers.get('authorization')?.slice('Bearer '.length) ?? '';
  const { payload } = await jwtVerify(token, await key, { algorithms: ['HS256'] });
  return payload.sub ?? '';
}
