/**
 * Every request has an id: in the reply, in problems and in every log line. A caller may bring its
 * own, so that its logs and ours can be joined, but only in the form of a UUID: free text would let
 * callers write what they like into the logs, secrets by mistake included.
 */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function requestIdOf(headers: Headers): string {
  const given = headers.get('x-request-id');
  return given && UUID.test(given) ? given.toLowerCase() : crypto.randomUUID();
}
