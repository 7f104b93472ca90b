/** Scopes in words: what each lets an app do. Pure. */
import type { Provider } from '../../providers/types';

/** Scopes that mean the same wherever they come from. */
const common: Readonly<Record<string, string>> = {
  openid: 'know who you are',
  profile: 'see your name and picture',
  public_profile: 'see your name and picture',
  email: 'see your email address',
  identity: 'see your user name and profile',
  identify: 'see your user name and profile',
  'https://www.googleapis.com/auth/userinfo.email': 'see your email address',
  'https://www.googleapis.com/auth/userinfo.profile': 'see your name and picture',
  'https://www.googleapis.com/auth/youtube.readonly': 'see your YouTube channel',
  'user.email:read': 'see your email address',
  'user:read:email': 'see your email address',
  'read:me': 'see your profile',
  'account_info.read': 'see your account’s name and email address',
  'current_user:read': 'see your name and email address',
  'read:user': 'see your profile',
  read_user: 'see your profile',
  'user:read': 'see your profile',
  'user:read:user': 'see your profile',
  'User.Read': 'see your profile',
  'user.info.basic': 'see your name and picture',
  'user-read-private': 'see your profile and subscription',
  'users:read': 'see the people in your workspace',
  'users.read': 'see your profile',
  'tweet.read': 'see your posts',
  'team:read': 'see your workspace’s name',
  'user_accounts:read': 'see your profile',
  instagram_business_basic: 'see your profile and posts',
  threads_basic: 'see your profile and posts',
  'snapchat-marketing-api': 'manage your ads',
  offline_access: 'stay connected while you are away',
  'offline.access': 'stay connected while you are away',
  refresh_token: 'stay connected while you are away',
};

/** Names that mean something at one provider only. */
const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hubspot: { oauth: 'see your account’s basic details' },
  linear: { read: 'see your workspace and issues' },
  salesforce: { api: 'see and change what you can in Salesforce' },
  strava: { read: 'see your public profile and activities' },
  stripe: { read_write: 'see and change your Stripe account’s payments' },
};

export interface Permissions {
  /** In words, each once, in the order of asking. */
  known: string[];
  /** Scopes that nobody has words for. */
  unknown: string[];
}

export function permissionsOf(provider: string, scopes: readonly string[]): Permissions {
  const known = new Set<string>();
  const unknown: string[] = [];
  for (const scope of scopes) {
    const words =
      lookUp(Object.hasOwn(own, provider) ? own[provider] : undefined, scope) ??
      lookUp(common, scope);
    if (words === undefined) unknown.push(scope);
    else known.add(words);
  }
  return { known: [...known], unknown };
}

const lookUp = (
  words: Readonly<Record<string, string>> | undefined,
  scope: string,
): string | undefined => (words && Object.hasOwn(words, scope) ? words[scope] : undefined);

/** For a card: what the app will be allowed to do there. */
export function permissionSentences(provider: Provider): string {
  if (provider.kind === 'credentials') return 'Works with what you enter here, kept encrypted.';
  const { known, unknown } = permissionsOf(provider.id, provider.scopes);
  if (known.length === 0 && unknown.length === 0) {
    return `${provider.name} asks you what to share.`;
  }
  return sentences([...known, ...unknown.map((scope) => `use ${scope}`)]);
}

/** `see your email address`, `see your posts` -> `See your email address and your posts.` */
function sentences(permissions: readonly string[]): string {
  const seen = permissions.filter((words) => words.startsWith(SEE));
  const others = permissions.filter((words) => !words.startsWith(SEE));
  const all = seen.length > 0 ? [SEE + listing(seen.map((words) => words.slice(SEE.length)))] : [];
  const [first, ...rest] = others;
  // Who one is comes first, as it does on the providers' own pages.
  const ordered = first?.startsWith('know') ? [first, ...all, ...rest] : [...all, ...others];
  return ordered.map((words) => `${capital(words)}.`).join(' ');
}

const SEE = 'see ';

export const listing = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
