/** Which ports the local run uses, and whether they are free. */
import { createServer } from 'node:net';
import { StartProblem } from './problem.ts';

export interface Ports {
  worker: number;
  demo: number;
  sandbox: number;
  admin: number;
}

const known = {
  worker: { setting: 'WORKER_PORT', port: 8787, what: 'the Worker' },
  demo: { setting: 'DEMO_PORT', port: 4000, what: 'the demo app' },
  sandbox: { setting: 'SANDBOX_PORT', port: 4001, what: 'the authorization server' },
  admin: { setting: 'SANDBOX_ADMIN_PORT', port: 4002, what: "the authorization server's controls" },
} as const;

const names = Object.keys(known) as (keyof Ports)[];

/** @throws StartProblem when a setting is no port, or two are the same */
export function readPorts(env: NodeJS.ProcessEnv): Ports {
  const ports = { worker: 0, demo: 0, sandbox: 0, admin: 0 };
  for (const name of names) {
    const { setting, port } = known[name];
    const value = Number(env[setting] ?? port);
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      throw new StartProblem(`${setting} is not a port: "${env[setting]}"`);
    }
    const other = names.find((taken) => ports[taken] === value);
    if (other) {
      throw new StartProblem(
        `${setting} and ${known[other].setting} are both ${value}; choose another`,
      );
    }
    ports[name] = value;
  }
  return ports;
}

/** @throws StartProblem that names the port, what wants it, and the setting */
export async function checkFree(ports: Ports): Promise<void> {
  for (const name of names) {
    const { setting, what } = known[name];
    // Browsers try both addresses of localhost, so somebody on either one is in the way.
    for (const host of ['127.0.0.1', '::1']) {
      if (await isTaken(ports[name], host)) {
        throw new StartProblem(
          `Port ${ports[name]} (${what}) is taken. Stop what uses it, or choose another: ${setting}=${ports[name] + 10} npm start`,
        );
      }
    }
  }
}

function isTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Anything else, such as a machine without IPv6, is not somebody on the port.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}
