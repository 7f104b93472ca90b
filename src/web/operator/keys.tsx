/**
 * The service keys, by name: what each may do, and when it was last used. Never a key or its hash.
 */
import { rights, type ServiceKey } from '../../rights';
import { day } from '../ui/times';
import { Panel, Table, type View } from './panel';

interface KeysProps {
  keys: readonly Pick<ServiceKey, 'name' | 'rights' | 'providers'>[];
  /** By name, ms; null: the database is away. */
  lastUses: ReadonlyMap<string, number> | null;
  view: View;
}

export const Keys = ({ keys, lastUses, view }: KeysProps) => (
  <Panel id="keys" title="Service keys">
    <Table label="Table of service keys" columns={['Name', 'Rights', 'Providers', 'Last used']}>
      {keys.map((key) => (
        <tr>
          <th scope="row">{key.name}</th>
          <td>{rights.filter((right) => key.rights.has(right)).join(', ')}</td>
          <td>{key.providers ? [...key.providers].map(view.nameOf).join(', ') : 'All'}</td>
          <td>{lastUseWords(lastUses, key.name, view)}</td>
        </tr>
      ))}
    </Table>
    <p class="small soft note">
      A use is noted once a day. What a key may do is said in SERVICE_KEYS.
    </p>
  </Panel>
);

function lastUseWords(lastUses: KeysProps['lastUses'], name: string, { clock }: View): string {
  if (lastUses === null) return 'Not known now';
  const at = lastUses.get(name);
  return at === undefined ? 'Not yet' : day(at, clock);
}
