/**
 * Each habit that a record can state goes the whole way against a provider that has it; and not one
 * step where the record does not state it, or states it wrongly.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { mechanisms } from '../../simulator/mechanisms';
import { recordAt } from '../../support/config';
import { clearTables, type Step, WrongWay } from './support/traveller';
import { wholeWay } from './support/whole-way';

beforeEach(clearTables);

type Name = keyof typeof mechanisms;
type Change = Record<string, unknown>;

const at = (id: string, changes: Change): Change =>
  recordAt(id, { displayName: 'name', scopes: ['read'], ...changes });

const realm = { label: 'Company', pattern: '[a-z0-9-]{1,40}', from: 'callback:realmId' };
const server = {
  label: 'Server',
  pattern: 'accounts\\.desk(?:-eu|-in)?\\.example',
  from: 'callback:accounts-server',
};

const records: Record<Name, Change> = {
  books: at('books', {
    parameters: { realm_id: realm },
    profileUrl: 'https://api.books.example/v3/company/{realm_id}/info',
    accountId: 'parameter:realm_id',
    displayName: 'CompanyInfo.CompanyName',
    metadata: { company: 'parameter:realm_id' },
  }),
  desk: at('desk', {
    parameters: { server },
    codeParam: 'auth_code',
    tokenUrl: 'https://{server}/token',
    profileUrl: 'https://{server}/me',
    revocationUrl: 'https://{server}/revoke',
    accountId: ['parameter:server', 'sub'],
  }),
  posted: at('posted', { authorizationParams: { response_mode: 'form_post' } }),
};

describe('the whole way', { timeout: 30_000 }, () => {
  it.each(Object.keys(mechanisms) as Name[])('of %s', async (name) => {
    const simulator = await wholeWay(mechanisms[name], records[name]);
    expect(simulator.count('unknown')).toBe(0);
  });
});

const wrong: [name: Name, what: string, change: Change, failsAt: Step][] = [
  [
    'books',
    'another name in the redirect back',
    { parameters: { realm_id: { ...realm, from: 'callback:realm' } } },
    'connect',
  ],
  [
    'books',
    'a pattern that takes no such company',
    { parameters: { realm_id: { ...realm, pattern: '[0-9]+' } } },
    'connect',
  ],
  ['desk', 'the code under its usual name', { codeParam: 'code' }, 'connect'],
  [
    'desk',
    'a pattern that takes no such host',
    { parameters: { server: { ...server, pattern: 'accounts\\.desk\\.example' } } },
    'connect',
  ],
  ['desk', 'a host of its own', { tokenUrl: 'https://desk.example/token' }, 'connect'],
  ['posted', 'no response_mode', { authorizationParams: {} }, 'connect'],
];

describe('a wrong record does not get the whole way', { timeout: 30_000 }, () => {
  it.each(wrong)('%s: %s', async (name, _, change, failsAt) => {
    const record = { ...records[name], ...change };
    const error = await wholeWay(mechanisms[name], record).then(
      () => 'it went the whole way',
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(WrongWay);
    expect(String((error as WrongWay).message)).toMatch(new RegExp(`^${failsAt}:`));
  });
});
