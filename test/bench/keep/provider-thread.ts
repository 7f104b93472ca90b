/**
 * The simulated provider of the benchmark, in a thread of its own: every refresh takes so many ms.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { acme } from '../../simulator/acme.ts';
import { simulate } from '../../simulator/simulator.ts';
import { listen } from '../../support/provider-server.ts';

const { latencyMs } = workerData as { latencyMs: number };

const { origin, simulator } = await listen((at) =>
  simulate(
    // The ideal next to a run sends one token again and again.
    acme({ origin: at, used: 'stays' }),
    { id: 'client', secret: 'secret', redirectUri: `${at}/unused` },
    Date.now,
  ),
);
simulator.answer('/token', () => new Promise((resolve) => setTimeout(resolve, latencyMs)));
parentPort?.postMessage(origin);
