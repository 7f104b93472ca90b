/**
 * What one grant is good for, where the record says that it is several things (`choices`): the
 * sites of Jira, the organisations of Xero.
 */
import { AppError } from '../errors';
import type { OAuth2Client } from '../providers/types';
import { parseDocument, valueAt } from './document';
import { type Proving, sendProven } from './dpop';
import type { Endpoints } from './endpoints';
import type { Grant } from './grant';
import type { JwksDeps } from './jwks';
import { idFrom, nameOf, textOf } from './profile';
import { fillParams, headersOf, requestOf, withHeaders } from './request';
import { type RetryWindow, sendAgain } from './send-again';

/** More than anybody looks through. */
export const MAX_CHOICES = 200;

interface Choice {
  id: string;
  label: string;
  /**
   * As the provider has it; a text or a number stands under `value`, and what follows the last `/`
   * of it under `lastSegment` (a resource name, google.aip.dev/122: `customers/123`).
   */
  element: unknown;
}

/**
 * Each once, in the provider's order. What names nothing is left out.
 *
 * @throws AppError provider_unavailable; provider_error where the reply is no list, or is empty
 */
export async function fetchChoices(
  deps: JwksDeps & Proving,
  client: OAuth2Client,
  { choicesUrl, parameters }: Pick<Endpoints, 'choicesUrl' | 'parameters'>,
  { accessToken, dpopKey }: Pick<Grant, 'accessToken' | 'dpopKey'>,
  window: RetryWindow,
): Promise<Choice[]> {
  const { provider } = client;
  const { choices } = provider;
  if (choices === undefined || choicesUrl === null) throw noChoice(provider.name, 'no list');
  const request = withHeaders(
    requestOf(
      choicesUrl,
      { method: choices.method, body: 'form' },
      {},
      headersOf(provider, parameters),
    ),
    {
      Authorization: `Bearer ${accessToken}`,
      ...fillParams(choices.headers, client, parameters),
    },
  );
  const reply = await sendAgain(deps, provider, 'what to choose from', window, (timeoutMs) =>
    sendProven(deps, dpopKey, () => request, { timeoutMs }, accessToken),
  );
  if (reply.kind === 'failed') throw noChoice(provider.name, reply.reason);
  if (reply.status < 200 || reply.status > 299) {
    throw noChoice(provider.name, `status ${reply.status}`);
  }
  const document = parseDocument(reply.body, reply.headers.get('Content-Type'));
  const list = choices.list === undefined ? document : valueAt(document, choices.list);
  if (!Array.isArray(list)) throw noChoice(provider.name, 'no list');
  const found = new Map<string, Choice>();
  for (const one of list) {
    const element =
      typeof one === 'object' ? one : { value: one, lastSegment: String(one).split('/').at(-1) };
    const choice = choiceOf(choices, element);
    if (choice !== null && !found.has(choice.id)) found.set(choice.id, choice);
    if (found.size === MAX_CHOICES) break;
  }
  if (found.size === 0) throw noChoice(provider.name, 'nothing is in it');
  return [...found.values()];
}

/** Null where the element names nothing. */
function choiceOf(
  { id: idPath, label }: NonNullable<OAuth2Client['provider']['choices']>,
  element: unknown,
): Choice | null {
  try {
    const id = idFrom(idPath, (path) => valueAt(element, path));
    const names = [label].flat().map((path) => nameOf(textOf(valueAt(element, path))));
    return { id, label: names.find((name) => name !== null) ?? id, element };
  } catch {
    return null;
  }
}

const noChoice = (provider: string, what: string): AppError =>
  new AppError('provider_error', `${provider} does not say what there is to connect (${what})`);
