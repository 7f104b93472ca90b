import { defineEcConfig } from '@astrojs/starlight/expressive-code';

// Not in astro.config.ts: starlight-openapi would replace it there.
export default defineEcConfig({
  defaultProps: {
    // Long commands are read more often than they are typed.
    wrap: true,
    overridesByLang: { 'sh,bash,ini,toml,json,html': { frame: 'none' } },
  },
});
