/**
 * The table of built-in providers in docs/providers.md, made from the records. `npm run
 * provider:table` writes it anew; test/repo/provider-table.test.ts holds that it is current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isByFields } from '../src/providers/by-fields';
import { lengthOf, limitsOf } from '../src/providers/limits';
import { records } from '../src/providers/records';
import { type OAuth2Provider, type Provider, providerSchema } from '../src/providers/types';

export const docs = join(import.meta.dirname, '../docs/providers.md');

const begin = '<!-- providers:begin, written by npm run provider:table -->';
const end = '<!-- providers:end -->';

/** The page with the table as it should be. @throws Error where it has no place for it */
export function withTable(page: string): string {
  const [before, rest] = split(page, begin);
  const [, after] = split(rest, end);
  return `${before}${begin}\n\n${providerTable()}\n${end}${after}`;
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`docs/providers.md has no "${mark}"`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

const columns = [
  'provider',
  'id',
  'kind',
  'refresh',
  'access token',
  'refresh token',
  'revocation ends',
  'PKCE',
  'limits',
  'last verified',
];

function providerTable(): string {
  const rows = records
    .map((record) => providerSchema.parse(record))
    .sort((one, other) => one.name.localeCompare(other.name, 'en'))
    .map(rowOf);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return [columns, columns.map(() => '---'), ...rows].map(line).join('');
}

function rowOf(provider: Provider): string[] {
  const { name, id, kind, experimental, lastVerified, sunset } = provider;
  const about = [
    ...(experimental ? ['experimental'] : []),
    ...(sunset === undefined ? [] : [`until ${sunset}`]),
  ];
  return [
    about.length === 0 ? name : `${name} (${about.join(', ')})`,
    `\`${id}\``,
    provider.kind === 'oauth2' && isByFields(provider) ? provider.grant : kind,
    ...(provider.kind === 'oauth2' ? grantCells(provider) : ['', '', '', '', '', '']),
    lastVerified ?? 'not dated',
  ];
}

const reaches = {
  token: 'the token',
  grant: 'the grant',
  user: 'all grants of the user',
} as const satisfies Record<OAuth2Provider['revocationReach'], string>;

function grantCells(provider: OAuth2Provider): string[] {
  const { refreshModel, reuse, reuseGraceSeconds, refreshDeadline } = provider;
  const grace = refreshModel === 'rotating' && reuse === 'grace';
  const renewable = refreshModel === 'static' || refreshModel === 'rotating';
  const refreshLife = time(provider.refreshLifetimeSeconds);
  const fromConsent = refreshLife !== '' && refreshDeadline === 'absolute';
  const { revocationUrl, issuer, identityResolution } = provider;
  const revocable = [revocationUrl, issuer, identityResolution].some((one) => one !== undefined);
  return [
    grace ? `rotating, ${time(reuseGraceSeconds)} grace` : refreshModel,
    time(provider.assumedLifetimeSeconds) || (refreshModel === 'none' ? 'no end' : 'as replied'),
    renewable ? `${refreshLife || 'as replied'}${fromConsent ? ' from consent' : ''}` : '',
    revocable ? reaches[provider.revocationReach] : 'not possible',
    provider.pkce ? 'S256' : 'no',
    limitsOf(provider).join(', '),
  ];
}

/** Empty where there is no number. */
const time = (seconds: number | undefined): string =>
  seconds === undefined ? '' : lengthOf(seconds);

if (import.meta.main) writeFileSync(docs, withTable(readFileSync(docs, 'utf8')));
