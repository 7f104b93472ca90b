/** The demo app as a newcomer has it after `npm start`, on free ports, and a real browser. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
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

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** `CHROMIUM` names another one. */
export function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  if (!executablePath) {
    throw new Error('no Chromium here: install it, or say where it is with CHROMIUM=/path');
  }
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
