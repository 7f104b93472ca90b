import { expect, it } from 'vitest';
import { marksFile } from '../../scripts/marks';

it('src/web/marks.ts is what simple-icons has (npm run marks writes it anew)', async () => {
  await expect(marksFile()).toMatchFileSnapshot('../../src/web/marks.ts');
});
