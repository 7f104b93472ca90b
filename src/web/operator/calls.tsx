/** Calls of providers' APIs, by provider and class of answer. */
import type { ProviderCalls } from '../../calls/counts';
import { type AnswerClass, answerClasses } from '../../db/schema';
import { ProviderIcon } from '../ui/provider-icon';
import { type Series, Shares } from './charts';
import { CALL_HOURS } from './overview';
import { NumberHead, Panel, Table, type View } from './panel';
import { number, percent, plural } from './words';

const labels: Record<AnswerClass, string> = {
  '2xx': '2xx',
  '3xx': '3xx',
  '4xx': 'Other 4xx',
  '401': '401',
  '429': '429',
  '5xx': '5xx',
  none: 'No answer',
};

const series: Record<AnswerClass, Series> = {
  '2xx': 'good',
  '3xx': 'good',
  '4xx': 'plain',
  '401': 'bad',
  '429': 'warn',
  '5xx': 'bad',
  none: 'off',
};

export function Calls({ calls, view }: { calls: readonly ProviderCalls[]; view: View }) {
  if (calls.length === 0) {
    return (
      <Panel id="calls" title="Calls of providers’ APIs">
        <p class="soft">{`No provider was called in the last ${CALL_HOURS} hours.`}</p>
      </Panel>
    );
  }
  return (
    <Panel id="calls" title={`Calls of providers’ APIs in the last ${CALL_HOURS} hours`}>
      <Table
        label="Table of calls"
        columns={[
          'Provider',
          <th scope="col" class="bars">
            <span class="vh">Shares</span>
          </th>,
          ...answerClasses.map((answer) => (
            <NumberHead>
              <span class={`key ${series[answer]}`}>{labels[answer]}</span>
            </NumberHead>
          )),
        ]}
      >
        {calls.map((one) => (
          <Row one={one} view={view} />
        ))}
      </Table>
      <p class="small soft note">
        What providers answered; what Mooring answers by itself is not counted. A call shows after
        20 seconds. An isolate that ends takes its last 20 seconds with it.
      </p>
    </Panel>
  );
}

function Row({ one, view }: { one: ProviderCalls; view: View }) {
  const { provider, total, calls } = one;
  const name = view.nameOf(provider);
  const of = (answer: AnswerClass): number => calls[answer] ?? 0;
  return (
    <tr>
      <th scope="row">
        <span class="who-at">
          <ProviderIcon id={provider} name={name} />
          {name}
        </span>
      </th>
      <td class="middle bars">
        <Shares
          parts={answerClasses.map((answer) => ({ series: series[answer], value: of(answer) }))}
          summary={`${percent((of('2xx') + of('3xx')) / total)} of ${plural(total, 'call')} answered with 2xx or 3xx`}
        />
      </td>
      {answerClasses.map((answer) => (
        <td class="n middle">{number(of(answer))}</td>
      ))}
    </tr>
  );
}
