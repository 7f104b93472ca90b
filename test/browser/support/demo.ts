/** The demo app as a newcomer has it after `npm start`, on free ports. */
import { freePorts, type Mooring, startMooring } from '../../e2e/support/mooring.ts';
import { type DemoApp, startDemoApp } from '../../sandbox/demo-app/index.ts';
import { demoWebhooks, freshWebhookSecret } from '../../sandbox/settings.ts';

export interface Demo {
  origin: string;
  mooring: Mooring;
  stop(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const [port = 0] = await freePorts(1);
  const origin = `http://localhost:${port}`;
  const webhookSecret = freshWebhookSecret();
  const mooring = await startMooring({
    vars: { APP_ORIGINS: origin, WEBHOOKS: demoWebhooks(origin, webhookSecret) },
  });
  const app: DemoApp = await startDemoApp({
    port,
    mooringUrl: mooring.worker.urls[0] ?? '',
    serviceKey: mooring.secrets.get('service key') ?? '',
    webhookSecret,
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
