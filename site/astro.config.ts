import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import linksValidator from 'starlight-links-validator';
import openApi, { openAPISidebarGroups } from 'starlight-openapi';
import { accessible, scrollable } from './accessible.ts';
import { repository, sidebar, site, writePages } from './pages.ts';

writePages();

export default defineConfig({
  site,
  integrations: [
    starlight({
      title: 'Mooring',
      description: "Keeps your app's users connected to their accounts at other services.",
      favicon: '/favicon.svg',
      logo: { src: './src/assets/mark.svg' },
      social: [{ icon: 'github', label: 'Source code', href: repository }],
      head: [{ tag: 'script', attrs: { type: 'module' }, content: scrollable }],
      customCss: ['./src/styles/site.css'],
      sidebar: [...sidebar, ...openAPISidebarGroups],
      plugins: [
        openApi([
          {
            base: 'api',
            schema: '../assets/openapi.json',
            sidebar: { label: 'API reference', operations: { badges: true } },
          },
        ]),
        linksValidator({ exclude: ['/api/**'], errorOnLocalLinks: false }),
      ],
    }),
    accessible,
  ],
});
