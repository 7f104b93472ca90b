import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/oauth/document';

const document = {
  accounts: [
    { id: 1, main: false, name: 'one' },
    { id: 2, main: true, name: 'two', org: { id: 'o-2' } },
    { id: 3, main: true, name: 'three' },
    null,
    'text',
  ],
  'a[b=c]': 'a key',
  nested: { list: [{ kind: 'x', 'e.mail': 'a@b.example' }] },
  notList: { main: true, id: 9 },
};

describe('the first element that meets a condition', () => {
  it.each([
    ['accounts[main=true].id', 2],
    ['accounts[id=3].name', 'three'],
    ['accounts[main=true].org.id', 'o-2'],
    ['accounts[org.id=o-2].id', 2],
    ['nested.list[kind=x].e.mail', 'a@b.example'],
    ['accounts[main=false]', { id: 1, main: false, name: 'one' }],
    // A key is a key first.
    ['a[b=c]', 'a key'],
  ])('%s', (path, found) => expect(valueAt(document, path)).toEqual(found));

  it.each([
    'accounts[main=maybe].id',
    'accounts[missing=undefined].id',
    'accounts[org=[object Object]].id',
    'accounts[__proto__=x].id',
    'accounts[constructor=x].id',
    'notList[main=true].id',
    'nowhere[main=true].id',
    'accounts[main].id',
    'accounts[=true].id',
    'accounts[main=true',
  ])('%s is nothing', (path) => expect(valueAt(document, path)).toBeUndefined());

  it('may be of a list that is the document', () => {
    expect(valueAt([{ id: 1 }, { id: 2, is: 'x' }], '[is=x].id')).toBe(2);
  });
});
