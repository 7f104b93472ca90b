/**
 * The reference of events in docs/events.md, made from their definitions. `npm run event:reference`
 * writes it anew; test/repo/events.test.ts holds that it is current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EventType, eventTypes, userEventTypes } from '../src/events/types';
import { eventDescriptions, eventExample } from './event-descriptions';

export const docs = join(import.meta.dirname, '../docs/events.md');

const begin = '<!-- events:begin, written by npm run event:reference -->';
const end = '<!-- events:end -->';

/** The page with the reference as it should be. @throws Error where it has no place for it */
export function withReference(page: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/events.md has no "${begin}" and "${end}"`);
  const ofUser = userEventTypes as readonly EventType[];
  const ofOperator = eventTypes.filter((type) => !ofUser.includes(type));
  const reference = [
    '### Of a user\n',
    ...ofUser.map(entryOf),
    '### Of the operator\n',
    ...ofOperator.map(entryOf),
  ];
  return `${before}${begin}\n\n${reference.join('\n')}\n${end}${after}`;
}

const entryOf = (type: EventType): string => `**\`${type}\`** ${eventDescriptions[type].means}

\`\`\`json
${JSON.stringify(eventExample(type))}
\`\`\`
`;

if (import.meta.main) writeFileSync(docs, withReference(readFileSync(docs, 'utf8')));
