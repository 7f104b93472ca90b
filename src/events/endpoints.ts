/** How the endpoints of WEBHOOKS stand, and what waits for them. Never a secret or a URL. */
import { eq, sql } from 'drizzle-orm';
import * as z from 'zod';
import { webhookEndpoints } from '../db/schema';
import type { Deps } from '../deps';
import { timestamp } from '../time';
import { namesWith } from './deliveries';

/** More is not counted. */
const COUNTED = 1_000;

const count = (description: string) =>
  z
    .int()
    .gte(0)
    .lte(COUNTED)
    .meta({ description: `${description}; ${COUNTED}: or more.` });

export const endpointSchema = z
  .object({
    name: z.string().meta({ description: 'As in WEBHOOKS.', examples: ['app'] }),
    state: z.enum(['enabled', 'disabled', 'not_configured']).meta({
      description:
        '`disabled`: it answered 410, and gets nothing but `user.erased` until it is enabled. `not_configured`: what waits for it is a dead letter after four days.',
    }),
    host: z
      .string()
      .nullable()
      .meta({
        description: 'Null: a Worker of the same account, or not configured.',
        examples: ['app.example.com'],
      }),
    events: z.array(z.string()).meta({ examples: [['integration.*']] }),
    disabledAt: z.iso.datetime().nullable(),
    waiting: count('Deliveries that are tried on'),
    deadLetters: count('Deliveries that are tried no more, and may be sent again'),
  })
  .meta({ id: 'WebhookEndpoint' });
export type EndpointState = z.output<typeof endpointSchema>;

/** Those of WEBHOOKS in their order, then those for which something is left. @throws what D1 throws */
export async function listEndpoints({ db, config }: Deps): Promise<EndpointState[]> {
  const { webhooks } = config;
  const some = (column: 'due_at' | 'dead_at') =>
    sql.raw(`(SELECT count(*) FROM (SELECT 1 FROM webhook_deliveries AS d
      WHERE d.endpoint = e.name AND d.${column} IS NOT NULL LIMIT ${COUNTED}))`);
  const found = await db.all<{
    name: string;
    target: string | null;
    disabledAt: number | null;
    waiting: number;
    deadLetters: number;
  }>(sql`
    ${namesWith({ waiting: 'due_at', dead: 'dead_at' })}
    SELECT e.name AS name, w.target AS target, w.disabled_at AS disabledAt,
      ${some('due_at')} AS waiting, ${some('dead_at')} AS deadLetters
    FROM (SELECT endpoint AS name FROM waiting WHERE endpoint IS NOT NULL
      UNION SELECT endpoint FROM dead WHERE endpoint IS NOT NULL
      UNION SELECT value FROM json_each(${JSON.stringify(webhooks.map(({ name }) => name))})) AS e
    LEFT JOIN webhook_endpoints AS w ON w.name = e.name
    ORDER BY e.name`);
  const configured = webhooks.flatMap((endpoint): EndpointState[] => {
    const { name, events, url, binding, target } = endpoint;
    const row = found.find((one) => one.name === name);
    const disabledAt = row?.target === target ? row.disabledAt : null;
    return [
      {
        name,
        state: disabledAt === null ? 'enabled' : 'disabled',
        host: binding === null ? new URL(url).host : null,
        events: [...events],
        disabledAt: disabledAt === null ? null : timestamp(disabledAt),
        waiting: row?.waiting ?? 0,
        deadLetters: row?.deadLetters ?? 0,
      },
    ];
  });
  const others = found
    .filter(({ name }) => !webhooks.some((endpoint) => endpoint.name === name))
    .map(
      ({ name, waiting, deadLetters }): EndpointState => ({
        name,
        state: 'not_configured',
        host: null,
        events: [],
        disabledAt: null,
        waiting,
        deadLetters,
      }),
    );
  return [...configured, ...others];
}

/** What waits for it is tried as it is due. @throws what D1 throws */
export async function enableEndpoint({ db, log }: Deps, name: string): Promise<void> {
  await db.delete(webhookEndpoints).where(eq(webhookEndpoints.name, name));
  log.info('webhook.enabled', { endpoint: name });
}
