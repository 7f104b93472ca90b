/**
 * `npm run -s key:count -- <kid>`: the query that counts what is sealed under a key of
 * ENCRYPTION_KEYS, for `wrangler d1 execute` (docs/operations.md).
 */
import { countSealedUnder } from '../src/jobs/reseal';

if (import.meta.main) {
  const [kid] = process.argv.slice(2);
  if (!kid || !/^[A-Za-z0-9._-]{1,64}$/.test(kid)) {
    console.error('Name the key as ENCRYPTION_KEYS does: npm run -s key:count -- <kid>');
    process.exit(1);
  }
  console.log(countSealedUnder(kid));
}
