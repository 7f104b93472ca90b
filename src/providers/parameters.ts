/**
 * Values of a connection's parameters: which whoever starts it gives, and which are said later
 * (`from`). What is said later is a stranger's text too, so nothing passes that the pattern does
 * not take. Pure.
 */
import { isPlain, wholeMatch } from './patterns';
import type { OAuth2Provider } from './types';

type Declared = Pick<OAuth2Provider, 'parameters'>;
type Parameter = OAuth2Provider['parameters'][string];

/**
 * What the metadata of a `resourceUrl` says (RFC 9728), under these names among the connection's
 * parameters from its start on: a grant's tokens go to the server that gave it, whatever the
 * metadata says later.
 */
export const RESOURCE = 'resource';
export const AUTHORIZATION_SERVER = 'authorization_server';

/**
 * Of `identityResolution`: whom the user names, and, besides those above, who that was at the
 * start.
 */
export const ACCOUNT = 'account';
export const ACCOUNT_DID = 'did';

/** What is found at the start, and never given. */
export const foundParameters: readonly string[] = [RESOURCE, AUTHORIZATION_SERVER, ACCOUNT_DID];

/** Who says a value that whoever starts the connection does not give, in the order of a connect. */
export type ParameterSource = 'setting' | 'field' | 'callback' | 'token' | 'choice';

/**
 * `callback:realmId` -> the source and what it is called there; null: it is asked for at the start.
 */
export function splitSource({ from }: Pick<Parameter, 'from'>): {
  source: ParameterSource;
  key: string;
} | null {
  const [, source, key = ''] =
    /^(setting|field|callback|token|choice):(.+)$/s.exec(from ?? '') ?? [];
  return source === undefined ? null : { source: source as ParameterSource, key };
}

/** What a connection is asked for, with its names. */
export const askedParameters = ({ parameters }: Declared): [name: string, Parameter][] =>
  Object.entries(parameters).filter(([, parameter]) => parameter.from === undefined);

/** What a source is read for: its own names. */
export const namesIn = ({ parameters }: Declared, source: ParameterSource): string[] =>
  Object.values(parameters)
    .map(splitSource)
    .filter((said) => said?.source === source)
    .map((said) => said?.key ?? '');

/**
 * The values that a source says. No placeholder takes a URL, so of an https origin it is the host.
 * @param valueFor what stands there under a name; undefined: nothing
 * @returns null where one is missing that has no default, or is not as its pattern wants it
 */
export function parametersFrom(
  { parameters }: Declared,
  source: ParameterSource,
  valueFor: (key: string) => unknown,
): Record<string, string> | null {
  const values: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const said = splitSource(parameter);
    if (said?.source !== source) continue;
    const value = textOf(valueFor(said.key)) ?? parameter.default;
    if (value === undefined || !isUsable(parameter, value)) return null;
    values[name] = value;
  }
  return values;
}

/** The parameters that the operator's settings say, with the name there: `team_id`. */
export const settingParameters = ({
  parameters,
}: Declared): [name: string, key: string, Parameter][] =>
  Object.entries(parameters).flatMap(([name, parameter]): [string, string, Parameter][] => {
    const said = splitSource(parameter);
    return said?.source === 'setting' ? [[name, said.key, parameter]] : [];
  });

/** The whole value matches, and may stand in any place. */
export const isUsable = ({ pattern }: Pick<Parameter, 'pattern'>, value: string): boolean =>
  wholeMatch(pattern, value) && isPlain(value);

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return undefined;
  return /^https:\/\/([^/?#@:\s\\]+)\/?$/i.exec(value)?.[1]?.toLowerCase() ?? value;
}
