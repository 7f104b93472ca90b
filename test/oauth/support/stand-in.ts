/** A provider that answers from a list and keeps what it was asked, for asserting requests. */
export interface Recorded {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  redirect: string;
}

export type Answer = Response | Error | ((request: Request) => Response | Promise<Response>);

export interface StandIn {
  fetch: typeof fetch;
  requests: Recorded[];
}

/** One answer per request, in order; asked once more, the request fails. */
export function standIn(...answers: Answer[]): StandIn {
  const requests: Recorded[] = [];
  const fetchFn = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    requests.push({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body: new TextDecoder().decode(await request.clone().arrayBuffer()),
      redirect: request.redirect,
    });
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('unexpected request');
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer : answer(request);
  };
  return { fetch: fetchFn as typeof fetch, requests };
}

export const json = (document: unknown, status = 200, headers: Record<string, string> = {}) =>
  Response.json(document, { status, headers });
