/**
 * The providers' icons out of simple-icons (CC0), only those used, as `assets/provider-icons.json`. Written by
 * `npm run provider:icons` (by way of test/repo/provider-icons.test.ts, which also holds that the file is current).
 * A file of our own, because the package's index holds 3,400 icons, which every test run would read.
 */
import {
  siAirtable,
  siAlgolia,
  siAnthropic,
  siAtlassian,
  siDatadog,
  siDiscord,
  siDropbox,
  siElevenlabs,
  siFacebook,
  siFigma,
  siGithub,
  siGitlab,
  siGmail,
  siGoogle,
  siGooglecalendar,
  siGoogledrive,
  siGooglesheets,
  siHubspot,
  siInstagram,
  siKick,
  siLinear,
  siNotion,
  siOnlyfans,
  siPatreon,
  siPinterest,
  siPosthog,
  siReddit,
  siResend,
  siShopify,
  siSnapchat,
  siSpotify,
  siStrava,
  siStripe,
  siThreads,
  siTiktok,
  siTwitch,
  siX,
  siYoutube,
  siZoom,
} from 'simple-icons';
import { contrastOf } from '../src/web/ui/palette';
import type { ProviderIcons } from '../src/web/ui/theme';

/** By provider. One that simple-icons lacks gets its first letter. */
const icons = {
  airtable: siAirtable,
  algolia: siAlgolia,
  anthropic: siAnthropic,
  atlassian: siAtlassian,
  datadog: siDatadog,
  discord: siDiscord,
  dropbox: siDropbox,
  elevenlabs: siElevenlabs,
  facebook: siFacebook,
  figma: siFigma,
  github: siGithub,
  gitlab: siGitlab,
  gmail: siGmail,
  google: siGoogle,
  'google-calendar': siGooglecalendar,
  'google-drive': siGoogledrive,
  'google-sheets': siGooglesheets,
  hubspot: siHubspot,
  instagram: siInstagram,
  kick: siKick,
  linear: siLinear,
  notion: siNotion,
  onlyfans: siOnlyfans,
  patreon: siPatreon,
  pinterest: siPinterest,
  posthog: siPosthog,
  reddit: siReddit,
  resend: siResend,
  shopify: siShopify,
  snapchat: siSnapchat,
  spotify: siSpotify,
  strava: siStrava,
  stripe: siStripe,
  threads: siThreads,
  tiktok: siTiktok,
  twitch: siTwitch,
  x: siX,
  youtube: siYoutube,
  zoom: siZoom,
};

/** White on the brand's colour where that can be made out (WCAG 1.4.11 asks 3:1), else black. */
const onColour = (colour: string): string => (contrastOf(colour, '#ffffff') >= 2.6 ? 'fff' : '000');

export function providerIconsFile(): string {
  const written: ProviderIcons = Object.fromEntries(
    Object.entries(icons).map(([provider, { hex, path }]) => [
      provider,
      [hex.toLowerCase(), onColour(`#${hex}`), path],
    ]),
  );
  return `${JSON.stringify(written, null, 2)}\n`;
}
