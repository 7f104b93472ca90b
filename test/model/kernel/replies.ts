/** The ways in which a token endpoint fails, and what it then answers. */

/** Before the token is looked at, then after it was rotated. */
export const faults = {
  'connection refused': { rotates: false },
  'silence, nothing done': { rotates: false },
  '503': { rotates: false },
  '500 invalid_grant': { rotates: false },
  '200 HTML, nothing done': { rotates: false },
  '429': { rotates: false },
  '403 HTML': { rotates: false },
  '400 invalid_request': { rotates: false },
  '200 with an error': { rotates: false },
  '302': { rotates: false },
  '401 invalid_client': { rotates: false },
  '403 unauthorized_client': { rotates: false },
  'false refusal': { rotates: false },
  'connection broken': { rotates: true },
  silence: { rotates: true },
  '502 HTML': { rotates: true },
  '200 HTML': { rotates: true },
  '200 empty': { rotates: true },
  /** What is granted, without an access token. */
  half: { rotates: true },
  'half, with an error': { rotates: true },
  /** Cut off after the tokens. */
  torn: { rotates: true },
  none: { rotates: true },
} as const;

export type Fault = keyof typeof faults;

export const rotates = (fault: Fault): boolean => faults[fault].rotates;

const html = (status: number): Response =>
  new Response('<html><title>Sorry</title></html>', {
    status,
    headers: { 'Content-Type': 'text/html' },
  });

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });

export const refusal = (): Response => json({ error: 'invalid_grant' }, 400);

/** `granted`: what the server would say. `broken`: the connection ends; `never`: no answer. */
export function responseTo(
  fault: Fault,
  granted: Record<string, unknown> | null,
): Response | 'broken' | 'never' {
  switch (fault) {
    case 'connection refused':
    case 'connection broken':
      return 'broken';
    case 'silence, nothing done':
    case 'silence':
      return 'never';
    case '503':
      return json({ error: 'temporarily_unavailable' }, 503, { 'Retry-After': '20' });
    case '500 invalid_grant':
      return json({ error: 'invalid_grant' }, 500);
    case '200 HTML, nothing done':
    case '200 HTML':
      return html(200);
    case '502 HTML':
      return html(502);
    case '429':
      return json({ error: 'rate_limited' }, 429, { 'Retry-After': '45' });
    case '403 HTML':
      return html(403);
    case '400 invalid_request':
      return json({ error: 'invalid_request' }, 400);
    case '200 with an error':
      return json({ error: 'something_odd' });
    case '302':
      return new Response(null, { status: 302, headers: { Location: 'https://acme.example/' } });
    case '401 invalid_client':
      return json({ error: 'invalid_client' }, 401);
    case '403 unauthorized_client':
      return json({ error: 'unauthorized_client' }, 403);
    case 'false refusal':
      return refusal();
    case '200 empty':
      return new Response('', { status: 200 });
    case 'half':
      return granted ? json({ refresh_token: granted.refresh_token }) : refusal();
    case 'half, with an error':
      return granted
        ? json({ error: 'server_error', access_token: null, refresh_token: granted.refresh_token })
        : refusal();
    case 'torn':
      return granted
        ? new Response(`${JSON.stringify(granted).slice(0, -1)},"scope":"rea`, { status: 200 })
        : refusal();
    case 'none':
      return granted ? json(granted) : refusal();
    default:
      return fault satisfies never;
  }
}
