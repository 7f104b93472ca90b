/** What `npm start` tells the Worker besides .dev.vars. */
import { describe, expect, it } from 'vitest';
import { type DevVars, origin, overridesFor } from '../../scripts/start/dev-vars.ts';
import { demoWebhooks, freshWebhookSecret, sandboxProviders } from '../sandbox/settings.ts';

const ports = { worker: 8787, demo: 4000, sandbox: 4001, admin: 4002 };
const vars = {
  PUBLIC_URL: origin(ports.worker),
  APP_ORIGINS: origin(ports.demo),
  PROVIDERS: sandboxProviders(origin(ports.sandbox)),
} as DevVars;
const secret = freshWebhookSecret();
const demo = JSON.parse(demoWebhooks(origin(ports.demo), secret));

describe('the settings of a run', () => {
  it.each([undefined, ''])(
    'names the demo app as an endpoint, and nothing else: %j',
    (WEBHOOKS) => {
      const overrides = overridesFor({ ...vars, WEBHOOKS } as DevVars, ports, secret);
      expect(Object.keys(overrides)).toEqual(['WEBHOOKS']);
      expect(JSON.parse(overrides.WEBHOOKS ?? '')).toEqual(demo);
    },
  );

  it('leaves endpoints of the file, and takes the place of an older one of the demo app', () => {
    const app = { url: 'https://app.example.com/webhooks', secrets: [secret], events: ['*'] };
    const WEBHOOKS = JSON.stringify({ app, demo: app });
    const overrides = overridesFor({ ...vars, WEBHOOKS }, ports, secret);
    expect(JSON.parse(overrides.WEBHOOKS ?? '')).toEqual({ app, ...demo });
  });

  it('says which setting is not JSON, without its value', () => {
    const start = () => overridesFor({ ...vars, WEBHOOKS: '{whsec_a' }, ports, secret);
    expect(start).toThrow('.dev.vars: WEBHOOKS is not JSON.');
    expect(start).not.toThrow('whsec_a');
  });
});
