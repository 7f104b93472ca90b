/**
 * The messages of the hosted page, in English: the catalog that names all of them, and what each is
 * filled with. A further language is a file in assets/messages, and its tag in locale.ts.
 *
 * Names (of apps, accounts, providers) are filled in as they are: a message puts them where no
 * case, article or gender is needed. What ends with `.unnamed` is said where the account's name is
 * not known.
 */

const messages = {
  // Around every page.
  'layout.skip': 'Skip to the content',
  'layout.signed_in_as': 'Signed in as {label}',
  'layout.sign_out': 'Sign out',
  'back.host': 'Back to {host}',
  'back.app': 'Back to the app',
  'back.page': 'To your connections',
  /** Between two sentences. */
  'sentence.gap': ' ',

  // Times. `{day}` is a date in full, `{hour}` a time of day with its zone.
  'time.just_now': 'just now',
  'time.soon': 'in less than a minute',
  'time.on_day': 'on {day}',

  // The list.
  'page.title': 'Connections',
  'page.intro':
    'The apps and accounts that {brand} works with for you. You decide, and you can end it at any time.',
  'page.stale.title': 'This may be out of date',
  'page.stale.text':
    'Something here is not answering, so this is what was known last. Changes may not work until it is back.',
  'page.connected': 'Connected',
  'page.nothing_connected':
    'Nothing is connected yet. Choose an app below; you will sign in there, and it asks you before {brand} gets anything.',
  'page.apps': 'Apps',
  'page.more_apps': 'More apps',
  'page.nothing_offered': 'There is nothing to connect here yet: {brand} has not set up any apps.',
  'search.label': 'Search apps and accounts',
  'search.submit': 'Search',
  'search.nothing': 'Nothing is here.',
  'search.no_match': 'Nothing here matches “{search}”.',
  'search.show_all': 'Show all',
  'filter.label': 'Filter',
  'filter.all': 'All',
  'filter.connected': 'Connected',
  'filter.attention': 'Needs attention',
  'filter.available': 'Not connected',
  'app.add': 'Add app',
  'app.add_account': 'Add another account',
  'app.experimental': 'Experimental',
  'app.not_available': 'Not available yet: {brand} has not set it up.',
  'app.not_finished': 'Not finished',
  /** An account that has no name of its own. */
  'account.of': '{provider} account',
  'fact.connected_since': 'Connected since',
  'fact.last_refreshed': 'Last refreshed',
  'fact.reconnect_by': 'Reconnect by',
  'fact.ran_out': 'Ran out',
  'fact.renewed': 'Renewed by itself',
  'fact.expires': 'Expires',
  'fact.never': 'Never',

  // What a person can do.
  'action.reconnect': 'Reconnect',
  'action.refresh': 'Refresh now',
  'action.replace': 'Replace',
  'action.disconnect': 'Disconnect',
  'action.connect': 'Connect',
  'action.cancel': 'Cancel',
  'action.keep': 'Keep it',
  'action.continue': 'Continue to {provider}',
  'action.try_again': 'Try again',

  // An account's status, and why it is not well.
  'status.connected': 'Connected',
  'status.expired': 'Expired',
  'status.needs_reconnect': 'Needs reconnect',
  'status.error': 'Trying again',
  'trouble.expired':
    'Access has run out, and {provider} does not let it be renewed without you. Reconnect to go on.',
  'trouble.refused':
    '{provider} no longer accepts this connection. That happens when access is withdrawn there, or a password changes. Reconnect to go on.',
  'trouble.entry_refused':
    '{provider} no longer accepts what you entered. That happens when a key is withdrawn or replaced there, or a session ends. Replace it to go on.',
  'trouble.signed_refused':
    '{provider} no longer accepts this connection. That happens when access is withdrawn there. It can be connected again in {brand}, not on this page.',
  'trouble.client_changed':
    '{brand} has registered anew at {provider}, which needs your consent once more. Reconnect to go on.',
  'trouble.refused_repeatedly':
    '{provider} has refused this connection for days. It is still tried now and then; reconnect to go on at once.',
  'trouble.permissions': 'You did not allow {brand} to {permissions}. Reconnect to allow it.',
  'failing.unknown': 'Access to {provider} could not be renewed.',
  'failing.setup': '{brand} is not set up rightly at {provider}, so access could not be renewed.',
  'failing.pause': '{provider} is asking for a pause, so access could not be renewed yet.',
  'failing.no_answer': '{provider} is not answering at the moment, so access could not be renewed.',
  'failing.bad_answer':
    '{provider} gave an answer that could not be used, so access could not be renewed.',
  'next_try.by_itself': 'It is tried again by itself.',
  'next_try.at': 'The next try is {when}, at {hour}.',
  'todo.reconnect': 'Reconnecting may help.',
  'todo.nothing': 'You need not do anything.',

  // What an app may do, by scope (hosted/permissions.ts): a list of things to see, and the rest.
  'permission.sentence': '{permission}.',
  'permission.see': 'see {things}',
  'permission.use': 'use “{scope}”',
  'permission.asked_there': '{provider} asks you what to share.',
  'permission.entered': 'Works with what you enter here, kept encrypted.',
  'see.account_basics': 'your account’s basic details',
  'see.account_name': 'your account’s name',
  'see.activities': 'your activities',
  'see.ads': 'your ads and their figures',
  'see.boards': 'your boards',
  'see.bookings': 'your bookings',
  'see.calendars': 'your calendars',
  'see.calls': 'your company’s calls',
  'see.chats': 'your chats',
  'see.contacts': 'your contacts',
  'see.email': 'your email address',
  'see.files': 'your files',
  'see.issues': 'your issues',
  'see.mail': 'your mail',
  'see.name': 'your name',
  'see.orders': 'your orders',
  'see.pages': 'your pages',
  'see.picture': 'your picture',
  'see.posts': 'your posts',
  'see.profile': 'your profile',
  'see.public_profile': 'your public profile',
  'see.sites': 'your sites',
  'see.spreadsheets': 'your spreadsheets',
  'see.subscription': 'your subscription',
  'see.tasks': 'your tasks',
  'see.teams': 'your teams',
  'see.tickets': 'your tickets',
  'see.user_name': 'your user name',
  'see.workspace': 'your workspace',
  'see.workspace_name': 'your workspace’s name',
  'see.workspace_people': 'the people in your workspace',
  'see.youtube_channel': 'your YouTube channel',
  'may.change_accounting': 'see and change your company’s accounting',
  'may.change_opened_files': 'see and change the files that you open with it',
  'may.change_payments': 'see and change your Stripe account’s payments',
  'may.know_you': 'know who you are',
  'may.manage_ads': 'manage your ads',
  'may.send_documents': 'prepare documents and send them for signature',
  'may.stay_connected': 'stay connected while you are away',
  'may.use_bluesky': 'see and change what you can in Bluesky',
  'may.use_salesforce': 'see and change what you can in Salesforce',
  'may.use_servicenow': 'see and change what you can in ServiceNow',

  // What has just happened.
  'flash.connecting.title': '{provider} is not connected yet',
  'flash.connecting.text':
    'You did not come back from {provider}. If you closed the window or went back, just start again.',
  'flash.unverified.title': '{provider} is saved',
  'flash.unverified.text':
    '{provider} did not answer, so what you entered could not be tried yet. It is tried again by itself.',
  'flash.connected.title': '{provider} is connected',
  'flash.connected.text': '{account} ({provider}) is ready.',
  'flash.connected.text.unnamed': 'Your {provider} account is ready.',
  'flash.finishing.title': '{provider} is being connected',
  'flash.finishing.text': 'This takes a few seconds. Load the page again to see it.',
  'flash.refreshed.title': 'Refreshed',
  'flash.refreshed.text': 'Access to {account} ({provider}) was renewed.',
  'flash.refreshed.text.unnamed': 'Access to your {provider} account was renewed.',
  'flash.disconnected.title': '{provider} is disconnected',
  'flash.disconnected.text': '{brand} can no longer use {account}.',
  'flash.disconnected.text.unnamed': '{brand} can no longer use that account.',
  'flash.disconnected.queued': '{provider} is being told to end the permission.',
  'flash.disconnected.kept':
    'The permission at {provider} stays, because another account here still needs it.',
  'flash.disconnected.not_supported':
    'To end the permission at {provider} as well, remove {brand} in your settings there.',
  'flash.slow_down.title': 'One moment',
  'flash.slow_down.text': 'That was a lot at once. Wait a minute, then go on.',

  // Why nothing was connected.
  'not_connected.cancelled.title': 'You cancelled',
  'not_connected.cancelled.text': 'Nothing was connected. Start again whenever you like.',
  'not_connected.taken.title': 'That account is taken',
  'not_connected.taken.text':
    'This {provider} account is connected by somebody else in {brand}. Disconnect it there first, or sign in to another account.',
  'not_connected.too_many.title': 'You have too many accounts here',
  'not_connected.too_many.text':
    'Nothing was connected. Disconnect one that you do not need any more, then connect this one.',
  'not_connected.mismatch.title': 'That was another account',
  'not_connected.mismatch.text':
    'You signed in to a different {provider} account than {account}. Sign in to the right one there and reconnect, or choose “Add another account”.',
  'not_connected.mismatch.text.unnamed':
    'You signed in to a different {provider} account than the one to reconnect. Sign in to the right one there and reconnect, or choose “Add another account”.',
  'not_connected.setup.title': '{provider} cannot be connected',
  'not_connected.setup.text':
    '{brand} is not set up rightly for {provider}. Nothing was connected. Please tell {brand} about it.',
  'not_connected.no_answer.title': '{provider} is not answering',
  'not_connected.no_answer.text': 'Nothing was connected. Try again in a few minutes.',
  'not_connected.wrong_user.title': 'Somebody else started this',
  'not_connected.wrong_user.text': 'Nothing was connected. Start again, and it will be yours.',
  'not_connected.used.title': 'This link was used before',
  'not_connected.used.text':
    'If you have connected {provider} just now, it is in your list. Otherwise start again here.',
  'not_connected.too_late.title': '{provider} was not connected',
  'not_connected.too_late.text': 'It took too long. Nothing was connected. Please start again.',
  'not_connected.issuer.title': '{provider} was not connected',
  'not_connected.issuer.text':
    'The answer did not come from {provider}, so it was not used. Please start again.',
  'not_connected.gone.title': 'That account is gone',
  'not_connected.gone.text': 'It was disconnected meanwhile. Add it again if you want it back.',
  'not_connected.many_started.title': 'One moment',
  'not_connected.many_started.text':
    'You have started many connections and finished few. Wait ten minutes, then go on.',
  'not_connected.bad_answer.title': '{provider} was not connected',
  'not_connected.bad_answer.text':
    '{provider} gave an answer that could not be used. Nothing was connected. Please try again.',

  // Why what was entered was not saved.
  'entry.nothing_saved': 'Nothing was saved.',
  'entry.still_there': 'What was saved before is still there.',
  'entry.refused.title': '{provider} did not accept this',
  'entry.refused.text':
    'Copy it again, whole and without spaces, and see at {provider} whether it is still valid.',
  'entry.mismatch.title': 'That is another account',
  'entry.mismatch.text':
    'What you entered is of a different {provider} account than {account}. To have both, cancel and choose “Add another account”.',
  'entry.mismatch.text.unnamed':
    'What you entered is of a different {provider} account than the one to replace. To have both, cancel and choose “Add another account”.',
  'entry.no_answer.title': '{provider} could not be asked',
  'entry.no_answer.text':
    'Only {provider} can tell whose account this is, and it gave no answer that says so. Try again in a few minutes.',
  'entry.fields.title': 'Please look again',
  'entry.fields.text': 'Something is not as it should be; see below.',
  'field.optional': '{label} (optional)',
  'field.missing': '{label} is missing.',
  'field.too_long': '{label} has more than {max} characters.',
  'field.wrong': '{label} is not as it should be.',

  // Why an account was not refreshed, or not disconnected.
  'retry.soon': 'Try again in a few minutes.',
  'retry.when': 'Try again {when}.',
  'not_refreshed.title': 'Not refreshed',
  'not_refreshed.needs_reconnect.title': 'Please reconnect',
  'not_refreshed.needs_reconnect.text': '{provider} no longer accepts the connection of {account}.',
  'not_refreshed.needs_reconnect.text.unnamed':
    '{provider} no longer accepts the connection of this account.',
  'not_refreshed.gone': 'That account was disconnected meanwhile.',
  'not_refreshed.endless.title': 'Nothing to refresh',
  'not_refreshed.endless.text': '{provider} gives access that does not run out.',
  'not_refreshed.setup':
    '{brand} is not set up for {provider} any more. Please tell {brand} about it.',
  'not_refreshed.in_progress.title': 'Being refreshed',
  'not_refreshed.in_progress.text':
    'It is being renewed right now. Load the page again in a moment.',
  'not_refreshed.often': 'That was often enough for today.',
  'not_refreshed.unavailable': 'Something here is not answering.',
  'not_refreshed.bad_answer': '{provider} gave an answer that could not be used.',
  'not_refreshed.no_answer': '{provider} is not answering at the moment.',
  'not_disconnected.title': 'Not disconnected',
  'not_disconnected.text':
    'Something here is not answering. The account is still connected; try again in a moment.',
  'not_disconnected.gone.title': 'Already gone',
  'not_disconnected.gone.text': 'That {provider} account is not connected any more.',

  // The steps in between.
  'connecting.title': 'Connecting to {provider}',
  'connecting.text':
    'You are being taken to {provider}. It asks you to sign in and to agree, and then brings you back here.',
  'connect.title': 'Connect {provider}',
  'choice.away.text':
    'Nothing is connected yet. What you have allowed there is kept for a few minutes, so you can try again here.',
  'choice.text':
    'Your sign-in at {provider} is good for several of these. Choose the one to connect; you can connect another one later.',
  'replace.title': 'Replace: {account}',
  'credentials.intro':
    '{brand} uses what you enter to work with {provider} for you. It is kept encrypted, and secrets are never shown again.',
  'credentials.experimental':
    '{provider} does not offer this officially: it can stop working at any time.',
  'credentials.name': 'Your name for this account',
  'credentials.name_help': 'To tell several accounts apart.',
  'disconnect.title': 'Disconnect {account}',
  'disconnect.question': 'Disconnect {account}?',
  'disconnect.effect':
    '{brand} can no longer use this {provider} account. What depends on it stops working.',
  'disconnect.access_deleted': 'The access that is kept here is deleted.',
  'disconnect.entry_deleted': 'What you entered is deleted here.',
  'disconnect.told':
    '{provider} is told to end the permission, unless another account here still needs it.',
  'disconnect.not_told':
    '{provider} cannot be told. To end the permission there too, remove {brand} in your {provider} settings.',
  'disconnect.entry_not_told':
    '{provider} does not learn of it: to be sure, sign out or change the key there.',
  'disconnect.again': 'You can connect it again at any time.',
  'signed_out.title': 'Signed out',
  'signed_out.heading': 'You are signed out',
  'signed_out.text': 'Your accounts stay connected. Only this page is closed.',

  // What went wrong in a browser.
  'error.no_session.title': 'Open this page from your app',
  'error.no_session.text':
    'For your safety a link alone does not open your connections. Go to the app that you use, and choose its connections or integrations there.',
  'error.session_ended.title': 'Your visit has ended',
  'error.session_ended.text':
    'For your safety this page closes after half an hour. Go back to the app and open it from there.',
  'error.token_used.title': 'This opening is used up',
  'error.token_used.text':
    'It works once, and for a minute only. Go back to the app and open it from there.',
  'error.origin_missing.title': 'This page cannot be opened like that',
  'error.origin_missing.text':
    'Your browser did not say where you come from. Go back to the app and open it from there.',
  'error.origin_null.title': 'This page cannot be opened like that',
  'error.origin_null.text':
    'Your browser hides where you come from, because the page you come from asks it to. Go back to the app and open it from there.',
  'error.origin_null.developers':
    'A page with “Referrer-Policy: no-referrer” or “same-origin” sends “Origin: null”. “strict-origin” works.',
  'error.origin_not_allowed.title': 'This page cannot be opened from there',
  'error.origin_not_allowed.text':
    'The site you come from is not one that may open it. If you did not expect to see this, close the window.',
  'error.origin_not_allowed.developers':
    'The origin of the page with the form has to stand in APP_ORIGINS.',
  'error.framed.title': 'This page needs a window of its own',
  'error.framed.text': 'It does not open inside of other pages, so that nobody can click for you.',
  'error.framed.developers': 'Post the form to the top window or to a pop-up.',
  'error.form_outdated.title': 'That page was out of date',
  'error.form_outdated.text':
    'Nothing was changed. Open your connections again, and repeat it there.',
  'error.link_unknown.title': 'This link does not work any more',
  'error.link_unknown.text':
    'It is too old, or it was not copied whole. Nothing was connected. Go back to the app and start again.',
  'error.state_unknown.title': 'This took too long',
  'error.state_unknown.text':
    'This connection is long over, or the address was not copied whole. Nothing was connected. Go back to the app and start again.',
  'error.state_used.title': 'You have been here before',
  'error.state_used.text':
    'This step works once, and the first answer counts: this one has changed nothing. Go back to the app to see how it went.',
  'error.denied_without_state.title': 'Nothing was connected',
  'error.denied_without_state.text':
    'You were sent back without a permission, most likely because it was cancelled. Nothing has changed. Go back to the app to try again.',
  'error.denied_without_state.developers':
    'The provider sent an “error” without the “state” of the request, so no connection was ended by it.',
  'error.started_elsewhere.title': 'Start in your app',
  'error.started_elsewhere.text':
    'You came from the provider’s own site, so it is not known here for whom the account is. Nothing was connected. Open the app that you use, and connect the account there.',
  'error.started_elsewhere.developers':
    'The provider sent a “code” without a “state”. Where it asks for the address at which an installation starts, name a page of your app that begins a connection.',
  'error.callback_empty.title': 'There is nothing to finish here',
  'error.callback_empty.text':
    'This address is the way back from a provider, and it came without an answer. Nothing was connected. Go back to the app and start again.',
  'error.not_signed.title': 'That answer cannot be trusted',
  'error.not_signed.text':
    'It does not bear the provider’s signature, so it was not used. Nothing was connected. Go back to the app and start again.',
  'error.other_browser.title': 'Finish where you started',
  'error.other_browser.text':
    'This connection was started in another browser, or this one keeps no cookies. Nothing was connected. Go back to the browser where you began, or start again here.',
  'error.other_provider.title': 'That answer does not fit',
  'error.other_provider.text':
    'It came from another provider than the one you chose, so it was not used. Nothing was connected. Go back to the app and start again.',
  'error.rate_limited.title': 'One moment',
  'error.rate_limited.text': 'That was a lot at once. Wait a minute, then try again.',
  'error.account_gone.title': 'That account is gone',
  'error.account_gone.text': 'It is not connected any more.',
  'error.not_offered.title': 'That app is not offered here',
  'error.not_offered.text': 'It cannot be connected.',
  'error.not_found.title': 'There is nothing here',
  'error.not_found.text': 'Perhaps the address was not copied whole.',
  'error.method.title': 'This page opens by a button',
  'error.method.text': 'Go back to the app and open it from there.',
  'error.no_answer.title': 'Something is not answering',
  'error.no_answer.text': 'Nothing is lost. Try again in a minute.',
  'error.internal.title': 'Something went wrong here',
  'error.internal.text': 'It is not your fault, and it has been noted. Try again in a few minutes.',
  'error.invalid.title': 'That did not work',
  'error.invalid.text': 'The request is not as it should be.',
  'error.developers': 'For the app’s developers: {text}',
  'error.support': 'For support: {id}',

  // Texts of the built-in records, by what stands there. Another record's stay as they are.
  'record.Application ID': 'Application ID',
  'record.Site, such as us5.datadoghq.com': 'Site, such as us5.datadoghq.com',
  'record.Application key': 'Application key',
  'record.API of the region: api, api.eu or api.au': 'API of the region: api, api.eu or api.au',
  'record.Host: api.mailgun.net or api.eu.mailgun.net':
    'Host: api.mailgun.net or api.eu.mailgun.net',
  'record.Host: us.posthog.com or eu.posthog.com': 'Host: us.posthog.com or eu.posthog.com',
  'record.Personal API key, with the scope user:read': 'Personal API key, with the scope user:read',
  'record.Company': 'Company',
  'record.Organisation': 'Organisation',
  'record.Account SID': 'Account SID',
  'record.Auth token': 'Auth token',
  'record.Mastodon server': 'Mastodon server',
  'record.Bluesky handle': 'Bluesky handle',
  'record.Subdomain of zendesk.com': 'Subdomain of zendesk.com',
  'record.API key': 'API key',
  'record.User name': 'User name',
  'record.Password': 'Password',
  'record.Cookies': 'Cookies',
  'record.The request header "Cookie" of a browser that is signed in.':
    'The request header "Cookie" of a browser that is signed in.',
  'record.User agent': 'User agent',
  'record.As that browser sends it; sessions are often bound to it.':
    'As that browser sends it; sessions are often bound to it.',
  'record.User id': 'User id',
  'record.The cookie "auth_id" of a browser that is signed in.':
    'The cookie "auth_id" of a browser that is signed in.',
  'record.Session': 'Session',
  'record.The cookie "sess" of the same browser.': 'The cookie "sess" of the same browser.',
  'record.Browser token': 'Browser token',
  'record.The request header "x-bc", kept by the site as "bcTokenSha" in local storage.':
    'The request header "x-bc", kept by the site as "bcTokenSha" in local storage.',
  'record.Exactly as that browser sends it; a session is bound to it.':
    'Exactly as that browser sends it; a session is bound to it.',
  'record.login, test (sandbox), or your own domain such as acme.my':
    'login, test (sandbox), or your own domain such as acme.my',
  'record.common, organizations, consumers, or a tenant (id or domain)':
    'common, organizations, consumers, or a tenant (id or domain)',
  'record.The shop: its name before .myshopify.com': 'The shop: its name before .myshopify.com',
  'record.Site': 'Site',
  'record.Account': 'Account',
  'record.Host': 'Host',
  'record.Instance: its name before .service-now.com': 'Instance: its name before .service-now.com',
  'record.Okta domain, such as acme.okta.com': 'Okta domain, such as acme.okta.com',
  'record.Auth0 domain, such as acme.eu.auth0.com': 'Auth0 domain, such as acme.eu.auth0.com',
  'record.Account: what stands before .snowflakecomputing.com':
    'Account: what stands before .snowflakecomputing.com',
  'record.Ad account': 'Ad account',
  'record.Installation ID': 'Installation ID',
  'record.Host of Seller Central': 'Host of Seller Central',
  'record.Region: na (Americas), eu (Europe) or fe (Far East)':
    'Region: na (Americas), eu (Europe) or fe (Far East)',
} as const;

export type EnglishMessages = typeof messages;
export type MessageId = keyof EnglishMessages;

/** A language. */
export interface MessageCatalog {
  /** BCP 47, with a region: what dates and numbers follow where the visitor's own is not known. */
  formats: string;
  direction: 'ltr' | 'rtl';
  /** By id; `{name}` is filled in. */
  messages: Readonly<Record<MessageId, string>>;
}

export const en = { formats: 'en-GB', direction: 'ltr', messages } satisfies MessageCatalog;
