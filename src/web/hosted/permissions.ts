/** Scopes in words: what each lets an app do. Pure. */
import { takesFields } from '../../providers/by-fields';
import type { Provider } from '../../providers/types';
import type { Locale } from '../locale';
import type { MessageId } from '../messages';

type Seen = Extract<MessageId, `see.${string}`>;
type PermissionId = Seen | Extract<MessageId, `may.${string}`>;

/** Scopes that mean the same wherever they come from. */
const common: Readonly<Record<string, readonly PermissionId[]>> = {
  openid: ['may.know_you'],
  profile: ['see.name', 'see.picture'],
  public_profile: ['see.name', 'see.picture'],
  email: ['see.email'],
  identity: ['see.user_name', 'see.profile'],
  identify: ['see.user_name', 'see.profile'],
  'https://www.googleapis.com/auth/userinfo.email': ['see.email'],
  'https://www.googleapis.com/auth/userinfo.profile': ['see.name', 'see.picture'],
  'https://www.googleapis.com/auth/calendar.readonly': ['see.calendars'],
  'https://www.googleapis.com/auth/drive.file': ['may.change_opened_files'],
  'https://www.googleapis.com/auth/gmail.readonly': ['see.mail'],
  'https://www.googleapis.com/auth/spreadsheets.readonly': ['see.spreadsheets'],
  'https://www.googleapis.com/auth/youtube.readonly': ['see.youtube_channel'],
  'user.email:read': ['see.email'],
  'user:read:email': ['see.email'],
  'read:me': ['see.profile'],
  'read:accounts': ['see.profile'],
  'account_info.read': ['see.account_name', 'see.email'],
  'current_user:read': ['see.name', 'see.email'],
  'read:user': ['see.profile'],
  read_user: ['see.profile'],
  'user:read': ['see.profile'],
  'user:read:user': ['see.profile'],
  'User.Read': ['see.profile'],
  'Mail.Read': ['see.mail'],
  'Calendars.Read': ['see.calendars'],
  'Files.Read': ['see.files'],
  'Team.ReadBasic.All': ['see.teams'],
  'Chat.Read': ['see.chats'],
  'accounts:read': ['see.account_basics'],
  'authorized_user:read': ['see.name', 'see.email'],
  'sites:read': ['see.sites'],
  'boards:read': ['see.boards'],
  'read:profile': ['see.name', 'see.email'],
  'read:jira-work': ['see.issues'],
  'read:jira-user': ['see.workspace_people'],
  'read:confluence-content.summary': ['see.pages'],
  'AaaServer.profile.READ': ['see.profile'],
  'api:calls:read:basic': ['see.calls'],
  'api:users:read': ['see.workspace_people'],
  PROFILE_READ: ['see.profile'],
  BOOKING_READ: ['see.bookings'],
  useraccount: ['may.use_servicenow'],
  'okta.users.read.self': ['see.profile'],
  'https://api.ebay.com/oauth/api_scope/commerce.identity.readonly': ['see.user_name'],
  'https://api.ebay.com/oauth/api_scope/sell.fulfillment.readonly': ['see.orders'],
  ads_read: ['see.ads'],
  r_ads: ['see.ads'],
  'https://www.googleapis.com/auth/adwords': ['may.manage_ads'],
  'com.intuit.quickbooks.accounting': ['may.change_accounting'],
  'accounting.contacts.read': ['see.contacts'],
  MERCHANT_PROFILE_READ: ['see.account_basics'],
  offline: ['may.stay_connected'],
  'user.info.basic': ['see.name', 'see.picture'],
  'user-read-private': ['see.profile', 'see.subscription'],
  'users:read': ['see.workspace_people'],
  'users.read': ['see.profile'],
  'tweet.read': ['see.posts'],
  'team:read': ['see.workspace_name'],
  'user_accounts:read': ['see.profile'],
  instagram_business_basic: ['see.profile', 'see.posts'],
  threads_basic: ['see.profile', 'see.posts'],
  'snapchat-marketing-api': ['may.manage_ads'],
  offline_access: ['may.stay_connected'],
  'offline.access': ['may.stay_connected'],
  refresh_token: ['may.stay_connected'],
};

/** Names that mean something at one provider only. */
const own: Readonly<Record<string, Readonly<Record<string, readonly PermissionId[]>>>> = {
  bluesky: { 'transition:generic': ['may.use_bluesky'] },
  calendly: { 'users:read': ['see.profile'] },
  docusign: { signature: ['may.send_documents'], extended: ['may.stay_connected'] },
  hubspot: { oauth: ['see.account_basics'] },
  linear: { read: ['see.workspace', 'see.issues'] },
  monday: { 'me:read': ['see.name', 'see.email'] },
  oura: { 'extapi:personal': ['see.profile'] },
  salesforce: { api: ['may.use_salesforce'] },
  sentry: { 'org:read': ['see.workspace_name'] },
  strava: { read: ['see.public_profile', 'see.activities'] },
  stripe: { read_write: ['may.change_payments'] },
  todoist: { 'data:read': ['see.tasks'] },
  zendesk: { read: ['see.tickets'] },
};

interface ScopePermissions {
  /** Each once, in the order of asking. */
  known: PermissionId[];
  /** Scopes that nobody has words for. */
  unknown: string[];
}

export function permissionsOf(provider: string, scopes: readonly string[]): ScopePermissions {
  const known = new Set<PermissionId>();
  const unknown: string[] = [];
  for (const scope of scopes) {
    const ids =
      permissionIdsOf(Object.hasOwn(own, provider) ? own[provider] : undefined, scope) ??
      permissionIdsOf(common, scope);
    if (ids === undefined) unknown.push(scope);
    for (const id of ids ?? []) known.add(id);
  }
  return { known: [...known], unknown };
}

const permissionIdsOf = (
  ids: Readonly<Record<string, readonly PermissionId[]>> | undefined,
  scope: string,
): readonly PermissionId[] | undefined =>
  ids && Object.hasOwn(ids, scope) ? ids[scope] : undefined;

/** `see your email address and your posts`, `stay connected while you are away` */
export function permissionWords({ known, unknown }: ScopePermissions, locale: Locale): string[] {
  const { t, list } = locale;
  const seen = known.filter(isSeen);
  const others = known.filter((id) => !isSeen(id));
  const see =
    seen.length > 0 ? [t('permission.see', { things: list(seen.map((id) => t(id))) })] : [];
  const used = unknown.map((scope) => t('permission.use', { scope }));
  // Who one is comes first, as it does on the providers' own pages.
  const first = others[0] === 'may.know_you' ? [t('may.know_you')] : [];
  const rest = others.slice(first.length).map((id) => t(id));
  return [...first, ...see, ...rest, ...used];
}

const isSeen = (id: PermissionId): id is Seen => id.startsWith('see.');

/** For a card: what the app will be allowed to do there. */
export function permissionSentences(provider: Provider, locale: Locale): string {
  const { t, sentences } = locale;
  if (takesFields(provider)) return t('permission.entered');
  const words = permissionWords(permissionsOf(provider.id, provider.scopes), locale);
  if (words.length === 0) return t('permission.asked_there', { provider: provider.name });
  return sentences(
    ...words.map((permission) => capitalised(t('permission.sentence', { permission }), locale)),
  );
}

const capitalised = (text: string, { formats }: Locale): string =>
  text.charAt(0).toLocaleUpperCase(formats) + text.slice(1);
