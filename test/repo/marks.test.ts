import { expect, it } from 'vitest';
import { marksFile } from '../../scripts/marks';

it('assets/marks.json is what simple-icons has (npm run marks writes it anew)', async () => {
  await expect(marksFile()).toMatchFileSnapshot('../../assets/marks.json');
});
