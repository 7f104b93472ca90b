/** From an answer as a fixture states it to a response. */
import type { About, Answer, Json } from './types.ts';

export function respond<Of extends About>(answer: Answer<Of>, about: Of): Response {
  const { status = 200, headers = {} } = answer;
  const text =
    answer.body === undefined
      ? resolve(answer.text, about)
      : JSON.stringify(resolve<Of, Json>(answer.body, about));
  const type = resolve(answer.type, about) ?? (text === undefined ? null : 'application/json');
  return new Response(text ?? null, {
    status,
    headers: { ...(type === null ? {} : { 'Content-Type': type }), ...headers },
  });
}

const resolve = <Of, T>(value: T | ((about: Of) => T) | undefined, about: Of): T | undefined =>
  typeof value === 'function' ? (value as (about: Of) => T)(about) : value;

/** An ID token, as a reader that trusts TLS may take it: the signature is none. */
export function idTokenOf(claims: Record<string, Json>): string {
  const part = (value: Json) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  return `${part({ alg: 'RS256', kid: 'k' })}.${part(claims)}.c2ln`;
}
