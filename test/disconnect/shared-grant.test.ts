/**
 * Whose grants a revocation ends besides its own, told from the records and from who has which
 * client.
 */
import { describe, expect, it } from 'vitest';
import { sharedGrant } from '../../src/disconnect/reach';
import { createRegistry } from '../../src/providers/registry';
import { clientsOf, recordAt } from '../support/config';

const google = [
  ...['gmail', 'google', 'google-ads', 'google-calendar', 'google-drive', 'google-sheets'],
];
const ofGoogle = clientsOf(['google']);
const other = { id: 'other', secret: 'secret' };

const shared = (id: string, settings: Record<string, unknown>) =>
  sharedGrant(createRegistry(settings, 'https://mooring.example.com'), id)
    .filter((one) => one !== id)
    .sort();

const besides = (id: string, all: readonly string[]) => all.filter((one) => one !== id).sort();

describe('where a revocation ends all that a user granted the client', () => {
  it.each(google)('all records of its client count: %s', (id) => {
    expect(shared(id, ofGoogle)).toEqual(besides(id, google));
  });

  it.each([...google, 'youtube'])('and one whose settings name the same client: %s', (id) => {
    const settings = clientsOf(['google', 'youtube']);
    expect(shared(id, settings)).toEqual(besides(id, [...google, 'youtube']));
  });

  it('but not one with another client', () => {
    const settings = { ...ofGoogle, ...clientsOf(['youtube'], other) };
    expect(shared('google', settings)).toEqual(besides('google', google));
    expect(shared('youtube', settings)).toEqual([]);
  });

  it('a record that is added names none of them, and all know of it', () => {
    const photos = { extends: 'google', name: 'Photos', clientOf: 'google' };
    const settings = { ...ofGoogle, PROVIDERS: { photos } };
    expect(shared('photos', settings)).toEqual(google);
    expect(shared('gmail', settings)).toContain('photos');
  });

  it('a client of the same name at another server is another client', () => {
    const PROVIDERS = {
      north: recordAt('north', { revocationReach: 'user' }),
      south: recordAt('south', { revocationReach: 'user' }),
    };
    expect(shared('north', { ...clientsOf(['north', 'south']), PROVIDERS })).toEqual([]);
  });

  it.each([
    ['facebook', 'meta-ads'],
    ['meta-ads', 'facebook'],
  ])('%s and %s', (id, sibling) => {
    expect(shared(id, clientsOf(['facebook']))).toEqual([sibling]);
  });
});

describe('where it ends a grant', () => {
  it.each([
    ['slack', 'slack-user'],
    ['slack-user', 'slack'],
  ])('%s counts %s, which may come by the same consent', (id, sibling) => {
    expect(shared(id, clientsOf(['slack']))).toEqual([sibling]);
  });

  it('but no record that is consented to apart', () => {
    const PROVIDERS = {
      north: recordAt('north', { revocationReach: 'grant' }),
      more: { ...recordAt('north', { revocationReach: 'grant' }), clientOf: 'north' },
    };
    expect(shared('north', { ...clientsOf(['north']), PROVIDERS })).toEqual([]);
  });

  it('with one grant for each account, that one counts too', () => {
    const record = recordAt('north', { revocationReach: 'token', maxGrants: 1 });
    const PROVIDERS = { north: record, more: { ...record, clientOf: 'north' } };
    expect(shared('north', { ...clientsOf(['north']), PROVIDERS })).toEqual(['more']);
  });
});

it('where it ends nothing but its token, nobody counts, not even itself', () => {
  const registry = createRegistry(clientsOf(['microsoft']), 'https://mooring.example.com');
  expect(sharedGrant(registry, 'outlook')).toEqual([]);
});
