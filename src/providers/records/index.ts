/** The built-in records. A new one is a file here and a line below. */
import type { ProviderInput } from '../types';
import { airtable } from './airtable';
import { apiKey } from './api-key';
import { atlassian } from './atlassian';
import { basic } from './basic';
import { discord } from './discord';
import { dropbox } from './dropbox';
import { facebook } from './facebook';
import { figma } from './figma';
import { github } from './github';
import { githubApp } from './github-app';
import { gitlab } from './gitlab';
import { google } from './google';
import { hubspot } from './hubspot';
import { instagram } from './instagram';
import { kick } from './kick';
import { linear } from './linear';
import { linkedin } from './linkedin';
import { microsoft } from './microsoft';
import { notion } from './notion';
import { onlyfans } from './onlyfans';
import { patreon } from './patreon';
import { pinterest } from './pinterest';
import { reddit } from './reddit';
import { salesforce } from './salesforce';
import { session } from './session';
import { shopify } from './shopify';
import { slack } from './slack';
import { slackUser } from './slack-user';
import { snapchat } from './snapchat';
import { spotify } from './spotify';
import { strava } from './strava';
import { stripe } from './stripe';
import { threads } from './threads';
import { tiktok } from './tiktok';
import { twitch } from './twitch';
import { x } from './x';
import { youtube } from './youtube';
import { zoom } from './zoom';

export const records: readonly ProviderInput[] = [
  airtable,
  atlassian,
  discord,
  dropbox,
  facebook,
  figma,
  githubApp,
  github,
  gitlab,
  google,
  hubspot,
  instagram,
  kick,
  linear,
  linkedin,
  microsoft,
  notion,
  onlyfans,
  patreon,
  pinterest,
  reddit,
  salesforce,
  shopify,
  slackUser,
  slack,
  snapchat,
  spotify,
  strava,
  stripe,
  threads,
  tiktok,
  twitch,
  x,
  youtube,
  zoom,
];

/** What `extends` in `PROVIDERS` may name besides a record; no providers of their own. */
export const templates: readonly ProviderInput[] = [apiKey, basic, session];
