/** `GET /`: what answers here, for whoever comes upon it. It shows nothing about anybody. */
import * as z from 'zod';
import { route } from '../http/route';
import { english } from './locale';
import { Layout } from './ui/layout';
import { renderPage } from './ui/reply';

/** The docs site, which is made of docs/ (site/). The same as `homepage` in package.json. */
export const DOCS_URL = 'https://docs.mooring.example';

const HomePage = () => (
  <Layout title="What this is">
    <div class="narrow">
      <h1>This is Mooring</h1>
      <p class="intro">
        An app uses it to keep its users connected to their accounts at other services. It asks them
        for their consent, knows the state of each connection, and renews what runs out.
      </p>
      <div class="card">
        <ul class="points">
          <li>
            <span>
              Looking for your own connections? Open them in the app that you use. For your safety
              none of them are shown here.
            </span>
          </li>
          <li>
            <span>
              Building an app? Begin with <a href={DOCS_URL}>the guides</a>. This deployment’s API
              is described in <a href="/openapi.json">its OpenAPI document</a>.
            </span>
          </li>
          <li>
            <span>
              Running it? There is <a href="/operator">the operator’s page</a>, and{' '}
              <a href="/health">the health</a> of its storage.
            </span>
          </li>
        </ul>
      </div>
    </div>
  </Layout>
);

const home = route(
  {
    id: 'getHome',
    method: 'get',
    path: '/',
    tag: 'Browser',
    summary: 'What this is',
    callers: 'anyone',
    replies: {
      200: {
        description: 'The page.',
        type: 'text/html; charset=utf-8',
        headers: z.object({ 'Content-Security-Policy': z.string() }),
      },
    },
  },
  async ({ deps, reply }) => {
    const { text, contentSecurityPolicy } = await renderPage(deps, 'hosted', english, <HomePage />);
    return reply(200, text, { 'Content-Security-Policy': contentSecurityPolicy });
  },
);

export const homeRoutes = [home];
