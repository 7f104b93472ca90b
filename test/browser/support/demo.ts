/** The demo app as a newcomer has it after `npm start`, on free ports. */
import { freePorts, type Mooring, startMooring } from '../../e2e/support/mooring.ts';
import { type DemoApp, startDemoApp } from '../../sandbox/demo-app/index.ts';

export interface Demo {
  origin: string;
  mooring: Mooring;
  stop(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const [port = 0] = await freePorts(1);
  const mooring = await startMooring({ vars: { APP_ORIGINS: `http://localhost:${port}` } });
  const app: DemoApp = await startDemoApp({
    port,
    mooringUrl: mooring.worker.urls[0] ?? '',
    serviceKey: mooring.secrets.get('service key') ?? '',
    fireCron: () =>
      mooring.worker.cron().then(
        () => true,
        () => false,
      ),
    withdraw: (accountId) => mooring.sandbox.withdraw(accountId),
  });
  return {
    origin: app.origin,
    mooring,
    async stop() {
      await app.close();
      await mooring.stop();
    },
  };
}
