/** The claim as src/refresh sends it, as text. Built for Node by test/bench/keep/claim.ts. */
import type { SQLInputValue } from 'node:sqlite';
import { createDatabase } from '../../../src/db/client.ts';
import { claimDue } from '../../../src/refresh/claim.ts';

/** Only the text is wanted: nothing is sent. */
const nowhere = createDatabase({ prepare: () => ({}) } as unknown as D1Database);

export function claimStatement(
  claimId: string,
  providers: readonly string[],
  now: number,
): { sql: string; params: SQLInputValue[] } {
  const asked = providers.map((id) => ({ id, host: `${id}.example` }));
  const { sql, params } = claimDue(nowhere, claimId, asked, now).toSQL();
  return { sql, params: params as SQLInputValue[] };
}
