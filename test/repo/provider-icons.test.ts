import { expect, it } from 'vitest';
import { providerIconsFile } from '../../scripts/provider-icons';

it('assets/provider-icons.json is what simple-icons has (npm run provider:icons writes it anew)', async () => {
  await expect(providerIconsFile()).toMatchFileSnapshot('../../assets/provider-icons.json');
});
