/** The simulated provider as most tests want it: Acme's, of the test settings. */
import { type AcmeOptions, acme } from '../simulator/acme.ts';
import { type Received, type Simulator, simulate } from '../simulator/simulator.ts';
import type { Fixture } from '../simulator/types.ts';

const client = {
  id: 'acme-client',
  secret: 'acme-secret',
  redirectUri: 'http://localhost:8787/connect/callback/acme',
};

/** It serves any record with the same paths. */
export const acmeServer = (
  now: () => number = Date.now,
  options: AcmeOptions = {},
  changes: Partial<Fixture> = {},
): Simulator => simulate({ ...acme(options), ...changes }, client, now);

export type Answer = Response | Error | ((received: Received) => Response | Promise<Response>);

/** Whatever it is asked, it gives these answers, one for each request; after that it is away. */
export function answering(...answers: Answer[]): Simulator {
  const simulator = acmeServer();
  simulator.answer('*', (received) => {
    const answer = answers.shift() ?? new TypeError('unexpected request');
    if (answer instanceof Error) throw answer;
    return answer instanceof Response ? answer : answer(received);
  });
  return simulator;
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers });

/** RFC 6749 5.2. */
export const errorReply = (status: number, error: string): Response => json({ error }, status);
