/**
 * What a browser shows of a deployment whose settings are missing or wrong, in the place of every
 * page. It names settings, never a value.
 */
import type { Context } from 'hono';
import { Caches } from '../caches';
import { defaultBrand } from '../config';
import { type ConfigError, type SettingFault, sentenceOf } from '../errors';
import type { AppEnv } from '../http/route';
import { prefersPage } from './hosted/error-page';
import { english } from './locale';
import { Layout } from './ui/layout';
import { renderPage } from './ui/reply';

/** How settings that are keys are made, where there is no copy of this repository at hand. */
const commands: Readonly<Record<string, string>> = {
  ENCRYPTION_KEYS: 'echo "k1:$(openssl rand -base64 32)"',
  SERVICE_KEYS:
    'KEY=$(openssl rand -hex 32)\necho "for your backend: $KEY"\necho "for SERVICE_KEYS: app:$(printf %s "$KEY" | openssl dgst -sha256 -r | cut -c1-64)"',
};

const Fault = ({ fault, origin }: { fault: SettingFault; origin: string }) => {
  const { setting, isMissing } = fault;
  const command = isMissing ? commands[setting] : undefined;
  return (
    <li>
      <div>
        <p>
          <b>{setting}</b>
          {sentenceOf(fault).slice(setting.length)}
        </p>
        {command === undefined ? null : <pre>{command}</pre>}
        {setting === 'PUBLIC_URL' ? (
          <p class="small soft">{`You reached this Worker at ${origin}`}</p>
        ) : null}
      </div>
    </li>
  );
};

const SettingsPage = ({ faults, origin }: Pick<ConfigError, 'faults'> & { origin: string }) => (
  <Layout title="Not set up yet">
    <div class="narrow">
      <h1>Not set up yet</h1>
      <p class="intro">
        This Worker runs, but it cannot do anything before these settings are right. Nothing is
        stored, and nobody is let in.
      </p>
      <div class="card">
        <ul class="points">
          {faults.map((fault) => (
            <Fault fault={fault} origin={origin} />
          ))}
        </ul>
      </div>
      <section>
        <h2>Where they go</h2>
        <ul class="points">
          <li>
            <span>
              With the source code at hand, <code>npm run setup</code> asks for all of them, makes
              the keys, writes what is missing and looks at the result. What is there already stays.
            </span>
          </li>
          <li>
            <span>
              One by one: <code>npx wrangler secret put NAME</code>.
            </span>
          </li>
          <li>
            <span>
              In Cloudflare’s dashboard: this Worker, Settings, Variables and Secrets. Add each as a
              secret: a deployment deletes plain variables that are not in{' '}
              <code>wrangler.toml</code>.
            </span>
          </li>
        </ul>
        <p class="small soft aside">
          Keep ENCRYPTION_KEYS in a safe place besides. Cloudflare never shows it again, and without
          it no stored token can be opened.
        </p>
      </section>
    </div>
  </Layout>
);

/** Null where a program asks: it gets a problem document. */
export async function settingsPage(
  c: Context<AppEnv>,
  { faults }: ConfigError,
): Promise<Response | null> {
  if (!prefersPage(c)) return null;
  const deps = {
    assets: c.env.ASSETS ?? null,
    caches: new Caches(),
    config: { brand: defaultBrand },
    log: c.get('log'),
  };
  const page = <SettingsPage faults={faults} origin={new URL(c.req.url).origin} />;
  const { text, contentSecurityPolicy } = await renderPage(deps, 'hosted', english, page);
  return c.html(text, 500, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy,
    'Referrer-Policy': 'no-referrer',
    Vary: 'Accept',
  });
}
