/**
 * The endpoints of webhooks: how each stands, what waits for it, and what can be done. Never a
 * secret or a URL.
 */
import { COUNTED_DELIVERIES, type EndpointState } from '../../events/webhook-endpoints';
import { relative } from '../ui/times';
import { Action, NumberHead, Panel, Table, type View } from './panel';
import { atLeast } from './words';

export function Webhooks({ endpoints, view }: { endpoints: readonly EndpointState[]; view: View }) {
  return (
    <Panel id="webhooks" title="Webhooks">
      {endpoints.length === 0 ? (
        <p class="soft">
          Nobody is told of events: WEBHOOKS names no endpoint. They can be read from GET
          /v1/events.
        </p>
      ) : (
        <Table
          label="Table of webhook endpoints"
          columns={[
            'Endpoint',
            'State',
            <NumberHead>Waiting</NumberHead>,
            <NumberHead>Dead letters</NumberHead>,
            <th scope="col">
              <span class="vh">Actions</span>
            </th>,
          ]}
        >
          {endpoints.map((endpoint) => (
            <Endpoint endpoint={endpoint} view={view} />
          ))}
        </Table>
      )}
    </Panel>
  );
}

function Endpoint({ endpoint, view }: { endpoint: EndpointState; view: View }) {
  const { name, host, state, waiting, deadLetters } = endpoint;
  const isConfigured = state !== 'not_configured';
  const fields = { endpoint: name };
  return (
    <tr>
      <th scope="row" class="middle">
        {name}
        {isConfigured ? <p class="small soft">{host ?? 'a Worker of this account'}</p> : null}
      </th>
      <td class="middle">{stateOf(endpoint, view)}</td>
      <td class="n middle">{count(waiting)}</td>
      <td class="n middle">{count(deadLetters)}</td>
      <td class="middle">
        {isConfigured ? (
          <div class="tools">
            {deadLetters === 0 ? null : (
              <Action view={view} to="dead-letters" fields={fields}>
                Send again<span class="vh">{` the dead letters of ${name}`}</span>
              </Action>
            )}
            {state === 'disabled' ? (
              <Action view={view} to="enable" fields={fields}>
                Enable<span class="vh">{` ${name}`}</span>
              </Action>
            ) : null}
            <Action view={view} to="test" fields={fields}>
              Test<span class="vh">{` ${name}`}</span>
            </Action>
          </div>
        ) : null}
      </td>
    </tr>
  );
}

const count = (n: number): string => atLeast(n, n === COUNTED_DELIVERIES);

function stateOf({ state, disabledAt, waiting, deadLetters }: EndpointState, { clock }: View) {
  switch (state) {
    case 'enabled':
      if (deadLetters > 0) return <span class="status bad">Failing</span>;
      return waiting > 0 ? (
        <span class="status">Some wait</span>
      ) : (
        <span class="status good">Up to date</span>
      );
    case 'disabled':
      return (
        <>
          <span class="status bad">Disabled</span>
          <p class="small soft">
            {`It answered 410${disabledAt === null ? '' : `, ${relative(Date.parse(disabledAt), clock)}`}.`}
          </p>
        </>
      );
    case 'not_configured':
      return (
        <>
          <span class="status">Not configured</span>
          <p class="small soft">What waits becomes a dead letter after four days.</p>
        </>
      );
    default:
      return state satisfies never;
  }
}
