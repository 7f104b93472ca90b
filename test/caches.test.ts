import { describe, expect, it } from 'vitest';
import { BoundedCache, Caches } from '../src/caches';

describe('what an isolate holds', () => {
  it('is made once for each function that makes it', () => {
    const caches = new Caches();
    const names = () => new Map<string, string>();
    const ages = () => new Map<string, number>();
    caches.of(names).set('ada', 'Ada');
    caches.of(ages).set('ada', 36);
    expect(caches.of(names).get('ada')).toBe('Ada');
    expect(caches.of(ages).get('ada')).toBe(36);
  });

  it('is not that of another isolate', () => {
    const names = () => new Set<string>();
    new Caches().of(names).add('ada');
    expect(new Caches().of(names).size).toBe(0);
  });
});

describe('a bounded cache', () => {
  it('gives a value before its time is over, and not at it', () => {
    const cache = new BoundedCache<number>(10);
    cache.set('a', 1, 1_000);
    cache.set('b', 2);
    expect(cache.get('a', 999)).toBe(1);
    expect(cache.get('a', 1_000)).toBeUndefined();
    expect(cache.get('b', Number.MAX_SAFE_INTEGER)).toBe(2);
  });

  it('drops what was set first; to set it again makes it the last', () => {
    const cache = new BoundedCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('a', 3);
    cache.set('c', 4);
    expect(['a', 'b', 'c'].map((key) => cache.get(key, 0))).toEqual([3, undefined, 4]);
  });

  it('keeps what is in use, however many others come', () => {
    const cache = new BoundedCache<number>(3);
    cache.set('in use', 0);
    for (let i = 1; i <= 50; i += 1) {
      cache.set(`other ${i}`, i);
      expect(cache.get('in use', 0)).toBe(0);
    }
    expect(cache.get('other 48', 0)).toBeUndefined();
    expect(cache.get('other 50', 0)).toBe(50);
  });

  it('may go by what its values weigh', () => {
    const cache = new BoundedCache<string>(10, (key, value) => key.length + value.length);
    const held = () => ['a', 'b', 'c', 'd'].filter((key) => cache.get(key, 0) !== undefined);
    cache.set('a', '1234');
    cache.set('b', '1234');
    expect(held()).toEqual(['a', 'b']);
    cache.set('b', '12');
    cache.set('c', '1');
    expect(held()).toEqual(['a', 'b', 'c']);
    cache.set('d', '12345');
    expect(held()).toEqual(['c', 'd']);
    // Heavier than all there is room for: not kept.
    cache.set('a', '1234567890');
    expect(held()).toEqual([]);
  });
});
