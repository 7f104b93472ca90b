import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** The generator needs a TypeScript of its own (test/openapi-tools). */
const tools = createRequire(join(root, 'test/openapi-tools/package.json'));
const { default: generate, astToString } = (await import(
  pathToFileURL(tools.resolve('openapi-typescript')).href
)) as {
  default: (document: object, options: { defaultNonNullable: boolean }) => Promise<unknown>;
  astToString: (types: unknown) => string;
};

const head = '/** Made from assets/openapi.json by `npm run client:types`. */';

it("the client's types are those of assets/openapi.json (npm run client:types writes them anew)", async () => {
  const document = JSON.parse(readFileSync(join(root, 'assets/openapi.json'), 'utf8')) as object;
  // A field with a default may be left out of what is sent.
  const types = await generate(document, { defaultNonNullable: false });
  await expect(`${head}\n\n${astToString(types)}`).toMatchFileSnapshot(
    '../../client/src/openapi.ts',
  );
}, 30_000);
