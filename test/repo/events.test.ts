/** docs/events.md says what is, and its receiver works. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { eventExample } from '../../scripts/event-descriptions';
import { docs, withReference } from '../../scripts/event-reference';
import { eventSchema, eventTypes } from '../../src/events/types';

const page = readFileSync(docs, 'utf8');

/** What stands in fences of a kind. */
const blocks = (kind: string): string[] =>
  Array.from(
    page.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\``, 'gms')),
    ([, text = '']) => text,
  );

describe('docs/events.md', () => {
  it('has the reference that the definitions make (npm run event:reference writes it anew)', () => {
    expect(withReference(page)).toBe(page);
  });

  it('shows nothing that is not an event as its schema has it', () => {
    const shown = blocks('json').map((text) => JSON.parse(text));
    expect(shown).toHaveLength(eventTypes.length + 1);
    for (const event of shown) expect(eventSchema.parse(event)).toEqual(event);
  });
});

describe('its receiver', async () => {
  const [code = ''] = blocks('ts');
  const client = join(import.meta.dirname, '../../client/src/webhooks.ts');
  const runnable = stripTypeScriptTypes(code).replace(
    '@mooring/client/webhooks',
    `file://${client}`,
  );
  const module = `data:text/javascript,${encodeURIComponent(runnable)}`;
  const { default: receiver } = await import(/* @vite-ignore */ module);
  const WEBHOOK_SECRET = `whsec_${btoa('a secret of thirty-two characters')}`;

  async function receive(change: (body: string) => string = (body) => body) {
    const jobs: object[] = [];
    const event = eventExample('integration.needs_reconnect');
    const body = JSON.stringify(event);
    const at = new Date();
    const request = new Request('https://app.example/webhooks', {
      method: 'POST',
      headers: {
        'webhook-id': event.id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(WEBHOOK_SECRET).sign(event.id, at, body),
      },
      body: change(body),
    });
    const JOBS = { send: async (job: object) => void jobs.push(job) };
    const reply: Response = await receiver.fetch(request, { WEBHOOK_SECRET, JOBS });
    return { status: reply.status, jobs };
  }

  it('takes what was signed', async () => {
    const { type, data } = eventExample('integration.needs_reconnect');
    expect(await receive()).toEqual({ status: 204, jobs: [{ type, ...data }] });
  });

  it('refuses what was changed on the way', async () => {
    expect(await receive((body) => body.replace('user-1', 'user-2'))).toEqual({
      status: 400,
      jobs: [],
    });
  });
});
