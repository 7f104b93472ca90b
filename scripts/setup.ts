/** `npm run setup`: makes .dev.vars with fresh secrets, for `npx wrangler dev`. `npm start` does it too. */
import { join } from 'node:path';
import { ensureDevVars } from './start/dev-vars.ts';
import { readPorts } from './start/ports.ts';
import { StartProblem } from './start/problem.ts';
import { root } from './start/wrangler.ts';

const file = join(process.env.MOORING_HOME ?? root, '.dev.vars');
try {
  const isNew = ensureDevVars(file, readPorts(process.env));
  console.log(isNew ? 'made .dev.vars with fresh secrets' : '.dev.vars is there already');
} catch (error) {
  if (!(error instanceof StartProblem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
