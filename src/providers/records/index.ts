/** The built-in records. A new one is a file here and a line below. */
import type { ProviderInput } from '../types';
import { airtable } from './airtable';
import { algolia } from './algolia';
import { amazonSeller } from './amazon-seller';
import { anthropic } from './anthropic';
import { apiKey } from './api-key';
import { apple } from './apple';
import { asana } from './asana';
import { atlassian } from './atlassian';
import { attio } from './attio';
import { auth0 } from './auth0';
import { basic } from './basic';
import { bitbucket } from './bitbucket';
import { bluesky } from './bluesky';
import { box } from './box';
import { calCom } from './cal-com';
import { calendly } from './calendly';
import { canva } from './canva';
import { clickup } from './clickup';
import { confluence } from './confluence';
import { datadog } from './datadog';
import { discord } from './discord';
import { docusign } from './docusign';
import { dropbox } from './dropbox';
import { ebay } from './ebay';
import { elevenlabs } from './elevenlabs';
import { exa } from './exa';
import { facebook } from './facebook';
import { figma } from './figma';
import { github } from './github';
import { githubApp } from './github-app';
import { githubInstallation } from './github-installation';
import { gitlab } from './gitlab';
import { gmail } from './gmail';
import { gong } from './gong';
import { google } from './google';
import { googleAds } from './google-ads';
import { googleCalendar } from './google-calendar';
import { googleDrive } from './google-drive';
import { googleSheets } from './google-sheets';
import { hubspot } from './hubspot';
import { instagram } from './instagram';
import { intercom } from './intercom';
import { jira } from './jira';
import { kick } from './kick';
import { klaviyo } from './klaviyo';
import { linear } from './linear';
import { linkedin } from './linkedin';
import { linkedinAds } from './linkedin-ads';
import { mailchimp } from './mailchimp';
import { mailgun } from './mailgun';
import { mastodon } from './mastodon';
import { mcp } from './mcp';
import { metaAds } from './meta-ads';
import { microsoft } from './microsoft';
import { microsoftTeams } from './microsoft-teams';
import { miro } from './miro';
import { monday } from './monday';
import { notion } from './notion';
import { okta } from './okta';
import { onedrive } from './onedrive';
import { onlyfans } from './onlyfans';
import { openai } from './openai';
import { oura } from './oura';
import { outlook } from './outlook';
import { patreon } from './patreon';
import { paypal } from './paypal';
import { perplexity } from './perplexity';
import { pinterest } from './pinterest';
import { pipedrive } from './pipedrive';
import { posthog } from './posthog';
import { quickbooks } from './quickbooks';
import { reddit } from './reddit';
import { resend } from './resend';
import { salesforce } from './salesforce';
import { sendgrid } from './sendgrid';
import { sentry } from './sentry';
import { servicenow } from './servicenow';
import { session } from './session';
import { shopify } from './shopify';
import { slack } from './slack';
import { slackUser } from './slack-user';
import { snapchat } from './snapchat';
import { snowflake } from './snowflake';
import { spotify } from './spotify';
import { square } from './square';
import { strava } from './strava';
import { stripe } from './stripe';
import { stripeApps } from './stripe-apps';
import { supabase } from './supabase';
import { threads } from './threads';
import { tiktok } from './tiktok';
import { tiktokAds } from './tiktok-ads';
import { todoist } from './todoist';
import { twilio } from './twilio';
import { twitch } from './twitch';
import { typeform } from './typeform';
import { vercel } from './vercel';
import { webflow } from './webflow';
import { whoop } from './whoop';
import { wordpress } from './wordpress';
import { x } from './x';
import { xero } from './xero';
import { youtube } from './youtube';
import { zendesk } from './zendesk';
import { zoho } from './zoho';
import { zoom } from './zoom';

export const records: readonly ProviderInput[] = [
  airtable,
  algolia,
  amazonSeller,
  anthropic,
  apple,
  asana,
  atlassian,
  attio,
  auth0,
  bitbucket,
  bluesky,
  box,
  calCom,
  calendly,
  canva,
  clickup,
  confluence,
  datadog,
  discord,
  docusign,
  dropbox,
  ebay,
  elevenlabs,
  exa,
  facebook,
  figma,
  github,
  githubApp,
  githubInstallation,
  gitlab,
  gmail,
  gong,
  google,
  googleAds,
  googleCalendar,
  googleDrive,
  googleSheets,
  hubspot,
  instagram,
  intercom,
  jira,
  kick,
  klaviyo,
  linear,
  linkedin,
  linkedinAds,
  mailchimp,
  mailgun,
  mastodon,
  metaAds,
  microsoft,
  microsoftTeams,
  miro,
  monday,
  notion,
  okta,
  onedrive,
  onlyfans,
  openai,
  oura,
  outlook,
  patreon,
  paypal,
  perplexity,
  pinterest,
  pipedrive,
  posthog,
  quickbooks,
  reddit,
  resend,
  salesforce,
  sendgrid,
  sentry,
  servicenow,
  shopify,
  slack,
  slackUser,
  snapchat,
  snowflake,
  spotify,
  square,
  strava,
  stripe,
  stripeApps,
  supabase,
  threads,
  tiktok,
  tiktokAds,
  todoist,
  twilio,
  twitch,
  typeform,
  vercel,
  webflow,
  whoop,
  wordpress,
  x,
  xero,
  youtube,
  zendesk,
  zoho,
  zoom,
];

/** What `extends` in `PROVIDERS` may name besides a record; no providers of their own. */
export const templates: readonly ProviderInput[] = [apiKey, basic, mcp, session];
