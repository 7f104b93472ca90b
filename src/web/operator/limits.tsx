/**
 * What providers end by themselves: how many grants they keep, how long a code lives, the day on
 * which their endpoints stop. Of providers with accounts only.
 */
import { limitsOf } from '../../providers/limits';
import type { Registry } from '../../providers/registry';
import type { Counts } from './counts';
import { Panel, Table } from './panel';

interface LimitsProps {
  counts: Pick<Counts, 'accounts'>;
  registry: Pick<Registry, 'get'>;
}

export function Limits({ counts, registry }: LimitsProps) {
  const rows = counts.accounts.flatMap(({ provider: id }) => {
    const provider = registry.get(id);
    if (!provider) return [];
    const limits = provider.kind === 'oauth2' ? limitsOf(provider) : [];
    const { name, sunset } = provider;
    return limits.length === 0 && sunset === undefined ? [] : [{ name, limits, sunset }];
  });
  if (rows.length === 0) return null;
  return (
    <Panel id="limits" title="What providers end by themselves">
      <Table label="Table of providers' limits" columns={['Provider', 'Limits', 'Endpoints end']}>
        {rows.map(({ name, limits, sunset }) => (
          <tr>
            <th scope="row">{name}</th>
            <td>{limits.length === 0 ? 'None known' : limits.join(', ')}</td>
            <td>
              {sunset === undefined ? 'Not announced' : <time datetime={sunset}>{sunset}</time>}
            </td>
          </tr>
        ))}
      </Table>
      <p class="small soft note">
        From the providers’ records. What goes over a limit ends without a word from the provider.
      </p>
    </Panel>
  );
}
